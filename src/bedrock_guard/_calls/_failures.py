"""What the failure of a fallback means: whether it is worth trying again, and what it is called."""

import re

from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    NoAuthTokenError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
    TokenRetrievalError,
)

# https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors
_PASSING = frozenset(
    {"InternalServerException", "ModelNotReadyException", "ModelTimeoutException", "ServiceUnavailableException"}
)
# https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html
_UNAUTHENTICATED = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
_NO_CREDENTIALS = (CredentialRetrievalError, NoAuthTokenError, NoCredentialsError, TokenRetrievalError)
_LASTING = ("AccessDenied", "ResourceNotFound")
# What AWS says, as a ValidationException, of a model that this Region does not offer so.
# https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html
_NOT_OFFERED = re.compile(r"model identifier is invalid|on-demand throughput isn.t supported", re.IGNORECASE)


def code_of(error: Exception) -> str:
    """Return AWS's error code, or the name of another exception's class."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", ""))
    return type(error).__name__


def is_of_the_call(error: Exception, *, is_adapted: bool) -> bool:
    """
    Tell whether *error* is about the call or whoever makes it, and would be the same for every model.

    The user's hook makes parameters for one model alone.
    """
    if isinstance(error, ParamValidationError):
        return not is_adapted
    return isinstance(error, _NO_CREDENTIALS) or code_of(error) in _UNAUTHENTICATED


def words_of(error: Exception) -> str:
    """Return AWS's own words; those of other exceptions, such as botocore's, may hold what was sent."""
    return str(error) if isinstance(error, ClientError) else ""


def is_passing(error: Exception) -> bool:
    """Tell whether *error* is throttling, a fault of the service or a timeout."""
    if not isinstance(error, ClientError):
        return isinstance(error, ConnectTimeoutError | ReadTimeoutError | TimeoutError)
    code, status = code_of(error), error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status in (408, 429) or status >= 500 or "Throttling" in code or code in _PASSING


def is_lasting(error: Exception, operation_name: str) -> bool:
    """Tell whether the same model would fail whatever was sent."""
    # Few models count tokens: https://docs.aws.amazon.com/bedrock/latest/userguide/count-tokens.html
    is_refused = code_of(error) == "ValidationException"
    cannot_serve = operation_name == "CountTokens" or _NOT_OFFERED.search(str(error)) is not None
    return code_of(error).startswith(_LASTING) or (is_refused and cannot_serve)
