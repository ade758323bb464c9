"""Which candidates there may be, of every kind that the API takes."""

import json
from functools import partial
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import bedrock_guard
from bedrock_guard import Fallback, ScpDeniedError
from bedrock_guard._catalog import embedded
from bedrock_guard._fallback import Candidate, original_model
from bedrock_guard._fallback._fit import fit_of
from bedrock_guard.simulator import Fault, Simulator
from calls import sentence
from conftest import TOKYO
from fallbacks.cases import APAC_NOVA, BODY, ask, guarded, models
from policies import CLAUDE, GLOBAL_CLAUDE, HELLO, JAPAN_ONLY, JP_CLAUDE, NOVA

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
        (arn("application-inference-profile/abcdefghijkl", OSAKA), "it is in ap-northeast-3"),
        ("jp.anthropic.claude-of-tomorrow-v1:0", "its destination Regions are not known"),
        ("mideast.anthropic.claude-of-tomorrow-v1:0", "its destination Regions are not known"),
        ("apac2.amazon.nova-of-tomorrow-v1:0", "its destination Regions are not known"),
        ("kr.ai21.jamba-of-tomorrow-v1:0", "its destination Regions are not known"),
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


def options(client: Any) -> set[str]:
    """Return the operations whose candidates are weighed once and for all."""
    return {name for entry in client._bedrock_guard.memory._entries.values() for name in entry.route.evidence.options}


def test_candidate_whose_routes_come_later_serves_then(simulator: Simulator) -> None:
    """What is not known is asked again, while the denial is remembered."""
    candidate = copy_of(simulator, "jp.anthropic.claude-haiku-4-5-20251001-v1:0")
    simulator.set_scps(JAPAN_ONLY)
    client = guarded(simulator, [candidate, NOVA], control_client=SimpleNamespace())
    before = ask(client, GLOBAL_CLAUDE), options(client)
    finder = client._bedrock_guard.finder
    finder._control_client = control(simulator)
    finder._resolver.start_clean()  # as when a failed look-up is forgotten
    after = ask(client, GLOBAL_CLAUDE), options(client)

    assert [(told["served_model_id"], told["remembered"]) for told, _ in (before, after)] == [
        (NOVA, False),
        (candidate, True),
    ]
    assert [weighed for _, weighed in (before, after)] == [set(), {"Converse"}]


def test_body_goes_by_the_model_that_the_denial_names(simulator: Simulator) -> None:
    """Where nobody knows what is behind the profile that was asked for."""
    requested = copy_of(simulator, "apac.amazon.nova-lite-v1:0")
    response = guarded(simulator, NOVA).invoke_model(modelId=requested, body=BODY)

    assert response["ResponseMetadata"]["BedrockGuard"]["served_model_id"] == NOVA


@pytest.mark.parametrize(
    ("requested", "resource"),
    [
        (JP_CLAUDE, f"arn:aws:bedrock:{OSAKA}::foundation-model/{CLAUDE}"),
        (JP_CLAUDE, arn(f"inference-profile/{JP_CLAUDE}")),
        (f"kr.{CLAUDE}", arn(f"inference-profile/kr.{CLAUDE}")),
        (arn("application-inference-profile/abc"), f"arn:aws:bedrock:{OSAKA}::foundation-model/{CLAUDE}"),
        (CLAUDE, f"arn:aws:bedrock:{TOKYO}::foundation-model/{CLAUDE}"),
    ],
)
def test_model_that_was_asked_for(requested: str, resource: str) -> None:
    """By its profile, by what the denial names, or by the form of its id."""
    diagnosis = bedrock_guard.explain(sentence(resource=resource), requested, TOKYO)

    assert diagnosis is not None
    assert original_model(diagnosis) == CLAUDE


def test_catalogue_of_the_users_own_tells_what_is_inside(simulator: Simulator, tmp_path: Path) -> None:
    """A profile that the embedded one lacks is inside by what `catalog=` says."""
    new = "jp.anthropic.claude-of-tomorrow-v1:0"
    snapshot = files("bedrock_guard").joinpath("catalog.json").read_text(encoding="utf-8")
    newer = tmp_path / "catalog.json"
    newer.write_text(snapshot.replace("jp.anthropic.claude-haiku-4-5-20251001-v1:0", new), encoding="utf-8")
    with pytest.raises(ValueError, match="not known"):
        guarded(simulator, new)

    guarded(simulator, new, catalog=newer)


