"""What is remembered of a blocked first choice, by a clock that the test winds."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bedrock_guard import explain
from bedrock_guard._fallback import Evidence, Key, Memory
from bedrock_guard._fallback._status import status
from calls import sentence

KEY = Key(1, "ap-northeast-1", "bedrock:InvokeModel", "jp.anthropic.claude-sonnet-4-5-20250929-v1:0")
HOUR = 60 * 60
NOVA, MISTRAL = "amazon.nova-lite-v1:0", "mistral.magistral-small-2509"
CLAUDE = KEY.requested_model_id.removeprefix("jp.")


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


def recover(memory: Memory, clock: Clock) -> None:
    """Let the first choice recover once the period is over."""
    clock.time += 300
    for _ in range(3):
        memory.route(KEY)
        memory.probed_well(KEY)


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

    assert ends == [None, None, evidence]
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


@pytest.mark.parametrize(("remember", "pause"), [(300, 10), (2, 2)])
def test_probe_that_found_nothing_out_is_repeated_after_a_pause(
    evidence: Evidence, clock: Clock, remember: float, pause: float
) -> None:
    """Throttled, say, or abandoned: meanwhile the fallback serves."""
    memory = Memory(remember=remember, probes=3, clock=clock)
    deny(memory, evidence)
    clock.time += remember
    routes = [goes(memory)]
    memory.released(KEY)
    for seconds in (0, pause - 1, 1):
        clock.time += seconds
        routes.append(goes(memory))

    assert routes == ["probe", "fallback", "fallback", "probe"]


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


@pytest.fixture
def other(evidence: Evidence) -> Evidence:
    """Return a denial of another Region."""
    text = sentence(resource=f"arn:aws:bedrock:ap-northeast-2::foundation-model/{CLAUDE}")
    diagnosis = explain(text, KEY.requested_model_id, KEY.source_region)
    assert diagnosis is not None
    assert diagnosis.key != evidence.diagnosis.key
    return Evidence({"new": True}, diagnosis)


def test_period_over_an_hour_stays(evidence: Evidence, clock: Clock) -> None:
    """A relapse makes it no shorter, and no longer."""
    memory = Memory(remember=3 * HOUR, probes=1, clock=clock)
    deny(memory, evidence)
    for _ in range(2):
        clock.time += 3 * HOUR - 1
        assert goes(memory) == "fallback"
        clock.time += 1
        assert goes(memory) == "probe"
        deny(memory, evidence, is_probe=True)


def test_denial_long_after_the_recovery_begins_anew(memory: Memory, evidence: Evidence, clock: Clock) -> None:
    """With the period that was configured."""
    deny(memory, evidence)
    recover(memory, clock)
    clock.time += HOUR + 1

    deny(memory, evidence)
    clock.time += 300
    assert goes(memory) == "probe"


def test_denial_of_a_call_under_way_is_no_relapse(memory: Memory, evidence: Evidence, clock: Clock) -> None:
    """Sixty-four calls that are denied at once are one denial."""
    for _ in range(64):
        deny(memory, evidence)
    clock.time += 300

    assert goes(memory) == "probe"


def test_relapse_brings_its_own_denial(memory: Memory, evidence: Evidence, other: Evidence, clock: Clock) -> None:
    """The SCP may be another by now; who serves has not changed."""
    deny(memory, evidence)
    memory.served(KEY, NOVA)
    memory.unusable(KEY, "Converse", MISTRAL)
    clock.time += 300
    memory.route(KEY)
    deny(memory, other, is_probe=True)
    route = memory.route(KEY)

    assert route is not None
    assert (route.evidence, route.served_model_id, route.unusable) == (other, NOVA, frozenset())
    assert [each.diagnosis_key for each in memory.status()] == [other.diagnosis.key]


def test_candidates_that_fail_are_known_by_operation(memory: Memory, evidence: Evidence) -> None:
    """All of them, while it lasts."""
    deny(memory, evidence)
    memory.unusable(KEY, "Converse", NOVA)
    memory.unusable(KEY, "CountTokens", MISTRAL)
    route = memory.route(KEY)

    assert route is not None
    assert route.unusable == {("Converse", NOVA), ("CountTokens", MISTRAL)}


def test_status_says_what_is_degraded(memory: Memory, evidence: Evidence) -> None:
    """Since when, why, served by what, and how many calls."""
    before = dt.datetime.now(dt.timezone.utc)
    deny(memory, evidence)
    memory.served(KEY, MISTRAL)
    memory.served(KEY, NOVA)
    between = dt.datetime.now(dt.timezone.utc)
    (found,) = memory.status()

    assert (found.requested_model_id, found.source_region, found.action) == (KEY[3], KEY[1], KEY[2])
    assert (found.served_model_id, found.calls, found.drill) == (NOVA, 2, False)
    assert found.diagnosis_key == evidence.diagnosis.key
    assert before <= found.since <= between


def test_status_of_all_has_the_oldest_first(evidence: Evidence, clock: Clock) -> None:
    """Whichever memory it is in."""
    late, early = (Memory(remember=300, probes=3, clock=clock) for _ in range(2))
    deny(early, evidence)
    late.denied(KEY._replace(caller=2), evidence, is_probe=False, sent_at=0)
    memories = [each.since for each in (*early.status(), *late.status())]

    assert [each.since for each in status() if each.since in memories] == memories


def test_oldest_is_shed(memory: Memory, evidence: Evidence, clock: Clock) -> None:
    """One that has begun anew is not the oldest."""
    deny(memory, evidence)
    memory.denied(KEY._replace(caller=2), evidence, is_probe=False, sent_at=0)
    recover(memory, clock)
    deny(memory, evidence)
    for number in range(1023):
        memory.denied(Key(number, "r", "a", "m"), evidence, is_probe=False, sent_at=0)

    assert goes(memory) == "fallback"
    assert memory.route(KEY._replace(caller=2)) is None
    assert memory.route(Key(1022, "r", "a", "m")) is not None


# A count of tokens follows its conversation.


def follows(memory: Memory, *names: str, caller: int = 1, region: str = KEY.source_region) -> bool:
    """Tell whether a count that names a model goes where its conversation went."""
    return memory.conversation(caller, region, set(names)) is not None


def test_count_follows_a_conversation_by_the_profile_or_its_model(memory: Memory, evidence: Evidence) -> None:
    """Which is named by nobody else."""
    deny(memory, evidence)
    memory.served(KEY, NOVA)

    assert follows(memory, KEY.requested_model_id)
    assert follows(memory, CLAUDE)
    assert not follows(memory, NOVA)


def test_count_follows_the_conversation_of_its_own_caller_and_region(memory: Memory, evidence: Evidence) -> None:
    """Others may be let through."""
    deny(memory, evidence)
    memory.served(KEY, NOVA)

    assert not follows(memory, CLAUDE, caller=2)
    assert not follows(memory, CLAUDE, region="us-east-1")


def test_count_follows_no_conversation_that_nobody_has_served(memory: Memory, evidence: Evidence) -> None:
    """There is nothing to follow yet."""
    deny(memory, evidence)

    assert not follows(memory, CLAUDE)


def test_count_follows_no_conversation_after_the_recovery(memory: Memory, evidence: Evidence, clock: Clock) -> None:
    """The first choice has it again."""
    deny(memory, evidence)
    memory.served(KEY, NOVA)
    recover(memory, clock)

    assert not follows(memory, CLAUDE)
