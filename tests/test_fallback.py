"""A call that an SCP blocks goes on with a model that stays inside, and returns by itself."""

import asyncio
import io
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

import bedrock_guard
from bedrock_guard import Fallback, ScpDeniedError
from bedrock_guard._calls import _candidates
from bedrock_guard.simulator import Fault, Simulator
from calls import denied
from conftest import TOKYO
from policies import HELLO, JP_CLAUDE, NOVA, TOKYO_ONLY
from transports import in_process, transport  # noqa: F401 (in the process and over HTTP)

MISTRAL = "mistral.magistral-small-2509"
TITAN = "amazon.titan-embed-text-v2:0"


def ask(client: Any, **given: Any) -> Any:
    """Ask the first choice, and return what the guard has told of the answer, None where it had nothing to do."""
    response = client.converse(modelId=JP_CLAUDE, messages=HELLO, **given)
    return response["ResponseMetadata"].get("BedrockGuard")


def served(simulator: Simulator) -> list[tuple[str, int]]:
    """Return the model and the status of each request."""
    return [(str(entry.model_id), entry.status) for entry in simulator.requests]


def degraded(client: Any, **given: Any) -> Any:
    """Return *client*, guarded, whose first choice is never remembered."""
    return bedrock_guard.guard(client, fallback=Fallback(**{"remember": 1e-9, "probes": 1, **given}))


def test_fallback_serves_and_says_so(client: Any, simulator: Simulator) -> None:
    """One more request, and the response tells who has answered."""
    told = ask(bedrock_guard.guard(client, fallback=NOVA))

    assert told == {
        "requested_model_id": JP_CLAUDE,
        "served_model_id": NOVA,
        "source_region": TOKYO,
        "blocked_regions": ["ap-northeast-3"],
        "diagnosis_key": told["diagnosis_key"],
        "remembered": False,
    }
    assert served(simulator) == [(JP_CLAUDE, 403), (NOVA, 200)]


def test_meanwhile_each_call_is_one_request(client: Any, simulator: Simulator) -> None:
    """The first choice is passed by."""
    bedrock_guard.guard(client, fallback=NOVA)
    told = [ask(client)["remembered"] for _ in range(4)]

    assert told == [False, True, True, True]
    assert len(simulator.requests) == 5
    assert [each.calls for each in client._bedrock_guard.memory.status()] == [4]


def test_first_choice_returns_once_the_scp_is_fixed(client: Any, simulator: Simulator) -> None:
    """The caller's own call is the probe, and its good answer is his."""
    degraded(client, models=NOVA)
    ask(client)
    simulator.set_scps(())

    assert ask(client) is None
    assert client._bedrock_guard.memory.status() == []


@pytest.mark.parametrize("operation", ["converse_stream", "invoke_model", "invoke_model_with_response_stream"])
def test_each_operation_falls_back(client: Any, simulator: Simulator, operation: str) -> None:
    """Within one body format, and streaming to what streams."""
    body = json.dumps({"messages": [{"role": "user", "content": [{"text": "Hello"}]}]})
    given = {"messages": HELLO} if operation == "converse_stream" else {"body": body}
    profile = "apac.amazon.nova-lite-v1:0"
    bedrock_guard.guard(client, fallback="auto")
    response = getattr(client, operation)(modelId=profile, **given)
    (response.get("stream") or response["body"]).close()

    assert response["ResponseMetadata"]["BedrockGuard"]["served_model_id"] == NOVA
    assert served(simulator) == [(profile, 403), (NOVA, 200)]


def test_other_body_format_is_passed_over(client: Any, simulator: Simulator) -> None:
    """Whatever was configured: what is certain to fail is not sent."""
    bedrock_guard.guard(client, fallback=NOVA)
    with pytest.raises(ScpDeniedError) as caught:
        client.invoke_model(modelId=JP_CLAUDE, body="{}")

    assert [each.model_id for each in caught.value.diagnosis.passed_over] == [NOVA]
    assert "format" in str(caught.value)
    assert len(simulator.requests) == 1


def test_image_goes_to_a_model_that_takes_images(client: Any) -> None:
    """The catalogue knows the modalities."""
    image = [{"role": "user", "content": [{"image": {"format": "png", "source": {"bytes": b"png"}}}]}]
    bedrock_guard.guard(client, fallback=["qwen.qwen3-32b-v1:0", NOVA])
    told = client.converse(modelId=JP_CLAUDE, messages=image)["ResponseMetadata"]["BedrockGuard"]

    assert told["served_model_id"] == NOVA


