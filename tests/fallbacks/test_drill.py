"""The drill: a blocked Region rehearsed, with nothing sent to it and nothing left behind."""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

import bedrock_guard
from bedrock_guard import Fallback, InferenceDeniedError, ScpDeniedError
from bedrock_guard.simulator import Simulator
from conftest import TOKYO
from fallbacks.cases import ask, asynchronous, guarded, models, told
from policies import CLAUDE, GLOBAL_CLAUDE, HELLO, JP_CLAUDE, NOVA, TOKYO_ONLY

OSAKA = "ap-northeast-3"
ALLOW_NOTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
JP_HAIKU = "jp.anthropic.claude-haiku-4-5-20251001-v1:0"


@pytest.fixture
def simulator() -> Simulator:
    """Return a Bedrock without any SCP: staging, where drills are held."""
    return Simulator()


def drilled(client: Any, model_id: str = JP_CLAUDE, blocked: str = OSAKA) -> Any:
    """Return what the guard told of a call during a drill."""
    with bedrock_guard.drill(client, blocked=blocked):
        return ask(client, model_id)


def test_nothing_of_the_first_choice_leaves_the_machine(simulator: Simulator) -> None:
    """The denial is raised here; the fallback is real."""
    client = guarded(simulator)

    assert drilled(client)["served_model_id"] == NOVA
    assert models(simulator) == [NOVA]


def test_nothing_outlives_the_block(simulator: Simulator) -> None:
    """Neither a denial nor the memory of one."""
    client = guarded(simulator)
    with bedrock_guard.drill(client, blocked=OSAKA):
        ask(client)
        during = [each.drill for each in bedrock_guard.status()]

    assert during == [True]
    assert bedrock_guard.status() == []
    assert ask(client) is None


def test_exception_in_the_block_ends_it(simulator: Simulator) -> None:
    """It is passed on."""
    client = guarded(simulator, None)
    with pytest.raises(ScpDeniedError), bedrock_guard.drill(client, blocked=OSAKA):
        ask(client)

    assert ask(client) is None


def test_what_was_remembered_before_holds_after(simulator: Simulator) -> None:
    """A real denial is no part of a drill, nor the other way round."""
    client = guarded(simulator)
    simulator.set_scps(TOKYO_ONLY)
    ask(client)
    drilled(client)

    assert ask(client)["remembered"]
    assert [each.drill for each in bedrock_guard.status()] == [False]


def test_it_holds_in_all_threads(simulator: Simulator) -> None:
    """As an SCP would."""
    client = guarded(simulator)
    with bedrock_guard.drill(client, blocked=OSAKA), ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: ask(client)["served_model_id"], range(64)))

    assert answers == [NOVA] * 64
    assert set(models(simulator)) == {NOVA}


async def test_it_holds_for_an_asynchronous_client(simulator: Simulator) -> None:
    """The same denial and the same fallback, awaited."""
    async with asynchronous(simulator, NOVA) as client:
        with bedrock_guard.drill(client, blocked=OSAKA):
            during = told(await client.converse(modelId=JP_CLAUDE, messages=HELLO))
        after = told(await client.converse(modelId=JP_CLAUDE, messages=HELLO))

    assert during["served_model_id"] == NOVA
    assert after is None
    assert models(simulator) == [NOVA, JP_CLAUDE]


def test_it_holds_for_that_client_alone(simulator: Simulator) -> None:
    """Another of the same session is let through."""
    session = bedrock_guard.guard(simulator.session(TOKYO), fallback=NOVA)
    client, other = (session.client("bedrock-runtime") for _ in range(2))
    with bedrock_guard.drill(client, blocked=OSAKA):
        during = [ask(each) for each in (client, other)]

    assert during[0]["served_model_id"] == NOVA
    assert during[1] is None


