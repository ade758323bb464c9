"""Policy variables, in Resource and in condition values."""

from typing import Any

import pytest

from scp.asking import ask, denies, deny, holds, policy

TEAM = "aws:PrincipalTag/team"
BLUE = {TEAM: "blue"}
BUCKET = "arn:aws:s3:::reports-blue/q1"


@pytest.mark.parametrize(
    ("pattern", "context", "expected"),
    [
        ("arn:aws:s3:::reports-${aws:PrincipalTag/team}/*", BLUE, True),
        ("arn:aws:s3:::reports-${AWS:principaltag/TEAM}/*", BLUE, True),
        ("arn:aws:s3:::reports-${ aws:PrincipalTag/team }/*", BLUE, True),
        ("arn:aws:s3:::reports-${aws:PrincipalTag/team}/*", {TEAM: "red"}, False),
        ("arn:aws:s3:::reports-${aws:PrincipalTag/team}/*", {TEAM: "*"}, False),
        ("arn:aws:s3:::reports-${aws:PrincipalTag/team}/*", {}, False),
        ("arn:aws:s3:::reports-${aws:PrincipalTag/team}/*", {TEAM: ["blue", "red"]}, False),
        ("arn:aws:s3:::reports-${aws:PrincipalTag/team, 'blue'}/*", {}, True),
        ("arn:aws:s3:::reports-${aws:PrincipalTag/team, 'blue'}/*", {TEAM: "red"}, False),
        ("arn:aws:s3:::reports-${aws:PrincipalTag/team, 'blue'}/*", {TEAM: ["red", "green"]}, True),
        ("arn:aws:s3:::reports-blue${aws:PrincipalTag/team, 'red'}/*", {TEAM: ""}, True),
        ("arn:aws:s3:::reports-${aws:PrincipalTag/team, blue}/*", {}, False),
        ("arn:aws:s3:::reports-blue${aws:PrincipalTag/none, ''}/q1", {}, True),
        # Only after the fifth colon.
        ("arn:aws:s3:${aws:PrincipalTag/region}::reports-blue/*", {"aws:PrincipalTag/region": ""}, False),
        ("${aws:PrincipalTag/arn}", {"aws:PrincipalTag/arn": BUCKET}, False),
        ("arn:aws:s3:::reports-${aws:PrincipalTag/team", BLUE, False),
    ],
)
def test_variable_in_resource(pattern: str, context: dict[str, Any], *, expected: bool) -> None:
    """A variable is replaced by the key's value; one without a value makes the entry match no resource at all."""
    assert denies(deny(Resource=pattern), resource=BUCKET, context=context) is expected
    assert denies(deny(NotResource=pattern), resource=BUCKET, context=context) is not expected


@pytest.mark.parametrize(
    ("operator", "value", "given", "expected"),
    [
        ("StringEquals", "${aws:PrincipalTag/team}", "blue", True),
        ("StringEquals", "team-${aws:PrincipalTag/team}-${aws:PrincipalTag/team}", "team-blue-blue", True),
        ("StringEquals", ["red", "${aws:PrincipalTag/team}"], "blue", True),
        ("StringEqualsIgnoreCase", "${aws:PrincipalTag/team}", "BLUE", True),
        ("StringNotEquals", "${aws:PrincipalTag/team}", "blue", False),
        ("StringLike", "${aws:PrincipalTag/team}*", "blue-green", True),
        ("StringEquals", "${aws:PrincipalTag/none}", "", False),
        ("StringNotEquals", "${aws:PrincipalTag/none}", "blue", True),
        ("StringNotLike", ["x", "*${aws:PrincipalTag/none}"], "blue", True),
        ("StringNotEquals", "${aws:PrincipalTag/none, 'blue'}", "blue", False),
        ("ArnLike", "arn:aws:iam::*:role/${aws:PrincipalTag/team}/*", "arn:aws:iam::111122223333:role/blue/app", True),
        ("ArnEquals", "arn:aws:iam::${aws:PrincipalAccount}:role/*", "arn:aws:iam::111122223333:role/app", True),
        ("ArnEquals", "${example:Arn}", "arn:aws:iam::111122223333:role/app", True),
        ("Bool", "${example:Flag}", "TRUE", True),
        ("Bool", "${aws:PrincipalTag/team}", "true", False),
        ("StringLike", "a${*}c", "a*c", True),
        ("StringLike", "a${*}c", "abc", False),
        ("StringLike", "a${?}c", "abc", False),
        ("StringEquals", "${$}{x}", "${x}", True),
        ("StringLike", "${PARTITION}", "${PARTITION}", False),
    ],
)
def test_variable_in_condition(operator: str, value: Any, given: str, *, expected: bool) -> None:
    """A variable is replaced in string and ARN operators; to one without a value nothing is equal or like."""
    context = {
        **BLUE,
        "aws:PrincipalAccount": "111122223333",
        "example:Arn": "arn:aws:iam::111122223333:role/app",
        "example:Flag": "true",
    }

    assert holds(operator, value, given, **context) is expected


