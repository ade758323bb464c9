"""The shapes that policies about Bedrock take in the wild, and what each does to a call through a profile."""

from typing import Any

import pytest

from bedrock_guard import scp
from scp.asking import FULL_AWS_ACCESS, INVOKE, ROLE, allow, ask, denies, deny, policy

MODEL = "foundation-model/anthropic.claude-haiku-4-5-20251001-v1:0"
JP = "arn:aws:bedrock:ap-northeast-1:111122223333:inference-profile/jp.anthropic.claude-haiku-4-5-20251001-v1:0"
GLOBAL = JP.replace("jp.", "global.")
APPLICATION = "arn:aws:bedrock:ap-northeast-1:111122223333:application-inference-profile/a1b2c3d4e5f6"
PROFILE_KEY = "bedrock:InferenceProfileArn"


def on_model(region: str, profile: str | None = None, **more: Any) -> dict[str, Any]:
    """Return the request that authorizes the foundation model in *region*."""
    context = {"aws:RequestedRegion": region or "unspecified", "aws:PrincipalArn": ROLE, **more}
    through = {PROFILE_KEY: profile} if profile else {}
    return {"resource": f"arn:aws:bedrock:{region}::{MODEL}", "context": {**context, **through}}


def region_deny(*regions: str, **exempt: Any) -> dict[str, Any]:
    """Return a Region deny, with conditions that exempt."""
    condition = {"StringNotEquals": {"aws:RequestedRegion": list(regions)}, **exempt}
    return deny(NotAction=["iam:*", "sts:*"], Condition=condition)


def test_region_deny_blocks_the_destination_region_alone() -> None:
    """The source Region passes, and what blocks is the model in the other Region."""
    tokyo = region_deny("ap-northeast-1")

    assert not denies(tokyo, **on_model("ap-northeast-1", JP))
    assert denies(tokyo, **on_model("ap-northeast-3", JP))


def test_global_routing_meets_a_list_of_allowed_regions() -> None:
    """`unspecified` is in no list of allowed Regions unless somebody wrote it there."""
    assert denies(region_deny("ap-northeast-1"), **on_model("", GLOBAL))
    assert not denies(region_deny("ap-northeast-1", "unspecified"), **on_model("", GLOBAL))


def test_global_routing_passes_a_list_of_denied_regions() -> None:
    """`unspecified` is none of the Regions that a deny list names."""
    listed = deny(Condition={"StringEquals": {"aws:RequestedRegion": ["us-east-1", "apac-northeast-1"]}})

    assert not denies(listed, **on_model("", GLOBAL))
    assert not denies(listed, **on_model("ap-northeast-1", GLOBAL))


@pytest.mark.parametrize("operator", ["ArnNotLike", "StringNotLike"])
def test_exempt_profile_leaves_direct_calls_denied(operator: str) -> None:
    """Where the key is absent, as in a direct call and on the profile itself, the exemption does not exempt."""
    exempt = region_deny("ap-northeast-1", **{operator: {PROFILE_KEY: "arn:aws:bedrock:*:*:inference-profile/jp.*"}})

    assert not denies(exempt, **on_model("ap-northeast-3", JP))
    assert denies(exempt, **on_model("ap-northeast-3"))
    assert denies(exempt, **on_model("ap-northeast-3", GLOBAL))
    assert denies(exempt, action="s3:GetObject", **on_model("ap-northeast-3"))


def test_exempt_inference_profile_is_no_application_inference_profile() -> None:
    """`inference-profile/*` does not cover `application-inference-profile/`."""
    exempt = region_deny("ap-northeast-1", ArnNotLike={PROFILE_KEY: "arn:aws:bedrock:*:*:inference-profile/*"})

    assert denies(exempt, **on_model("ap-northeast-3", APPLICATION))


def test_exempt_session_is_named_by_its_role() -> None:
    """aws:PrincipalArn of a session is the role's ARN: an exemption of `assumed-role` exempts nobody."""
    by_session = region_deny("us-east-1", ArnNotLike={"aws:PrincipalArn": "arn:aws:sts::*:assumed-role/app/*"})
    by_role = region_deny("us-east-1", ArnNotLike={"aws:PrincipalARN": "arn:aws:iam::*:role/*/app"})

    assert denies(by_session, **on_model("ap-northeast-1"))
    assert not denies(by_role, **on_model("ap-northeast-1"))


