"""`repair`: the smallest edit that lets a call pass, and its proof."""

import json
from typing import Any

import pytest

from bedrock_guard import scp
from bedrock_guard._catalog import embedded
from bedrock_guard.scp._caller import caller_of
from bedrock_guard.scp._calls import calls
from bedrock_guard.scp._grid import grid
from policies import CLAUDE, GLOBAL_CLAUDE, JP_CLAUDE, NOVA, TOKYO_ONLY
from scp.asking import FULL_AWS_ACCESS, INVOKE, ROLE, allow, deny, policy
from scp.test_check import APPLICATION, OSAKA, TOKYO, application_profile

REGION, KEY = "aws:RequestedRegion", "bedrock:InferenceProfileArn"
EXEMPTION = f"arn:aws:bedrock:{TOKYO}:*:inference-profile/{JP_CLAUDE}"
REGIONS = {REGION: [TOKYO, "us-east-1"]}


def repair(*policies: Any, model_id: Any = JP_CLAUDE, region: str = TOKYO, **options: Any) -> scp.Repair:
    """Return the repair of FullAWSAccess and *policies* at one level."""
    return scp.repair([[FULL_AWS_ACCESS, *policies]], model_id, region, **{"principal_arn": ROLE, **options})


def condition_after(condition: dict[str, Any], **options: Any) -> Any:
    """Return the Condition of a Deny after its repair, and assert that it lets the call pass and changes nothing else."""
    repaired = repair(policy(deny(Condition=condition)), **options)

    assert repaired.is_complete
    assert repaired.verdict == "allowed"
    assert repaired.proof.changed == ()
    return first_condition(repaired)


def first_condition(repaired: scp.Repair) -> Any:
    """Return the Condition of the first statement beside FullAWSAccess."""
    document: Any = repaired.levels[0][1]
    return document["Statement"][0]["Condition"]


@pytest.mark.parametrize("operator", ["StringNotEquals", "StringNotLike", "StringNotEqualsIgnoreCase"])
def test_profile_is_exempted_with_its_source_region_pinned(operator: str) -> None:
    """The exemption names one profile, called from one Region, of any account."""
    assert condition_after({operator: REGIONS}) == {operator: REGIONS, "ArnNotLike": {KEY: EXEMPTION}}


def test_list_of_denied_regions_gets_the_same_exemption() -> None:
    """A Deny that names the Regions it is about is narrowed alike."""
    condition = {"StringEquals": {REGION: [OSAKA, "eu-west-3"]}}

    assert condition_after(condition) == {**condition, "ArnNotLike": {KEY: EXEMPTION}}


@pytest.mark.parametrize(
    ("exceptions", "after"),
    [
        ({"ArnNotLike": {"aws:PrincipalARN": "x"}}, {"ArnNotLike": {"aws:PrincipalARN": "x", KEY: EXEMPTION}}),
        ({"arnNotLike": {"aws:PrincipalARN": "x"}}, {"arnNotLike": {"aws:PrincipalARN": "x", KEY: EXEMPTION}}),
        ({"ArnNotLike": {KEY: "a:b"}}, {"ArnNotLike": {KEY: ["a:b", EXEMPTION]}}),
        ({"ArnNotLike": {KEY.lower(): ["a"]}}, {"ArnNotLike": {KEY.lower(): ["a", EXEMPTION]}}),
        ({"ArnNotEquals": {KEY: ["a"]}}, {"ArnNotEquals": {KEY: ["a", EXEMPTION]}}),
        ({"StringNotLike": {KEY: ["a"]}}, {"StringNotLike": {KEY: ["a", EXEMPTION]}}),
        ({"ArnNotLikeIfExists": {KEY: ["a"]}}, {"ArnNotLikeIfExists": {KEY: ["a", EXEMPTION]}}),
        ({"ArnNotLikeIfExists": {"aws:PrincipalArn": "x"}}, {"ArnNotLikeIfExists": {"aws:PrincipalArn": "x"}, "ArnNotLike": {KEY: EXEMPTION}}),
        ({"StringNotEquals": {KEY: ["a"], **REGIONS}}, {"StringNotEquals": {KEY: ["a"], **REGIONS}, "ArnNotLike": {KEY: EXEMPTION}}),
        ({"ForAnyValue:ArnNotLike": {KEY: "a"}}, {"ForAnyValue:ArnNotLike": {KEY: "a"}, "ArnNotLike": {KEY: EXEMPTION}}),
        ({"ArnLike": {KEY: "arn:*:*:*:*:*"}}, {"ArnLike": {KEY: "arn:*:*:*:*:*"}, "ArnNotLike": {KEY: EXEMPTION}}),
    ],
)  # fmt: skip
def test_exemption_goes_where_it_narrows_the_deny(exceptions: dict[str, Any], after: dict[str, Any]) -> None:
    """Into a list of exceptions that takes wildcards, beside other keys of the operator, or in a block of its own."""
    regions = {"StringNotEquals": REGIONS}

    assert condition_after({**regions, **exceptions}) == {**regions, **after}


