"""Lint: what is valid, and never matches what its author had in mind."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_guard._catalog import embedded
from bedrock_guard.scp import load
from bedrock_guard.scp._lint import Finding, lint

KNOWN = f"Region known on {embedded().as_of}"
ALL = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}


def _findings(**elements: Any) -> tuple[Finding, ...]:
    statement = {"Sid": "Slip", "Effect": "Deny", "Resource": "*", **elements}
    if "NotAction" not in statement:
        statement.setdefault("Action", "*")
    return lint(load([[ALL, {"Version": "2012-10-17", "Statement": [statement]}]]))


def _slips(**elements: Any) -> list[tuple[str, str]]:
    return [(finding.problem, finding.advice) for finding in _findings(**elements)]


def _requested_region(value: str, operator: str = "StringNotEquals") -> list[tuple[str, str]]:
    return _slips(Condition={operator: {"aws:RequestedRegion": ["eu-west-1", value]}})


def test_place() -> None:
    """A finding says at which level, in which document and in which statement."""
    slip = {"Effect": "Deny", "Action": "bedrock:Converse", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [ALL["Statement"], slip]}

    [finding] = lint(load([[ALL], [ALL, policy]]))

    assert (finding.level, finding.document, finding.statement) == (1, 1, "Statement[1]")


@pytest.mark.parametrize(
    ("value", "meant"),
    [("apac-northeast-1", "ap-northeast-1"), ("eu-wset-1", "eu-west-1"), ("us-eas-1", "us-east-1")],
)
def test_misspelled_region(value: str, meant: str) -> None:
    """A name that is no Region is found, with the Region that was meant."""
    assert _requested_region(value) == [(f"{value} is no {KNOWN}", f"did you mean {meant}?")]


def test_no_region_at_all() -> None:
    """A name that is like no Region is found, too."""
    [(problem, advice)] = _requested_region("everywhere")

    assert (problem, advice.startswith("see https://")) == (f"everywhere is no {KNOWN}", True)


@pytest.mark.parametrize(
    "value", ["ap-northeast-1", "cn-north-1", "us-gov-west-1", "eusc-de-east-1", "us-iso-east-1", "unspecified"]
)
def test_regions(value: str) -> None:
    """Regions of every partition, and `unspecified`, are none."""
    assert _requested_region(value) == []


def test_global_is_no_region() -> None:
    """`global` is AWS's slip in its documentation: requests have `unspecified`."""
    [(problem, advice)] = _requested_region("global")

    assert (problem, '"unspecified"' in advice) == ("global is no Region", True)


def test_upper_case() -> None:
    """Upper case is no Region, but for the operators that ignore case."""
    operators = ("StringNotEquals", "StringNotEqualsIgnoreCase")

    assert [len(_requested_region("US-EAST-1", operator)) for operator in operators] == [1, 0]


def test_wildcard_where_none_is_known() -> None:
    """A wildcard under an operator that compares whole strings is found."""
    assert _requested_region("us-*") == [
        ("StringNotEquals knows no wildcards: us-* is no Region", "name the Regions, or use StringNotLike")
    ]


@pytest.mark.parametrize(("value", "slips"), [("us-*", 0), ("*", 0), ("unspec*", 0), ("apac-*", 1)])
def test_region_pattern(value: str, slips: int) -> None:
    """A pattern is found where no Region matches it."""
    assert len(_requested_region(value, "StringNotLike")) == slips


def test_key_in_any_case() -> None:
    """The names of condition keys are read in any case."""
    assert len(_slips(Condition={"StringEquals": {"AWS:requestedregion": "global"}})) == 1


def test_null_has_no_regions() -> None:
    """The values of Null are true and false, not Regions."""
    assert _slips(Condition={"Null": {"aws:RequestedRegion": "true"}}) == []


