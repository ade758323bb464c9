"""How calls find back to the first choice, by a clock that the test winds."""

import asyncio
import contextlib
import contextvars
import logging
import os
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bedrock_guard
from bedrock_guard._fallback._memory import PAUSE
from bedrock_guard.simulator import Fault, Simulator
from conftest import TOKYO
from fallbacks.cases import APAC_NOVA, Clock, ask, asynchronous, guarded, models, sent, told, with_settings
from policies import CLAUDE, HELLO, JAPAN_ONLY, JP_CLAUDE, NOVA, TOKYO_ONLY


@pytest.fixture
def clock() -> Clock:
    """Return a clock."""
    return Clock()


def test_first_choice_is_not_tried_before_its_time(simulator: Simulator, clock: Clock) -> None:
    """Not even where the SCP is long fixed."""
    client = guarded(simulator, with_settings(), clock)
    ask(client)
    simulator.set_scps([])
    clock.time += 299

    assert ask(client)["remembered"]


def test_good_probes_in_a_row_end_it(simulator: Simulator, clock: Clock) -> None:
    """Each is a caller's own call, and the next call after a good one is the next."""
    events: list[str] = []
    client = guarded(simulator, with_settings(probes=3), clock, hook=lambda event: events.append(event.name))
    ask(client)
    simulator.set_scps([])
    clock.time += 300
    answers = [ask(client) for _ in range(4)]

    assert answers == [None] * 4
    assert events == ["denied", "fallback", "recovered"]
    assert bedrock_guard.status() == []
    assert models(simulator) == [JP_CLAUDE, NOVA, *[JP_CLAUDE] * 4]


def test_probe_that_is_denied_is_served_by_the_fallback(simulator: Simulator, clock: Clock) -> None:
    """Its caller has an answer all the same, and the period doubles."""
    client = guarded(simulator, with_settings(), clock)
    ask(client)
    clock.time += 300
    probed = ask(client)
    clock.time += 599
    simulator.set_scps([])
    waiting = ask(client)
    clock.time += 1

    assert (probed["served_model_id"], probed["remembered"]) == (NOVA, False)
    assert waiting["remembered"]
    assert ask(client) is None


def test_probe_that_meets_another_failure_is_the_callers_and_proves_nothing(simulator: Simulator, clock: Clock) -> None:
    """The fallback serves the next calls; the first choice is tried again in a while."""
    client = guarded(simulator, with_settings(), clock)
    ask(client)
    simulator.set_scps([])
    simulator.add_fault(Fault("throttling", model_id=JP_CLAUDE, times=1))
    clock.time += 300
    with pytest.raises(client.exceptions.ThrottlingException):
        ask(client)

    assert ask(client)["served_model_id"] == NOVA
    clock.time += PAUSE
    assert ask(client) is None
    assert bedrock_guard.status() == []


def test_probe_before_which_the_switch_is_asked_ends_it_too(simulator: Simulator, clock: Clock) -> None:
    """Its good answer counts like any other."""
    client = guarded(simulator, with_settings(enabled=lambda: True), clock)
    client._bedrock_guard.switch._now = clock
    ask(client)
    simulator.set_scps([])
    clock.time += 300

    assert ask(client) is None
    assert bedrock_guard.status() == []


def test_interrupted_probe_is_another_calls(simulator: Simulator, clock: Clock) -> None:
    """Ctrl-C in the middle of it releases it."""
    client = guarded(simulator, with_settings(), clock)
    ask(client)
    simulator.set_scps([])
    clock.time += 300
    interrupts = [KeyboardInterrupt()]

    def interrupt(**_: Any) -> None:
        if interrupts:
            raise interrupts.pop()

    client.meta.events.register_first("before-send.bedrock-runtime", interrupt)
    with pytest.raises(KeyboardInterrupt):
        ask(client)
    clock.time += PAUSE

    assert ask(client) is None


