"""`check`: every authorization of a call, before it is made."""

import json
from typing import Any

import pytest

from bedrock_guard import scp
from bedrock_guard._profiles import InferenceProfile, from_api
from policies import CLAUDE, GLOBAL_CLAUDE, JAPAN_ONLY, JP_CLAUDE, NOVA, TOKYO_ONLY
from scp.asking import FULL_AWS_ACCESS, ROLE, allow, deny, policy

TOKYO, OSAKA = "ap-northeast-1", "ap-northeast-3"
ACCOUNT = "111122223333"
APPLICATION = f"arn:aws:bedrock:{TOKYO}:{ACCOUNT}:application-inference-profile/abc123"


def check(*policies: dict[str, Any], model_id: str = JP_CLAUDE, region: str = TOKYO, **options: Any) -> scp.Report:
    """Return the report on a call under FullAWSAccess and *policies*."""
    return scp.check([[FULL_AWS_ACCESS, *policies]], model_id, region, **options)


def application_profile() -> InferenceProfile:
    """Return an application profile over the profile of Japan, as the API describes it."""
    models = [{"modelArn": f"arn:aws:bedrock:{region}::foundation-model/{CLAUDE}"} for region in (TOKYO, OSAKA)]
    answer = {"inferenceProfileId": "abc123", "models": models, "type": "APPLICATION"}
    profile = from_api(answer, TOKYO, "2026-11-01")

    assert profile is not None
    return profile


def test_every_authorization_has_its_verdict() -> None:
    """The profile and the source Region pass, the other destination does not."""
    report = check(TOKYO_ONLY)

    assert [(each.region, str(each.verdict)) for each in report.authorizations] == [
        (TOKYO, "allowed"),
        (TOKYO, "allowed"),
        (OSAKA, "blocked"),
    ]
    assert report.verdict == "blocked"
    assert report.blocked_regions == (OSAKA,)


def test_the_deciding_statement_is_named() -> None:
    """Statement, level, document and the condition at work."""
    report = scp.check([[FULL_AWS_ACCESS], [FULL_AWS_ACCESS, TOKYO_ONLY]], JP_CLAUDE, TOKYO)
    decided = report.authorizations[2]

    assert (decided.decision.level, decided.decision.document, decided.decision.statement) == (1, 1, "DenyOutsideTokyo")
    assert [each.reason for each in decided.denying] == ["aws:RequestedRegion is not in list"]


@pytest.mark.parametrize(
    ("elements", "reason"),
    [
        ({"Condition": {"StringEquals": {"aws:RequestedRegion": [TOKYO]}}}, "aws:RequestedRegion is in list"),
        ({"Condition": {"Null": {"aws:username": "true"}}}, "aws:username is absent"),
        ({"Condition": {"Null": {"aws:PrincipalArn": "false"}}}, "aws:PrincipalArn is present"),
        ({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, "aws:SecureTransport is true"),
        ({"Condition": {"NumericNotEquals": {"aws:PrincipalType": "1"}}}, "aws:PrincipalType meets NumericNotEquals 1"),
        ({"NotResource": "arn:aws:s3:::*"}, "NotResource does not list it"),
        ({}, "no condition"),
    ],
)
def test_reason_says_what_is_at_work(elements: dict[str, Any], reason: str) -> None:
    """In a few words, whatever the condition compares."""
    [denying] = check(policy(deny(**elements)), model_id=NOVA, principal_arn=ROLE).authorizations[0].denying

    assert denying.reason == reason


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ({"Null": {"a:b": True}}, "if a:b is absent"),
        ({"StringNotEquals": {"a:b": "x"}}, "if a:b is not in list"),
        ({"StringLikeIfExists": {"a:b": "x"}}, "if a:b is in list or absent"),
        ({"BoolIfExists": {"a:b": False}}, "if a:b is false or absent"),
        ({"Bool": {"aws:SecureTransport": True, "a:b": True}}, "aws:SecureTransport is true; if a:b is true"),
        ({"StringEquals": {"a:b": "x", "a:c": "${a:d}"}}, "if a:b is in list, and a:c is in list; depends on a:d"),
        (
            {"StringNotEquals": {"aws:RequestedRegion": OSAKA, "a:b": "x"}},
            "aws:RequestedRegion is not in list; depends on a:b",
        ),
    ],
)
def test_reason_that_is_not_known(condition: dict[str, Any], reason: str) -> None:
    """What nobody described is told with an "if", and a key that is told so once."""
    [denying] = check(policy(deny(Condition=condition)), model_id=NOVA).authorizations[0].denying

    assert denying.reason == reason


def test_all_denying_statements_are_named() -> None:
    """A repair must know them all, at every level."""
    levels = [[FULL_AWS_ACCESS, TOKYO_ONLY], [FULL_AWS_ACCESS, policy(deny(), deny(Action="s3:*"), deny(Sid="Third"))]]
    denying = scp.check(levels, JP_CLAUDE, TOKYO).authorizations[2].denying

    assert [(each.level, each.document, each.index, each.name) for each in denying] == [
        (0, 1, 0, "DenyOutsideTokyo"),
        (1, 1, 0, "Statement[0]"),
        (1, 1, 2, "Third"),
    ]