def test_signed_reasoning_is_not_sent_to_another_provider(client: Any) -> None:
    """It would fail there for certain, and is never stripped."""
    if "reasoningContent" not in client.meta.service_model.shape_for("ContentBlock").members:
        pytest.skip("this botocore knows of no reasoning content")
    thought = {"reasoningContent": {"reasoningText": {"text": "Hm.", "signature": "sig"}}}
    messages = [*HELLO, {"role": "assistant", "content": [thought]}, *HELLO]
    bedrock_guard.guard(client, fallback=NOVA)
    with pytest.raises(ScpDeniedError) as caught:
        client.converse(modelId=JP_CLAUDE, messages=messages)

    assert "signed reasoning" in caught.value.diagnosis.passed_over[0].reason


def test_chain_whose_first_candidate_is_denied_goes_on(client: Any, simulator: Simulator) -> None:
    """And while degraded, no request is spent on it."""
    deny = {"Effect": "Deny", "Action": "*", "Resource": f"arn:aws:bedrock:*::foundation-model/{MISTRAL}"}
    simulator.set_scps([TOKYO_ONLY, {"Version": "2012-10-17", "Statement": [deny]}])
    bedrock_guard.guard(client, fallback=[MISTRAL, NOVA])
    ask(client)
    ask(client)

    assert served(simulator) == [(JP_CLAUDE, 403), (MISTRAL, 403), (NOVA, 200), (NOVA, 200)]


@in_process  # the retries take seconds
def test_throttled_fallback_is_the_callers_to_retry(client: Any, simulator: Simulator) -> None:
    """Its own exception, class and code untouched, with the denial as its cause."""
    bedrock_guard.guard(client, fallback=NOVA)
    simulator.add_fault(Fault("throttling", model_id=NOVA))
    with pytest.raises(client.exceptions.ThrottlingException) as caught:
        ask(client)

    assert isinstance(caught.value.__cause__, ScpDeniedError)


def test_fallback_that_fails_for_good_leaves_the_denial(client: Any, simulator: Simulator) -> None:
    """With each attempt: the code in the text, AWS's words as data alone."""
    deny = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    simulator.set_scps(
        [
            TOKYO_ONLY,
            {
                "Version": "2012-10-17",
                "Statement": [deny | {"Resource": f"arn:aws:bedrock:*::foundation-model/{NOVA}"}],
            },
        ]
    )
    error = denied(bedrock_guard.guard(client, fallback=NOVA))

    assert [each.error_code for each in error.diagnosis.attempts] == ["AccessDeniedException"]
    assert f"{NOVA} failed (AccessDeniedException)" in " ".join(str(error).split())
    assert isinstance(error.__cause__, ClientError)


@pytest.mark.parametrize("wrong", [1, b"x", [], {}, [1], {"a": []}, {"a": 1}, "two words", ""])
def test_wrong_configuration_fails_when_it_is_given(client: Any, wrong: Any) -> None:
    """With a message that says what is accepted."""
    with pytest.raises((TypeError, ValueError), match="model"):
        bedrock_guard.guard(client, fallback=wrong)


def test_wider_profile_is_refused_when_configured(client: Any) -> None:
    """A global one for a Japanese one."""
    with pytest.raises(ValueError, match="any commercial Region"):
        bedrock_guard.guard(client, fallback={JP_CLAUDE: f"global.{JP_CLAUDE.partition('.')[2]}"})


def test_auto_that_can_never_serve_is_told_of(client: Any, caplog: pytest.LogCaptureFixture) -> None:
    """When the client is guarded, not at three in the morning."""
    bedrock_guard.guard(client, fallback={JP_CLAUDE: "auto"})

    assert "has nothing for jp.anthropic.claude" in caplog.text