def test_two_clients_may_rehearse_at_once(simulator: Simulator) -> None:
    """Each its own."""
    client, other = guarded(simulator), guarded(simulator)
    with bedrock_guard.drill(client, blocked=OSAKA), bedrock_guard.drill(other, blocked="unspecified"):
        blocked = [ask(client)["blocked_regions"], ask(other, GLOBAL_CLAUDE)["blocked_regions"]]
        through = [ask(client, GLOBAL_CLAUDE), ask(other)]

    assert blocked == [[OSAKA], ["unspecified"]]
    assert through == [None, None]


def test_second_drill_of_one_client_is_refused(simulator: Simulator) -> None:
    """And the first goes on."""
    client = guarded(simulator)
    with bedrock_guard.drill(client, blocked=OSAKA):
        with pytest.raises(RuntimeError, match="already"), bedrock_guard.drill(client, blocked=TOKYO):
            pass

        assert ask(client)["served_model_id"] == NOVA


@pytest.mark.parametrize("blocked", ["Osaka", "", "ap-northeast", "ap-northeast-3 ", None, 3, ["ap-northeast-3"]])
def test_what_is_no_region_is_refused(simulator: Simulator, blocked: Any) -> None:
    """The message says what is accepted."""
    with (
        pytest.raises(ValueError, match='such as "ap-northeast-3"'),
        bedrock_guard.drill(guarded(simulator), blocked=blocked),
    ):
        pass


@pytest.mark.parametrize("client", [None, "bedrock-runtime", object()])
def test_what_is_not_guarded_is_refused(client: Any) -> None:
    """There is nothing that could hold the drill."""
    with pytest.raises(TypeError, match="guarded client"), bedrock_guard.drill(client, blocked=OSAKA):
        pass


@pytest.mark.parametrize(
    ("model_id", "blocked"),
    [(NOVA, OSAKA), (JP_CLAUDE, "us-east-1"), (JP_CLAUDE, "unspecified"), (GLOBAL_CLAUDE, OSAKA)],
)
def test_call_that_would_not_route_there_is_let_through(simulator: Simulator, model_id: str, blocked: str) -> None:
    """It would meet no SCP either."""
    assert drilled(guarded(simulator, "amazon.nova-micro-v1:0"), model_id, blocked) is None


def test_denial_of_awss_own_is_no_drill(simulator: Simulator, caplog: pytest.LogCaptureFixture) -> None:
    """What the drill does not block goes as ever: the real denial, its log and its memory."""
    simulator.set_scps(TOKYO_ONLY)
    client = guarded(simulator)
    with bedrock_guard.drill(client, blocked="ap-northeast-2"):
        first, second = ask(client), ask(client)
        during = [each.drill for each in bedrock_guard.status()]
    denials = [record for record in caplog.records if record.getMessage().startswith("bedrock_guard.denied")]

    assert [first["remembered"], second["remembered"]] == [False, True]
    assert during == [False]
    assert [vars(each)["bedrock_guard"]["drill"] for each in denials] == [False]
    assert ask(client)["remembered"]


def test_denial_of_another_operation_is_no_drill(simulator: Simulator) -> None:
    """Nor of a call that no drill can be about."""
    simulator.set_policies("identity_based", ALLOW_NOTHING)
    client = guarded(simulator)
    with bedrock_guard.drill(client, blocked=OSAKA):
        with pytest.raises(InferenceDeniedError) as direct:
            ask(client, NOVA)
        with pytest.raises(InferenceDeniedError) as listed:
            client.list_async_invokes()

    assert not direct.value.diagnosis.drill
    assert not listed.value.diagnosis.drill


def test_candidate_that_routes_there_too_is_passed_over(simulator: Simulator) -> None:
    """The rehearsal finds out that such a fallback would be denied."""
    client = guarded(simulator, [JP_HAIKU])
    with pytest.raises(ScpDeniedError) as caught:
        drilled(client)

    assert [(each.model_id, each.reason) for each in caught.value.diagnosis.passed_over] == [
        (JP_HAIKU, "it routes to the Region that the drill blocks")
    ]
    assert models(simulator) == []


