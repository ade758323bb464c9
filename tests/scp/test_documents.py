"""What is no service control policy, and how that is said."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_guard import scp
from scp.asking import FULL_AWS_ACCESS, deny, policy

KEY = "example:Key"


def complaint(document: Any) -> str:
    """Return what is said of *document*, the second of the first level."""
    with pytest.raises(scp.PolicyError) as caught:
        scp.load([[FULL_AWS_ACCESS, document]])
    return str(caught.value)


def condition(operator: str, values: Any) -> dict[str, Any]:
    """Return a document whose second statement, of Sid X, has that condition."""
    return policy(deny(), deny(Sid="X", Condition={operator: {KEY: values}}))


@pytest.mark.parametrize(
    ("operator", "values", "said"),
    [
        ("StringEqualz", "a", "Condition.StringEqualz: no such operator"),
        ("NullIfExists", "true", "Condition.NullIfExists: no such operator"),
        ("ForAnyValue:NullIfExists", "true", "Condition.ForAnyValue:NullIfExists: no such operator"),
        ("ForAllValues:Null", "no", "Condition.ForAllValues:Null.example:Key: neither true nor false"),
        ("ForSomeValues:StringLike", "a", "Condition.ForSomeValues:StringLike: no such operator"),
        ("IfExists", "a", "Condition.IfExists: no such operator"),
        ("Null", "no", "Condition.Null.example:Key: neither true nor false"),
        ("Bool", "yes", "Condition.Bool.example:Key: neither true nor false"),
        ("NumericEquals", "ten", "Condition.NumericEquals.example:Key: not a number"),
        ("NumericEquals", "Infinity", "Condition.NumericEquals.example:Key: not a number"),
        ("NumericEquals", "${aws:EpochTime}", "Condition.NumericEquals.example:Key: not a number"),
        ("NumericEquals", float("nan"), "Condition.NumericEquals.example:Key: must be a finite number"),
        ("DateEquals", "2026-02-30", "Condition.DateEquals.example:Key: not a date"),
        ("DateEquals", "soon", "Condition.DateEquals.example:Key: not a date (ISO 8601, or seconds since 1970)"),
        ("IpAddress", "10.0.0.0/33", "Condition.IpAddress.example:Key: not an IP address or range (CIDR)"),
        ("BinaryEquals", "Q UI=", "Condition.BinaryEquals.example:Key: not base64"),
        ("BinaryEquals", "é", "Condition.BinaryEquals.example:Key: not base64"),
        ("StringEquals", None, "Condition.StringEquals.example:Key: must be a string or a list of strings, not null"),
        ("StringEquals", [["a"]], "Condition.StringEquals.example:Key: must be a string or a list of strings, not a list"),
        ("StringEquals", {"a": 1}, "Condition.StringEquals.example:Key: must be a string or a list of strings, not an object"),
    ],
)  # fmt: skip
def test_condition_that_cannot_be_read(operator: str, values: Any, said: str) -> None:
    """The line names level, document, statement, operator and key."""
    assert complaint(condition(operator, values)) == f"level 0, document 1, Statement[1] (Sid X): {said}"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ({"Effect": None}, "Effect: must be Allow or Deny"),
        ({"Effect": "allow"}, "Effect: must be Allow or Deny"),
        ({"Effect": ["Deny"]}, "Effect: must be Allow or Deny"),
        ({"Sid": 1}, "Sid: must be a string, not a number"),
        ({"Action": []}, "Action: must not be empty"),
        ({"Action": ""}, "Action: must not hold an empty string"),
        ({"Action": 3}, "Action: must be a string or a list of strings, not a number"),
        ({"Action": ["s3:*", None]}, "Action: must be a string or a list of strings, not null"),
        ({"NotAction": "s3:*", "Action": "s3:*"}, "Action: must not stand beside NotAction"),
        ({"Resource": []}, "Resource: must not be empty"),
        ({"Resource": {"Ref": "Bucket"}}, "Resource: must be a string or a list of strings, not an object"),
        ({"NotResource": True}, "NotResource: must be a string or a list of strings, not a boolean"),
        ({"NotResource": "*", "Resource": "*"}, "Resource: must not stand beside NotResource"),
        ({"Condition": []}, "Condition: must be an object, not a list"),
        ({"Condition": {"StringEquals": "x"}}, "Condition.StringEquals: must be an object, not a string"),
        ({"Condition": {"StringEqualz": {}}}, "Condition.StringEqualz: no such operator"),
        ({"Condition": {"Bool": {"a:B": "true", "A:b": "true"}}}, "Condition.Bool: A:b stands twice, in another case"),
        ({"Condition": {1: {}}}, "Condition: a name must be a string, not a number"),
        ({"Principal": "*"}, "Principal: not in a service control policy (is this a resource-based policy?)"),
        ({"NotPrincipal": {"AWS": "1"}}, "NotPrincipal: not in a service control policy (is this a resource-based policy?)"),
        ({"Actions": "*"}, "Actions: no such element"),
        ({"action": "*"}, "action: no such element"),
    ],
)  # fmt: skip
def test_statement_that_cannot_be_read(statement: dict[str, Any], said: str) -> None:
    """The line names level, document, statement and element."""
    assert complaint(policy(deny(**statement))) == f"level 0, document 1, Statement[0]{_sid(statement)}: {said}"


def test_integer_without_end_is_refused() -> None:
    """An integer that Python does not print is refused as what it is."""
    assert complaint(condition("NumericEquals", 10**5000)).endswith("example:Key: too large a number")


def _sid(statement: dict[str, Any]) -> str:
    return f" (Sid {statement['Sid']})" if isinstance(statement.get("Sid"), str) else ""


@pytest.mark.parametrize(
    ("element", "said"),
    [
        ("Effect", "Effect: missing"),
        ("Action", "Action: missing (and no NotAction)"),
        ("Resource", "Resource: missing (and no NotResource)"),
    ],
)
def test_statement_that_lacks_something(element: str, said: str) -> None:
    """A missing element is named."""
    statement = deny()
    del statement[element]

    assert complaint(policy(statement)) == f"level 0, document 1, Statement[0]: {said}"


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("", "not JSON: Expecting value (line 1, column 1)"),
        ('{"Version": "2012-10-17",\n}', "not JSON:"),
        ("[]", "must be an object, not a list"),
        ("5", "must be an object, not a number"),
        ("null", "must be an object, not null"),
        (None, "must be an object, not null"),
        (b"{}", "must be an object, not bytes"),
        ([FULL_AWS_ACCESS], "must be an object, not a list"),
        ("{}", "Statement: missing"),
        ({"Statement": []}, "Statement: must not be empty"),
        ({"Statement": None}, "Statement[0]: must be an object, not null"),
        ({"Statement": [deny(), "x"]}, "Statement[1]: must be an object, not a string"),
        ({"Version": "2012-10-18", "Statement": deny()}, "Version: must be 2012-10-17"),
        ({"Version": 2012, "Statement": deny()}, "Version: must be 2012-10-17"),
        ({"Version": None, "Statement": deny()}, "Version: must be 2012-10-17"),
        ({"Id": 1, "Statement": deny()}, "Id: must be a string, not a number"),
        ({"Comment": "x", "Statement": deny()}, "Comment: no such element"),
        (
            deny(Sid="Bare"),
            'a statement without its document: put it into {"Version": "2012-10-17", "Statement": [...]}',
        ),
        ({"Policy": {"PolicySummary": {}, "Content": "{}"}}, "an answer of describe-policy: the document is in it"),
        ({"PolicySummary": {}, "Content": "{}"}, "an answer of describe-policy: the document is in it"),
        ({"Policies": [{"Name": "FullAWSAccess"}]}, "an answer that lists policies, without their documents"),
        ({1: 2}, "a name must be a string, not a number"),
        ("\ufeff{}", "not JSON: begins with a byte order mark; save it as UTF-8 without one"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        (" " * 10_000_000, "10,000,000 characters; a service control policy has at most 10,240"),
        ('{"Version": NaN}', "not JSON: NaN is no number"),
        ('{"Version": -Infinity}', "not JSON: -Infinity is no number"),
        ('{"Version": ' + "9" * 5000 + "}", "not JSON: too large a number"),
        ('{"Version": 1e999, "Statement": []}', "Version: must be 2012-10-17"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_document_that_cannot_be_read(document: Any, said: str) -> None:
    """The line names level and document, and what is wrong with it."""
    place, _, rest = complaint(document).partition("document 1")

    assert place == "level 0, "
    assert rest.lstrip(":, ").startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"Version":"2012-10-17","Statement":[],"Version":"2012-10-17"}', "level 0, document 1: Version stands twice"),
        ('{"Statement":{"Effect":"Deny","Effect":"Allow"}}', "level 0, document 1, Statement[0]: Effect stands twice"),
        (
            '{"Statement":{"Sid":"X","Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"a":"true","a":"false"}}}}',
            "level 0, document 1, Statement[0] (Sid X): Condition.Bool: a stands twice",
        ),
        (
            '{"Statement":{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"a":"true"},"Bool":{}}}}',
            "level 0, document 1, Statement[0]: Condition: Bool stands twice",
        ),
    ],
)
def test_name_that_stands_twice(text: str, said: str) -> None:
    """JSON keeps the last of two equal names; a policy may not have them."""
    assert complaint(text) == said


def test_complaint_is_one_printable_line() -> None:
    """Names that a document brings are shortened and rid of control characters."""
    said = complaint(policy(deny(Sid="a\nb\x1b[31m\u202e" + "x" * 500, Condition={"No\r": {}})))

    assert said == f"level 0, document 1, Statement[0] (Sid a?b?[31m?{'x' * 51}...): Condition.No?: no such operator"


def test_place_can_be_read_off() -> None:
    """The error carries its place, so that whoever knows the documents' names can put them in."""
    with pytest.raises(ValueError, match="no such element") as caught:
        scp.load([[FULL_AWS_ACCESS], [policy(deny(Nope=1))]])
    error = caught.value

    assert isinstance(error, scp.PolicyError)
    assert (error.level, error.document, error.statement, error.problem) == (
        1,
        0,
        "Statement[0]",
        "Nope: no such element",
    )


