"""The switch: read with each call, and never a reason to hang or to fail."""

import asyncio
import logging
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import pytest

import bedrock_guard
from bedrock_guard import Fallback, ScpDeniedError, _switch
from bedrock_guard._switch import Switch
from bedrock_guard.simulator import Simulator
from fallbacks.cases import MISTRAL, Clock, ask, asynchronous, guarded, models
from policies import HELLO, JP_CLAUDE, NOVA


def is_served(client: Any) -> bool:
    """Tell whether the fallback serves a call."""
    try:
        return bool(ask(client)["served_model_id"] == NOVA)
    except ScpDeniedError:
        return False


class Hanging:
    """A flag store that hangs until it is released."""

    def __init__(self) -> None:
        self.reached, self.released = threading.Event(), threading.Event()
        self.asked = 0

    def __call__(self) -> bool:
        self.asked += 1
        self.reached.set()
        return self.released.wait(60)


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    """Return a flag store that hangs while the test lasts."""
    yield (store := Hanging())
    store.released.set()


@pytest.mark.parametrize(
    ("said", "enabled", "is_on"),
    [
        (None, True, True),
        (None, False, False),
        ("on", False, True),
        ("ON ", False, True),
        ("off", True, False),
        ("Off", True, False),
        ("off", lambda: True, False),
        ("on", lambda: False, False),  # the function drives a fleet, and may say no
        (None, lambda: True, True),
        (None, lambda: False, False),
        *[(word, True, False) for word in ("0", "false", "no")],
        *[(word, False, True) for word in ("1", "true", "yes")],
        ("perhaps", True, True),
        ("perhaps", False, False),
        ("", True, True),
    ],
)
def test_environment_and_configuration(
    monkeypatch: pytest.MonkeyPatch, simulator: Simulator, said: str | None, enabled: Any, is_on: Any
) -> None:
    """`off` wins over everything, `on` enables what was configured as off, anything else says nothing."""
    if said is not None:
        monkeypatch.setenv("BEDROCK_GUARD_FALLBACK", said)

    assert is_served(guarded(simulator, Fallback(NOVA, enabled=enabled))) == is_on


def test_turned_off_while_degraded_the_first_choice_is_sent(
    monkeypatch: pytest.MonkeyPatch, simulator: Simulator
) -> None:
    """And once it is on again, what was remembered holds still."""
    client = guarded(simulator)
    ask(client)
    monkeypatch.setenv("BEDROCK_GUARD_FALLBACK", "off")
    during = is_served(client)
    monkeypatch.delenv("BEDROCK_GUARD_FALLBACK")

    assert not during
    assert ask(client)["remembered"]
    assert models(simulator) == [JP_CLAUDE, NOVA, JP_CLAUDE, NOVA]


def test_guard_turned_off_while_degraded_lets_awss_own_error_out(
    monkeypatch: pytest.MonkeyPatch, simulator: Simulator
) -> None:
    """Nothing of ours is left in it."""
    client = guarded(simulator)
    ask(client)
    monkeypatch.setenv("BEDROCK_GUARD", "off")
    with pytest.raises(client.exceptions.AccessDeniedException) as caught:
        ask(client)

    assert not isinstance(caught.value, ScpDeniedError)
    assert models(simulator) == [JP_CLAUDE, NOVA, JP_CLAUDE]


@pytest.mark.parametrize("answer", ["true", "false", None, 1, 0])
def test_answer_that_is_neither_true_nor_false_is_a_failure(
    simulator: Simulator, caplog: pytest.LogCaptureFixture, answer: Any
) -> None:
    """A parameter store's "false" would be true."""
    answers = [True, answer]
    client = guarded(simulator, Fallback(NOVA, enabled=lambda: answers.pop(0)))
    client._bedrock_guard.switch._now = clock = Clock()
    first = is_served(client)
    clock.time += 1

    assert first
    assert is_served(client)
    assert "bedrock_guard.switch_failed TypeError" in caplog.text


def test_function_is_asked_once_a_second_at_most(simulator: Simulator) -> None:
    """However many calls there are."""
    asked: list[float] = []

    def enabled() -> bool:
        asked.append(clock.time)
        return True

    client = guarded(simulator, Fallback(NOVA, enabled=enabled))
    client._bedrock_guard.switch._now = clock = Clock()
    for _ in range(8):
        ask(client)
        clock.time += 0.25

    assert asked == [1000, 1001]


def test_calls_that_are_not_denied_do_not_ask(simulator: Simulator, hanging: Hanging) -> None:
    """Nothing depends on the answer."""
    client = guarded(simulator, Fallback(NOVA, enabled=hanging))
    simulator.set_scps([])
    ask(client)

    assert hanging.asked == 0