def test_all_closed_levels_are_named() -> None:
    """Every level without an Allow has to be opened."""
    allow_list = policy(allow(Action="s3:*"))
    report = scp.check([[FULL_AWS_ACCESS], [allow_list], [allow_list]], NOVA, TOKYO)

    assert report.authorizations[0].closed_levels == (1, 2)


def test_global_routing_is_the_region_unspecified() -> None:
    """A global profile is asked about without a Region."""
    report = check(JAPAN_ONLY, model_id=GLOBAL_CLAUDE)

    assert report.blocked_regions == ("unspecified",)
    assert report.authorizations[-1].resource == f"arn:aws:bedrock:::foundation-model/{CLAUDE}"


def test_direct_call_has_one_authorization() -> None:
    """A foundation model stays in its Region."""
    report = check(TOKYO_ONLY, model_id=NOVA)

    assert (str(report.verdict), len(report.authorizations)) == ("allowed", 1)


def test_caller_who_is_not_described_makes_it_depend() -> None:
    """Where a policy makes exceptions for principals, the answer depends on who calls."""
    condition = {"StringNotEquals": {"aws:RequestedRegion": TOKYO}, "ArnNotLike": {"aws:PrincipalARN": ROLE}}
    report = check(policy(deny(Condition=condition)))

    assert report.verdict == "depends"
    assert report.depends_on == ("aws:PrincipalARN",)


@pytest.mark.parametrize(
    ("principal", "verdict"),
    [
        ("arn:aws:iam::111122223333:role/app", "allowed"),
        ("arn:aws:sts::111122223333:assumed-role/app/session", "allowed"),
        ("arn:aws:sts::111122223333:assumed-role/other/session", "blocked"),
    ],
)
def test_session_is_compared_as_its_role(principal: str, verdict: str) -> None:
    """The ARN of a session stands for that of its role."""
    condition = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app"}}

    assert check(policy(deny(Condition=condition)), principal_arn=principal).verdict == verdict


def test_session_of_identity_center_gets_the_path_of_its_role() -> None:
    """Roles of IAM Identity Center have a path that the session's ARN does not show."""
    condition = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*"}}
    session = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/jane"
    report = check(policy(deny(Condition=condition)), principal_arn=session)

    assert report.verdict == "allowed"
    assert "path" in report.notes[0]


