"""The condition operators, one by one."""

from typing import Any

import pytest

from scp.asking import ROLE, denies, deny, holds

NEGATED = ["StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike", "ArnNotEquals", "ArnNotLike"]


@pytest.mark.parametrize(
    ("operator", "values", "given", "expected"),
    [
        ("StringEquals", "us-east-1", "us-east-1", True),
        ("StringEquals", "us-east-1", "US-EAST-1", False),
        ("StringEquals", ["us-east-1", "us-west-2"], "us-west-2", True),
        ("StringEquals", "us-*", "us-east-1", False),
        ("StringEquals", "us-*", "us-*", True),
        ("StringEquals", "", "", True),
        ("StringEquals", [], "x", False),
        ("StringEquals", 12, "12", True),
        ("StringEquals", True, "true", True),
        ("StringEquals", "true", True, True),
        ("StringNotEquals", ["us-east-1", "us-west-2"], "us-west-2", False),
        ("StringNotEquals", ["us-east-1", "us-west-2"], "eu-west-1", True),
        ("StringNotEquals", ["us-east-1"], "unspecified", True),
        ("StringNotEquals", ["unspecified"], "unspecified", False),
        ("StringNotEquals", [], "x", True),
        ("StringEqualsIgnoreCase", "US-east-1", "us-EAST-1", True),
        ("StringNotEqualsIgnoreCase", "US-east-1", "us-EAST-1", False),
        ("StringLike", "us-*", "us-east-1", True),
        ("StringLike", "us-*", "US-east-1", False),
        ("StringLike", "us-*-?", "us-east-1", True),
        ("StringLike", "us-?", "us-", False),
        ("StringLike", "us-?", "us-east-1", False),
        ("StringLike", "us.?", "us-1", False),
        ("StringLike", "*", "", True),
        ("StringLike", "a*b*a", "aba", True),
        ("StringLike", "a*b*a", "ab", False),
        ("StringLike", "ab*ba", "aba", False),
        ("StringLike", "*a?c*", "xxabcxx", True),
        ("StringLike", "a?c", "a\nc", True),
        ("StringLike", "*a*", "abc", True),
        ("StringLike", "*aa*aa*", "aaa", False),
        ("StringLike", "[ab]", "a", False),
        ("StringNotLike", ["us-*", "eu-*"], "eu-west-1", False),
        ("StringNotLike", ["us-*", "eu-*"], "ap-northeast-1", True),
        ("NumericEquals", "10", "10.0", True),
        ("NumericEquals", 10, 10, True),
        ("NumericNotEquals", "10", "10.0", False),
        ("NumericNotEquals", "10", "ten", True),
        ("NumericLessThan", "10", "9.99", True),
        ("NumericLessThan", "10", "10", False),
        ("NumericLessThan", "10", "9" * 30, False),
        ("NumericLessThanEquals", "10", "10", True),
        ("NumericGreaterThan", "-1", "0", True),
        ("NumericGreaterThan", "10", "10", False),
        ("NumericGreaterThanEquals", 0.1, "1e-1", True),
        ("NumericGreaterThanEquals", "1", "many", False),
        ("DateEquals", "2026-11-23T00:00:00Z", "1795392000", True),
        ("DateEquals", "2026-11-23", "2026-11-23T09:00:00+09:00", True),
        ("DateEquals", "2026", "2026-01-01", True),
        ("DateEquals", "2026-11-23T10:30:00Z", "1795429800", True),
        ("DateNotEquals", "2026-11-23", "yesterday", True),
        ("DateLessThan", "2026-11-23T00:00:00.5Z", "2026-11-23T00:00:00.499Z", True),
        ("DateLessThan", "2026-11-23", "2026-11-23", False),
        ("DateLessThanEquals", "2026-11", "2026-11-01T00:00Z", True),
        ("DateGreaterThan", "2026-11-23", "2026-11-22T23:59:59-00:01", True),
        ("DateGreaterThan", "2026-11-23", "2026-11-23", False),
        ("DateGreaterThan", "2026-11-23", "2026-11-31", False),
        ("DateGreaterThanEquals", "2026-11-23", "2026-11-23", True),
        ("DateGreaterThanEquals", "1795392000", "1795391999", False),
        ("Bool", "true", "true", True),
        ("Bool", "True", True, True),
        ("Bool", False, "false", True),
        ("Bool", "false", "true", False),
        ("Bool", "false", "no", False),
        ("BinaryEquals", "QUI=", "QUI=", True),
        ("BinaryEquals", "QUI=", "QUJ=", True),
        ("BinaryEquals", "QUI=", "QUJD", False),
        ("BinaryEquals", "QUI=", "?", False),
        ("BinaryEquals", "QUI=", "Q UI=", False),
        ("IpAddress", "203.0.113.0/24", "203.0.113.255", True),
        ("IpAddress", "203.0.113.0/24", "203.0.114.0", False),
        ("IpAddress", "203.0.113.7/24", "203.0.113.8", True),
        ("IpAddress", "203.0.113.7", "203.0.113.7", True),
        ("IpAddress", "203.0.113.7", "203.0.113.8", False),
        ("IpAddress", "2001:db8::/32", "2001:DB8::1", True),
        ("IpAddress", "2001:db8::1", "2001:db8:0::1", True),
        ("IpAddress", "0.0.0.0/0", "2001:db8::1", False),
        ("IpAddress", "::/0", "203.0.113.7", False),
        ("NotIpAddress", ["203.0.113.0/24", "198.51.100.0/24"], "198.51.100.1", False),
        ("NotIpAddress", ["203.0.113.0/24"], "2001:db8::1", True),
        ("NotIpAddress", ["203.0.113.0/24"], "AWS Internal", True),
        ("stringequals", "x", "x", True),
        ("forAnyValue:stringLike", "x*", ["a", "xy"], True),
    ],
)  # fmt: skip
def test_operator_on_a_given_value(operator: str, values: Any, given: Any, *, expected: bool) -> None:
    """The condition holds as the documentation of its operator says."""
    assert holds(operator, values, given) is expected