async def test_cancelled_probe_is_another_calls(simulator: Simulator, clock: Clock) -> None:
    """As with asyncio."""
    async with asynchronous(simulator, with_settings()) as client:
        client._bedrock_guard.memory.now = clock
        await client.converse(modelId=JP_CLAUDE, messages=HELLO)
        simulator.set_scps([])
        clock.time += 300
        reached, blocked = asyncio.Event(), [True]

        async def hang(**_: Any) -> None:
            if blocked:
                reached.set()
                await asyncio.Event().wait()

        client.meta.events.register("before-call.bedrock-runtime", hang)
        probe = asyncio.create_task(client.converse(modelId=JP_CLAUDE, messages=HELLO))
        await reached.wait()
        probe.cancel()
        with pytest.raises(asyncio.CancelledError):
            await probe
        blocked.clear()
        clock.time += PAUSE
        answer = await client.converse(modelId=JP_CLAUDE, messages=HELLO)

    assert "BedrockGuard" not in answer["ResponseMetadata"]


def test_one_probe_at_a_time_and_no_call_lost_or_doubled(simulator: Simulator, clock: Clock) -> None:
    """Sixty-four threads while the SCP is fixed: one is with the first choice, all others have the fallback's answer."""
    client = guarded(simulator, with_settings(probes=3), clock)
    ask(client)
    clock.time += 300
    simulator.set_scps([])
    probes: list[str] = []
    reached, held = threading.Event(), threading.Event()

    def enter(request: Any, **_: Any) -> None:
        if "jp." in request.url:
            probes.append(request.url)
            reached.set()
            held.wait(60)

    client.meta.events.register_first("before-send.bedrock-runtime", enter)
    with ThreadPoolExecutor(64) as pool:
        probe = pool.submit(ask, client)
        reached.wait(60)
        others = [future.result(60) for future in [pool.submit(ask, client) for _ in range(63)]]
        during = len(probes)
        held.set()
        answers = [probe.result(60), *others]

    assert during == 1
    assert sum(answer is None for answer in answers) == 1
    assert len(simulator.requests) == 2 + 64


