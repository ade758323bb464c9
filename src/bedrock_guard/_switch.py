"""The switches, read when a call is made: the environment's, and the one of `Fallback(enabled=...)`."""

import os
import threading
import time
from collections.abc import Callable

from bedrock_guard._events import log_fault
from bedrock_guard._fork import clean_in_child

ASKED_EVERY = 1.0  # seconds
_PATIENCE = 1.0  # seconds that others wait for the first answer of all

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
        # Until the function has answered once, nobody has turned the fallback on.
        self.last = enabled is True
        self.start_clean()
        clean_in_child(self)

    def start_clean(self) -> None:
        """Forget who was asking."""
        self._lock = threading.Lock()
        self._asked_at: float | None = None
        self._was_answered = threading.Event()

    @property
    def may_ask(self) -> bool:
        """Whether `is_on` may call the user's function, which may take its time."""
        return callable(self._enabled)

    def is_on(self) -> bool:
        """Return whether the fallback is on now."""
        said = os.environ.get("BEDROCK_GUARD_FALLBACK", "").strip().lower()
        if said in _OFF:
            return False
        if callable(self._enabled):
            return self._ask(self._enabled)
        return self._enabled or said in _ON

    def _ask(self, enabled: Callable[[], bool]) -> bool:
        if self._is_due():
            try:
                self.last = _answer(enabled)
            except Exception as fault:  # noqa: BLE001 (it fails to its last answer)
                log_fault("bedrock_guard.switch_failed", fault)
            finally:
                self._was_answered.set()
        else:
            self._was_answered.wait(_PATIENCE)
        return self.last

    def _is_due(self) -> bool:
        with self._lock:  # not held over the question: whoever comes meanwhile takes the last answer
            now = self._clock()
            if self._asked_at is not None and now - self._asked_at < ASKED_EVERY:
                return False
            self._asked_at = now
            return True


def _answer(enabled: Callable[[], bool]) -> bool:
    answer = enabled()
    if not isinstance(answer, bool):  # a parameter store's "false" is true to Python
        raise TypeError(f"enabled returned a {type(answer).__name__}, not True or False")
    return answer
