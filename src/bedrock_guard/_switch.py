"""The switches, read when a call is made: the environment's, and the one of `Fallback(enabled=...)`."""

import os
import threading
import time
from collections.abc import Callable

from bedrock_guard._events import log_fault, warn
from bedrock_guard._fork import clean_in_child

ASKED_EVERY = 1.0  # seconds
PATIENCE = 1.0  # seconds that calls wait for an answer
GIVEN_UP = 60.0  # seconds after which a question without an answer is asked again

_MEANING = {"off": False, "0": False, "false": False, "no": False, "on": True, "1": True, "true": True, "yes": True}
_warned: set[tuple[str, str]] = set()


def is_guard_off() -> bool:
    """Tell whether BEDROCK_GUARD turns the guard off altogether."""
    return _said("BEDROCK_GUARD") is False


def _said(name: str) -> bool | None:
    """Return what the environment says: on, off, or nothing that is known, of which there is a WARNING once."""
    said = os.environ.get(name)
    if said is None:
        return None
    word = said.strip().lower()
    if word and word not in _MEANING and (name, word) not in _warned:
        _warned.add((name, word))
        warn("bedrock_guard.switch_not_understood", f"{name} is on or off; {said[:40]!r} is ignored")
    return _MEANING.get(word)


class _Question:
    """The user's function, asked once."""

    def __init__(self, asked_at: float) -> None:
        self.asked_at = asked_at
        self.answered = threading.Event()


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
        self._question: _Question | None = None

    def known(self) -> bool | None:
        """Return whether the fallback is on, or None where the user's function is to be asked, or waited for."""
        said = _said("BEDROCK_GUARD_FALLBACK")
        if said is False:
            return False
        if self._function is None:
            return self.last or said is True
        question = self._question
        if question is None or self._is_due(question):
            return None
        is_awaited = not question.answered.is_set() and self._age(question) < PATIENCE
        return None if is_awaited else self.last

    def asked(self) -> bool:
        """Return what the user's function answers, its last answer where it fails or takes more than a second."""
        if self._function is not None:
            question = self._present(self._function)
            question.answered.wait(max(0.0, PATIENCE - self._age(question)))
        return self.last

    def _present(self, function: Callable[[], bool]) -> _Question:
        with self._lock:  # not held over the question
            if self._question is not None and not self._is_due(self._question):
                return self._question
            self._question = question = _Question(self._now())
        # It may hang, and is waited for by no call of whom it is no business.
        thread = threading.Thread(target=self._ask, args=(function, question), name="bedrock_guard-switch", daemon=True)
        try:
            thread.start()
        except RuntimeError as fault:  # the process has as many as it may
            log_fault("bedrock_guard.switch_failed", fault)
            question.answered.set()
        return question

    def _ask(self, function: Callable[[], bool], question: _Question) -> None:
        try:
            answer = _answer(function)
            if question is self._question:  # else it comes after that of a later one
                self.last = answer
        except Exception as fault:  # noqa: BLE001 (it fails to its last answer)
            log_fault("bedrock_guard.switch_failed", fault)
        finally:
            question.answered.set()

    def _is_due(self, question: _Question) -> bool:
        """Tell whether it is time to ask again."""
        return self._age(question) >= (ASKED_EVERY if question.answered.is_set() else GIVEN_UP)

    def _age(self, question: _Question) -> float:
        return self._now() - question.asked_at


def _answer(function: Callable[[], bool]) -> bool:
    answer = function()
    if not isinstance(answer, bool):  # a parameter store's "false" is true to Python
        raise TypeError(f"enabled returned a {type(answer).__name__}, not True or False")
    return answer