def test_list_of_approved_profiles_of_one_region_takes_one_more() -> None:
    """A Deny on the models of the blocked Region that excepts profiles is a Region deny, told by its Resource."""
    statement = deny(Resource=f"arn:aws:bedrock:{OSAKA}::foundation-model/*", Condition={"ArnNotLike": {KEY: ["a"]}})
    repaired = repair(policy(statement))

    assert repaired.is_complete
    assert repaired.edits[0].values == (EXEMPTION,)


@pytest.mark.parametrize("regions", [{}, {"StringEquals": {REGION: [TOKYO, OSAKA]}}])
def test_list_of_approved_profiles_is_left_to_its_owner(regions: dict[str, Any]) -> None:
    """A Deny that excepts profiles in the source Region as elsewhere says which may be used, such as billed ones."""
    approved = {"ArnNotLike": {KEY: "arn:aws:bedrock:*:*:application-inference-profile/*"}}
    statement = deny(Resource="arn:aws:bedrock:*::foundation-model/*", Condition={**regions, **approved})
    repaired = repair(policy(statement))

    assert repaired.edits == ()
    assert "ask its owner whether" in repaired.obstacles[0].instead


def test_every_denying_statement_at_every_level_is_edited() -> None:
    """One that is left denies still."""
    other = policy(deny(Action="s3:*"), deny(Sid="Second", Action="bedrock:*", Condition={"StringNotEquals": REGIONS}))
    levels = [[FULL_AWS_ACCESS, TOKYO_ONLY], [FULL_AWS_ACCESS], [other, FULL_AWS_ACCESS]]
    repaired = scp.repair(levels, JP_CLAUDE, TOKYO, principal_arn=ROLE)

    assert [(each.level, each.document, each.statement) for each in repaired.edits] == [
        (0, 1, "DenyOutsideTokyo"),
        (2, 0, "Second"),
    ]
    assert repaired.is_complete


def test_family_is_one_edit() -> None:
    """A pattern goes into the policy as it is, and what it covers today is listed."""
    repaired = repair(TOKYO_ONLY, model_id="jp.anthropic.*")

    assert [each.values for each in repaired.edits] == [(EXEMPTION.replace(JP_CLAUDE, "jp.anthropic.*"),)]
    assert JP_CLAUDE in repaired.covers
    assert all(each.startswith("jp.anthropic.") for each in repaired.covers)
    assert repaired.is_complete


def test_several_profiles_are_several_values() -> None:
    """A list of profiles is exempted in one go."""
    repaired = repair(TOKYO_ONLY, model_id=[JP_CLAUDE, GLOBAL_CLAUDE])

    assert repaired.edits[0].values == (EXEMPTION, EXEMPTION.replace(JP_CLAUDE, GLOBAL_CLAUDE))
    assert repaired.is_complete


def test_application_profile_is_exempted_by_its_own_arn() -> None:
    """The key holds the application profile's ARN."""
    repaired = repair(TOKYO_ONLY, model_id=APPLICATION, profiles=[application_profile()])

    assert repaired.edits[0].values == (f"arn:aws:bedrock:{TOKYO}:*:application-inference-profile/abc123",)
    assert repaired.is_complete


@pytest.mark.parametrize(("model_id", "region"), [(JP_CLAUDE, OSAKA), (GLOBAL_CLAUDE, "unspecified")])
def test_regions_are_widened_when_asked(model_id: str, region: str) -> None:
    """The list gets the destination, and what else that opens is listed."""
    repaired = repair(TOKYO_ONLY, model_id=model_id, widen=True)

    assert first_condition(repaired) == {"StringNotEquals": {REGION: [TOKYO, region]}}
    assert repaired.is_complete
    assert {"s3:GetObject", "ec2:RunInstances"} <= {each.action for each in repaired.proof.changed}


