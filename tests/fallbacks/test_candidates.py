"""Which candidates there may be, of every kind that the API takes."""

import json
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

import bedrock_guard
from bedrock_guard import Fallback, ScpDeniedError
from bedrock_guard.simulator import Simulator
from conftest import TOKYO
from fallbacks.cases import ask, guarded, models
from policies import GLOBAL_CLAUDE, HELLO, JAPAN_ONLY, JP_CLAUDE, NOVA

OSAKA = "ap-northeast-3"
ACCOUNT = "111122223333"
TITAN = "amazon.titan-embed-text-v2:0"


def arn(resource: str, region: str = TOKYO) -> str:
    """Return the ARN of a resource of the account."""
    return f"arn:aws:bedrock:{region}:{ACCOUNT}:{resource}"


def control(simulator: Simulator) -> Any:
    """Return a client of the control plane."""
    return simulator.session(TOKYO).client("bedrock")


def copy_of(simulator: Simulator, profile: str) -> str:
    """Return the ARN of an application inference profile that routes as *profile* does."""
    created = control(simulator).create_inference_profile(
        inferenceProfileName="copy", modelSource={"copyFrom": arn(f"inference-profile/{profile}")}
    )
    return str(created["inferenceProfileArn"])


def passed_over(client: Any, **given: Any) -> list[str]:
    """Return the reasons that a denial gives for its candidates."""
    with pytest.raises(ScpDeniedError) as caught:
        ask(client, **given)
    return [each.reason for each in caught.value.diagnosis.passed_over]


@pytest.mark.parametrize(
    "candidate",
    [
        NOVA,
        f"arn:aws:bedrock:{TOKYO}::foundation-model/{NOVA}",
        arn("provisioned-model/abcdefghijkl"),
        arn("custom-model-deployment/abcdefghijkl"),
        arn("imported-model/abcdefghijkl"),
    ],
)
def test_model_by_itself_stays_in_its_region(simulator: Simulator, candidate: str) -> None:
    """It is sent as it was given."""
    assert ask(guarded(simulator, candidate))["served_model_id"] == candidate
    assert models(simulator) == [JP_CLAUDE, candidate]


@pytest.mark.parametrize(
    ("candidate", "reason"),
    [
        (arn("prompt/ABCDEFGHIJ:1"), "may route to another Region"),
        (arn("prompt-router/abcdefghijkl"), "may route to another Region"),
        (arn("default-prompt-router/anthropic.claude:1"), "may route to another Region"),
        (arn("something-new/abcdefghijkl"), "may route to another Region"),
        (f"arn:aws:bedrock:{OSAKA}::foundation-model/{NOVA}", "it is in ap-northeast-3"),
        (arn("provisioned-model/abcdefghijkl", OSAKA), "it is in ap-northeast-3"),
        ("jp.anthropic.claude-of-tomorrow-v1:0", "its destination Regions are not known"),
    ],
)
def test_what_may_be_wider_is_refused_when_configured(simulator: Simulator, candidate: str, reason: str) -> None:
    """With the reason, and the one way round it."""
    with pytest.raises(ValueError, match=reason):
        guarded(simulator, candidate)


@pytest.mark.parametrize("candidate", [arn("prompt/ABCDEFGHIJ:1"), arn("default-prompt-router/anthropic.claude:1")])
def test_allow_wider_tries_it_all_the_same(simulator: Simulator, candidate: str) -> None:
    """The user has said so."""
    ask(guarded(simulator, Fallback(candidate, allow_wider=True)))

    assert models(simulator) == [JP_CLAUDE, candidate]


def test_application_profile_that_stays_inside_serves(simulator: Simulator) -> None:
    """Its routes are looked up: the account alone knows them."""
    candidate = copy_of(simulator, "jp.anthropic.claude-haiku-4-5-20251001-v1:0")
    simulator.set_scps(JAPAN_ONLY)
    client = guarded(simulator, candidate, control_client=control(simulator))

    assert ask(client, GLOBAL_CLAUDE)["served_model_id"] == candidate


def test_application_profile_that_is_wider_is_passed_over(simulator: Simulator) -> None:
    """It is seen when it is met, since nothing was known of it when it was configured."""
    candidate = copy_of(simulator, "apac.amazon.nova-lite-v1:0")
    (reason,) = passed_over(guarded(simulator, candidate, control_client=control(simulator)))

    assert reason.startswith("it may route to ap-")


def test_application_profile_that_nobody_knows_is_passed_over(simulator: Simulator) -> None:
    """Unknown is not inside."""
    candidate = arn("application-inference-profile/abcdefghijkl")

    assert passed_over(guarded(simulator, candidate)) == [
        "its destination Regions are not known; allow_wider=True lets it"
    ]


def test_catalogue_of_the_users_own_tells_what_is_inside(simulator: Simulator, tmp_path: Path) -> None:
    """A profile that the embedded one lacks is inside by what `catalog=` says."""
    new = "jp.anthropic.claude-of-tomorrow-v1:0"
    embedded = files("bedrock_guard").joinpath("catalog.json").read_text(encoding="utf-8")
    newer = tmp_path / "catalog.json"
    newer.write_text(embedded.replace("jp.anthropic.claude-haiku-4-5-20251001-v1:0", new), encoding="utf-8")
    with pytest.raises(ValueError, match="not known"):
        guarded(simulator, new)

    guarded(simulator, new, catalog=newer)


