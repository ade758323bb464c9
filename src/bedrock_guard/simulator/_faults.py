"""
What goes wrong, by rule and by seed.

https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html
"""

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, Literal, TypeAlias, get_args

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
    "internal-error": ("InternalServerException", _UNEXPECTED),
    "service-unavailable": ("ServiceUnavailableException", "Bedrock is unable to process your request."),
}
# What the output streams have a member for.
# https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStreamOutput.html
_IN_STREAM = {
    "throttling": "throttlingException",
    "model-error": "modelStreamErrorException",
    "internal-error": "internalServerException",
    "service-unavailable": "serviceUnavailableException",
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
    `stall`, a `half-written` end, or an error, which then comes inside the stream; None sends an error in its place.
    Policies come before errors: a request that they deny meets none. What befalls the connection befalls every answer.
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
        """Whether an error is answered in place of the response, which else is sent and spoilt."""
        return self.kind in _ERRORS and self.after is None

    def matches(self, call: Call) -> bool:
        """Tell whether the rule is about *call*."""
        return (
            fnmatchcase(call.operation, self.operation)
            and fnmatchcase(call.model_id or "", self.model_id)
            and fnmatchcase(call.region, self.region)
        )

    def spoil(self, response: Response) -> Response:
        """Return *response* with what happens to it on its way."""
        after = self.after or 0
        if self.kind == "dropped":
            return replace(response, body=(Drop(),))
        if self.kind == "latency":
            return replace(response, body=(Pause(self.seconds), *response.body))
        if self.kind == "stall":
            return replace(response, body=(*response.body[:after], Pause(self.seconds), *response.body[after:]))
        if self.kind == "half-written":
            # No length is announced: botocore 1.43.117 takes a body for whole that is shorter than its Content-Length.
            headers = {name: value for name, value in response.headers.items() if name != "Content-Length"}
            return replace(response, headers=headers, body=(*_half(response, self.after), Drop()))
        return self._with_error(response, after)

    def _with_error(self, response: Response, after: int) -> Response:
        if response.headers.get("Content-Type") != EVENT_STREAM:
            return response
        exception = encode_exception(_IN_STREAM[self.kind], {"message": _ERRORS[self.kind][1]})
        return replace(response, body=(*response.body[:after], exception))


def _half(response: Response, after: int | None) -> tuple[Part, ...]:
    """Return what is sent of a response that breaks off: so many chunks, or half of it."""
    if len(response.body) > 1:
        return response.body[: len(response.body) // 2 if after is None else after]
    return tuple(part[: len(part) // 2] for part in response.body if isinstance(part, bytes))


@dataclass
class _Rule:
    fault: Fault
    left: int | None

    def happens(self, call: Call, chance: float) -> bool:
        return self.left != 0 and chance < self.fault.probability and self.fault.matches(call)


class Faults:
    """The rules in effect, in the order in which they were added. Safe for threads."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 (reproducible on purpose)
        self._rules: list[_Rule] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Put *fault* into effect."""
        with self._lock:
            self._rules.append(_Rule(fault, fault.times))

    def clear(self) -> None:
        """End all of them."""
        with self._lock:
            self._rules.clear()

    def strike(self, call: Call) -> None:
        """Raise the error of the first rule that has one for *call*."""
        for fault in self._take(call, errors=True):
            raise ServiceError(*_ERRORS[fault.kind])

    def spoil(self, call: Call, response: Response) -> Response:
        """Return *response* with all that happens to it on its way: latency last, for it comes before the rest."""
        for fault in sorted(self._take(call, errors=False), key=lambda fault: fault.kind == "latency"):
            response = fault.spoil(response)
        return response

    def _take(self, call: Call, *, errors: bool) -> list[Fault]:
        with self._lock:
            rules = [rule for rule in self._rules if rule.fault.is_error is errors]
            due = [rule for rule in rules if rule.happens(call, self._random.random())]
            due = due[:1] if errors else due  # one error is answered
            for rule in due:
                rule.left = None if rule.left is None else rule.left - 1
            return [rule.fault for rule in due]
