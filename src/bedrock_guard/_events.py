"""What is told: one frozen record for each event, to the log and to the hook."""

import logging
import threading
import time
import traceback
from dataclasses import dataclass
from typing import Any, Protocol

from bedrock_guard._diagnosis import Diagnosis

QUIET = 5 * 60  # seconds in which one denial key is a WARNING only once
_MOST_KEYS = 1024

_log = logging.getLogger("bedrock_guard")


@dataclass(frozen=True)
class Event:
    """
    Something that the guard has done or seen; never a prompt, a completion or a credential.

    `name` is `denied`. `operation_name` is the API operation, such as `Converse`.
    """

    name: str
    diagnosis: Diagnosis
    operation_name: str


class Hook(Protocol):
    """Whatever takes an `Event`: a metric, a trace, a counter. What it raises is logged, and goes no further."""

    def __call__(self, event: Event, /) -> object:
        """Take note of *event*; called in the thread of the denied call."""


class Teller:
    """The log and the hook of one guard."""

    def __init__(self, hook: Hook | None) -> None:
        self._hook = hook
        self._quiet = _Quiet()

    def denied(self, diagnosis: Diagnosis, operation_name: str) -> None:
        """Tell of a denial: a WARNING once in five minutes for each key, and the hook every time."""
        suppressed = self._quiet.suppressed(diagnosis.key)
        if suppressed is not None:
            more = f" ({suppressed} more in the last five minutes)" if suppressed else ""
            facts = {**diagnosis.to_dict(), "event": "denied", "operation_name": operation_name}
            facts["suppressed"] = suppressed
            _log.warning(
                "bedrock_guard.denied %s %s%s",
                diagnosis.key,
                diagnosis.summary,
                more,
                extra={"bedrock_guard": facts},
            )
        self._call_hook(Event("denied", diagnosis, operation_name))

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
    _log.error("%s %s%s", event, type(fault).__name__, where)


class _Quiet:
    """Which keys were told of lately, and how often they were passed over since."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: dict[str, list[Any]] = {}

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
