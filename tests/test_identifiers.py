"""What a `modelId` may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_guard._catalog import embedded
from bedrock_guard._identifiers import ModelKind, is_region, parse_arn, parse_model_id, partition_of

ACCOUNT = "arn:aws:bedrock:us-west-2:111122223333"


@pytest.mark.parametrize(
    ("text", "kind", "id_"),
    [
        ("anthropic.claude-sonnet-4-5-20250929-v1:0", "foundation-model", "anthropic.claude-sonnet-4-5-20250929-v1:0"),
        (
            "arn:aws:bedrock:us-west-2::foundation-model/amazon.nova-pro-v1:0",
            "foundation-model",
            "amazon.nova-pro-v1:0",
        ),
        ("arn:aws:bedrock:::foundation-model/amazon.nova-pro-v1:0", "foundation-model", "amazon.nova-pro-v1:0"),
        ("ai21.jamba-1-5-large-v1:0", "foundation-model", "ai21.jamba-1-5-large-v1:0"),
        ("jp.amazon.nova-2-lite-v1:0", "inference-profile", "jp.amazon.nova-2-lite-v1:0"),
        ("us-gov.anthropic.claude-v1", "inference-profile", "us-gov.anthropic.claude-v1"),
        ("sa.amazon.nova-lite-v1:0", "inference-profile", "sa.amazon.nova-lite-v1:0"),
        (f"{ACCOUNT}:inference-profile/us.meta.llama3-v1:0", "inference-profile", "us.meta.llama3-v1:0"),
        (f"{ACCOUNT}:application-inference-profile/abc123", "application-inference-profile", "abc123"),
        (f"{ACCOUNT}:provisioned-model/abc123", "provisioned-model", "abc123"),
        (f"{ACCOUNT}:custom-model/amazon.nova/abc", "custom-model", "amazon.nova/abc"),
        (f"{ACCOUNT}:custom-model-deployment/abc", "custom-model-deployment", "abc"),
        (f"{ACCOUNT}:imported-model/abc", "imported-model", "abc"),
        (f"{ACCOUNT}:prompt/ABCDE12345:1", "prompt", "ABCDE12345:1"),
        (f"{ACCOUNT}:default-prompt-router/anthropic.claude:1", "prompt-router", "anthropic.claude:1"),
        (f"{ACCOUNT}:prompt-router/abc", "prompt-router", "abc"),
        ("arn:aws:sagemaker:us-west-2:111122223333:endpoint/mine", "endpoint", "mine"),
        (f"{ACCOUNT}:something-new/abc", "unknown", "abc"),
        ("my-provisioned-model", "unknown", "my-provisioned-model"),
        ("", "unknown", ""),
    ],
)
def test_kind_and_id(text: str, kind: str, id_: str) -> None:
    """Each form that the API takes is told from the others."""
    identifier = parse_model_id(text)

    assert (identifier.kind, identifier.id, identifier.text) == (kind, id_, text)


@pytest.mark.parametrize(
    ("text", "region", "account_id"),
    [
        ("jp.amazon.nova-2-lite-v1:0", None, None),
        (f"{ACCOUNT}:inference-profile/us.x.y", "us-west-2", "111122223333"),
        ("arn:aws:bedrock:us-west-2::foundation-model/x.y", "us-west-2", None),
        ("arn:aws:bedrock:::foundation-model/x.y", None, None),
    ],
)
def test_region_and_account_are_those_of_the_arn(text: str, region: str | None, account_id: str | None) -> None:
    """An id alone names neither; an empty part is none."""
    identifier = parse_model_id(text)

    assert (identifier.region, identifier.account_id) == (region, account_id)


def test_every_profile_of_the_catalogue_is_a_profile() -> None:
    """And no foundation model is taken for one."""
    catalog = embedded()

    assert {parse_model_id(id_).kind for id_ in catalog.profiles} == {ModelKind.INFERENCE_PROFILE}
    assert {parse_model_id(id_).kind for id_ in catalog.models} == {ModelKind.FOUNDATION_MODEL}


def test_every_source_region_of_the_catalogue_is_a_region() -> None:
    """GovCloud's included."""
    regions = {region for profile in embedded().profiles.values() for region in profile.routes}

    assert [region for region in regions if not is_region(region)] == []


@pytest.mark.parametrize(
    "text", ["", "unspecified", "us-east", "US-EAST-1", "us-east-1 ", "us-east-1*", "us-east-1\n", "us-east-\u0661"]
)
def test_other_texts_are_no_regions(text: str) -> None:
    """What is pasted as a Region is formed like one."""
    assert not is_region(text)


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("ap-northeast-1", "aws"),
        ("us-gov-west-1", "aws-us-gov"),
        ("cn-north-1", "aws-cn"),
        ("eusc-de-east-1", "aws-eusc"),
    ],
)
def test_partition(region: str, partition: str) -> None:
    """By the form of the Region's name."""
    assert partition_of(region) == partition


@pytest.mark.parametrize("text", ["", "arn", "arn:aws:bedrock", "x:aws:bedrock:us-east-1:1:a/b", "jp.amazon.nova"])
def test_no_arn(text: str) -> None:
    """Six parts, and the first is `arn`."""
    assert parse_arn(text) is None


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    """What it is may be unknown; reading it is no error."""
    assert parse_model_id(text).text == text
