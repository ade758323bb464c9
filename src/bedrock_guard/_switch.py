"""The switches, read when a call is made: the environment's, and the one of `Fallback(enabled=...)`."""

import os
import threading
import time
from collections.abc import Callable
from math import inf

from bedrock_guard._events import log_fault
from bedrock_guard._fork import clean_in_child

ASKED_EVERY = 1.0  # seconds
PATIENCE = 1.0  # seconds that calls wait for an answer

_OFF = frozenset({"off", "0", "false", "no"})
_ON = frozenset({"on", "1", "true", "yes"})


def is_guard_off() -> bool:
    """Tell whether BEDROCK_GUARD turns the guard off altogether."""
    said = os.environ.get("BEDROCK_GUARD")
    return said is not None and _means(said, _OFF)


def _means(said: str, words: frozenset[str]) -> bool:
    return said.strip().lower() in words


class Switch:
    """Whether the fallback is on: BEDROCK_GUARD_FALLBACK=off wins over all, then what was configured."""

    def __init__(self, *, enabled: bool | Callable[[], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._function = enabled if callable(enabled) else None
        self._now = clock
        # Until the function has answered once, nobody has turned the fallback on.
        self.last = enabled is True
        self.start_clean()
        clean_in_child(self)

    def start_clean(self) -> None:
        """Forget who was asking."""
        self._lock = threading.Lock()
        self._asked_at = -inf
        self._answered = threading.Event()
        self._answered.set()

    def known(self) -> bool | None:
        """Return whether the fallback is on, or None where the user's function is to be asked, or waited for."""
        said = os.environ.get("BEDROCK_GUARD_FALLBACK")
        if said is not None and _means(said, _OFF):
            return False
        if self._function is None:
            return self.last or (said is not None and _means(said, _ON))
        return self.last if self._answered.is_set() == self._is_fresh() else None

    def asked(self) -> bool:
        """Return what the user's function answers, its last answer where it fails or takes more than a second."""
        if self._function is not None and self._is_mine_to_ask():
            # It may hang, and is waited for by no call of whom it is no business.
            thread = threading.Thread(
                target=self._ask, args=(self._function,), name="bedrock_guard-switch", daemon=True
            )
            try:
                thread.start()
            except RuntimeError as fault:  # the process has as many as it may
                log_fault("bedrock_guard.switch_failed", fault)
                self._answered.set()
        self._answered.wait(max(0.0, self._asked_at + PATIENCE - self._now()))
        return self.last

    def _ask(self, function: Callable[[], bool]) -> None:
        try:
            self.last = _answer(function)
        except Exception as fault:  # noqa: BLE001 (it fails to its last answer)
            log_fault("bedrock_guard.switch_failed", fault)
        finally:
            self._answered.set()

    def _is_fresh(self) -> bool:
        return self._now() - self._asked_at < ASKED_EVERY

    def _is_mine_to_ask(self) -> bool:
        with self._lock:  # not held over the question
            if self._is_fresh() or not self._answered.is_set():
                return False
            self._asked_at = self._now()
            self._answered.clear()
            return True


def _answer(function: Callable[[], bool]) -> bool:
    answer = function()
    if not isinstance(answer, bool):  # a parameter store's "false" is true to Python
        raise TypeError(f"enabled returned a {type(answer).__name__}, not True or False")
    return answer