@pytest.mark.parametrize(
    "document",
    [
        {**policy(deny()), "Id": "name"},
        {"Statement": deny()},
        policy(deny(), version="2008-10-17"),
        policy(deny(Sid="has spaces, and more")),
        policy(deny(Sid="twice"), deny(Sid="twice")),
        policy(deny(Action="logs*")),
        policy(deny(Resource="no-arn")),
        policy(deny(Condition={"ArnNotLike": {KEY: ["role/no-arn", "${ROLE}"]}})),
        {"Version": "2012-10-17", "Statement": (deny(Action=("s3:*",)),)},
    ],
)
def test_leniency(document: dict[str, Any]) -> None:
    """What stands in documents in the wild, and changes no answer for the better, is read."""
    assert scp.load([[document]]).statements[0].effect == "Deny"


_names = st.sampled_from(
    [
        "Version",
        "Statement",
        "Effect",
        "Action",
        "NotResource",
        "Resource",
        "Condition",
        "StringLike",
        "Null",
        "Sid",
        "x",
    ]
)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["Deny", "*", "s3:*"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=4),
    max_leaves=12,
)


def loads_or_complains(load: Callable[[], object]) -> None:
    """Assert that *load* succeeds or raises one line."""
    try:
        load()
    except scp.PolicyError as error:
        said = str(error)

        assert said.startswith("level 0, document 0")
        assert said.isprintable()
        assert len(said) < 300


@given(json_values)
def test_any_json_is_read_or_refused_in_one_line(document: Any) -> None:
    """Whatever JSON says, no other error comes out."""
    loads_or_complains(lambda: scp.load([[document]]))
    loads_or_complains(lambda: scp.load([[json.dumps(document)]]))


@given(
    st.sampled_from(["Version", "Id", "Statement", "Sid", "Effect", "Action", "Resource", "NotAction", "Condition"]),
    json_values,
)
def test_wrong_type_in_any_field_is_read_or_refused_in_one_line(field: str, value: Any) -> None:
    """Whatever stands in one field of a good document, no other error comes out."""
    document = policy(deny(Condition={"Bool": {KEY: "true"}}))
    (document if field in document or field == "Id" else document["Statement"][0])[field] = value

    loads_or_complains(lambda: scp.load([[document]]))


@given(st.text())
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    """Whatever a file holds, no other error comes out."""
    loads_or_complains(lambda: scp.load([[text]]))
