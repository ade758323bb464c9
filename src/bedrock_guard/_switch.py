"""The switches, read when a call is made: the environment's, and the one of `Fallback(enabled=...)`."""

import os
import time
from collections.abc import Callable

from bedrock_guard._events import log_fault

ASKED_EVERY = 1.0  # seconds

_OFF = frozenset({"off", "0", "false", "no"})
_ON = frozenset({"on", "1", "true", "yes"})


def is_guard_off() -> bool:
    """Tell whether BEDROCK_GUARD turns the guard off altogether."""
    return os.environ.get("BEDROCK_GUARD", "").strip().lower() in _OFF


class Switch:
    """Whether the fallback is on: BEDROCK_GUARD_FALLBACK=off wins over all, then what was configured."""

    def __init__(self, *, enabled: bool | Callable[[], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._enabled = enabled
        self._clock = clock
        self._asked_at: float | None = None
        # Until the function has answered once, nobody has turned the fallback on.
        self._answer = enabled is True

    def is_on(self) -> bool:
        """Return whether the fallback is on now."""
        said = os.environ.get("BEDROCK_GUARD_FALLBACK", "").strip().lower()
        if said in _OFF:
            return False
        if said in _ON and self._enabled is False:
            return True
        return self._asked() if callable(self._enabled) else self._answer

    def _asked(self) -> bool:
        now = self._clock()
        if callable(self._enabled) and (self._asked_at is None or now - self._asked_at >= ASKED_EVERY):
            self._asked_at = now  # whoever comes meanwhile takes the last answer: no lock is held over the question
            try:
                self._answer = bool(self._enabled())
            except Exception as fault:  # noqa: BLE001 (it fails to its last answer)
                log_fault("bedrock_guard.switch_failed", fault)
        return self._answer