def test_direct_call_that_is_opened_is_no_part_of_the_call() -> None:
    """A foundation model that may be called directly now is a change, though the profile routes to it."""
    direct = (INVOKE, f"arn:aws:bedrock:{OSAKA}::foundation-model/{CLAUDE}")
    changed = repair(TOKYO_ONLY, widen=True).proof.changed

    assert direct in {(each.action, each.resource) for each in changed if KEY not in each.context}


def test_denied_region_is_taken_out_when_asked() -> None:
    """Widening a list of denied Regions shortens it."""
    repaired = repair(policy(deny(Condition={"StringEquals": {REGION: ["eu-west-3", OSAKA]}})), widen=True)

    assert first_condition(repaired) == {"StringEquals": {REGION: ["eu-west-3"]}}


@pytest.mark.parametrize("regions", [OSAKA, [OSAKA], ["*-northeast-3", "eu-west-3"]])
def test_denied_region_that_cannot_be_taken_out_is_an_obstacle(regions: Any) -> None:
    """An empty list is none, and a wildcard stands for others too."""
    operator = "StringLike" if "*-northeast-3" in regions else "StringEquals"
    statement = deny(Resource="arn:aws:bedrock:ap-northeast-3:*:*", Condition={operator: {REGION: regions}})
    repaired = repair(policy(statement), widen=True)

    assert repaired.edits == ()
    assert "no entry more or less" in repaired.obstacles[0].reason


def test_missing_allow_is_added_for_the_profile_alone() -> None:
    """A level of Allow-lists gets the two statements that the call needs."""
    allow_list = policy(allow(Action="s3:*"))
    repaired = scp.repair([[FULL_AWS_ACCESS], [allow_list]], JP_CLAUDE, TOKYO, principal_arn=ROLE)
    models = [f"arn:aws:bedrock:{region}::foundation-model/{CLAUDE}" for region in (TOKYO, OSAKA)]
    document: Any = repaired.levels[1][0]

    assert document["Statement"][1:] == [
        {"Effect": "Allow", "Action": INVOKE, "Resource": EXEMPTION},
        {"Effect": "Allow", "Action": INVOKE, "Resource": models, "Condition": {"ArnLike": {KEY: EXEMPTION}}},
    ]
    assert repaired.is_complete


def test_missing_allow_of_a_family_names_no_model() -> None:
    """The condition on the profile says which; one that AWS adds to the family passes too."""
    repaired = scp.repair([[policy(allow(Action="s3:*"))]], "jp.*", TOKYO, principal_arn=ROLE)

    assert repaired.edits[0].values == (
        EXEMPTION.replace(JP_CLAUDE, "jp.*"),
        f"arn:aws:bedrock:{TOKYO}::foundation-model/*",
        f"arn:aws:bedrock:{OSAKA}::foundation-model/*",
    )
    assert repaired.is_complete


def test_missing_allow_goes_into_a_policy_that_allows() -> None:
    """Of the policies of a level, the first that allows something is the one to add to."""
    levels = [[policy(deny(Action="s3:*")), policy(allow(Action="s3:*"))]]
    repaired = scp.repair(levels, NOVA, TOKYO, principal_arn=ROLE)

    assert [(each.document, each.statement) for each in repaired.edits] == [(1, "Statement[1]")]


def test_allow_list_by_region_gets_the_destination_alone() -> None:
    """What the level allows already is not allowed again."""
    statement = allow(Condition={"StringEquals": {REGION: TOKYO}})
    repaired = scp.repair([[policy(statement)]], JP_CLAUDE, TOKYO, principal_arn=ROLE)

    assert repaired.edits[0].values == (f"arn:aws:bedrock:{OSAKA}::foundation-model/{CLAUDE}",)
    assert repaired.is_complete


def test_missing_allow_of_a_direct_call_is_added() -> None:
    """A foundation model is allowed in its Region."""
    repaired = scp.repair([[policy(allow(Action="s3:*"))]], NOVA, TOKYO, principal_arn=ROLE)

    assert repaired.edits[0].values == (f"arn:aws:bedrock:{TOKYO}::foundation-model/{NOVA}",)
    assert repaired.is_complete