@pytest.mark.parametrize("operator", ["ArnEquals", "ArnLike"])
@pytest.mark.parametrize(
    ("pattern", "given", "expected"),
    [
        ("arn:aws:iam::*:role/team/*", ROLE, True),
        ("arn:aws:iam::111122223333:role/*", ROLE, True),
        ("arn:aws:iam::*:role/app", ROLE, False),
        ("arn:aws:iam::*:role/*/app", ROLE, True),
        ("arn:aws:iam::*:ROLE/team/app", ROLE, False),
        ("arn:*:iam::1111????3333:role/*", ROLE, True),
        # An assumed-role ARN never matches: the key holds the ARN of the role.
        ("arn:aws:sts::*:assumed-role/team/app*", ROLE, False),
        # Each component by itself: `*` does not run past a colon,
        ("arn:aws:iam:*:role/team/app", ROLE, False),
        ("arn:aws:*:role/team/app", ROLE, False),
        ("*", ROLE, False),
        ("arn:aws:s3:*:111122223333:a/*", "arn:aws:s3:us-east-2:999999999999:x:111122223333:a/b", False),
        # except in the last, which has colons of its own.
        ("arn:aws:bedrock:*::foundation-model/*", "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0", True),
        ("arn:aws:bedrock:*::foundation-model/*:0", "arn:aws:bedrock:::foundation-model/amazon.nova-lite-v1:0", True),
        ("arn:aws:bedrock:*:*:inference-profile/*", "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/x", False),
        ("arn:aws:iam::*:root", "arn:aws:iam::111122223333:root", True),
        ("*:*:*:*:*:*", "not-an-arn", False),
        ("arn:aws:iam::111122223333:", "arn:aws:iam::111122223333:", True),
    ],
)  # fmt: skip
def test_arn_is_compared_by_component(operator: str, pattern: str, given: str, *, expected: bool) -> None:
    """ArnLike and ArnEquals behave identically, and their negations are their negations."""
    assert holds(operator, [pattern], given) is expected
    assert holds(operator.replace("Arn", "ArnNot"), [pattern], given) is not expected


@pytest.mark.parametrize("operator", [*NEGATED, "NotIpAddress", "NumericNotEquals", "DateNotEquals"])
def test_negated_operator_holds_without_the_key(operator: str) -> None:
    """An exemption by a key that the request does not have exempts nothing."""
    assert holds(operator, {"NotIpAddress": "203.0.113.0/24"}.get(operator, "2026"))


@pytest.mark.parametrize("operator", ["StringEquals", "StringLike", "ArnLike", "Bool", "NumericLessThan", "IpAddress"])
def test_positive_operator_does_not_hold_without_the_key(operator: str) -> None:
    """A condition on a key that the request does not have is false."""
    assert not holds(operator, {"Bool": "false", "IpAddress": "0.0.0.0/0", "NumericLessThan": "9"}.get(operator, "*"))


