"""What the simulator denies, and in which words."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from bedrock_guard.simulator import Simulator
from policies import CLAUDE, GLOBAL_CLAUDE, HELLO, JAPAN_ONLY, JP_CLAUDE, NOVA, TOKYO_ONLY

USER = "User: arn:aws:sts::111122223333:assumed-role/app/simulator is not authorized to perform:"


def denial(client: Any, model_id: str) -> ClientError:
    """Return the error of a `converse` that is denied."""
    with pytest.raises(client.exceptions.AccessDeniedException) as caught:
        client.converse(modelId=model_id, messages=HELLO)
    return caught.value  # type: ignore[no-any-return]  # a class of botocore's own making


def test_geographic_profile_is_denied_in_its_destination(client: Any) -> None:
    """The message names the foundation model in the Region that the SCP blocks, not in the source Region."""
    error = denial(client, JP_CLAUDE)

    assert error.response["Error"]["Message"].startswith(
        f"{USER} bedrock:InvokeModel on resource: arn:aws:bedrock:ap-northeast-3::foundation-model/{CLAUDE} "
        "with an explicit deny in a service control policy: arn:aws:organizations::"
    )


def test_global_profile_is_denied_without_a_region(client: Any) -> None:
    """The message names the foundation model of no Region."""
    error = denial(client, GLOBAL_CLAUDE)

    assert f"on resource: arn:aws:bedrock:::foundation-model/{CLAUDE} with" in str(error)


def test_denial_is_answered_as_aws_does(client: Any) -> None:
    """The status is 403, the code AccessDeniedException, and there is a request id."""
    response = denial(client, JP_CLAUDE).response

    assert response["Error"]["Code"] == "AccessDeniedException"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert response["ResponseMetadata"]["HTTPHeaders"]["x-amzn-errortype"] == "AccessDeniedException"
    assert len(response["ResponseMetadata"]["RequestId"]) == 36


def test_model_in_the_allowed_region_answers(client: Any) -> None:
    """A model that stays in Tokyo is not denied."""
    answer = client.converse(modelId=NOVA, messages=HELLO)

    assert answer["output"]["message"]["content"] == [{"text": f"This is a simulated reply of {NOVA}."}]


def test_scps_change_while_a_client_runs(simulator: Simulator, client: Any) -> None:
    """The next request of the same client is decided by the new SCPs."""
    denial(client, JP_CLAUDE)
    simulator.set_scps(JAPAN_ONLY)

    assert client.converse(modelId=JP_CLAUDE, messages=HELLO)["stopReason"] == "end_turn"


def test_level_that_allows_nothing_denies_implicitly() -> None:
    """Levels are taken as they are, and the wording of an implicit denial names no policy."""
    client = Simulator([[TOKYO_ONLY]]).session("ap-northeast-1").client("bedrock-runtime")

    error = denial(client, NOVA)

    assert str(error).endswith("because no service control policy allows the bedrock:InvokeModel action")
