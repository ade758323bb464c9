"""Which model IDs the simulator knows, where, and what it says to others."""

from typing import Any

import pytest

from bedrock_guard.simulator import Fault, Simulator
from policies import CLAUDE, HELLO, JP_CLAUDE, NOVA

TOKYO = "ap-northeast-1"
INVALID = "The provided model identifier is invalid."


def refusal(model_id: str, region: str = TOKYO, operation: str = "converse") -> tuple[str, str]:
    """Return code and message of the error that a call for *model_id* gets."""
    client = Simulator().session(region).client("bedrock-runtime")
    with pytest.raises(client.exceptions.ClientError) as caught:
        getattr(client, operation)(modelId=model_id, messages=HELLO)
    error: Any = caught.value.response
    return error["Error"]["Code"], error["Error"]["Message"]


@pytest.mark.parametrize(
    "model_id",
    [
        "anthropic.claude-unheard-of-v9:0",
        "jp.anthropic.claude-unheard-of-v9:0",
        "us.anthropic.claude-sonnet-4-5-20250929-v1:0",  # not from Tokyo
        "apac.anthropic.claude-3-5-sonnet-20240620-v1:0",  # from Tokyo no longer
        f"arn:aws:bedrock:us-east-1::foundation-model/{NOVA}",  # of another Region
        f"arn:aws:bedrock:{TOKYO}:999988887777:inference-profile/{JP_CLAUDE}",  # of another account
        f"arn:aws:bedrock:{TOKYO}::inference-profile/{JP_CLAUDE}",  # of no account
        f"arn:aws:bedrock:{TOKYO}:111122223333:application-inference-profile/{JP_CLAUDE}",  # AWS's own
        f"arn:aws:bedrock:{TOKYO}:111122223333:application-inference-profile/abcdefghijkl",
        f"arn:aws:bedrock:{TOKYO}:111122223333:foundation-model/{NOVA}",  # which no account has
        f"arn:aws:s3:{TOKYO}::foundation-model/{NOVA}",
        f"arn:aws-cn:bedrock:{TOKYO}::foundation-model/{NOVA}",
        f"arn:aws-cn:bedrock:{TOKYO}:111122223333:custom-model/x/abcdefghijkl",
        f"arn:aws:s3:{TOKYO}:111122223333:custom-model/x/abcdefghijkl",
        f"arn:aws:bedrock:{TOKYO}:999988887777:custom-model/x/abcdefghijkl",
        "provisioned-name",
        "../../x",
        "arn:aws:bedrock",
    ],
)
def test_unknown_identifier_is_invalid(model_id: str) -> None:
    """What the source Region does not offer is no model identifier there."""
    assert refusal(model_id) == ("ValidationException", INVALID)


def test_model_behind_profiles_cannot_be_called_directly() -> None:
    """The apostrophe is AWS's own, U+2019."""
    code, message = refusal(CLAUDE)

    assert code == "ValidationException"
    assert message == (
        f"Invocation of model ID {CLAUDE} with on-demand throughput isn\u2019t supported. "
        "Retry your request with the ID or ARN of an inference profile that contains this model."
    )


def test_embedding_model_does_not_converse() -> None:
    """It has no text to give."""
    code, message = refusal("amazon.titan-embed-text-v2:0")

    assert code == "ValidationException"
    assert message.startswith("This action doesn't support the model that you provided.")


@pytest.mark.parametrize(
    "model_id",
    [
        NOVA,
        f"arn:aws:bedrock:{TOKYO}::foundation-model/{NOVA}",
        JP_CLAUDE,
        f"arn:aws:bedrock:{TOKYO}:111122223333:inference-profile/{JP_CLAUDE}",
        f"arn:aws:bedrock:{TOKYO}:111122223333:provisioned-model/abcdefghijkl",
        f"arn:aws:sagemaker:{TOKYO}:111122223333:endpoint/mine",
    ],
)
def test_identifier_in_every_form_answers(model_id: str) -> None:
    """IDs and ARNs of models and profiles, and the account's own models."""
    client = Simulator().session(TOKYO).client("bedrock-runtime")

    assert client.converse(modelId=model_id, messages=HELLO)["stopReason"] == "end_turn"