@pytest.mark.parametrize(
    ("statement", "options", "reason"),
    [
        (deny(Action="bedrock:*"), {}, "no condition on aws:RequestedRegion"),
        (deny(NotAction=["s3:*"]), {}, "no condition on aws:RequestedRegion"),
        (deny(NotResource="arn:aws:bedrock:*::foundation-model/amazon.*"), {}, "NotResource"),
        (deny(NotResource=f"arn:aws:bedrock:{TOKYO}::foundation-model/*"), {}, "it lists what may be used (NotResource), with their Regions"),
        (deny(NotResource="arn:aws:bedrock:*::foundation-model/a"), {}, "(NotResource), and no Regions"),
        (deny(Resource=f"arn:aws:bedrock:{OSAKA}::foundation-model/*"), {}, "aws:RequestedRegion: its Resource names Regions"),
        (deny(Condition={"StringNotEquals": {REGION: OSAKA}}), {}, "the source Region, ap-northeast-1, itself"),
        (deny(Condition={"StringNotEquals": REGIONS}), {"action": "bedrock:CreateModelInvocationJob"}, "an exemption does not help"),
        (deny(Condition={"StringNotEquals": {REGION: OSAKA}}), {"model_id": NOVA}, "a direct call"),
        (deny(Condition={"ArnNotLike": {KEY: "a"}}), {}, "the profile's own check carries no key"),
        (deny(Resource="arn:aws:bedrock:*::*", Condition={"ArnNotLike": {KEY: "a"}}), {}, "it lists the profiles that may be used, in any"),
        (deny(Resource="arn:aws:bedrock:*::*", Condition={"ArnNotLike": {KEY: "a"}}), {"model_id": NOVA}, "a direct call"),
        (deny(Sid="GRREGIONDENY", Condition={"StringNotEquals": REGIONS}), {}, "AWS Control Tower owns it"),
        (deny(Sid="CTMULTISERVICEPV1", Condition={"StringNotEquals": REGIONS}), {}, "AWS Control Tower owns it"),
        (deny(Condition={"StringNotEquals": REGIONS}), {"managed": {(0, 1)}}, "AWS Control Tower owns it"),
        (deny(Action="s3:*"), {"model_id": "jp.example.model-v1:0"}, "unknown profile"),
    ],
)  # fmt: skip
def test_what_cannot_be_repaired_is_said(statement: dict[str, Any], options: dict[str, Any], reason: str) -> None:
    """Nothing is edited, and the reason and what to do instead are given."""
    repaired = repair(policy(statement), **options)

    assert repaired.edits == ()
    assert not repaired.is_complete
    assert reason in repaired.obstacles[0].reason
    assert repaired.obstacles[0].instead


@pytest.mark.parametrize(
    ("statement", "options", "opened"),
    [
        (deny(Sid="A", NotAction=["s3:*"]), {}, 'on every resource that "A" is about: bedrock:InvokeModel'),
        (deny(Sid="A", NotResource="x"), {}, f"direct calls of a model included: {EXEMPTION}, arn:aws:bedrock:{TOKYO}::"),
        (deny(Sid="A", Condition={"StringNotEquals": {REGION: OSAKA}}), {}, f'opens {TOKYO}, for everything that "A" denies there'),
        (deny(Sid="A", Condition={"StringNotEquals": {REGION: OSAKA}}), {"model_id": NOVA}, f"opens {TOKYO}, for everything"),
        (deny(Sid="A", Condition={"StringNotEquals": REGIONS}), {"action": "CreateModelInvocationJob"}, "every model and Region"),
        (deny(Sid="A", Condition={"StringNotEquals": REGIONS}), {"action": "CreateModelInvocationJob", "model_id": GLOBAL_CLAUDE}, "requests without a Region"),
        (deny(Condition={"ArnNotLike": {KEY: "a"}}), {}, "opens all other resources"),
        (deny(Resource="arn:aws:bedrock:*::*", Condition={"ArnNotLike": {KEY: "a"}}), {}, f"opens inference through it: {EXEMPTION}"),
        (deny(Sid="A", Condition={"StringEquals": {REGION: OSAKA}}), {"widen": True}, f"opens {OSAKA}, for everything"),
        (deny(Sid="GRREGIONDENY", Condition={"StringNotEquals": REGIONS}), {}, "no longer limits the Regions of these, direct calls included"),
    ],
)  # fmt: skip
def test_advice_says_what_it_opens(statement: dict[str, Any], options: dict[str, Any], opened: str) -> None:
    """What to do instead of an edit opens something, too."""
    [obstacle] = repair(policy(statement), **options).obstacles

    assert opened in obstacle.instead
    assert "123456789012" not in obstacle.instead