def test_region_of_an_arn() -> None:
    """The Region in an ARN is looked at as well."""
    arn = "arn:aws:bedrock:apac-northeast-1::foundation-model/*"

    assert [problem for problem, _ in _slips(Resource=arn)] == [f"apac-northeast-1 is no {KNOWN}"]


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:bedrock:*::foundation-model/*",
        "arn:aws:bedrock:ap-*:*:inference-profile/jp.*",
        "arn:aws:bedrock:::foundation-model/*",
        "arn:aws:s3:::bucket/${aws:username}/*",
        "arn:aws:s3:*",
    ],
)
def test_arns(arn: str) -> None:
    """Wildcards, empty parts and policy variables in an ARN are no slips."""
    assert _slips(Resource=arn) == []


@pytest.mark.parametrize(
    ("action", "granted"),
    [
        ("bedrock:Converse", "bedrock:InvokeModel"),
        ("Bedrock:converse*", "bedrock:InvokeModel"),
        ("bedrock:ConverseStream", "bedrock:InvokeModelWithResponseStream"),
    ],
)
def test_converse_is_no_action(action: str, granted: str) -> None:
    """Converse is an API, authorized as another action."""
    expected = [(f"{action}: there is no such action", f"the API is authorized as {granted}")]

    assert _slips(Action=action) == expected


def test_action_without_a_service() -> None:
    """An action pattern without a service is found, in NotAction too; `*` is every action."""
    assert [problem for problem, _ in _slips(NotAction=["logs*", "iam:*", "*"])] == ["action logs* names no service"]


def test_session_in_principal_arn() -> None:
    """A session's ARN never is aws:PrincipalArn: the role's is."""
    value = "arn:aws:sts::111122223333:assumed-role/Admin/*"
    [(problem, advice)] = _slips(Condition={"ArnNotLike": {"aws:PrincipalARN": value}})

    assert value in problem
    assert advice.endswith("arn:aws:iam::111122223333:role/Admin")


def test_session_of_iam() -> None:
    """A session is none of IAM's either, in any account."""
    [(problem, advice)] = _slips(Condition={"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:assumed-role/x"}})

    assert problem.startswith("aws:PrincipalArn is never a session's ARN")
    assert advice.endswith("arn:aws:iam::*:role/x")


@pytest.mark.parametrize("operator", ["ArnNotLike", "ArnEquals", "ForAnyValue:ArnLikeIfExists"])
@pytest.mark.parametrize(
    ("value", "slips"), [("jp.*", 1), ("inference-profile/jp.*", 1), ("arn:aws:bedrock:*:*:*/jp.*", 0)]
)
def test_profile_that_is_no_arn(operator: str, value: str, slips: int) -> None:
    """An operator for ARNs matches no value that is none."""
    found = _slips(Condition={operator: {"bedrock:InferenceProfileArn": value}})

    assert [(value in problem, "arn:aws:bedrock" in advice) for problem, advice in found] == [(True, True)] * slips


@pytest.mark.parametrize(
    "value", ["arn:aws:iam:*", "role/admin", "arn:aws:iam::*", "arn:aws:iam::111122223333-role/admin"]
)
def test_value_that_is_no_arn(value: str) -> None:
    """So it is with other keys."""
    [(problem, advice)] = _slips(Condition={"ArnNotLike": {"aws:PrincipalArn": value}})

    assert (problem, "six parts" in advice) == (f"ArnNotLike compares ARNs; {value} is none and matches nothing", True)


def test_arn_that_comes_from_the_request() -> None:
    """A policy variable may hold a whole ARN."""
    assert _slips(Condition={"ArnNotLike": {"aws:SourceArn": "${aws:PrincipalArn}"}}) == []


@pytest.mark.parametrize("key", ["bedrock:InferenceProfileArn", "aws:PrincipalArn"])
def test_wildcard_alone_under_an_operator_for_arns(key: str) -> None:
    """Of a wildcard alone it is told that AWS does not say whether it matches an ARN."""
    [(problem, advice)] = _slips(Condition={"ArnNotLike": {key: "*"}})

    assert problem.endswith("is taken to match none, and AWS does not document whether it does")
    assert advice == "write arn:*:*:*:*:*"


@pytest.mark.parametrize("element", ["Resource", "NotResource"])
def test_arn_of_fewer_than_six_parts(element: str) -> None:
    """A part that was left out is found: AWS adds it at the end."""
    arn = "arn:aws:bedrock:*:foundation-model/*"
    findings = lint(load([[ALL, {"Version": "2012-10-17", "Statement": [_only(element, arn)]}]]))

    assert [finding.problem for finding in findings] == [
        f"an ARN of fewer than six parts, to which AWS adds * at the end: {arn}"
    ]


def _only(element: str, value: str) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": "*", element: value}


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:bedrock:*:${aws:PrincipalAccount}:inference-profile/us.*",
        "arn:aws:ec2:${aws:RequestedRegion}:*:instance/*",
        "${aws:PrincipalTag/model}",
    ],
)
def test_variable_before_the_fifth_colon(arn: str) -> None:
    """A policy variable is replaced in the last part of an ARN alone."""
    [(problem, advice)] = _slips(Resource=arn)

    assert problem == f"a policy variable before the fifth colon of an ARN is plain text and matches nothing: {arn}"
    assert advice.startswith("write * in its place")


