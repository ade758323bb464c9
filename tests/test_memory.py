"""What is remembered of a blocked first choice, by a clock that the test winds."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bedrock_guard import explain
from bedrock_guard._fallback import Evidence, Key, Memory
from calls import sentence

KEY = Key(1, "ap-northeast-1", "bedrock:InvokeModel", "jp.anthropic.claude-sonnet-4-5-20250929-v1:0")
HOUR = 60 * 60


class Clock:
    """A clock that stands still until it is wound."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    """Return a clock."""
    return Clock()


@pytest.fixture
def memory(clock: Clock) -> Memory:
    """Return a memory of 300 seconds and three probes."""
    return Memory(remember=300, probes=3, clock=clock)


@pytest.fixture
def evidence() -> Evidence:
    """Return a denial."""
    diagnosis = explain(sentence(), KEY.requested_model_id, KEY.source_region)
    assert diagnosis is not None
    return Evidence({}, diagnosis)


def deny(memory: Memory, evidence: Evidence, **given: Any) -> None:
    """Note a denial of a request sent just now."""
    memory.denied(KEY, evidence, **{"is_probe": False, "sent_at": memory.now(), **given})


def goes(memory: Memory) -> str:
    """Return where a call goes."""
    route = memory.route(KEY)
    if route is None:
        return "first choice"
    return "probe" if route.is_probe else "fallback"


def test_nothing_denied_is_the_first_choice(memory: Memory) -> None:
    """And costs no look."""
    assert memory.is_empty()
    assert goes(memory) == "first choice"


def test_fallback_begins_once(memory: Memory, evidence: Evidence) -> None:
    """With the first call that it serves, however many were denied together."""
    for _ in range(3):
        deny(memory, evidence)

    assert [memory.served(KEY, "amazon.nova-lite-v1:0") for _ in range(3)] == [True, False, False]
    assert goes(memory) == "fallback"


def test_what_is_served_after_the_recovery_begins_nothing(memory: Memory, evidence: Evidence, clock: Clock) -> None:
    """A call that was under way counts for nobody."""
    deny(memory, evidence)
    clock.time += 300
    for _ in range(3):
        goes(memory)
        memory.probed_well(KEY)

    assert not memory.served(KEY, "amazon.nova-lite-v1:0")


def test_one_call_at_a_time_probes(memory: Memory, evidence: Evidence, clock: Clock) -> None:
    """The rest go on with the fallback until the probe has found something out."""
    deny(memory, evidence)
    clock.time += 300
    with ThreadPoolExecutor(64) as pool:
        routes = list(pool.map(lambda _: goes(memory), range(256)))

    assert routes.count("probe") == 1
    assert routes.count("fallback") == 255


def test_good_probes_in_a_row_end_it(memory: Memory, evidence: Evidence, clock: Clock) -> None:
    """The next call after a good probe is the next probe."""
    deny(memory, evidence)
    clock.time += 300
    ends = []
    for _ in range(3):
        assert goes(memory) == "probe"
        ends.append(memory.probed_well(KEY))

    assert ends == [False, False, True]
    assert goes(memory) == "first choice"
    assert memory.status() == []


def test_relapse_doubles_the_period_up_to_an_hour(memory: Memory, evidence: Evidence, clock: Clock) -> None:
    """And the good probes before it count no longer."""
    deny(memory, evidence)
    for period in (300, 600, 1200, 2400, HOUR, HOUR):
        clock.time += period - 1
        assert goes(memory) == "fallback"
        clock.time += 1
        assert goes(memory) == "probe"
        memory.probed_well(KEY)
        assert goes(memory) == "probe"
        deny(memory, evidence, is_probe=True)


def test_denial_soon_after_the_recovery_is_a_relapse(memory: Memory, evidence: Evidence, clock: Clock) -> None:
    """So that an SCP that denies only some of the routed requests makes no flapping."""
    deny(memory, evidence)
    clock.time += 300
    for _ in range(3):
        goes(memory)
        memory.probed_well(KEY)

    deny(memory, evidence)
    clock.time += 599
    assert goes(memory) == "fallback"
    clock.time += 1
    assert goes(memory) == "probe"


def test_late_denial_says_nothing_of_the_time_since(memory: Memory, evidence: Evidence, clock: Clock) -> None:
    """A request sent before the recovery, answered after it."""
    deny(memory, evidence)
    sent_at = clock.time
    clock.time += 300
    for _ in range(3):
        goes(memory)
        memory.probed_well(KEY)

    deny(memory, evidence, sent_at=sent_at)

    assert goes(memory) == "first choice"


def test_probe_that_found_nothing_out_is_the_next_calls(memory: Memory, evidence: Evidence, clock: Clock) -> None:
    """Throttled, say, or abandoned."""
    deny(memory, evidence)
    clock.time += 300
    assert goes(memory) == "probe"
    memory.released(KEY)

    assert goes(memory) == "probe"


def test_probe_that_hangs_is_given_up(memory: Memory, evidence: Evidence, clock: Clock) -> None:
    """A client without a time-out would keep all others from the first choice for ever."""
    deny(memory, evidence)
    clock.time += 300
    goes(memory)
    clock.time += HOUR - 1
    assert goes(memory) == "fallback"
    clock.time += 1

    assert goes(memory) == "probe"


def test_keys_are_kept_apart_and_bounded(memory: Memory, evidence: Evidence) -> None:
    """Another caller, Region, action or model is not degraded by this one; the oldest are shed."""
    deny(memory, evidence)

    assert memory.route(Key(2, KEY.source_region, KEY.action, KEY.requested_model_id)) is None
    for number in range(2000):
        memory.denied(Key(number, "r", "a", "m"), evidence, is_probe=False, sent_at=0)
    assert len(memory.status()) == 1024