def test_auto_takes_no_profile_that_meets_the_same_wall(simulator: Simulator, tmp_path: Path) -> None:
    """A narrower one that routes to the blocked Region too would be denied alike."""
    catalog = json.loads(files("bedrock_guard").joinpath("catalog.json").read_text(encoding="utf-8"))
    for name, region in {f"osaka.{NOVA}": OSAKA, f"seoul.{NOVA}": "ap-northeast-2"}.items():
        catalog["profiles"][name] = {"routes": len(catalog["routes"])}
        catalog["routes"].append({TOKYO: [TOKYO, region]})
    (tmp_path / "catalog.json").write_text(json.dumps(catalog), encoding="utf-8")
    blocked = {"StringEquals": {"aws:RequestedRegion": OSAKA}}
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": blocked}
    simulator.set_scps({"Version": "2012-10-17", "Statement": [statement]})
    simulator.add_fault(Fault("model-access", model_id=NOVA))
    with pytest.raises(ScpDeniedError):
        ask(guarded(simulator, "auto", catalog=tmp_path / "catalog.json"), APAC_NOVA)

    assert models(simulator) == [APAC_NOVA, NOVA, f"seoul.{NOVA}"]


@pytest.mark.parametrize("new", ["middleeast.anthropic.claude-of-tomorrow-v1:0", "x1.qwen3.next-v1:0", "weird"])
def test_profile_of_the_catalogue_is_one_whatever_its_form(simulator: Simulator, tmp_path: Path, new: str) -> None:
    """No prefix tells what an id is where the catalogue does."""
    snapshot = files("bedrock_guard").joinpath("catalog.json").read_text(encoding="utf-8")
    newer = tmp_path / "catalog.json"
    newer.write_text(snapshot.replace("apac.amazon.nova-lite-v1:0", new), encoding="utf-8")
    with pytest.raises(ValueError, match="it may route to ap-"):
        guarded(simulator, {JP_CLAUDE: new}, catalog=newer)

    reasons = passed_over(guarded(simulator, new, catalog=newer))
    assert reasons[0].startswith("it may route to ap-")


@pytest.mark.parametrize(
    "requested", [JP_CLAUDE, "jp.*", arn(f"inference-profile/{JP_CLAUDE}"), "*inference-profile/jp.*"]
)
@pytest.mark.parametrize("asked", [JP_CLAUDE, arn(f"inference-profile/{JP_CLAUDE}")])
def test_mapping_knows_an_id_and_its_arn_as_one(simulator: Simulator, requested: str, asked: str) -> None:
    """A pattern may be of either, too; one of an ARN alone is no pattern of the id."""
    client = guarded(simulator, {requested: NOVA})
    if requested.startswith("*") and asked == JP_CLAUDE:
        with pytest.raises(ScpDeniedError):
            ask(client, asked)
    else:
        assert ask(client, asked)["served_model_id"] == NOVA


def test_mapping_to_itself_is_warned_of(simulator: Simulator, caplog: pytest.LogCaptureFixture) -> None:
    """It can never serve."""
    guarded(simulator, {JP_CLAUDE: [JP_CLAUDE, arn(f"inference-profile/{JP_CLAUDE}")]})

    assert f"the fallback of {JP_CLAUDE} is that model itself" in caplog.text


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