def test_everything_is_marked(simulator: Simulator, caplog: pytest.LogCaptureFixture) -> None:
    """Error, log and event."""
    events: list[Any] = []
    client = guarded(simulator, None, hook=events.append)
    with pytest.raises(ScpDeniedError) as caught:
        drilled(client)

    assert caught.value.diagnosis.drill
    assert "This is a drill" in str(caught.value)
    assert max(map(len, str(caught.value).rpartition("This is a drill")[2].splitlines())) <= 80
    assert [event.drill for event in events] == [True]
    assert [record.bedrock_guard["drill"] for record in caplog.records if hasattr(record, "bedrock_guard")] == [True]


def test_error_is_the_clients_own(simulator: Simulator) -> None:
    """Whatever catches AWS's denial catches that of a drill."""
    client = guarded(simulator, None)
    with pytest.raises(client.exceptions.AccessDeniedException) as caught:
        drilled(client)

    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    assert f"{OSAKA}::foundation-model/{CLAUDE}" in caught.value.response["Error"]["Message"]


def test_answer_is_shaped_as_awss(simulator: Simulator) -> None:
    """What logs the request of a denial finds one in a drill as well."""
    client = guarded(simulator, None)
    with pytest.raises(ScpDeniedError) as rehearsed:
        drilled(client)
    simulator.set_scps(TOKYO_ONLY)
    with pytest.raises(ScpDeniedError) as real:
        ask(client)

    assert rehearsed.value.response.keys() == real.value.response.keys()
    assert rehearsed.value.response["ResponseMetadata"].keys() == real.value.response["ResponseMetadata"].keys()
    assert "x-amzn-requestid" in rehearsed.value.response["ResponseMetadata"]["HTTPHeaders"]


@pytest.mark.parametrize(("blocked", "is_told"), [("us-east-1", True), (OSAKA, False)])
def test_drill_that_denied_nothing_says_so(
    simulator: Simulator, caplog: pytest.LogCaptureFixture, blocked: str, is_told: Any
) -> None:
    """A Region that no call would be routed to rehearses nothing."""
    drilled(guarded(simulator), blocked=blocked)

    assert ("bedrock_guard.drill_denied_nothing" in caplog.text) == is_told


def test_tokens_are_counted_in_a_drill(simulator: Simulator) -> None:
    """Counting is routed nowhere."""
    client = guarded(simulator)
    if not hasattr(client, "count_tokens"):
        pytest.skip("this botocore knows of no such operation")
    with bedrock_guard.drill(client, blocked=OSAKA):
        client.count_tokens(modelId=CLAUDE, input={"converse": {"messages": HELLO}})

    assert models(simulator) == [CLAUDE]


def test_tokens_are_counted_by_whom_the_conversation_went_to(simulator: Simulator) -> None:
    """In a drill as without one."""
    client = guarded(simulator)
    if not hasattr(client, "count_tokens"):
        pytest.skip("this botocore knows of no such operation")
    with bedrock_guard.drill(client, blocked=OSAKA):
        ask(client)
        client.count_tokens(modelId=CLAUDE, input={"converse": {"messages": HELLO}})

    assert models(simulator)[:2] == [NOVA, NOVA]


def test_count_that_names_a_profile_is_no_call_that_is_routed(simulator: Simulator) -> None:
    """It is AWS's to answer."""
    client = guarded(simulator)
    if not hasattr(client, "count_tokens"):
        pytest.skip("this botocore knows of no such operation")
    with bedrock_guard.drill(client, blocked=OSAKA), contextlib.suppress(ClientError):
        client.count_tokens(modelId=JP_CLAUDE, input={"converse": {"messages": HELLO}})

    assert models(simulator) == [JP_CLAUDE]