@pytest.mark.parametrize(
    "operator", ["StringEqualsIfExists", "StringNotEqualsIfExists", "ForAnyValue:StringLikeIfExists", "boolIFEXISTS"]
)
def test_if_exists_holds_without_the_key(operator: str) -> None:
    """IfExists is true where the key is absent, and else as without it."""
    assert holds(operator, "true")
    assert holds(operator, "true", "false") is ("Not" in operator)


@pytest.mark.parametrize(
    ("operator", "given", "expected"),
    [
        ("ForAllValues:StringEquals", ["a"], True),
        ("ForAllValues:StringEquals", ["a", "b"], True),
        ("ForAllValues:StringEquals", ["a", "x"], False),
        ("ForAllValues:StringEquals", "x", False),
        ("ForAllValues:StringEquals", [], True),
        ("ForAllValues:StringEquals", "", True),
        ("ForAllValues:StringNotEquals", ["x", "y"], True),
        ("ForAllValues:StringNotEquals", ["x", "a"], False),
        ("ForAnyValue:StringEquals", ("x", "b"), True),
        ("ForAnyValue:StringEquals", {"x", "y"}, False),
        ("ForAnyValue:StringEquals", "a", True),
        ("ForAnyValue:StringEquals", [], False),
        ("ForAnyValue:StringNotEquals", ["a", "x"], True),
        ("ForAnyValue:StringNotEquals", ["a", "b"], False),
        ("ForAnyValue:StringNotEquals", "", False),
    ],
)
def test_set_operator(operator: str, given: Any, *, expected: bool) -> None:
    """ForAllValues asks of every value of the request, ForAnyValue of one; of none, the first is true."""
    assert holds(operator, ["a", "b"], given) is expected


def test_set_operators_without_the_key() -> None:
    """ForAllValues is true where the key is absent, ForAnyValue is false, negated or not."""
    operators = ["ForAllValues:StringEquals", "ForAllValues:StringNotEquals"]

    assert [holds(operator, "a") for operator in operators] == [True, True]
    assert [holds(operator.replace("All", "Any").replace("Values", "Value"), "a") for operator in operators] == [
        False
    ] * 2


@pytest.mark.parametrize("operator", ["StringEquals", "StringNotEquals", "StringEqualsIfExists"])
def test_multivalued_key_needs_a_set_operator(operator: str) -> None:
    """Without a set operator a multivalued key meets no condition, negated ones neither."""
    assert not holds(operator, ["a", "z"], ["a", "b"])


@pytest.mark.parametrize("given", ["a", ["a"], ("a",), {"a"}], ids=repr)
def test_list_of_one_is_its_value(given: Any) -> None:
    """As IAM's policy simulator takes the values of every key."""
    assert holds("StringEquals", "a", given)
    assert not holds("StringNotEquals", "a", given)
    assert holds("StringNotEquals", "b", given)


@pytest.mark.parametrize(
    ("values", "given", "expected"),
    [
        ("true", (), True),
        ("TRUE", (), True),
        ("true", ("x",), False),
        ("false", (), False),
        ("false", ("x",), True),
        ("FALSE", ("",), True),
        (False, ("x",), True),
        (["true", "false"], ("x",), True),
        ("true", ([],), True),
    ],
)
def test_null(values: Any, given: tuple[Any, ...], *, expected: bool) -> None:
    """Null is true where the key is absent, false where it is there."""
    assert holds("Null", values, *given) is expected


@pytest.mark.parametrize("given", [(), ("x",), (["x"],)])
def test_null_with_a_set_operator_is_constant(given: tuple[Any, ...]) -> None:
    """Null is always true with ForAllValues and always false with ForAnyValue, whatever it asks for."""
    for value in ("true", "false"):
        assert holds("ForAllValues:Null", value, *given)
        assert not holds("forAnyValue:null", value, *given)


def test_keys_are_case_insensitive() -> None:
    """A key of the request is found however the policy spells it, tag keys included."""
    assert denies(
        deny(Condition={"Bool": {"aws:multiFactorAuthPresent": "true"}}), context={"AWS:MultifactorauthPRESENT": "true"}
    )
    assert holds("StringEquals", "x", "x", key="aws:PrincipalTag/Team")
    assert denies(deny(Condition={"StringLike": {"aws:PrincipalARN": "*"}}), context={"aws:PrincipalArn": ROLE})


def test_value_of_another_type_is_refused() -> None:
    """A value that is neither text, number, boolean nor a collection of them is a TypeError that names its key."""
    with pytest.raises(TypeError, match=r"context\['example:Key'\]: NoneType"):
        holds("StringEquals", "x", None)
    with pytest.raises(TypeError, match="dict"):
        holds("StringEquals", "x", [{}])