@pytest.mark.parametrize(
    "operator",
    [
        "StringNotEquals",
        "StringNotEqualsIgnoreCase",
        "StringNotLike",
        "ArnNotEquals",
        "ArnNotLike",
        "StringLike",
        "ArnLike",
    ],
)
def test_every_string_and_arn_operator_takes_variables(operator: str) -> None:
    """A value that is the variable's own is equal, and like, to it."""
    role = "arn:aws:iam::111122223333:role/blue/app"
    value = "arn:aws:iam::111122223333:role/${aws:PrincipalTag/team}/app"

    assert holds(operator, value, role, **BLUE) is ("Not" not in operator)


@pytest.mark.parametrize("version", ["2008-10-17", None])
def test_older_language_has_no_variables(version: str | None) -> None:
    """In a document of another version, or of none, `${...}` is plain text."""
    document: dict[str, Any] = {
        "Statement": deny(Condition={"StringLike": {"example:Key": "${aws:PrincipalTag/team}*"}})
    }
    document |= {"Version": version} if version else {}

    on_resource: dict[str, Any] = {
        **document,
        "Statement": deny(Resource="arn:aws:s3:::reports-${aws:PrincipalTag/team}/*"),
    }

    assert ask(on_resource, resource=BUCKET, context=BLUE).result == "allowed"
    assert ask(document, context={**BLUE, "example:Key": "blue"}).result == "allowed"
    assert ask(document, context={"example:Key": "${aws:PrincipalTag/team}s"}).result == "explicit-deny"


def test_unknown_variable_leaves_the_answer_open() -> None:
    """A condition or a resource that names an unknown key by variable depends on that key alone."""
    by_condition = policy(deny(Condition={"StringNotEquals": {"example:Key": "${aws:PrincipalTag/team}"}}))
    by_resource = policy(deny(Resource="arn:aws:s3:::reports-${aws:PrincipalTag/team}/*"))

    for document in (by_condition, by_resource):
        decision = ask(document, resource=BUCKET, context={"example:Key": "x"}, unknown={"AWS:PrincipalTag/Team"})

        assert (decision.result, decision.missing) == ("unknown", frozenset({"AWS:PrincipalTag/Team"}))


def test_variable_is_not_asked_where_another_value_matches() -> None:
    """One value that matches decides, whatever an unknown variable beside it would be."""
    condition = {"StringEquals": {"example:Key": ["x", "${aws:PrincipalTag/team}"]}}

    assert (
        ask(policy(deny(Condition=condition)), context={"example:Key": "x"}, unknown={TEAM}).result == "explicit-deny"
    )


def test_value_of_the_request_that_matches_decides_for_all() -> None:
    """ForAllValues is false as soon as one value fails, whatever an unknown variable would say of the others."""
    condition = {"ForAllValues:StringNotEquals": {"example:Key": ["x", "${aws:PrincipalTag/team}"]}}

    assert (
        ask(policy(deny(Condition=condition)), context={"example:Key": ["y", "x"]}, unknown={TEAM}).result == "allowed"
    )


def test_only_what_is_undecided_is_missing() -> None:
    """A key that a decided condition names by variable is not missing beside one that is."""
    decided = {"StringEquals": {"example:Key": ["x", "${aws:PrincipalTag/team}"]}}
    open_one = {"Bool": {"example:Flag": "true"}}
    decision = ask(
        policy(deny(Condition={**decided, **open_one})), context={"example:Key": "x"}, unknown={TEAM, "example:Flag"}
    )

    assert (decision.result, decision.missing) == ("unknown", frozenset({"example:Flag"}))


def test_many_openings_are_read_in_no_time() -> None:
    """Text full of `${` without an end is read once."""
    assert not denies(deny(Resource="arn:aws:s3:::" + "${" * 200_000), resource=BUCKET)