def test_calls_of_another_model_do_not_ask(simulator: Simulator) -> None:
    """Nor does a call of what has recovered: a slow flag store is no business of theirs."""
    asked = count()
    client = guarded(simulator, Fallback([NOVA], enabled=lambda: next(asked) >= 0, probes=1), Clock())
    client._bedrock_guard.switch._now = count(step=2).__next__  # so each would be due
    ask(client)
    simulator.set_scps([])
    ask(client, MISTRAL)
    client._bedrock_guard.memory.now.time += 300
    ask(client)
    ask(client)

    assert (next(asked), bedrock_guard.status()) == (1, [])


@pytest.mark.parametrize("name", ["BEDROCK_GUARD", "BEDROCK_GUARD_FALLBACK"])
def test_word_that_is_not_understood_is_told_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, simulator: Simulator, name: str
) -> None:
    """Whoever writes `disabled` believes that it is off."""
    monkeypatch.setenv(name, "disabled\n")
    client = guarded(simulator)
    for _ in range(3):
        ask(client)
    told = [record.getMessage() for record in caplog.records if "switch_not_understood" in record.getMessage()]

    assert told == [rf"bedrock_guard.switch_not_understood {name} is on or off; 'disabled\n' is ignored"]


def test_function_that_turns_it_off_while_degraded(simulator: Simulator) -> None:
    """Calls go to the first choice again."""
    answers = [True, False]
    client = guarded(simulator, Fallback(NOVA, enabled=lambda: answers.pop(0)))
    client._bedrock_guard.switch._now = clock = Clock()
    first = is_served(client)
    clock.time += 1

    assert first
    assert not is_served(client)
    assert models(simulator) == [JP_CLAUDE, NOVA, JP_CLAUDE]


def test_question_that_hangs_is_asked_again_after_a_minute(
    monkeypatch: pytest.MonkeyPatch, simulator: Simulator, hanging: Hanging
) -> None:
    """And the late answer of the first one no longer counts."""
    monkeypatch.setattr(_switch, "PATIENCE", 0.01)
    answers: list[Any] = [hanging, lambda: False]

    def enabled() -> bool:
        return bool(answers.pop(0)())

    client = guarded(simulator, Fallback(NOVA, enabled=enabled))
    switch = client._bedrock_guard.switch
    switch._now = clock = Clock()
    is_served(client)
    hung = switch._question
    clock.time += 60
    is_served(client)
    hanging.released.set()
    hung.answered.wait(60)

    assert answers == []
    assert switch.last is False


def test_question_that_hangs_is_not_asked_again_within_the_minute(
    monkeypatch: pytest.MonkeyPatch, hanging: Hanging
) -> None:
    """A store in trouble is not run into by more and more threads, and no call waits any longer."""
    monkeypatch.setattr(_switch, "PATIENCE", 0.01)
    switch = Switch(enabled=hanging, clock=(clock := Clock()))
    first = switch.asked()
    hanging.reached.wait(60)
    clock.time += 59
    later = switch.known(), switch.asked()

    assert (first, later, hanging.asked) == (False, (False, False), 1)


def test_calls_wait_together_for_one_answer(hanging: Hanging) -> None:
    """Whoever comes while it is asked waits for it, and asks nothing."""
    switch = Switch(enabled=hanging, clock=Clock())  # which stands still: their patience does not end
    with ThreadPoolExecutor(8) as pool:
        asking = [pool.submit(switch.asked) for _ in range(8)]
        hanging.reached.wait(60)
        during = switch.known()
        hanging.released.set()
        answers = [each.result(60) for each in asking]

    assert (during, hanging.asked) == (None, 1)
    assert answers == [True] * 8


def test_calls_wait_for_a_second_in_all(monkeypatch: pytest.MonkeyPatch, hanging: Hanging) -> None:
    """Whoever comes late waits for what is left of it: here nothing."""
    monkeypatch.setattr(_switch, "PATIENCE", 3600)
    monkeypatch.setattr(_switch, "GIVEN_UP", 1e9)
    switch = Switch(enabled=hanging, clock=(clock := Clock()))
    threading.Thread(target=switch.asked, daemon=True).start()
    hanging.reached.wait(60)
    clock.time += 3600
    late = threading.Thread(target=switch.asked, daemon=True)
    late.start()
    late.join(30)

    assert switch.known() is False
    assert not late.is_alive()


def test_waiting_and_asking_are_bounded_by_a_second() -> None:
    """What a call may add, and what a store may be asked."""
    assert (_switch.PATIENCE, _switch.ASKED_EVERY) == (1.0, 1.0)