def test_advice_names_every_region_to_allow() -> None:
    """A batch job that is denied in two Regions needs both; with fewer it is denied still."""
    profile = f"us.{CLAUDE}"
    options: dict[str, Any] = {"action": "CreateModelInvocationJob", "model_id": profile, "region": "us-east-1"}
    [obstacle] = repair(
        policy(deny(Sid="A", Condition={"StringNotEquals": {REGION: "us-east-1"}})), **options
    ).obstacles
    followed = policy(deny(Condition={"StringNotEquals": {REGION: ["us-east-1", "us-east-2", "us-west-2"]}}))

    opened = 'us-east-2, us-west-2, for everything that "A" denies there'
    assert f"allow us-east-2, us-west-2 in its Regions, which opens {opened}" in obstacle.instead
    assert repair(followed, **options).verdict == "allowed"


def test_advice_leaves_to_the_exemption_what_carries_the_key() -> None:
    """A profile whose source Region is not listed needs that one listed; its destinations can be exempted then."""
    [obstacle] = repair(policy(deny(Condition={"StringNotEquals": {REGION: "eu-west-1"}}))).obstacles

    assert f"allow {TOKYO} in its Regions, which opens {TOKYO}, for" in obstacle.instead
    assert obstacle.instead.endswith(", and exempt the profile in the others")


def test_level_that_allows_nothing_is_told_what_full_access_opens() -> None:
    """FullAWSAccess allows more than the call."""
    [obstacle] = scp.repair([[FULL_AWS_ACCESS], []], NOVA, TOKYO).obstacles

    assert "opens all that no Deny statement is about" in obstacle.instead


def test_direct_call_that_counts_tokens_is_not_sent_through_a_profile() -> None:
    """Tokens are not counted through inference profiles."""
    statement = deny(Condition={"StringNotEquals": {REGION: OSAKA}})
    [obstacle] = repair(policy(statement), model_id=NOVA, action="CountTokens").obstacles

    assert "through an inference profile" not in obstacle.instead


@pytest.mark.parametrize(
    ("options", "told", "untold"),
    [
        ({}, f"bedrock:InvokeModelWithResponseStream to ExemptedActions of CT.MULTISERVICE.PV.1, which then no longer limits the Regions of these, direct calls included; or list {OSAKA} in AllowedRegions, which opens every service", "NotAction"),
        ({"model_id": GLOBAL_CLAUDE}, "bedrock:InvokeModelWithResponseStream to ExemptedActions", "AllowedRegions"),
        ({"action": "CreateModelInvocationJob"}, "add bedrock:CreateModelInvocationJob to ExemptedActions", "bedrock:InvokeModel "),
    ],
)  # fmt: skip
def test_control_tower_is_told_what_to_set(options: dict[str, Any], told: str, untold: str) -> None:
    """The control for organizational units has parameters for actions and Regions; `unspecified` is no Region."""
    statement = deny(Sid="CTMULTISERVICEPV1", Condition={"StringNotEquals": REGIONS})
    [obstacle] = repair(policy(statement), **options).obstacles

    assert told in obstacle.instead
    assert untold not in obstacle.instead


@pytest.mark.parametrize("level", [[], [policy(deny(Action="s3:*"))]])
def test_level_that_allows_nothing_is_an_obstacle(level: list[dict[str, Any]]) -> None:
    """It lacks FullAWSAccess, not an entry in one of its policies."""
    repaired = scp.repair([[FULL_AWS_ACCESS], level], NOVA, TOKYO)

    assert [(each.level, each.document) for each in repaired.obstacles] == [(1, None)]


def test_other_statements_are_edited_beside_an_obstacle() -> None:
    """Who may change only some of the policies still learns what to change in them."""
    owned = policy(deny(Sid="GRREGIONDENY", Condition={"StringNotEquals": REGIONS}))
    repaired = repair(owned, TOKYO_ONLY)

    assert [each.document for each in repaired.edits] == [2]
    assert repaired.opens[0].endswith(f"in {OSAKA}, called from {TOKYO}, once nothing else denies it")
    assert not repaired.proof.passes


def test_statement_about_some_callers_is_left_to_them() -> None:
    """Whom a Deny is about is not for this edit to say, and the report says what it depends on."""
    repaired = repair(policy(deny(Condition={"ArnLike": {"aws:PrincipalArn": "*:root"}})), principal_arn=None)

    assert (repaired.edits, repaired.obstacles, repaired.verdict) == ((), (), "depends")