@pytest.mark.parametrize(
    ("version", "problem"),
    [({"Version": "2008-10-17"}, "the Version is 2008-10-17"), ({}, "there is no Version")],
)
def test_version(version: dict[str, str], problem: str) -> None:
    """AWS Organizations asks for the version that knows policy variables; the slip is the document's own."""
    [finding] = lint(load([[ALL, {**version, "Statement": ALL["Statement"]}]]))

    assert (finding.document, finding.statement, finding.problem) == (1, None, problem)


def test_profile_as_a_string() -> None:
    """An operator for strings takes any part of an ARN between wildcards."""
    assert _slips(Condition={"StringNotLike": {"bedrock:InferenceProfileArn": "*/jp.*"}}) == []


def test_sid_that_stands_twice() -> None:
    """A Sid is unique within its document, and free in the next one."""
    statement = {"Sid": "Same", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    twice = {"Version": "2012-10-17", "Statement": [statement, statement]}
    once = {"Version": "2012-10-17", "Statement": [statement]}
    [finding] = lint(load([[twice, once]]))

    assert (finding.document, finding.statement) == (0, "Same")
    assert finding.problem == "the Sid stands 2 times"


def test_session_elsewhere() -> None:
    """A session's ARN is a value like any other under other keys."""
    value = "arn:aws:sts::111122223333:assumed-role/Admin/me"

    assert _slips(Condition={"ArnLike": {"aws:SourceArn": value}}) == []


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:iam::${AccountId}:role/Admin",
        "arn:${AWS::Partition}:iam::*:role/Admin",
        "arn:aws:iam::{{ account }}:role/Admin",
        "arn:aws:iam::<account-id>:role/Admin",
        "arn:aws:iam::[ACCOUNT]:role/Admin",
        "${var.role_arn}",
    ],
)
def test_placeholder(text: str) -> None:
    """What a template or a documentation left to be filled in is found."""
    [(problem, _)] = _slips(Condition={"ArnLike": {"aws:PrincipalArn": text}})

    assert problem.endswith(f"in {text}")


@pytest.mark.parametrize("text", ["<region>", "${Region}", "[us-east-1]"])
def test_placeholder_for_a_region(text: str) -> None:
    """A placeholder among Regions is told as one, once."""
    [(problem, _)] = _requested_region(text)

    assert problem == f"a placeholder was left: {text} in {text}"


@pytest.mark.parametrize("variable", ["${aws:username}", "${aws:PrincipalTag/team, 'none'}", "${*}", "${?}", "${$}"])
def test_policy_variable(variable: str) -> None:
    """Policy variables are no placeholders."""
    assert _slips(Resource=f"arn:aws:s3:::bucket/{variable}") == []


def test_nested_arn() -> None:
    """An ARN pasted into an ARN matches nothing: the inner one is meant."""
    inner = "arn:aws:bedrock:*:*:inference-profile/eu.*"
    outer = f"arn:aws:bedrock:*:*:inference-profile/{inner}"

    assert _slips(Condition={"ArnNotLike": {"bedrock:InferenceProfileArn": outer}}) == [
        (f"an ARN inside an ARN, which matches nothing: {outer}", f"keep the inner one: {inner}")
    ]


@pytest.mark.parametrize(("attached", "slips"), [(10, 0), (11, 1)])
def test_more_than_ten(attached: int, slips: int) -> None:
    """AWS attaches ten SCPs at one level, and no more."""
    findings = lint(load([[ALL], [ALL] * attached]))

    assert [(finding.level, finding.document) for finding in findings] == [(1, None)] * slips


def test_no_end() -> None:
    """Of a document that is nothing but slips, the first hundred are told."""
    assert len(_findings(Action=[f"bedrock:Converse{number}" for number in range(1000)])) == 100


@given(st.text(), st.sampled_from(["Action", "Resource"]))
def test_any_text(text: str, element: str) -> None:
    """Whatever stands in a valid document, lint answers."""
    if text:
        assert all(finding.statement == "Slip" for finding in _findings(**{element: text}))


@given(
    st.text(),
    st.sampled_from(["aws:RequestedRegion", "aws:PrincipalArn"]),
    st.sampled_from(["StringLike", "StringEquals"]),
)
def test_any_value(text: str, key: str, operator: str) -> None:
    """Whatever a condition compares with, lint answers."""
    assert all(finding.level == 0 for finding in _findings(Condition={operator: {key: text}}))
