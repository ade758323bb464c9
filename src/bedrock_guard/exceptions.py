"""
The errors.

    ClientError                      botocore's
    └── InferenceDeniedError         a policy denies the call; `.diagnosis` says why
        └── ScpDeniedError           that policy is a service control policy
"""

import threading
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from bedrock_guard._denials import PolicyType
from bedrock_guard._diagnosis import Diagnosis
from bedrock_guard._fork import clean_in_child

_Error = TypeVar("_Error", bound="InferenceDeniedError")


class InferenceDeniedError(ClientError):
    """
    A policy that AWS names denies the call.

    What is raised derives from the class of AWS's error too, so that whatever caught that catches this.
    `str()` and `response["Error"]["Message"]` begin with AWS's own words; `diagnosis` holds the rest as data.
    """

    diagnosis: Diagnosis

    def __init__(self, text: str, response: Any, operation_name: str, diagnosis: Diagnosis) -> None:
        super().__init__(response, operation_name)
        self.args = (text,)
        self.diagnosis = diagnosis

    def __reduce__(self) -> tuple[Any, ...]:
        # The session's own class is made at run time, so another process could not find it.
        own = ScpDeniedError if isinstance(self, ScpDeniedError) else InferenceDeniedError
        return own, (self.args[0], self.response, self.operation_name, self.diagnosis), vars(self)


class ScpDeniedError(InferenceDeniedError):
    """A service control policy denies the call."""


def enriched(error: ClientError, diagnosis: Diagnosis) -> InferenceDeniedError:
    """Return the error to raise in place of *error*, which is left as it is."""
    is_scp = diagnosis.denial.policy_type is PolicyType.SERVICE_CONTROL_POLICY
    error_class = _derived(ScpDeniedError if is_scp else InferenceDeniedError, type(error))
    aws: dict[str, Any] = dict(error.response.get("Error", {}))
    response = {**error.response, "Error": {**aws, "Message": f"{aws.get('Message', '')}\n{diagnosis.message}"}}
    return error_class(f"{error}\n{diagnosis.message}", response, error.operation_name, diagnosis)


def _derived(own: type[_Error], theirs: type[ClientError]) -> type[_Error]:
    """Return a class that is both, kept on *theirs*: a table of our own would keep its session alive."""
    if issubclass(own, theirs):
        return own
    name = f"_bedrock_guard_{own.__name__}"
    with _deriving.lock:  # one class, whichever thread is first
        derived = vars(theirs).get(name)
        if derived is None:
            derived = type(own.__name__, (own, theirs), {"__module__": own.__module__, "__doc__": own.__doc__})
            setattr(theirs, name, derived)
    return derived


class _Deriving:
    """Who is deriving a class just now."""

    def __init__(self) -> None:
        self.start_clean()
        clean_in_child(self)

    def start_clean(self) -> None:
        self.lock = threading.Lock()


_deriving = _Deriving()