def test_region_deny_with_exceptions_is_edited_for_an_unknown_caller() -> None:
    """Callers without an exception are the ones whom it is for."""
    condition = {"StringNotEquals": REGIONS, "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}}
    repaired = repair(policy(deny(Condition=condition)), principal_arn=None)

    assert (len(repaired.edits), repaired.verdict) == (1, "allowed")


HOME = {"StringNotEquals": {REGION: [f"${{aws:PrincipalTag/home, '{TOKYO}'}}"]}}


def test_region_that_the_caller_brings_is_told_from_the_blocked_one() -> None:
    """A policy variable in the list of Regions has the caller's value or, where there is none, its default."""
    statement = deny(Action="bedrock:*", Condition=HOME)
    repaired = repair(policy(statement), context={"aws:PrincipalTag/home": []})

    assert first_condition(repaired) == {**HOME, "ArnNotLike": {KEY: EXEMPTION}}
    assert repaired.is_complete


def test_region_that_an_unknown_caller_brings_is_left_to_the_caller() -> None:
    """Which Region is the caller's own is not known: nothing says that the source Region is denied, or passes."""
    repaired = repair(policy(deny(Action="bedrock:*", Condition=HOME)))

    assert (repaired.edits, repaired.obstacles, repaired.verdict) == ((), (), "depends")


MODELS = "arn:aws:bedrock:*::foundation-model/*"
ELSEWHERE = {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}
INTERN = "arn:aws:iam::111122223333:role/intern"


@pytest.mark.parametrize("widen", [False, True])
@pytest.mark.parametrize(
    ("condition", "options"),
    [
        ({"StringEquals": {REGION: [TOKYO, OSAKA]}, **ELSEWHERE}, {"context": {"aws:SourceVpce": "vpce-2"}}),
        ({"StringLike": {REGION: "ap-*"}, "StringNotEquals": {"bedrock:GuardrailIdentifier": "g"}}, {"context": {"bedrock:GuardrailIdentifier": []}}),
        ({"StringLike": {REGION: "ap-*"}, "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/ml-team"}}, {"principal_arn": INTERN}),
    ],
)  # fmt: skip
def test_control_that_is_no_region_deny_is_not_lifted(
    condition: dict[str, Any],
    options: dict[str, Any],
    widen: bool,  # noqa: FBT001 (pytest names arguments)
) -> None:
    """Where its Regions hold in the source Region as well, the Region is not what it is about."""
    repaired = repair(policy(deny(Resource=MODELS, Condition=condition)), widen=widen, **options)

    assert repaired.edits == ()
    assert "it denies in the source Region too" in repaired.obstacles[0].reason
    assert "ask its owner" in repaired.obstacles[0].instead


def test_region_deny_of_models_does_not_let_its_source_region_pass() -> None:
    """The exemption is for destinations; a source Region that is not in the list is denied on purpose."""
    [obstacle] = repair(policy(deny(Resource=MODELS, Condition={"StringNotEquals": {REGION: OSAKA}}))).obstacles

    assert f"holds in {TOKYO}" in obstacle.reason


@pytest.mark.parametrize(
    "other", [{"Bool": {"aws:MultiFactorAuthPresent": "false"}}, {"StringNotLike": {"aws:SourceVpce": "vpce-1"}}]
)
def test_other_control_in_a_region_deny_is_left_to_the_caller(other: dict[str, Any]) -> None:
    """Whether it is met is not known: no edit lifts it unasked."""
    repaired = repair(policy(deny(Condition={"StringNotEquals": REGIONS, **other})))

    assert (repaired.edits, repaired.obstacles, repaired.verdict) == ((), (), "depends")


@pytest.mark.parametrize("widen", [False, True])
def test_other_conditions_that_an_edit_lifts_are_told(widen: bool) -> None:  # noqa: FBT001 (pytest names arguments)
    """A statement that no longer denies the profile asks nothing of it any more."""
    condition = {"StringNotEquals": {**REGIONS, "aws:SourceVpce": "vpce-1"}}
    statement = deny(Sid="A", Condition=condition)
    repaired = repair(policy(statement), widen=widen, context={"aws:SourceVpce": []})

    assert len(repaired.edits) == 1
    assert repaired.opens[-1] == 'for that, "A" no longer asks about aws:SourceVpce'


def test_operation_is_repaired_as_the_action_it_is_authorized_as() -> None:
    """An Allow-list gets bedrock:InvokeModel for Converse."""
    repaired = scp.repair([[policy(allow(Action="s3:*"))]], NOVA, TOKYO, principal_arn=ROLE, action="Converse")
    document: Any = repaired.levels[0][0]

    assert document["Statement"][1]["Action"] == INVOKE
    assert repaired.is_complete