def test_role_in_an_exemption_by_session_never_matches() -> None:
    """An exemption for arn:aws:sts::...:assumed-role helps no session."""
    session = "arn:aws:sts::111122223333:assumed-role/app/session"
    condition = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:sts::*:assumed-role/app/*"}}

    assert check(policy(deny(Condition=condition)), principal_arn=session).verdict == "blocked"


@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [
        ("Bool", "aws:SecureTransport", "false"),
        ("Bool", "aws:PrincipalIsAWSService", "true"),
        ("StringNotEquals", "aws:PrincipalAccount", ACCOUNT),
        ("StringEquals", "aws:PrincipalType", "User"),
        ("StringLike", "aws:username", "*"),
    ],
)
def test_what_every_role_brings_is_known(operator: str, key: str, value: str) -> None:
    """Keys that AWS sets for any role are no open question."""
    statement = deny(Condition={operator: {key: value}})

    assert check(policy(statement), principal_arn=ROLE).verdict == "allowed"


@pytest.mark.parametrize(("endpoint", "verdict"), [("vpce-1", "allowed"), ("vpce-2", "blocked"), ([], "blocked")])
def test_described_keys_decide(endpoint: Any, verdict: str) -> None:
    """What the caller says of itself is known; an empty list says that there is no such key."""
    statement = deny(Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})
    report = check(policy(statement), context={"aws:SourceVpce": endpoint})

    assert report.verdict == verdict


def test_policy_variable_is_a_question_too() -> None:
    """A key that stands only inside a value is unknown like any other, and named as the policy spells it."""
    statement = deny(Resource="arn:aws:bedrock:*::foundation-model/${aws:PrincipalTag/model}")

    assert check(policy(statement), model_id=NOVA).depends_on == ("aws:PrincipalTag/model",)


def test_management_account_is_not_restricted() -> None:
    """SCPs do not affect users or roles of the management account."""
    assert check(TOKYO_ONLY, management_account=True).verdict == "allowed"


def test_unknown_profile_is_never_allowed() -> None:
    """Where a profile routes is not guessed from its prefix."""
    report = check(TOKYO_ONLY, model_id="jp.example.model-v1:0")

    assert (str(report.verdict), report.unknown_profile) == ("depends", True)
    assert report.notes[0].startswith("unknown profile")


def test_unknown_profile_may_be_blocked_for_sure() -> None:
    """Its own check is known."""
    assert check(policy(deny()), model_id="jp.example.model-v1:0").verdict == "blocked"


def test_application_profile_is_checked_as_described() -> None:
    """An application profile routes as the API says, under its own ARN."""
    report = check(TOKYO_ONLY, model_id=APPLICATION, profiles=[application_profile()])

    assert report.blocked_regions == (OSAKA,)
    assert report.authorizations[1].context["bedrock:InferenceProfileArn"] == APPLICATION
    assert report.notes[0].startswith("bedrock:InferenceProfileArn is taken to hold the ARN of the application profile")


def test_arn_names_its_own_source_region() -> None:
    """The Region of an ARN counts, not that of the client."""
    arn = f"arn:aws:bedrock:{TOKYO}:{ACCOUNT}:inference-profile/{JP_CLAUDE}"

    assert check(model_id=arn, region="us-east-1").source_region == TOKYO


@pytest.mark.parametrize(
    ("statement", "always"),
    [
        (deny(Condition={"StringNotEquals": {"aws:RequestedRegion": TOKYO}}), "None"),
        (deny(Condition={"StringEquals": {"aws:RequestedRegion": TOKYO}}), "True"),
        (deny(Resource="arn:aws:bedrock:*::foundation-model/*"), "True"),
        (deny(Action="s3:*"), "False"),
    ],
)
def test_blocked_profile_fails_always_or_now_and_then(statement: dict[str, Any], always: str) -> None:
    """What is denied before any routing fails always; of one destination among others nobody can tell."""
    assert str(check(policy(statement)).fails_always) == always


@pytest.mark.parametrize(
    "arguments",
    [
        {"region": "Tokyo"},
        {"region": ""},
        {"model_id": ""},
        {"model_id": "jp.*"},
        {"model_id": "nova\n"},
        {"model_id": "${aws:username}"},
        {"account_id": "12"},
        {"principal_arn": "app"},
        {"principal_arn": "arn:aws:iam::aws:policy/x"},
        {"principal_arn": ROLE, "account_id": "444455556666"},
        {"action": "InvokeModle"},
        {"action": "bedrock:Invoke*"},
        {"context": {"bedrock:inferenceprofilearn": "arn:aws:bedrock:us-east-1::inference-profile/x"}},
    ],
)
def test_bad_argument_is_one_line_that_names_it(arguments: dict[str, Any]) -> None:
    """A malformed argument is a ValueError that names it."""
    with pytest.raises(ValueError, match=f"^{next(iter(arguments))}: ") as caught:
        check(**arguments)

    assert str(caught.value).isprintable()


@pytest.mark.parametrize("action", ["Converse", "InvokeModel", "bedrock:invokemodel"])
def test_operation_is_checked_as_the_action_it_is_authorized_as(action: str) -> None:
    """Nobody has to know that Converse is authorized as bedrock:InvokeModel."""
    deny_inference = policy(deny(Action="bedrock:InvokeModel"))
    [report] = scp.check_all([[FULL_AWS_ACCESS, deny_inference]], TOKYO, [NOVA], action=action)

    assert (report.verdict, report.action) == ("blocked", "bedrock:InvokeModel")
    assert check(deny_inference, model_id=NOVA, action=action) == report


def test_all_profiles_of_a_source_region() -> None:
    """None stands for whatever the source Region offers."""
    reports = scp.check_all([[FULL_AWS_ACCESS, TOKYO_ONLY]], TOKYO)

    assert JP_CLAUDE in {report.model_id for report in reports}
    assert {report.source_region for report in reports} == {TOKYO}


def test_pattern_stands_for_the_profiles_it_matches() -> None:
    """A family is checked profile by profile."""
    reports = scp.check_all([[FULL_AWS_ACCESS]], TOKYO, ["jp.anthropic.*", NOVA])

    assert {report.model_id.partition(".")[0] for report in reports} == {"jp", "amazon"}


def test_pattern_that_matches_nothing_is_an_error() -> None:
    """A family without members is a typing error."""
    with pytest.raises(ValueError, match="no inference profile from ap-northeast-1 matches eu"):
        scp.check_all([[FULL_AWS_ACCESS]], TOKYO, ["eu.*"])


def test_report_is_json() -> None:
    """A report can be printed as JSON."""
    report = check(TOKYO_ONLY, model_id=JP_CLAUDE, context={"aws:SourceVpce": []})

    assert json.loads(json.dumps(report.to_dict()))["authorizations"][2]["verdict"] == "blocked"


def test_comparison_names_what_a_change_turns() -> None:
    """The reviewer of a policy sees the calls that it turns, and in which Regions."""
    models = [JP_CLAUDE, GLOBAL_CLAUDE, NOVA]
    old, new = (scp.check_all([[FULL_AWS_ACCESS, each]], TOKYO, models) for each in (TOKYO_ONLY, JAPAN_ONLY))
    turns = scp.compare(old, new)

    assert [(turn.after.model_id, turn.regions) for turn in turns] == [(JP_CLAUDE, (OSAKA,))]
    assert json.dumps(turns[0].to_dict())


def test_comparison_of_different_calls_is_an_error() -> None:
    """Only reports on the same calls can be compared."""
    old, new = (scp.check_all([[FULL_AWS_ACCESS]], TOKYO, [each]) for each in (JP_CLAUDE, NOVA))
    with pytest.raises(ValueError, match="different calls"):
        scp.compare(old, new)