def test_application_profile_goes_by_its_own_arn() -> None:
    """Its id under the type of AWS's profiles is no model identifier."""
    session = Simulator().session(TOKYO)
    made: Any = session.client("bedrock").create_inference_profile(
        inferenceProfileName="mine", modelSource={"copyFrom": f"arn:aws:bedrock:{TOKYO}::foundation-model/{NOVA}"}
    )
    arn = made["inferenceProfileArn"]
    client = session.client("bedrock-runtime")

    assert client.converse(modelId=arn, messages=HELLO)["stopReason"] == "end_turn"
    with pytest.raises(client.exceptions.ValidationException, match=INVALID):
        client.converse(modelId=arn.replace("application-", ""), messages=HELLO)


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("bedrock", "get_foundation_model", {"modelIdentifier": f"arn:aws:bedrock:us-east-1::foundation-model/{NOVA}"}),
        (
            "bedrock-runtime",
            "count_tokens",
            {
                "modelId": f"arn:aws:bedrock:us-east-1::foundation-model/{CLAUDE}",
                "input": {"converse": {"messages": HELLO}},
            },
        ),
    ],
)
def test_model_of_another_region_is_invalid_to_other_operations(
    service: Any, operation: str, parameters: dict[str, Any]
) -> None:
    """As it is to a call."""
    client: Any = Simulator().session(TOKYO).client(service)
    if not hasattr(client, operation):
        pytest.skip(f"this botocore does not know {operation}")

    with pytest.raises(client.exceptions.ValidationException, match=INVALID):
        getattr(client, operation)(**parameters)


def test_profile_newer_than_the_catalogue_can_be_added() -> None:
    """It is authorized in the Regions that were said, and listed."""
    simulator = Simulator()
    simulator.add_inference_profile("kr.anthropic.claude-9-v1:0", "ap-northeast-2", ["ap-northeast-2", TOKYO])
    session = simulator.session("ap-northeast-2")

    assert session.client("bedrock-runtime").converse(modelId="kr.anthropic.claude-9-v1:0", messages=HELLO)
    profile = session.client("bedrock").get_inference_profile(inferenceProfileIdentifier="kr.anthropic.claude-9-v1:0")
    assert [model["modelArn"].split(":")[3] for model in profile["models"]] == [TOKYO, "ap-northeast-2"]


@pytest.mark.parametrize(
    ("profile_id", "destinations", "error"),
    [
        ("kr.acme.model-v1:0", "ap-northeast-2", TypeError),
        ("kr.acme.model-v1:0", [], ValueError),
        (NOVA, [TOKYO], ValueError),  # of a model
        (f"arn:aws:bedrock:{TOKYO}:111122223333:inference-profile/{JP_CLAUDE}", [TOKYO], ValueError),
    ],
)
def test_profile_that_cannot_be_is_refused(profile_id: str, destinations: Any, error: type[Exception]) -> None:
    """Where it is added, and not where it is asked for."""
    with pytest.raises(error):
        Simulator().add_inference_profile(profile_id, TOKYO, destinations)


def test_access_to_a_model_can_be_missing() -> None:
    """That is no policy's denial: the message names none, under the service's own key."""
    simulator = Simulator()
    simulator.add_fault(Fault("model-access", model_id="jp.*"))
    client = simulator.session(TOKYO).client("bedrock-runtime")

    with pytest.raises(client.exceptions.AccessDeniedException) as caught:
        client.converse(modelId=JP_CLAUDE, messages=HELLO)

    response: Any = caught.value.response
    assert response["message"] == "You don't have access to the model with the specified model ID."
    assert simulator.requests[-1].denied is None
    assert client.converse(modelId=NOVA, messages=HELLO)["stopReason"] == "end_turn"


def test_tokens_are_counted_for_the_model_and_not_for_its_profile() -> None:
    """CountTokens takes a model that answers only through profiles, but none of those."""
    client: Any = Simulator().session(TOKYO).client("bedrock-runtime")
    if not hasattr(client, "count_tokens"):
        pytest.skip("this botocore does not know CountTokens")

    assert client.count_tokens(modelId=CLAUDE, input={"converse": {"messages": HELLO}})["inputTokens"] > 0
    for model_id in (JP_CLAUDE, NOVA):
        with pytest.raises(client.exceptions.ValidationException, match="doesn't support counting tokens"):
            client.count_tokens(modelId=model_id, input={"converse": {"messages": HELLO}})
