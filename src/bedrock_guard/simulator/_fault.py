"""
What may go wrong: with which requests, and how it looks.

https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from itertools import takewhile
from typing import Any, Literal, TypeAlias, get_args

from bedrock_guard._actions import ACTIONS
from bedrock_guard.simulator._call import Call
from bedrock_guard.simulator._errors import ServiceError
from bedrock_guard.simulator._eventstream import encode_exception
from bedrock_guard.simulator._http import EVENT_STREAM, Drop, Part, Pause, Response

# Errors of the API, then what happens to the connection.
FaultKind: TypeAlias = Literal[
    "throttling",
    "model-access",
    "model-not-ready",
    "model-timeout",
    "model-error",
    "validation",
    "internal-error",
    "service-unavailable",
    "latency",
    "stall",
    "half-written",
    "dropped",
]

_UNEXPECTED = "The system encountered an unexpected error during processing. Try your request again."
_ERRORS = {
    "throttling": ("ThrottlingException", "Too many requests, please wait before trying again."),
    "model-access": ("AccessDeniedException", "You don't have access to the model with the specified model ID."),
    "model-not-ready": ("ModelNotReadyException", "Model is not ready for inference. Wait and try your request again."),
    "model-timeout": (
        "ModelTimeoutException",
        "Model has timed out in processing the request. Try your request again.",
    ),
    "model-error": ("ModelErrorException", _UNEXPECTED),
    "validation": (
        "ValidationException",
        "The input fails to satisfy the constraints specified by Amazon Bedrock.",
    ),
    "internal-error": ("InternalServerException", _UNEXPECTED),
    "service-unavailable": ("ServiceUnavailableException", "Bedrock is unable to process your request."),
}
# What the output streams have a member for; of a model's time-out that of ConverseStream has none.
# https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html
# https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ResponseStream.html
_IN_STREAM = {
    "throttling": "throttlingException",
    "validation": "validationException",
    "model-timeout": "modelTimeoutException",
    "model-error": "modelStreamErrorException",
    "internal-error": "internalServerException",
    "service-unavailable": "serviceUnavailableException",
}
_EXCEPTIONS = {kind: encode_exception(name, {"message": _ERRORS[kind][1]}) for kind, name in _IN_STREAM.items()}
# The control plane has no such errors, nor has what only starts a model.
# https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors
_ANSWERING = frozenset({"Converse", "ConverseStream", "InvokeModel", "InvokeModelWithResponseStream"})
_OPERATIONS = {
    **dict.fromkeys(("model-not-ready", "model-timeout", "model-error"), _ANSWERING),
    "model-access": frozenset(ACTIONS),
}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: object) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0)


_MEMBERS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    **dict.fromkeys(("operation", "model_id", "region"), (lambda value: isinstance(value, str), "a pattern")),
    **dict.fromkeys(("times", "after"), (_is_count, "a count")),
    "probability": (lambda value: _is_number(value) and 0 <= value <= 1, "a number from 0 to 1"),
    "seconds": (lambda value: _is_number(value) and 0 <= value <= threading.TIMEOUT_MAX, "a number of seconds"),
}


@dataclass(frozen=True)
class Fault:
    """
    A rule: what goes wrong, and for which requests.

    *operation*, *model_id* (as it was asked for) and *region* (the source Region) are patterns with `*` and `?`.
    *times* is how often it happens, None for always; *probability* how likely it is each time, by the simulator's seed.
    *seconds* is how long a `latency` or a `stall` lasts. *after* is how many chunks of a stream are sent before a
    `stall`, a `half-written` end, or an error, which then waits for a stream that has a member for it, and comes inside;
    None sends an error in place of the answer.
    Policies come before errors: a request that they deny meets none. What befalls the connection befalls every answer.
    Errors of models, `model-...`, befall only operations that call one.
    """

    kind: FaultKind
    operation: str = "*"
    model_id: str = "*"
    region: str = "*"
    times: int | None = None
    probability: float = 1.0
    seconds: float = 0.0
    after: int | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for what no fault can be."""
        if self.kind not in get_args(FaultKind):
            raise ValueError(f"no fault is called {self.kind!r}: one of {', '.join(get_args(FaultKind))}")
        for name, (is_good, words) in _MEMBERS.items():
            value = getattr(self, name)
            if not is_good(value):
                raise ValueError(f"{name} of a fault is {words}, not {value!r}")
        if self.after is not None and self.kind in _ERRORS and self.kind not in _IN_STREAM:
            raise ValueError(f"no stream of Bedrock has a member for {self.kind}: leave `after` out")

    @property
    def is_error(self) -> bool:
        """Whether it is an error of the API, and not something that befalls the connection."""
        return self.kind in _ERRORS

    @property
    def is_in_place(self) -> bool:
        """Whether it comes in place of the response, which else is sent and spoilt."""
        return self.is_error and self.after is None

    @property
    def error(self) -> ServiceError:
        """The error that is answered."""
        return ServiceError(*_ERRORS[self.kind])

    def befalls(self, operation: str) -> bool:
        """Tell whether it may happen to *operation*."""
        return operation in _OPERATIONS.get(self.kind, (operation,)) and fnmatchcase(operation, self.operation)

    def matches(self, call: Call, response: Response | None) -> bool:
        """Tell whether the rule is about *call*, and about *response*, if there is one yet."""
        return (
            self.befalls(call.operation)
            and fnmatchcase(call.model_id or "", self.model_id)
            and fnmatchcase(call.region, self.region)
            and (response is None or not self.is_error or self._has_member(call, response))
        )

    def spoil(self, response: Response) -> Response:
        """Return *response* with what happens to it on its way."""
        after = self.after or 0
        if self.kind == "dropped":
            return replace(response, body=(Drop(),))
        if self.kind == "latency":
            return replace(response, body=(Pause(self.seconds), *response.body))
        if self.kind == "stall":
            before, rest = _split(response.body, after)
            return replace(response, body=(*before, Pause(self.seconds), *rest))
        if self.kind == "half-written":
            # No length is announced: botocore 1.43.117 takes a body for whole that is shorter than its Content-Length.
            headers = {name: value for name, value in response.headers.items() if name != "Content-Length"}
            return replace(response, headers=headers, body=(*_half(response.body, self.after), Drop()))
        return replace(response, body=(*_split(response.body, after)[0], _EXCEPTIONS[self.kind]))

    def _has_member(self, call: Call, response: Response) -> bool:
        is_stream = response.headers.get("Content-Type") == EVENT_STREAM
        return is_stream and (self.kind, call.operation) != ("model-timeout", "ConverseStream")


def error_inside(response: Response) -> str | None:
    """Return the name of the exception that a fault put inside a stream, None where none is sent."""
    sent = list(takewhile(lambda part: not isinstance(part, Drop), response.body))
    return next((_IN_STREAM[kind] for kind, message in _EXCEPTIONS.items() if message in sent), None)


def _split(body: tuple[Part, ...], count: int) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Return what is sent up to the end of the first *count* chunks, and the rest. A wait is no chunk."""
    chunks = [index for index, part in enumerate(body) if isinstance(part, bytes)]
    end = chunks[count] if count < len(chunks) else len(body)
    return body[:end], body[end:]


def _half(body: tuple[Part, ...], after: int | None) -> tuple[Part, ...]:
    """Return what is sent of a response that breaks off: so many chunks, or half of it."""
    count = sum(isinstance(part, bytes) for part in body)
    if count > 1:
        return _split(body, count // 2 if after is None else after)[0]
    return tuple(part[: len(part) // 2] if isinstance(part, bytes) else part for part in body)