def test_misspelled_operation_is_an_error() -> None:
    """It must not pass for one that nothing blocks."""
    with pytest.raises(ValueError, match=r"^action: 'InvokeModle' is none of"):
        repair(TOKYO_ONLY, action="InvokeModle")


def test_nothing_is_edited_where_nothing_is_denied() -> None:
    """What was given comes back."""
    text = json.dumps(TOKYO_ONLY)
    repaired = repair(text, model_id=NOVA)

    assert not repaired.is_needed
    assert repaired.levels[0][1] is text
    assert repaired.is_complete


def test_repaired_policies_need_no_repair() -> None:
    """A second run finds nothing to do."""
    again = scp.repair(repair(TOKYO_ONLY).levels, JP_CLAUDE, TOKYO, principal_arn=ROLE)

    assert not again.is_needed


def test_text_stays_text_in_its_layout() -> None:
    """The difference is what goes in, and nothing else."""
    text = json.dumps(TOKYO_ONLY, indent=4).replace("\n", "\r\n") + "\r\n"
    [document] = repair(text).documents
    exempted = json.loads(str(document.after))

    assert exempted["Statement"][0]["Condition"]["ArnNotLike"] == {KEY: EXEMPTION}
    assert document.after == json.dumps(exempted, indent=4).replace("\n", "\r\n") + "\r\n"
    assert (document.size_before, document.size_after) == (len(text), len(str(document.after)))


def test_document_over_the_quota_is_not_complete() -> None:
    """10,240 characters is what AWS takes."""
    filling = [f"s3:Example{number:04}" for number in range(588)]
    repaired = repair(policy(deny(NotAction=filling, Condition={"StringNotEquals": REGIONS})))
    [document] = repaired.documents

    assert document.minified_before < 10_240 < document.minified_after
    assert repaired.proof.passes
    assert not repaired.is_complete
    assert "over the quota" in str(document.note)


@pytest.mark.parametrize(
    ("entries", "indent", "note"), [(300, None, "past 5,120"), (500, 12, "strip white space"), (3, 2, None)]
)
def test_size_is_noted(entries: int, indent: int | None, note: str | None) -> None:
    """White space counts in what is saved through the API; the former quota is a mark that some keep to."""
    filling = [f"s3:Example{number:04}" for number in range(entries)]
    document = policy(deny(NotAction=filling, Condition={"StringNotEquals": REGIONS}))
    [edited] = repair(json.dumps(document, indent=indent)).documents

    assert edited.fits
    assert (note or "None") in str(edited.note)


def test_proof_tries_what_is_near_the_call() -> None:
    """Other services, Regions, profiles, source Regions, principals and accounts, and direct calls."""
    proof = repair(TOKYO_ONLY).proof
    groups = {each.group.partition(",")[0] for each in proof.cells}

    assert {
        "another service",
        "another action of Bedrock",
        "a direct call",
        "another profile",
        "another source Region",
        "another profile in another account",
        "the call",
    } <= groups
    assert proof.unchanged > 400


def test_proof_tries_what_the_new_documents_name() -> None:
    """Regions, profiles, principals and actions that an edit brings in are asked about, before those of the old ones."""
    names = [f"us-west-{number}" for number in range(1, 20)]
    old = scp.load([[policy(deny(Condition={"StringNotEquals": {REGION: names}}))]])
    condition = {
        "StringEquals": {REGION: "ca-west-1"},
        "ArnLike": {
            KEY: "arn:aws:bedrock:*:*:inference-profile/new.*",
            "aws:PrincipalArn": "arn:aws:iam::*:role/new-*",
        },
    }
    new = scp.load(
        [[policy(deny(Condition={"StringNotEquals": {REGION: names}}), allow(Action="s3:New*", Condition=condition))]]
    )
    catalog = embedded()
    asked = [*grid(calls([JP_CLAUDE], TOKYO, catalog, ()), INVOKE, caller_of(ROLE, None), (old, new), catalog)]
    contexts = [each.context for each in asked]

    assert "ca-west-1" in {each[REGION] for each in contexts}
    assert any(str(each.get(KEY, "")).endswith("inference-profile/new.x") for each in contexts)
    assert "arn:aws:iam::x:role/new-x" in {each.get("aws:PrincipalArn") for each in contexts}
    assert "s3:Newx" in {each.action for each in asked}


