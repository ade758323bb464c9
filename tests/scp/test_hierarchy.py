"""Levels, who is not restricted, and which statement is named."""

import json
import pickle
from typing import Any

import pytest

from bedrock_guard import scp
from scp.asking import FULL_AWS_ACCESS as FULL
from scp.asking import INVOKE, NOVA, ROLE, allow, ask, deny, policy

DENY = policy(deny(Sid="DenyAll"))
BEDROCK_ALONE = policy(allow(Sid="AllowBedrock", Action="bedrock:*"))
KEY = "example:Key"
IF_KEY = {"StringEquals": {KEY: "x"}}


def decide(levels: Any, *, action: str = INVOKE, **request: Any) -> scp.Decision:
    """Return the decision on a call of Nova."""
    return scp.evaluate(levels, **{"action": action, "resource": NOVA, "context": {}, **request})


@pytest.mark.parametrize(
    ("levels", "result", "level", "document", "statement"),
    [
        ([[FULL]], "allowed", None, None, None),
        ([[FULL], [FULL], [FULL]], "allowed", None, None, None),
        ([[FULL], [BEDROCK_ALONE], [FULL]], "allowed", None, None, None),
        ([[policy(deny(Action="s3:*"), allow())]], "allowed", None, None, None),
        # A denial at any level stands, whatever allows beside or below it.
        ([[FULL, DENY], [FULL], [FULL]], "explicit-deny", 0, 1, "DenyAll"),
        ([[FULL], [FULL, DENY, BEDROCK_ALONE], [FULL]], "explicit-deny", 1, 1, "DenyAll"),
        ([[DENY, FULL], [DENY]], "explicit-deny", 0, 0, "DenyAll"),
        # Every level must allow.
        ([[FULL], [], [FULL]], "implicit-deny", 1, None, None),
        ([[], [FULL], []], "implicit-deny", 0, None, None),
        ([[FULL], [policy(allow(Action="s3:*"))], [FULL]], "implicit-deny", 1, None, None),
        # An explicit deny outranks an implicit one, though it stands below.
        ([[], [DENY]], "explicit-deny", 1, 0, "DenyAll"),
    ],
)
def test_levels(levels: Any, result: str, level: int | None, document: int | None, statement: str | None) -> None:
    """Every level must allow and none may deny; what decides first is named."""
    decision = decide(levels)

    assert (decision.result, decision.level, decision.document, decision.statement) == (
        result,
        level,
        document,
        statement,
    )
    assert decision.missing == frozenset()
    assert list(decision.possible) == [result]


def test_first_statement_in_order_is_named() -> None:
    """Of several denying statements the first of the first document of the first level is named."""
    first = policy(deny(Action="s3:*", Sid="NotThis"), deny(), deny(Sid="Later"))

    assert decide([[FULL], [FULL, first, DENY], [DENY]]).statement == "Statement[1]"


def test_empty_sid_is_no_name() -> None:
    """A statement whose Sid is empty is named by its index."""
    assert ask(policy(deny(Sid=""))).statement == "Statement[0]"


def test_management_account_is_not_restricted() -> None:
    """SCPs do not affect the management account, however they are attached."""
    assert decide([[DENY], []], management_account=True).result == "allowed"


def test_management_account_still_needs_documents_that_can_be_read() -> None:
    """A malformed document is an error before it is of no effect."""
    with pytest.raises(scp.PolicyError):
        decide([["{"]], management_account=True)


@pytest.mark.parametrize(
    ("principal", "result"),
    [
        ("arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling", "allowed"),
        ("arn:aws-cn:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX", "allowed"),
        ("arn:aws:iam::111122223333:role/AWSServiceRoleForX", "explicit-deny"),
        ("arn:aws:iam::111122223333:role/team/aws-service-role/x", "explicit-deny"),
        ("arn:aws:iam::111122223333:user/aws-service-role/x", "explicit-deny"),
        ("arn:aws:iam::111122223333:root", "explicit-deny"),
        (ROLE, "explicit-deny"),
    ],
)  # fmt: skip
def test_service_linked_roles_are_not_restricted(principal: str, result: str) -> None:
    """Only a role below `aws-service-role/` is; the root user of a member account is restricted."""
    assert decide([[FULL, DENY]], context={"AWS:PrincipalARN": principal}).result == result


def test_unknown_principal_is_taken_to_be_no_service_linked_role() -> None:
    """An unconditional denial is definite although the principal is unknown."""
    assert decide([[FULL, DENY]], unknown={"aws:PrincipalArn"}).result == "explicit-deny"


def test_no_level_at_all_is_an_error() -> None:
    """An account has at least its own level."""
    with pytest.raises(scp.PolicyError, match=r"^no levels"):
        decide([])


def test_action_without_a_service_is_an_error() -> None:
    """No statement on Bedrock would be about it, and it would be allowed."""
    with pytest.raises(ValueError, match="such as \"bedrock:InvokeModel\", not 'InvokeModel'"):
        decide([[FULL]], action="InvokeModel")