async def test_probe_that_is_closed_elsewhere_is_another_calls(
    simulator: Simulator, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    """As an event loop does at its end: in another context than the call's own."""
    async with asynchronous(simulator, with_settings()) as client:
        client._bedrock_guard.memory.now = clock
        await client.converse(modelId=JP_CLAUDE, messages=HELLO)
        simulator.set_scps([])
        clock.time += 300
        blocked = [True]

        async def hang(**_: Any) -> None:
            if blocked:
                await asyncio.Event().wait()

        client.meta.events.register("before-call.bedrock-runtime", hang)
        probe = client.converse(modelId=JP_CLAUDE, messages=HELLO)
        contextvars.copy_context().run(probe.send, None)
        with contextlib.suppress(ValueError):  # of botocore's own context
            probe.close()
        blocked.clear()
        clock.time += PAUSE

        assert told(await client.converse(modelId=JP_CLAUDE, messages=HELLO)) is None
        assert "bedrock_guard.failed" not in caplog.text


async def test_sixty_four_tasks_have_one_probe_at_a_time(simulator: Simulator, clock: Clock) -> None:
    """As with threads."""
    async with asynchronous(simulator, with_settings()) as client:
        client._bedrock_guard.memory.now = clock
        await client.converse(modelId=JP_CLAUDE, messages=HELLO)
        clock.time += 300
        simulator.set_scps([])
        probes: list[Any] = []
        reached, held = asyncio.Event(), asyncio.Event()

        async def enter(params: Any, **_: Any) -> None:
            if "jp." in params["url_path"]:
                probes.append(params)
                reached.set()
                await held.wait()

        client.meta.events.register("before-call.bedrock-runtime", enter)
        probe = asyncio.create_task(client.converse(modelId=JP_CLAUDE, messages=HELLO))
        await reached.wait()
        others = await asyncio.gather(*(client.converse(modelId=JP_CLAUDE, messages=HELLO) for _ in range(63)))
        during = len(probes)
        held.set()
        answers = [told(each) for each in [await probe, *others]]

    assert during == 1
    assert answers.count(None) == 1
    assert len(simulator.requests) == 2 + 64


def test_no_call_is_lost_or_doubled_while_an_scp_comes_and_goes(simulator: Simulator) -> None:
    """Every call has one good answer, and every good answer is one call's."""
    client = guarded(simulator, with_settings(remember=1e-6, probes=2))
    simulator.set_scps([])
    stop = threading.Event()

    def flip() -> None:
        while not stop.is_set():
            simulator.set_scps(TOKYO_ONLY)
            simulator.set_scps([])

    flipping = threading.Thread(target=flip)
    flipping.start()
    try:
        with ThreadPoolExecutor(64) as pool:
            answers = list(pool.map(lambda _: ask(client) is None, range(640)))
    finally:
        stop.set()
        flipping.join()
    statuses = Counter(status for _, status in sent(simulator))

    assert statuses[200] == len(answers) == 640
    assert set(statuses) <= {200, 403}


def test_scp_that_denies_only_some_routed_requests_does_not_flap(clock: Clock) -> None:
    """Denials that come and go: the period doubles, so that the first choice is left alone ever longer."""
    simulator = Simulator(TOKYO_ONLY, authorize="routed-destination", seed=7)
    begun: list[str] = []
    client = guarded(simulator, with_settings(probes=3), clock, hook=lambda event: begun.append(event.name))
    for _ in range(24 * 60):
        ask(client)
        clock.time += 60
    denials = sum(status == 403 for _, status in sent(simulator))

    assert begun.count("recovered") <= 10
    assert denials <= 40
    assert all(status in (200, 403) for _, status in sent(simulator))


@pytest.mark.parametrize("wrong", [CLAUDE, "no-such-model"])
def test_candidate_that_is_not_offered_costs_one_request_in_all(simulator: Simulator, wrong: str) -> None:
    """AWS says so of a model that has no on-demand throughput here, and of an id that it does not know."""
    client = guarded(simulator, [wrong, NOVA])
    for _ in range(4):
        ask(client)

    assert models(simulator) == [JP_CLAUDE, wrong, *[NOVA] * 4]


def test_beginning_is_told_with_the_first_call_that_is_served(
    simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    """Also where the fallback was throttled at first."""
    client = guarded(simulator)
    simulator.add_fault(Fault("throttling", model_id=NOVA, times=1))
    with pytest.raises(client.exceptions.ThrottlingException):
        ask(client)
    for _ in range(3):
        ask(client)
    told = [each.getMessage().split()[0] for each in caplog.records if each.levelno == logging.WARNING]

    assert told == ["bedrock_guard.denied", "bedrock_guard.fallback_failed", "bedrock_guard.fallback"]


def test_each_further_call_is_told_at_debug(simulator: Simulator, caplog: pytest.LogCaptureFixture) -> None:
    """One WARNING says that it has begun."""
    client = guarded(simulator)
    with caplog.at_level(logging.DEBUG, "bedrock_guard"):
        for _ in range(3):
            ask(client)
    levels = [each.levelno for each in caplog.records if each.getMessage().startswith("bedrock_guard.fallback ")]

    assert levels == [logging.WARNING, logging.DEBUG, logging.DEBUG]


def test_denial_after_the_recovery_is_remembered_again(simulator: Simulator, clock: Clock) -> None:
    """An SCP may be attached twice."""
    client = guarded(simulator, with_settings(), clock)
    ask(client)
    simulator.set_scps([])
    clock.time += 300
    recovered = ask(client)
    simulator.set_scps(TOKYO_ONLY)

    assert recovered is None
    assert [ask(client)["remembered"] for _ in range(3)] == [False, True, True]


def test_probe_that_is_denied_and_then_interrupted_leaves_the_period(simulator: Simulator, clock: Clock) -> None:
    """It has found out what it was to find out."""
    client = guarded(simulator, with_settings(), clock)
    ask(client)
    clock.time += 300
    interrupts = [KeyboardInterrupt()]

    def interrupt(request: Any, **_: Any) -> None:
        if "jp." not in request.url and interrupts:
            raise interrupts.pop()

    client.meta.events.register_first("before-send.bedrock-runtime", interrupt)
    with pytest.raises(KeyboardInterrupt):
        ask(client)
    simulator.set_scps([])

    assert ask(client)["remembered"]


def test_probe_that_is_denied_releases_no_later_one(simulator: Simulator, clock: Clock) -> None:
    """Its caller may wait for the fallback until the next is under way."""
    client = guarded(simulator, with_settings(), clock)
    ask(client)
    clock.time += 300
    memory = client._bedrock_guard.memory
    (key,) = memory._entries
    later: list[bool] = []

    def probe(request: Any, **_: Any) -> None:
        if "jp." not in request.url:
            clock.time += 600
            later.append(memory.route(key).is_probe)

    client.meta.events.register_first("before-send.bedrock-runtime", probe)
    ask(client)

    assert later == [True]
    assert not memory.route(key).is_probe


def test_hundred_calls_while_degraded_are_hundred_requests(simulator: Simulator, clock: Clock) -> None:
    """1.00 each."""
    client = guarded(simulator, with_settings(), clock)
    ask(client)
    before = len(simulator.requests)
    for _ in range(100):
        ask(client)

    assert len(simulator.requests) - before == 100


def test_guarding_again_replaces_the_memory(simulator: Simulator) -> None:
    """With all options."""
    client = guarded(simulator)
    ask(client)
    bedrock_guard.guard(client, fallback=NOVA)

    assert bedrock_guard.status() == []
    assert not ask(client)["remembered"]


def test_memory_that_is_replaced_counts_no_longer(simulator: Simulator) -> None:
    """An error that somebody keeps may keep it alive."""
    client = guarded(simulator)
    ask(client)
    kept = client._bedrock_guard.memory
    bedrock_guard.guard(client, fallback=NOVA)

    assert len(kept.status()) == 1
    assert bedrock_guard.status() == []


def test_clients_of_a_session_share_a_memory(simulator: Simulator) -> None:
    """What one was denied, the other does not ask for; another session does."""
    sessions = [bedrock_guard.guard(simulator.session(TOKYO), fallback=NOVA) for _ in range(2)]
    clients = [session.client("bedrock-runtime") for session in (sessions[0], sessions[0], sessions[1])]

    assert [ask(client)["remembered"] for client in clients] == [False, True, False]


def test_actions_and_models_are_kept_apart(simulator: Simulator) -> None:
    """A stream is authorized as another action."""
    client = guarded(simulator)
    ask(client)
    streamed = client.converse_stream(modelId=JP_CLAUDE, messages=HELLO)
    list(streamed["stream"])

    assert not streamed["ResponseMetadata"]["BedrockGuard"]["remembered"]
    assert not ask(client, APAC_NOVA)["remembered"]


def test_process_shares_a_memory(simulator: Simulator) -> None:
    """Where it is installed."""
    bedrock_guard.install(fallback=NOVA)
    session = simulator.session(TOKYO)
    clients: list[Any] = [session.client("bedrock-runtime") for _ in range(2)]

    assert [ask(client)["remembered"] for client in clients] == [False, True]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_forked_child_probes_for_itself(simulator: Simulator, clock: Clock) -> None:
    """The thread of its parent that was probing is not there to end it."""
    client = guarded(simulator, with_settings(), clock)
    ask(client)
    clock.time += 300
    memory = client._bedrock_guard.memory
    (key,) = memory._entries
    memory.route(key)
    child = os.fork()
    if child == 0:
        route = memory.route(key)
        os._exit(0 if route is not None and route.is_probe else 1)

    assert os.waitpid(child, 0)[1] == 0


def test_memory_keeps_nothing_of_a_client_that_is_gone(simulator: Simulator) -> None:
    """Nor does `status()`, once it is collected."""
    import gc

    client = guarded(simulator)
    ask(client)
    del client
    gc.collect()

    assert bedrock_guard.status() == []


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 900)), max_size=12), st.integers(1, 3))
def test_whatever_comes_and_goes_every_call_is_answered(steps: list[tuple[bool, int]], probes: int) -> None:
    """At most one request beyond the answer, and none to the first choice within its period."""
    simulator, clock = Simulator(), Clock()
    client = guarded(simulator, with_settings(probes=probes), clock)
    for blocked, pause in steps:
        simulator.set_scps(TOKYO_ONLY if blocked else JAPAN_ONLY)
        clock.time += pause
        before = len(simulator.requests)
        answer = ask(client)
        spent = sent(simulator)[before:]

        assert spent[-1][1] == 200
        assert len(spent) == 1 or (len(spent) == 2 and spent[0] == (JP_CLAUDE, 403))
        assert (answer is None) == (spent[-1][0] == JP_CLAUDE)