def test_proof_sees_an_edit_that_opens_more() -> None:
    """A cell that changed outside the call is listed: here all that a wider list of Regions opens."""
    proof = repair(TOKYO_ONLY, widen=True).proof

    assert {each.group.partition(",")[0] for each in proof.changed} >= {"another service", "a direct call"}
    assert {(str(each.before), str(each.after)) for each in proof.changed} == {("explicit-deny", "allowed")}


def test_proof_opens_the_call_for_others_too() -> None:
    """A policy has no caller: whoever calls through the profile from there passes."""
    proof = repair(TOKYO_ONLY).proof
    keys = {str(each.context[KEY]).rpartition("/")[2] for each in proof.opened}

    assert keys == {JP_CLAUDE}


def test_proof_names_its_assumptions() -> None:
    """What nobody has proven on AWS is said."""
    assumed = " ".join(repair(TOKYO_ONLY).proof.assumptions)

    assert "not tried on AWS" in assumed
    assert "catalogue of" in assumed


def test_proof_of_a_batch_job_assumes_no_key() -> None:
    """AWS lists the profile's key for inference, and not for batch jobs."""
    assumed = " ".join(repair(TOKYO_ONLY, action="CreateModelInvocationJob", widen=True).proof.assumptions)

    assert f"AWS sets no {KEY} for bedrock:CreateModelInvocationJob" in assumed
    assert "on the checks of the foundation models" not in assumed


def test_key_on_the_profile_check_may_make_a_difference() -> None:
    """What only bites if AWS sets the key on the profile's own check is told, and the repair is not complete."""
    statement = deny(
        Resource="arn:aws:bedrock:*:*:inference-profile/*",
        Condition={"StringNotLike": {KEY: "arn:*:inference-profile/us.*"}, "Null": {KEY: "false"}},
    )
    repaired = repair(policy(statement))

    assert "it lists the profiles that may be used" in repaired.obstacles[0].reason
    assert (repaired.verdict, repaired.is_complete) == ("allowed", False)


def test_what_it_opens_is_said() -> None:
    """The profile, the destination and the source."""
    assert repair(TOKYO_ONLY).opens == (
        f"inference through inference-profile/{JP_CLAUDE} in {OSAKA}, called from {TOKYO}",
    )


@pytest.mark.parametrize("denying", [[], [TOKYO_ONLY]])
def test_action_that_an_allow_grants_is_said(denying: list[dict[str, Any]]) -> None:
    """An Allow statement is for the action asked for, not for all inference."""
    levels = [[FULL_AWS_ACCESS, *denying], [policy(allow(Action="s3:*"))]]
    repaired = scp.repair(levels, JP_CLAUDE, TOKYO, principal_arn=ROLE)

    assert repaired.opens[0].startswith(f"{INVOKE} through inference-profile/{JP_CLAUDE} in {TOKYO}, {OSAKA}")


def test_global_routing_may_be_denied_on_purpose() -> None:
    """Whoever opens it is told."""
    assert "its denial may be meant" in repair(TOKYO_ONLY, model_id=GLOBAL_CLAUDE).opens[0]


def test_loaded_hierarchy_is_repaired_as_dicts() -> None:
    """What was prepared for many questions can be repaired as well."""
    loaded = scp.load([[FULL_AWS_ACCESS, json.dumps(TOKYO_ONLY)]])
    repaired = scp.repair(loaded, JP_CLAUDE, TOKYO, principal_arn=ROLE)

    assert isinstance(repaired.levels[0][1], dict)
    assert repaired.is_complete


def test_other_partition_has_its_own_arns() -> None:
    """What is put into a policy is of the partition of the source Region."""
    profile = f"us-gov.{CLAUDE}"
    repaired = scp.repair([[policy(allow(Action="s3:*"))]], profile, "us-gov-west-1")

    assert repaired.edits[0].values[0] == f"arn:aws-us-gov:bedrock:us-gov-west-1:*:inference-profile/{profile}"
    assert repaired.is_complete


def test_repair_is_json() -> None:
    """A repair, and all that its proof tried, can be printed as JSON."""
    repaired = repair(json.dumps(TOKYO_ONLY), principal_arn=None, context={"aws:SourceVpce": []})

    assert json.loads(json.dumps(repaired.to_dict()))["complete"] is True
    assert len(json.loads(json.dumps(repaired.proof.to_dict()))["cells"]) == len(repaired.proof.cells)