def test_costs_allocated_to_a_profile_are_left_only_for_a_model_that_is_named(simulator: Simulator) -> None:
    """`auto` would move them in silence."""
    requested = copy_of(simulator, "apac.amazon.nova-lite-v1:0")
    with pytest.raises(ScpDeniedError) as caught:
        guarded(simulator, "auto").converse(modelId=requested, messages=HELLO)
    named = guarded(simulator, NOVA).converse(modelId=requested, messages=HELLO)

    assert "costs are allocated" in caught.value.diagnosis.passed_over[0].reason
    assert named["ResponseMetadata"]["BedrockGuard"]["served_model_id"] == NOVA


@pytest.mark.parametrize("requested", ["global.cohere.embed-v4:0", "global.cohere.*"])
def test_vectors_of_another_format_never_replace_those_stored(simulator: Simulator, requested: str) -> None:
    """Whatever was configured: the body-format rule has no exception."""
    client = guarded(simulator, {requested: TITAN})
    with pytest.raises(ScpDeniedError) as caught:
        client.invoke_model(modelId="global.cohere.embed-v4:0", body="{}")

    assert "format" in caught.value.diagnosis.passed_over[0].reason


def test_embedding_model_of_one_format_is_warned_of_once(
    simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    """Where its name was written in full: the vectors are still not comparable."""
    simulator.add_inference_profile("jp.cohere.embed-english-v3", TOKYO, [TOKYO, OSAKA])
    client = guarded(simulator, {"jp.cohere.embed-english-v3": "cohere.embed-multilingual-v3"})
    body = json.dumps({"texts": ["Hello"], "input_type": "search_document"})
    for _ in range(3):
        client.invoke_model(modelId="jp.cohere.embed-english-v3", body=body)

    assert models(simulator).count("cohere.embed-multilingual-v3") == 3
    assert caplog.text.count("bedrock_guard.other_embedding_model") == 1


def test_embedding_model_of_one_format_is_not_taken_by_a_pattern(simulator: Simulator) -> None:
    """A pattern knows nothing of stored vectors."""
    simulator.add_inference_profile("jp.cohere.embed-english-v3", TOKYO, [TOKYO, OSAKA])
    client = guarded(simulator, {"jp.*": "cohere.embed-multilingual-v3"})
    with pytest.raises(ScpDeniedError) as caught:
        client.invoke_model(modelId="jp.cohere.embed-english-v3", body=json.dumps({"texts": ["Hello"]}))

    assert [each.reason for each in caught.value.diagnosis.passed_over] == [
        "it is another embedding model, and only a pattern names it"
    ]


def test_stream_is_not_asked_of_a_model_that_does_not_stream(simulator: Simulator) -> None:
    """The catalogue knows which do."""
    client = guarded(simulator, ["amazon.rerank-v1:0", NOVA])
    response = client.converse_stream(modelId=JP_CLAUDE, messages=HELLO)
    response["stream"].close()

    assert models(simulator) == [JP_CLAUDE, NOVA]


WRONG: list[tuple[str, Any, str]] = [
    ("models", None, "fallback is a model ID"),
    ("models", 7, "fallback is a model ID"),
    ("models", b"amazon.nova-lite-v1:0", "fallback is a model ID"),
    ("models", {NOVA}, "fallback is a model ID"),
    ("models", "", "fallback is a model ID"),
    ("models", [], "empty list"),
    ("models", {}, "names no model"),
    ("models", [NOVA, None], "None is no model ID"),
    ("models", {JP_CLAUDE: []}, "empty list"),
    ("models", {3: NOVA}, "3 is no model ID"),
    ("models", f"{NOVA} ", "is no model ID"),
    ("models", "x" * 2049, "is no model ID"),
    *[("remember", each, "remember is a number of seconds") for each in (0, -1, "300", None, True, float("nan"))],
    *[("probes", each, "probes is a whole number") for each in (0, -1, 1.5, "3", None, True, float("inf"))],
    *[("enabled", each, "enabled is True, False or a function") for each in (None, "on", 1)],
    *[("allow_wider", each, "allow_wider is True or False") for each in (None, "yes", 1)],
    *[("adapt", each, "adapt is a function") for each in ("adapt", 1, object())],
]


@pytest.mark.parametrize(("option", "value", "message"), WRONG)
def test_wrong_value_says_what_is_accepted(option: str, value: Any, message: str) -> None:
    """When it is configured, not at three in the morning."""
    with pytest.raises((TypeError, ValueError), match=message):
        Fallback(**{"models": NOVA, option: value})


@pytest.mark.parametrize("option", ["enabled", "adapt"])
def test_coroutine_function_is_refused(option: str) -> None:
    """Its result would be true whatever it says."""

    async def function(*_: Any) -> Any:
        return True

    given: dict[str, Any] = {option: function}
    with pytest.raises(TypeError, match="no coroutine"):
        Fallback(NOVA, **given)


def test_same_for_client_guard_and_install() -> None:
    """Each takes all forms, and refuses the wrong ones itself."""
    wrong: Any = 7
    for configure in (partial(bedrock_guard.client, region_name=TOKYO), bedrock_guard.install):
        with pytest.raises(TypeError, match="fallback is a model ID"):
            configure(fallback=wrong)