def test_switch_in_the_environment_wins(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read when a call is made."""
    bedrock_guard.guard(client, fallback=NOVA)
    monkeypatch.setenv("BEDROCK_GUARD_FALLBACK", "off")
    denied(client)
    monkeypatch.setenv("BEDROCK_GUARD_FALLBACK", "on")

    assert ask(client)


def test_guard_can_be_turned_off_altogether(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then AWS's own error goes out."""
    bedrock_guard.guard(client, fallback=NOVA)
    monkeypatch.setenv("BEDROCK_GUARD", "off")
    with pytest.raises(ClientError) as caught:
        ask(client)

    assert not isinstance(caught.value, ScpDeniedError)


def test_switch_that_fails_keeps_its_last_answer(client: Any) -> None:
    """Here none: nobody has turned the fallback on."""
    bedrock_guard.guard(client, fallback=Fallback(NOVA, enabled=lambda: 1 / 0 > 0))

    denied(client)


def test_drill_marks_everything_and_leaves_nothing(
    simulator: Simulator, client: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Denied before it leaves the machine; the real fallback serves."""
    simulator.set_scps(())
    events: list[bedrock_guard.Event] = []
    bedrock_guard.guard(client, fallback=NOVA, hook=events.append)
    with bedrock_guard.drill(client, blocked="ap-northeast-3"):
        told = ask(client)
        status = [each for each in bedrock_guard.status() if each.drill]

    assert told["served_model_id"] == NOVA
    assert [(event.name, event.drill) for event in events] == [("denied", True), ("fallback", True)]
    assert [each.calls for each in status] == [1]
    assert "(drill)" in caplog.text
    assert not any(each.drill for each in bedrock_guard.status())
    assert ask(client) is None
    assert (JP_CLAUDE, 403) not in served(simulator)


def test_body_that_was_read_is_sent_whole(simulate: Callable[..., Simulator]) -> None:
    """From where it stood."""
    simulator = simulate(TOKYO_ONLY, keep_bodies=True)
    client = simulator.session(TOKYO).client("bedrock-runtime")
    body = io.BytesIO(b'xx{"messages":[]}')
    body.seek(2)
    bedrock_guard.guard(client, fallback=NOVA)
    client.invoke_model(modelId="apac.amazon.nova-lite-v1:0", body=body)

    assert [entry.body for entry in simulator.requests] == [b'{"messages":[]}'] * 2


def test_headers_of_the_first_request_are_the_seconds_too(client: Any) -> None:
    """Some handlers hand them over once for each call of the user's."""
    handed: list[str] = ["x-team"]
    seen: list[bool] = []

    def give(request: Any, **_: Any) -> None:
        if handed:
            request.headers[handed.pop()] = "mine"

    client.meta.events.register_first("before-sign.bedrock-runtime", give)
    client.meta.events.register_first(
        "before-send.bedrock-runtime", lambda request, **_: seen.append("x-team" in request.headers)
    )
    bedrock_guard.guard(client, fallback=NOVA)
    ask(client)

    assert seen == [True, True]


def test_no_call_is_lost_or_doubled_across_the_flip(client: Any, simulator: Simulator) -> None:
    """Sixty-four threads, while the SCP is attached and fixed again."""
    degraded(client, models=NOVA)
    flip = threading.Barrier(65)

    def run(_: int) -> list[Any]:
        flip.wait(60)
        return [ask(client) for _ in range(8)]

    with ThreadPoolExecutor(64) as pool:
        answers = pool.map(run, range(64))
        flip.wait(60)
        simulator.set_scps(())
        simulator.set_scps(TOKYO_ONLY)
        simulator.set_scps(())
        told = [each for answer in answers for each in answer]
    good = [status for _, status in served(simulator) if status == 200]

    assert len(told) == len(good) == 64 * 8


def test_bug_of_ours_leaves_the_denial(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted where candidates are listed."""
    guarded = bedrock_guard.guard(client, fallback=NOVA)
    monkeypatch.setattr(_candidates, "candidates_for", lambda *_: 1 / 0)

    denied(guarded)


async def test_async_twin_holds_the_same_conversation(simulator: Simulator) -> None:
    """Denied, served, remembered."""
    session: Any = pytest.importorskip("aiobotocore.session").get_session()
    simulator.attach(session)
    async with session.create_client("bedrock-runtime", region_name=TOKYO) as client:
        bedrock_guard.guard(client, fallback=NOVA)
        answers = [await client.converse(modelId=JP_CLAUDE, messages=HELLO) for _ in range(2)]
        more = await asyncio.gather(*(client.converse(modelId=JP_CLAUDE, messages=HELLO) for _ in range(8)))
    told = [each["ResponseMetadata"]["BedrockGuard"]["remembered"] for each in (*answers, *more)]

    assert told == [False] + [True] * 9
    assert len(simulator.requests) == 11