@pytest.mark.parametrize("levels", [[FULL], [[FULL], "x"], [[FULL], {}], FULL, "x", None, 3])
def test_levels_that_are_no_lists_of_lists_are_an_error(levels: Any) -> None:
    """A forgotten pair of brackets is told from a document."""
    with pytest.raises(scp.PolicyError, match="list"):
        scp.load(levels)


def test_json_text_is_a_document() -> None:
    """A document may be given as JSON text, and comes back as a dict."""
    hierarchy = scp.load([[json.dumps(FULL), DENY]])

    assert hierarchy.documents == ((FULL, DENY),)
    assert decide(hierarchy) == decide([[FULL, DENY]])


def test_statements_know_their_place() -> None:
    """The statements of a hierarchy stand in order, with the very object that was given."""
    hierarchy = scp.load([[FULL, DENY], [BEDROCK_ALONE]])

    assert [(each.level, each.document, each.index, each.name) for each in hierarchy.statements] == [
        (0, 0, 0, "Statement[0]"),
        (0, 1, 0, "DenyAll"),
        (1, 0, 0, "AllowBedrock"),
    ]
    assert hierarchy.statements[1].source is DENY["Statement"][0]


def test_condition_is_spelled_as_written() -> None:
    """The lines of a Condition keep operator, key and values."""
    hierarchy = scp.load(
        [[policy(deny(Condition={"forAnyValue:StringLike": {"AWS:TagKeys": "a"}, "null": {"b:C": True}}))]]
    )

    assert [(line.operator, line.key, line.values) for line in hierarchy.statements[0].conditions] == [
        ("forAnyValue:StringLike", "AWS:TagKeys", ("a",)),
        ("null", "b:C", ("true",)),
    ]


@pytest.mark.parametrize(
    ("levels", "statement", "possible"),
    [
        ([[FULL, policy(deny(Sid="If", Condition=IF_KEY))]], "If", {"allowed", "explicit-deny"}),
        ([[policy(allow(Sid="Only", Condition=IF_KEY))]], "Only", {"allowed", "implicit-deny"}),
        ([[policy(allow(Condition=IF_KEY), deny(Sid="If", Condition=IF_KEY))]], "If", {"allowed", "explicit-deny", "implicit-deny"}),
        ([[policy(deny(Sid="If", Condition=IF_KEY))]], "If", {"explicit-deny", "implicit-deny"}),
    ],
)  # fmt: skip
def test_unknown_names_what_may_decide(levels: Any, statement: str, possible: set[str]) -> None:
    """An open answer names the first statement that may decide, the key, and what may come out."""
    decision = decide(levels, unknown=[KEY.upper()])

    assert (decision.result, decision.statement, decision.missing) == (
        "unknown",
        statement,
        frozenset({KEY.upper()}),
    )
    assert set(map(str, decision.possible)) == possible


@pytest.mark.parametrize(
    "levels",
    [
        [[FULL, policy(deny(Condition=IF_KEY), deny())]],
        [[FULL, policy(allow(Condition=IF_KEY))]],
        [[FULL, policy(deny(Action="s3:*", Condition=IF_KEY))]],
        [[FULL, policy(deny(Condition={"Null": {KEY: ["true", "false"]}}))]],
        [[FULL, policy(deny(Condition={"ForAnyValue:Null": {KEY: "true"}}))]],
        [[FULL, policy(deny(Condition={**IF_KEY, "Bool": {"example:Absent": "true"}}))]],
        [[FULL, policy(deny(Condition={"Bool": {"example:Absent": "true"}, **IF_KEY}))]],
        [[policy(allow(Condition=IF_KEY))], []],
    ],
)
def test_unknown_key_that_decides_nothing_leaves_the_answer_definite(levels: Any) -> None:
    """A key is not missing where the answer is the same with and without it."""
    decision = decide(levels, unknown={KEY})

    assert decision.result != "unknown"
    assert decision.missing == frozenset()


def test_given_value_outranks_unknown() -> None:
    """A key that is in the context is known, even if it is listed as unknown in another spelling."""
    levels = [[FULL, policy(deny(Condition=IF_KEY))]]
    is_there = [[FULL, policy(deny(Condition={"Null": {KEY: "false"}}))]]

    assert decide(levels, context={KEY: "x"}, unknown={KEY.upper()}).result == "explicit-deny"
    assert decide(is_there, context={KEY: "x"}, unknown={KEY.upper()}).result == "explicit-deny"


def test_unknown_as_one_string_is_refused() -> None:
    """A bare string is not taken for a collection of letters."""
    with pytest.raises(TypeError, match="unknown"):
        decide([[FULL]], unknown=KEY)


def test_decision_is_a_value() -> None:
    """Decisions compare by value, pickle, and their results read as the words they are."""
    decision = decide([[FULL, DENY]])

    assert pickle.loads(pickle.dumps(decision)) == decision
    assert f"{decision.result}" == "explicit-deny"
