"""What is told: one frozen record for each event, to the log and to the hook."""

import logging
import threading
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from bedrock_guard._diagnosis import Diagnosis
from bedrock_guard._fork import clean_in_child
from bedrock_guard._text import clean

QUIET = 5 * 60  # seconds in which one denial key is a WARNING only once
_MOST_KEYS = 1024

_log = logging.getLogger("bedrock_guard")


@dataclass(frozen=True)
class Event:
    """
    Something that the guard has seen or done; never a prompt, a completion or a credential.

    `name` is `denied`, `fallback` (another model has served the call), `fallback_failed` or `recovered`.
    `operation_name` is the API operation, such as `Converse`. `remembered`: the denial was an earlier call's.
    """

    name: str
    diagnosis: Diagnosis
    operation_name: str
    served_model_id: str | None = None
    remembered: bool = False

    def __post_init__(self) -> None:
        if self.diagnosis.attempts:
            object.__setattr__(self, "diagnosis", self.diagnosis.without_words())

    @property
    def drill(self) -> bool:
        """Whether it belongs to a drill."""
        return self.diagnosis.drill


class Hook(Protocol):
    """Whatever takes an `Event`: a metric, a trace, a counter. What it raises is logged, and goes no further."""

    def __call__(self, event: Event, /) -> object:
        """
        Take note of *event*, in the thread of the call that it is about.

        Of an asynchronous client `denied` comes in another thread, in which the denial is explained.
        """


class Teller:
    """The log and the hook of one guard."""

    def __init__(self, hook: Hook | None) -> None:
        self._hook = hook
        self._quiet = _Quiet()

    def denied(self, event: Event) -> None:
        """Tell of a denial: a WARNING once in five minutes for each key."""
        self._warn_once(event, "")
        self._call_hook(event)

    def listens(self) -> bool:
        """Tell whether anybody hears of what is told with each call."""
        return self._hook is not None or _log.isEnabledFor(logging.DEBUG)

    def fallback(self, event: Event, *, began: bool) -> None:
        """Tell of a call that another model has served: a WARNING when that begins."""
        _write(logging.WARNING if began else logging.DEBUG, event, f"; served by {event.served_model_id}")
        self._call_hook(event)

    def fallback_failed(self, event: Event) -> None:
        """Tell of a call that no model has served: a WARNING once in five minutes for each key."""
        codes = ", ".join(f"{each.model_id} ({each.error_code})" for each in event.diagnosis.attempts)
        self._warn_once(event, f"; tried {codes or 'none'}")
        self._call_hook(event)

    def recovered(self, event: Event) -> None:
        """Tell that the first choice serves again: a WARNING, so that whoever saw the beginning sees the end."""
        _write(logging.WARNING, event, "; no longer")
        self._call_hook(event)

    def _warn_once(self, event: Event, result: str) -> None:
        suppressed = self._quiet.suppressed(f"{event.name} {event.diagnosis.key}")
        if suppressed is not None:
            more = f" ({suppressed} more in the last five minutes)" if suppressed else ""
            _write(logging.WARNING, event, f"{result}{more}", suppressed=suppressed)

    def _call_hook(self, event: Event) -> None:
        if self._hook is None:
            return
        try:
            self._hook(event)
        except Exception as fault:  # noqa: BLE001 (it is not the caller's concern)
            log_fault("bedrock_guard.hook_failed", fault)


def log_fault(event: str, fault: Exception) -> None:
    """
    Log the kind and the place of *fault*, no more.

    Its text, and AWS's error that it came up beside, may hold line breaks that would forge log lines.
    """
    place = traceback.extract_tb(fault.__traceback__)[-1:]
    where = f" at {place[0].filename}:{place[0].lineno}" if place else ""
    _emit(logging.ERROR, "%s %s%s", event, type(fault).__name__, where)


def warn(event: str, text: str) -> None:
    """Log *text*, about the configuration of a guard, as a WARNING."""
    _emit(logging.WARNING, "%s %s", event, text)


def _write(level: int, event: Event, result: str, **facts: Any) -> None:
    if not _log.isEnabledFor(level):
        return
    diagnosis = event.diagnosis
    facts |= {"event": event.name, "operation_name": event.operation_name, "remembered": event.remembered}
    facts |= {"served_model_id": event.served_model_id} if event.served_model_id else {}
    drill = " (drill)" if event.drill else ""
    _emit(
        level,
        "bedrock_guard.%s%s %s %s%s",
        event.name,
        drill,
        diagnosis.key,
        diagnosis.summary,
        clean(result),
        extra={"bedrock_guard": {**_logged(diagnosis), **facts}},
    )


def _logged(diagnosis: Diagnosis) -> dict[str, Any]:
    """Return the facts of *diagnosis*."""
    facts = diagnosis.to_dict()
    facts["attempts"] = [{"model_id": each.model_id, "error_code": each.error_code} for each in diagnosis.attempts]
    return facts


def _emit(level: int, message: str, *values: object, extra: dict[str, Any] | None = None) -> None:
    with suppress(Exception):  # what the application's own handlers raise is not the caller's error
        _log.log(level, message, *values, extra=extra)


class _Quiet:
    """Which keys were told of lately, and how often they were passed over since."""

    def __init__(self) -> None:
        self._told: dict[str, list[Any]] = {}
        self.start_clean()
        clean_in_child(self)

    def start_clean(self) -> None:
        self._lock = threading.Lock()

    def suppressed(self, key: str) -> int | None:
        """Return how many were passed over where *key* is due, or None where it is not."""
        now = time.monotonic()
        with self._lock:
            entry = self._told.get(key)
            if entry is not None and now - entry[0] < QUIET:
                entry[1] += 1
                return None
            if len(self._told) >= _MOST_KEYS:
                self._told.clear()
            self._told[key] = [now, 0]
            return entry[1] if entry else 0