def test_exempt_invoke_actions_do_not_exempt_the_rest() -> None:
    """`bedrock:Invoke*` in NotAction frees neither batch jobs nor bearer tokens nor other prefixes."""
    exempt = deny(
        NotAction=["bedrock:Invoke*", "bedrock:Converse*"],
        Condition={"StringNotEquals": {"aws:RequestedRegion": "ap-northeast-1"}},
    )
    asked = on_model("ap-northeast-3", JP)

    assert not denies(exempt, **asked)
    assert denies(exempt, action="bedrock:CreateModelInvocationJob", **asked)
    assert denies(exempt, action="bedrock:CallWithBearerToken", **asked)
    assert denies(exempt, action="bedrock-mantle:CreateInference", **asked)


def test_forcing_profiles_denies_direct_calls() -> None:
    """`Null` on the profile's key, on foundation models, lets in only what comes through a profile."""
    forced = deny(
        Action="bedrock:Invoke*",
        Resource="arn:aws:bedrock:*::foundation-model/*",
        Condition={"Null": {PROFILE_KEY: "true"}},
    )

    assert denies(forced, **on_model("ap-northeast-1"))
    assert not denies(forced, **on_model("ap-northeast-1", JP))
    assert not denies(forced, resource=JP)


def test_forbidding_global_routing_by_its_region_leaves_the_rest() -> None:
    """A deny of the Region-less model alone touches nothing that is routed within a geography."""
    forbidden = deny(Action="bedrock:*", Condition={"StringEqualsIgnoreCase": {"aws:RequestedRegion": "Unspecified"}})

    assert denies(forbidden, **on_model("", GLOBAL))
    assert not denies(forbidden, **on_model("ap-northeast-3", JP))


def test_bearer_token_key_is_found_in_any_case() -> None:
    """Long-term API keys are denied by a key that the policy spells in lower case."""
    keys = deny(
        Action="bedrock:CallWithBearerToken", Condition={"StringEquals": {"bedrock:bearerTokenType": "LONG_TERM"}}
    )
    asked = {"action": "bedrock:CallWithBearerToken", "resource": "*"}

    assert denies(keys, **asked, context={"bedrock:BearerTokenType": "LONG_TERM"})
    assert not denies(keys, **asked, context={"bedrock:BearerTokenType": "SHORT_TERM"})
    assert not denies(keys, **asked)


def test_allow_list_denies_implicitly_what_it_does_not_name() -> None:
    """Without FullAWSAccess beside it, a list of allowed Regions closes its level for the others."""
    listed = policy(allow(Action="bedrock:*", Condition={"StringEquals": {"aws:RequestedRegion": "ap-northeast-1"}}))
    decision = scp.evaluate([[FULL_AWS_ACCESS], [listed]], action=INVOKE, **on_model("ap-northeast-3", JP))

    assert (decision.result, decision.level, decision.statement) == ("implicit-deny", 1, None)


def test_allow_never_lifts_a_deny() -> None:
    """An Allow of the very action in the same document does not outrank a deny with NotAction."""
    decision = ask(policy(region_deny("us-east-1"), allow(Action="bedrock:*")), **on_model("ap-northeast-1"))

    assert decision.result == "explicit-deny"


def test_restriction_to_an_endpoint_depends_on_it() -> None:
    """Whether a call comes through the VPC endpoint is nothing that its arguments say."""
    endpoint = policy(deny(Action="bedrock:*", Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}}))
    decision = ask(endpoint, **on_model("ap-northeast-1"), unknown={"aws:SourceVpce"})

    assert (decision.result, decision.missing) == ("unknown", frozenset({"aws:SourceVpce"}))


def test_any_value_of_a_single_valued_key() -> None:
    """A set operator on a single-valued key asks of that one value, and is false without the key."""
    outside = deny(Condition={"ForAnyValue:StringNotEquals": {"aws:RequestedRegion": ["ap-northeast-1"]}})

    assert denies(outside, **on_model("ap-northeast-3"))
    assert not denies(outside, **on_model("ap-northeast-1"))
    assert not denies(outside)


def test_if_exists_denies_nothing_that_has_another_value() -> None:
    """A deny with IfExists takes the request without the key as well."""
    through_others = deny(Condition={"ArnNotLikeIfExists": {PROFILE_KEY: "arn:aws:bedrock:*:*:inference-profile/jp.*"}})

    assert denies(through_others, **on_model("ap-northeast-1"))
    assert not denies(through_others, **on_model("ap-northeast-1", JP))
