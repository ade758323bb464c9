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
    return _said("BEDROCK_GUARD") in _OFF


def _said(name: str) -> str:
    value = os.environ.get(name)
    return value.strip().lower() if value else ""


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

    def needs_asking(self) -> bool:
        """Tell whether `is_on` may call the user's function, or wait for another thread that does."""
        return callable(self._enabled) and not (self._was_answered.is_set() and self._is_fresh())

    def is_on(self) -> bool:
        """Return whether the fallback is on now."""
        if callable(self._enabled):
            self._ask(self._enabled)
        return self.stands()

    def stands(self) -> bool:
        """Return whether the fallback is on by the last answer; nothing is asked."""
        said = _said("BEDROCK_GUARD_FALLBACK")
        if said in _OFF:
            return False
        return self.last or (self._enabled is False and said in _ON)

    def _ask(self, enabled: Callable[[], bool]) -> None:
        if not self._is_mine_to_ask():
            self._was_answered.wait(_PATIENCE)
            return
        try:
            self.last = _answer(enabled)
        except Exception as fault:  # noqa: BLE001 (it fails to its last answer)
            log_fault("bedrock_guard.switch_failed", fault)
        finally:
            self._was_answered.set()

    def _is_fresh(self) -> bool:
        return self._asked_at is not None and self._clock() - self._asked_at < ASKED_EVERY

    def _is_mine_to_ask(self) -> bool:
        with self._lock:  # not held over the question: whoever comes meanwhile takes the last answer
            if self._is_fresh():
                return False
            self._asked_at = self._clock()
            return True


def _answer(enabled: Callable[[], bool]) -> bool:
    answer = enabled()
    if not isinstance(answer, bool):  # a parameter store's "false" is true to Python
        raise TypeError(f"enabled returned a {type(answer).__name__}, not True or False")
    return answer
