"""What one Bedrock call is authorized on."""

import pytest

from bedrock_guard import _catalog, _profiles
from bedrock_guard._identifiers import parse_model_id
from bedrock_guard.scp._authorizations import Authorization, action_of, authorizations
from policies import CLAUDE, GLOBAL_CLAUDE, JP_CLAUDE, NOVA

TOKYO, ACCOUNT = "ap-northeast-1", "111122223333"
OWN = f"arn:aws:bedrock:{TOKYO}:{ACCOUNT}"


def asked(model_id: str, region: str = TOKYO, action: str = "bedrock:InvokeModel") -> list[Authorization]:
    """Return the authorizations of a call, its profile resolved by the catalogue."""
    profile = _profiles.from_catalog(model_id, region, _catalog.embedded())
    return authorizations(action, parse_model_id(model_id), region, ACCOUNT, profile)


def test_geographic_profile() -> None:
    """The profile, then its model in the source Region, then in every destination, each in its own Region."""
    profile = {"bedrock:InferenceProfileArn": f"{OWN}:inference-profile/{JP_CLAUDE}"}

    assert asked(JP_CLAUDE) == [
        Authorization(
            "bedrock:InvokeModel", f"{OWN}:inference-profile/{JP_CLAUDE}", {"aws:RequestedRegion": "ap-northeast-1"}
        ),
        Authorization(
            "bedrock:InvokeModel",
            f"arn:aws:bedrock:ap-northeast-1::foundation-model/{CLAUDE}",
            {"aws:RequestedRegion": "ap-northeast-1", **profile},
        ),
        Authorization(
            "bedrock:InvokeModel",
            f"arn:aws:bedrock:ap-northeast-3::foundation-model/{CLAUDE}",
            {"aws:RequestedRegion": "ap-northeast-3", **profile},
        ),
    ]


def test_global_profile() -> None:
    """The last one names a model without a Region, requested in `unspecified`."""
    assert asked(GLOBAL_CLAUDE)[2] == Authorization(
        "bedrock:InvokeModel",
        f"arn:aws:bedrock:::foundation-model/{CLAUDE}",
        {
            "aws:RequestedRegion": "unspecified",
            "bedrock:InferenceProfileArn": f"{OWN}:inference-profile/{GLOBAL_CLAUDE}",
        },
    )


def test_direct_call_has_one_authorization_without_the_profile_key() -> None:
    """A foundation model in its Region is all there is."""
    assert asked(NOVA) == [
        Authorization(
            "bedrock:InvokeModel",
            f"arn:aws:bedrock:{TOKYO}::foundation-model/{NOVA}",
            {"aws:RequestedRegion": TOKYO},
        )
    ]


def test_source_region_is_authorized_where_it_is_no_destination() -> None:
    """A GovCloud profile routes to the other Region alone; the partition is the caller's."""
    assert [entry.resource for entry in asked("us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0", "us-gov-east-1")] == [
        f"arn:aws-us-gov:bedrock:us-gov-east-1:{ACCOUNT}:inference-profile/us-gov.{CLAUDE}",
        f"arn:aws-us-gov:bedrock:us-gov-east-1::foundation-model/{CLAUDE}",
        f"arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/{CLAUDE}",
    ]


def test_application_profile_is_named_by_its_own_arn() -> None:
    """The key holds the application profile's ARN, not that of the profile it copies."""
    arn = f"{OWN}:application-inference-profile/abcdefghijkl"
    answer = {
        "inferenceProfileId": "abcdefghijkl",
        "models": [
            {"modelArn": f"arn:aws:bedrock:{region}::foundation-model/{NOVA}"} for region in (TOKYO, "us-east-1")
        ],
        "type": "APPLICATION",
    }
    profile = _profiles.from_api(answer, TOKYO, "2026-10-27")

    found = authorizations("bedrock:InvokeModel", parse_model_id(arn), TOKYO, ACCOUNT, profile)

    assert found[0].resource == arn
    assert [entry.region for entry in found] == [TOKYO, TOKYO, "us-east-1"]
    assert {entry.context["bedrock:InferenceProfileArn"] for entry in found[1:]} == {arn}


def test_profile_of_unknown_routes_is_authorized_on_itself_alone() -> None:
    """Nothing is guessed from a prefix."""
    found = authorizations("bedrock:InvokeModel", parse_model_id("kr.anthropic.claude-9"), TOKYO, ACCOUNT)

    assert [entry.resource for entry in found] == [f"{OWN}:inference-profile/kr.anthropic.claude-9"]


def test_key_on_the_profile_itself_is_an_assumption_to_be_made() -> None:
    """It is absent there unless asked for."""
    profile = _profiles.from_catalog(JP_CLAUDE, TOKYO, _catalog.embedded())
    found = authorizations(
        "bedrock:InvokeModel", parse_model_id(JP_CLAUDE), TOKYO, ACCOUNT, profile, key_on_profile=True
    )

    assert found[0].context["bedrock:InferenceProfileArn"] == found[0].resource


def test_batch_goes_without_the_profile_key() -> None:
    """CreateModelInvocationJob is authorized on the same resources, but the key is not among its condition keys."""
    found = asked(JP_CLAUDE, action="bedrock:CreateModelInvocationJob")

    assert [entry.region for entry in found] == [TOKYO, TOKYO, "ap-northeast-3"]
    assert not any("bedrock:InferenceProfileArn" in entry.context for entry in found)


def test_arn_is_authorized_as_it_is() -> None:
    """A custom model's ARN names its own account and Region."""
    arn = f"{OWN}:custom-model/amazon.nova-lite-v1:0:300k/abcdefghijkl"

    assert [entry.resource for entry in authorizations("bedrock:InvokeModel", parse_model_id(arn), TOKYO, ACCOUNT)] == [
        arn
    ]


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("InvokeModel", "bedrock:InvokeModel"),
        ("Converse", "bedrock:InvokeModel"),
        ("StartAsyncInvoke", "bedrock:InvokeModel"),
        ("InvokeModelWithBidirectionalStream", "bedrock:InvokeModel"),
        ("InvokeModelWithResponseStream", "bedrock:InvokeModelWithResponseStream"),
        ("ConverseStream", "bedrock:InvokeModelWithResponseStream"),
        ("CountTokens", "bedrock:CountTokens"),
        ("CreateModelInvocationJob", "bedrock:CreateModelInvocationJob"),
    ],
)
@pytest.mark.parametrize("spelling", ["{}", "bedrock:{}"])
def test_action_of_an_operation(operation: str, action: str, spelling: str) -> None:
    """An operation stands for the action that it is authorized as, in any case; there is no bedrock:Converse."""
    text = spelling.format(operation)

    assert [action_of(each) for each in (text, text.lower(), text.upper())] == [action] * 3


@pytest.mark.parametrize("text", ["InvokeModle", "foo", "", "bedrock:", "bedrock:*", "s3:GetObject", "invoke model\n"])
def test_what_calls_no_model_is_no_action(text: str) -> None:
    """A misspelled operation would be answered as one that no policy names: it is refused, with the known ones."""
    with pytest.raises(ValueError, match=r"^action: .* is none of InvokeModel, .*CreateModelInvocationJob$") as caught:
        action_of(text)

    assert str(caught.value).isprintable()
