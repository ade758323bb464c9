"""What the failure of a fallback means: whether it is worth trying again, and what it is called."""

from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

# https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors
_PASSING = frozenset(
    {"InternalServerException", "ModelNotReadyException", "ModelTimeoutException", "ServiceUnavailableException"}
)
_LASTING = ("AccessDenied", "ResourceNotFound")


def code_of(error: Exception) -> str:
    """Return AWS's error code, or the name of another exception's class."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", ""))
    return type(error).__name__


def is_passing(error: Exception) -> bool:
    """Tell whether *error* is throttling, a fault of the service or a timeout."""
    if not isinstance(error, ClientError):
        return isinstance(error, ConnectTimeoutError | ReadTimeoutError | TimeoutError)
    code, status = code_of(error), error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status in (408, 429) or status >= 500 or "Throttling" in code or code in _PASSING


def is_lasting(error: Exception, operation_name: str) -> bool:
    """Tell whether the same model would fail whatever was sent."""
    # Few models count tokens: https://docs.aws.amazon.com/bedrock/latest/userguide/count-tokens.html
    cannot_count = operation_name == "CountTokens" and code_of(error) == "ValidationException"
    return cannot_count or code_of(error).startswith(_LASTING)