def test_question_that_hangs_holds_no_exit(monkeypatch: pytest.MonkeyPatch, hanging: Hanging) -> None:
    """A process ends without its answer."""
    monkeypatch.setattr(_switch, "PATIENCE", 0.01)
    Switch(enabled=hanging).asked()
    hanging.reached.wait(60)

    assert {each.daemon for each in threading.enumerate() if each.name == "bedrock_guard-switch"} == {True}


def test_hanging_function_is_given_up_and_its_late_answer_counts(
    monkeypatch: pytest.MonkeyPatch, simulator: Simulator, hanging: Hanging
) -> None:
    """The last answer holds meanwhile: here none, which is no."""
    monkeypatch.setattr(_switch, "PATIENCE", 0.01)
    client = guarded(simulator, Fallback(NOVA, enabled=hanging))
    during = [is_served(client) for _ in range(3)]
    hanging.released.set()
    client._bedrock_guard.switch._question.answered.wait(60)

    assert during == [False] * 3
    assert is_served(client)
    assert hanging.asked == 1


async def test_event_loop_goes_on_while_the_function_hangs(simulator: Simulator, hanging: Hanging) -> None:
    """Only the calls that depend on its answer wait for it."""
    async with asynchronous(simulator, Fallback(NOVA, enabled=hanging)) as client:
        client._bedrock_guard.switch._now = Clock()  # which stands still: its patience does not end
        call = asyncio.create_task(client.converse(modelId=JP_CLAUDE, messages=HELLO))
        await asyncio.to_thread(hanging.reached.wait, 60)
        hanging.released.set()
        response = await call

    assert response["ResponseMetadata"]["BedrockGuard"]["served_model_id"] == NOVA


async def test_event_loop_without_a_thread_to_ask_in_goes_by_the_last_answer(
    monkeypatch: pytest.MonkeyPatch, simulator: Simulator
) -> None:
    """A process that has as many as it may keeps its fallback."""

    def refuse(*_: Any) -> None:
        raise RuntimeError("can't start new thread")

    async with asynchronous(simulator, Fallback(NOVA, enabled=lambda: True)) as client:
        client._bedrock_guard.switch._now = clock = Clock()
        await client.converse(modelId=JP_CLAUDE, messages=HELLO)
        clock.time += 1
        monkeypatch.setattr(ThreadPoolExecutor, "submit", refuse)
        response = await client.converse(modelId=JP_CLAUDE, messages=HELLO)

    assert response["ResponseMetadata"]["BedrockGuard"]["remembered"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_forked_child_asks_for_itself(hanging: Hanging) -> None:
    """The thread that was asking is not in the child."""
    switch = Switch(enabled=hanging, clock=Clock())
    asking = threading.Thread(target=switch.asked)
    asking.start()
    hanging.reached.wait(60)
    child = os.fork()
    if child == 0:
        hanging.released = threading.Event()
        hanging.released.set()
        os._exit(0 if switch.asked() else 1)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    hanging.released.set()
    asking.join()

    assert status == 0


def test_thread_that_cannot_start_leaves_the_last_answer(
    monkeypatch: pytest.MonkeyPatch, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    """A process that has as many as it may is not let down by the guard."""

    def refuse(*_: Any) -> None:
        raise RuntimeError("can't start new thread")

    client = guarded(simulator, Fallback(NOVA, enabled=lambda: True))
    client._bedrock_guard.switch._now = clock = Clock()
    first = is_served(client)
    clock.time += 1
    monkeypatch.setattr(threading.Thread, "start", refuse)

    assert first
    assert is_served(client)
    assert "bedrock_guard.switch_failed RuntimeError" in caplog.text


def test_thread_that_cannot_start_is_tried_again_a_second_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for an answer that cannot come."""

    def refuse(*_: Any) -> None:
        raise RuntimeError("can't start new thread")

    switch = Switch(enabled=lambda: True, clock=(clock := Clock()))
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        switch.asked()
    during = switch.known()
    clock.time += 1

    assert during is False
    assert switch.known() is None
    assert switch.asked()


def test_function_that_fails_is_logged_without_its_words(
    simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    """It is a fault to look after, and may hold anything."""

    def fail() -> bool:
        raise ValueError("secret")

    is_served(guarded(simulator, Fallback(NOVA, enabled=fail)))
    faults = [record for record in caplog.records if "switch_failed" in record.getMessage()]

    assert [record.levelno for record in faults] == [logging.ERROR]
    assert "secret" not in caplog.text
