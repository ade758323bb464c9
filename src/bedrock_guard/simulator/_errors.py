"""
The errors of Bedrock's APIs, in AWS's words.

https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html
"""

from bedrock_guard.simulator._http import Response, json_response

# https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors
_STATUS = {
    "AccessDeniedException": 403,
    "InternalServerException": 500,
    "ModelErrorException": 424,
    "ModelNotReadyException": 429,
    "ModelTimeoutException": 408,
    "RequestEntityTooLargeException": 413,
    "ResourceNotFoundException": 404,
    "ServiceUnavailableException": 503,
    "ThrottlingException": 429,
    "UnknownOperationException": 404,
    "ValidationException": 400,
}


# As Bedrock's own errors have it in their header; those of IAM have the code alone.
_NAMESPACE = "http://internal.amazon.com/coral/com.amazon.bedrock/"


class ServiceError(Exception):
    """An error that the API answers with: its code and its message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def response(self) -> Response:
        """The error as it is sent."""
        headers = {"x-amzn-errortype": f"{self.code}:{_NAMESPACE}"}
        return json_response({"message": self.message}, headers, _STATUS[self.code])


class UnknownOperationError(ServiceError):
    """The error for an operation that is not simulated, of any of Bedrock's services."""

    def __init__(self) -> None:
        super().__init__("UnknownOperationException", "The simulator does not know this operation.")

    @property
    def response(self) -> Response:
        """The error as it is sent."""
        # Where the protocol is AWS's JSON, as of bedrock-data-automation-runtime, the code is read from the body.
        # https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization
        body = {"__type": self.code, "message": self.message}
        return json_response(body, {"x-amzn-errortype": self.code}, _STATUS[self.code])


def validation(message: str) -> ServiceError:
    """Return a ValidationException."""
    return ServiceError("ValidationException", message)


def invalid_identifier() -> ServiceError:
    """Return the error for a `modelId` that names nothing in this Region."""
    return validation("The provided model identifier is invalid.")


def on_demand_not_supported(model_id: str) -> ServiceError:
    """Return the error for a model that serves this Region through inference profiles alone."""
    return validation(
        f"Invocation of model ID {model_id} with on-demand throughput isn\N{RIGHT SINGLE QUOTATION MARK}t supported. "
        "Retry your request with the ID or ARN of an inference profile that contains this model."
    )


def malformed(problem: str) -> ServiceError:
    """Return the error for a body that the model's own schema refuses."""
    return validation(f"Malformed input request: {problem}, please reformat your input and try again.")


def not_found(identifier: str) -> ServiceError:
    """Return the error for a resource that the control plane does not know."""
    return ServiceError("ResourceNotFoundException", f"Could not find the resource {identifier}.")