def test_embedding_model_that_is_passed_over_is_not_warned_of(
    simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is asked of it."""
    client = guarded(simulator, {"global.cohere.embed-v4:0": TITAN})
    with pytest.raises(ScpDeniedError):
        client.invoke_model(modelId="global.cohere.embed-v4:0", body="{}")

    assert "bedrock_guard.other_embedding_model" not in caplog.text


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


IMAGE = {"image": {"format": "png", "source": {"bytes": b"png"}}}
QWEN = "qwen.qwen3-32b-v1:0"  # takes text alone


@pytest.mark.parametrize(
    "given",
    [
        {"messages": [{"role": "user", "content": [IMAGE]}]},
        {"messages": [{"role": "user", "content": [{"toolResult": {"toolUseId": "a", "content": [IMAGE]}}]}]},
        {"messages": [{"role": "user", "content": [{"guardContent": IMAGE}]}]},
        {"messages": HELLO, "system": [{"guardContent": IMAGE}]},
    ],
    ids=["message", "toolResult", "guardContent", "system"],
)
def test_image_is_not_sent_to_a_model_of_text(simulator: Simulator, given: Any) -> None:
    """Wherever it is; the next candidate that takes images has it."""
    response = guarded(simulator, [QWEN, NOVA]).converse(modelId=JP_CLAUDE, **given)

    assert response["ResponseMetadata"]["BedrockGuard"]["served_model_id"] == NOVA
    assert models(simulator) == [JP_CLAUDE, NOVA]


def test_audio_and_video_go_by_their_own_modalities() -> None:
    """Of a model that takes neither."""
    fit = fit_of("Converse", Candidate(NOVA), JP_CLAUDE, NOVA, embedded())

    assert set(fit.blocks) == {"audio", "reasoningContent"}


@pytest.mark.parametrize("reasoning", [{"redactedContent": b"?"}, {"reasoningText": {"text": "", "signature": "s"}}])
def test_signed_reasoning_stays_with_its_provider(simulator: Simulator, reasoning: Any) -> None:
    """Another provider's model refuses it for certain; one of its own takes it."""
    if "reasoningContent" not in _content_blocks(simulator):
        pytest.skip("this botocore knows of no reasoning content")
    messages = [*HELLO, {"role": "assistant", "content": [{"reasoningContent": reasoning}]}, *HELLO]
    simulator.set_scps(JAPAN_ONLY)
    client = guarded(simulator, [NOVA, "jp.anthropic.claude-haiku-4-5-20251001-v1:0"])
    response = client.converse(modelId=GLOBAL_CLAUDE, messages=messages)

    assert response["ResponseMetadata"]["BedrockGuard"]["served_model_id"].startswith("jp.anthropic.")
    assert NOVA not in models(simulator)


def _content_blocks(simulator: Simulator) -> Any:
    client: Any = simulator.session(TOKYO).client("bedrock-runtime")
    return client.meta.service_model.shape_for("ContentBlock").members


@pytest.mark.parametrize(
    ("name", "value"),
    [("additionalModelRequestFields", {"top_k": 1}), ("promptVariables", {"city": {"text": "Tokyo"}})],
)
def test_parameters_of_another_model_are_a_reason(simulator: Simulator, name: str, value: Any) -> None:
    """Never stripped in silence."""
    with pytest.raises(ScpDeniedError) as caught:
        guarded(simulator).converse(modelId=JP_CLAUDE, messages=HELLO, **{name: value})

    assert name in caught.value.diagnosis.passed_over[0].reason
    assert models(simulator) == [JP_CLAUDE]


def test_additional_fields_are_those_of_a_family_not_of_a_provider() -> None:
    """Amazon has made Titan and Nova, whose fields differ."""
    fits = [
        fit_of("Converse", Candidate(NOVA), original, NOVA, embedded())
        for original in ("amazon.nova-pro-v1:0", "amazon.titan-text-express-v1", CLAUDE)
    ]

    assert ["additionalModelRequestFields" in fit.fields for fit in fits] == [False, True, True]


def test_model_that_does_not_converse_is_passed_over(simulator: Simulator) -> None:
    """Whatever was configured."""
    assert passed_over(guarded(simulator, TITAN)) == ["it does not converse"]


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
    ("models", "amazon.nova-*", "is no model ID"),
    ("models", {"jp.*": ["amazon.nova-*"]}, "is no model ID"),
    ("models", "Auto", "is no model ID"),
    *[("models", each, "is no model ID") for each in ("off", "No", "0", "disabled", "arn:aws:s3:::bucket/key")],
    ("models", "https://example.com", "is no model ID"),
    ("models", f"{NOVA},", "is no model ID"),
    ("models", f"{NOVA}\x00", "is no model ID"),
    ("models", "\u00e9.model", "is no model ID"),
    ("models", "arn:aws:bedrock:ap-northeast-1", "is no model ID"),
    ("models", {"jp claude": NOVA}, "is no model ID"),
    ("models", {"us-east-1": NOVA}, "'us-east-1' is no model ID"),
    *[("models", each, f"'{each}' is no model ID") for each in ("us-east-1", "us-gov-west-1", "eusc-de-east-1")],
    *[
        ("remember", each, "remember is a number of seconds")
        for each in (0, -1, "300", None, True, float("nan"), 10**400)
    ],
    *[("probes", each, "probes is a whole number") for each in (0, -1, 1.5, "3", None, True, float("inf"), 10**400)],
    *[("enabled", each, "enabled is True, False or a function") for each in (None, "on", 1)],
    *[("allow_wider", each, "allow_wider is True or False") for each in (None, "yes", 1)],
    *[("adapt", each, "adapt is a function") for each in ("adapt", 1, object())],
]


@pytest.mark.parametrize(("option", "value", "message"), WRONG)
def test_wrong_value_says_what_is_accepted(option: str, value: Any, message: str) -> None:
    """When it is configured, not at three in the morning."""
    with pytest.raises((TypeError, ValueError), match=message):
        Fallback(**{"models": NOVA, option: value})


async def _coroutine(*_: Any) -> Any:
    return True


class _Awaited:
    async def __call__(self, *_: Any) -> Any:
        return True


@pytest.mark.parametrize("function", [_coroutine, _Awaited()])
@pytest.mark.parametrize("option", ["enabled", "adapt"])
def test_coroutine_function_is_refused(option: str, function: Any) -> None:
    """Its result would be true whatever it says."""
    with pytest.raises(TypeError, match="no coroutine"):
        Fallback(**{"models": NOVA, option: function})


@pytest.mark.parametrize("hook", [_coroutine, _Awaited(), "hook"])
def test_hook_is_no_coroutine_function(hook: Any) -> None:
    """Nobody would await it, and no event would be told."""
    with pytest.raises(TypeError, match="no coroutine"):
        bedrock_guard.install(hook=hook)


def test_same_for_client_guard_and_install() -> None:
    """Each takes all forms, and refuses the wrong ones itself."""
    wrong: Any = 7
    for configure in (partial(bedrock_guard.client, region_name=TOKYO), bedrock_guard.install):
        with pytest.raises(TypeError, match="fallback is a model ID"):
            configure(fallback=wrong)