def test_nothing_is_looked_up_for_a_model_by_itself(simulator: Simulator, caplog: pytest.LogCaptureFixture) -> None:
    """It has no routes."""
    drilled(guarded(simulator), NOVA)

    assert "bedrock_guard.unresolved" not in caplog.text


@pytest.mark.parametrize(
    ("region", "profile", "blocked", "arn"),
    [
        (TOKYO, JP_CLAUDE, OSAKA, f"arn:aws:bedrock:{OSAKA}::foundation-model/{CLAUDE}"),
        (TOKYO, GLOBAL_CLAUDE, "unspecified", f"arn:aws:bedrock:::foundation-model/{CLAUDE}"),
        (
            "us-gov-west-1",
            "us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0",
            "us-gov-west-1",
            f"arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/{CLAUDE}",
        ),
    ],
)
def test_denial_names_what_awss_would(simulator: Simulator, region: str, profile: str, blocked: str, arn: str) -> None:
    """In the caller's partition, and without a Region for what is routed worldwide."""
    client: Any = bedrock_guard.guard(simulator.session(region).client("bedrock-runtime"))
    with pytest.raises(ScpDeniedError) as caught:
        drilled(client, profile, blocked)

    assert caught.value.diagnosis.denial.resource == arn


def test_it_remembers_by_the_same_settings(simulator: Simulator) -> None:
    """Calls of the drill go straight to the fallback, as they would."""
    client = guarded(simulator)
    with bedrock_guard.drill(client, blocked=OSAKA):
        remembered = [ask(client)["remembered"] for _ in range(3)]

    assert remembered == [False, True, True]


def test_it_remembers_for_as_long_as_is_configured(simulator: Simulator) -> None:
    """Here hardly at all: each call is a probe."""
    client = guarded(simulator, Fallback(NOVA, remember=1e-9))
    with bedrock_guard.drill(client, blocked=OSAKA):
        remembered = [ask(client)["remembered"] for _ in range(3)]

    assert remembered == [False] * 3


def test_stream_is_denied_as_a_stream(simulator: Simulator) -> None:
    """It is authorized as an action of its own."""
    client = guarded(simulator, None)
    with pytest.raises(ScpDeniedError) as caught, bedrock_guard.drill(client, blocked=OSAKA):
        client.converse_stream(modelId=JP_CLAUDE, messages=HELLO)

    assert caught.value.diagnosis.denial.action == "bedrock:InvokeModelWithResponseStream"


def test_memory_of_a_drill_counts_no_longer_after_it(simulator: Simulator) -> None:
    """An error that somebody keeps may keep it alive."""
    client = guarded(simulator)
    with bedrock_guard.drill(client, blocked=OSAKA):
        ask(client)
        kept = client._bedrock_guard_drill.memory

    assert len(kept.status()) == 1
    assert bedrock_guard.status() == []


def test_guard_that_is_off_holds_no_drill(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of ours is in the way then."""
    monkeypatch.setenv("BEDROCK_GUARD", "off")

    assert drilled(guarded(simulator)) is None
    assert models(simulator) == [JP_CLAUDE]


def test_its_quiet_is_its_own(simulator: Simulator, caplog: pytest.LogCaptureFixture) -> None:
    """Neither a real denial before it keeps it from the log, nor it one after it."""
    client = guarded(simulator, None)
    simulator.set_scps(TOKYO_ONLY)
    for call in (ask, drilled, drilled, ask):
        with pytest.raises(ScpDeniedError):
            call(client)
    denials = [each for each in caplog.records if each.getMessage().startswith("bedrock_guard.denied")]

    assert [vars(each)["bedrock_guard"]["drill"] for each in denials] == [False, True, True]


def test_switch_holds_in_a_drill_too(simulator: Simulator) -> None:
    """A rehearsal with the fallback off shows what users would see."""
    with pytest.raises(ScpDeniedError):
        drilled(guarded(simulator, Fallback(NOVA, enabled=False)))
