"""Which actions and resources a statement is about."""

import pytest

from scp.asking import INVOKE, NOVA, ask, denies, deny, policy


@pytest.mark.parametrize(
    ("pattern", "action", "expected"),
    [
        ("bedrock:InvokeModel", "bedrock:InvokeModel", True),
        ("BEDROCK:invokemodel", "bedrock:InvokeModel", True),
        ("bedrock:InvokeModel", "Bedrock:INVOKEMODEL", True),
        ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream", False),
        ("bedrock:InvokeModel*", "bedrock:InvokeModelWithResponseStream", True),
        ("bedrock:Invoke*", "bedrock:CreateModelInvocationJob", False),
        ("bedrock:Invoke*", "bedrock:CallWithBearerToken", False),
        ("bedrock:Invoke*", "bedrock:GetInferenceProfile", False),
        ("bedrock:*", "bedrock-mantle:CreateInference", False),
        ("bedrock-mantle:*", "bedrock-mantle:CreateInference", True),
        ("bedrock:*Model*", "bedrock:CreateModelInvocationJob", True),
        ("bedrock:?nvokeModel", "bedrock:InvokeModel", True),
        ("bedrock:??nvokeModel", "bedrock:InvokeModel", False),
        ("logs*", "logs:CreateLogGroup", True),
        ("logs*", "cloudtrail:LookupEvents", False),
        ("*", "s3:GetObject", True),
        ("bedrock:", "bedrock:InvokeModel", False),
        ("bedrock:Invoke.odel", "bedrock:InvokeModel", False),
    ],
)
def test_action_pattern(pattern: str, action: str, *, expected: bool) -> None:
    """A pattern covers an action whatever the case, and nothing of another prefix or name."""
    assert denies(deny(Action=pattern), action=action) is expected


def test_not_action_is_about_every_other_action() -> None:
    """NotAction exempts what it lists, in a list or bare."""
    exempt = deny(NotAction=["iam:*", "bedrock:Invoke*"])

    assert [denies(exempt, action=action) for action in (INVOKE, "iam:GetRole", "s3:GetObject")] == [False, False, True]
    assert not denies(deny(NotAction="bedrock:*"))


@pytest.mark.parametrize(
    ("pattern", "resource", "expected"),
    [
        (NOVA, NOVA, True),
        (NOVA.upper(), NOVA, False),
        ("*", "arn:aws:s3:::bucket/key", True),
        ("*", "*", True),
        # A `*` in place of the Region covers the Region-less ARN of global routing.
        ("arn:aws:bedrock:*::foundation-model/*", "arn:aws:bedrock:::foundation-model/amazon.nova-lite-v1:0", True),
        ("arn:aws:bedrock:?*::foundation-model/*", "arn:aws:bedrock:::foundation-model/amazon.nova-lite-v1:0", False),
        (
            "arn:aws:bedrock:*::foundation-model/*",
            "arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.x",
            False,
        ),
        (
            "arn:aws:bedrock:*:*:inference-profile/*",
            "arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.x",
            True,
        ),
        (
            "arn:aws:bedrock:*:*:inference-profile/*",
            "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/x",
            False,
        ),
        # Model IDs hold colons; the last component takes them all.
        ("arn:aws:bedrock:*::foundation-model/amazon.*:0", NOVA, True),
        ("arn:aws:bedrock:*::foundation-model/amazon.nova-lite-v1", NOVA, False),
        # A `*` that ends a segment may run past colons, one inside a segment may not.
        ("arn:aws:bedrock:*", NOVA, True),
        ("arn:aws:bedrock:*:foundation-model/amazon.nova-lite-v1:0", NOVA, True),
        ("arn:aws:bedrock:ap-*:foundation-model/amazon.nova-lite-v1:0", NOVA, True),
        ("arn:aws:logs:*-2:*", "arn:aws:logs:us-east-2:111122223333:log-group:a", True),
        ("arn:aws:logs:*-2:*", "arn:aws:logs:us-east-1:111122223333:log-group:a-2:b", False),
        ("arn:aws:logs:us-east-2:*:log-group:a", "arn:aws:logs:x:us-east-2:111122223333:log-group:a", False),
        # An ARN that breaks off is completed with `*`; what is no ARN is not.
        ("arn:aws:s3", "arn:aws:s3:::bucket", True),
        ("arn:aws:s3:us-east-1", "arn:aws:s3:::bucket", False),
        ("arn:aws:s3:::", "arn:aws:s3:::bucket", False),
        ("bucket", "arn:aws:s3:::bucket", False),
        ("arn:aws:s3:::b?cket", "arn:aws:s3:::bucket", True),
        ("arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket", False),
        ("arn:*:s3:::*", "arn:aws-us-gov:s3:::bucket", True),
        # An action without resources is asked on `*`, which is no ARN.
        ("arn:aws:s3:::*", "*", False),
    ],
)
def test_resource_pattern(pattern: str, resource: str, *, expected: bool) -> None:
    """A pattern covers an ARN segment by segment, with regard to case."""
    assert denies(deny(Resource=[pattern]), resource=resource) is expected
    assert denies(deny(NotResource=pattern), resource=resource) is not expected


def test_not_resource_of_models_denies_the_profile_itself() -> None:
    """A list of approved models by NotResource leaves the inference profile's own ARN outside."""
    approved = deny(Action="bedrock:Invoke*", NotResource="arn:aws:bedrock:*::foundation-model/amazon.*")

    assert not denies(approved)
    assert denies(
        approved, resource="arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.amazon.nova-lite-v1:0"
    )


def test_one_statement_may_stand_without_brackets() -> None:
    """Statement as an object is read as a list of it, and named by its index."""
    decision = ask({"Version": "2012-10-17", "Statement": deny()})

    assert (decision.result, decision.statement) == ("explicit-deny", "Statement[0]")


def test_wildcards_do_not_backtrack() -> None:
    """A pattern of many wildcards is matched in no time."""
    pattern = "arn:aws:s3:::" + "*a" * 500 + "*?b"

    assert not denies(deny(Resource=pattern), resource="arn:aws:s3:::" + "a" * 5000)


def test_all_conditions_must_hold() -> None:
    """Operators, and keys under one operator, are ANDed; values of one key are ORed."""
    statement = deny(Condition={"StringEquals": {"a:A": ["1", "2"], "b:B": "1"}, "StringNotEquals": {"c:C": "1"}})

    assert denies(statement, context={"a:A": "2", "b:B": "1", "c:C": "2"})
    assert not denies(statement, context={"a:A": "2", "b:B": "2", "c:C": "2"})
    assert not denies(statement, context={"a:A": "2", "b:B": "1", "c:C": "1"})


def test_two_keys_under_one_negated_operator_are_anded() -> None:
    """Two exemptions under one ArnNotLike only exempt a request that lacks both, not one that has either."""
    condition = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/a", "example:Arn": "arn:aws:iam::*:role/b"}}

    assert denies(deny(Condition=condition), context={})
    assert not denies(deny(Condition=condition), context={"aws:PrincipalArn": "arn:aws:iam::111122223333:role/a"})
    assert not denies(deny(Condition=condition), context={"example:Arn": "arn:aws:iam::111122223333:role/b"})


def test_empty_condition_always_holds() -> None:
    """A Condition without lines restricts nothing."""
    assert denies(deny(Condition={}))
    assert denies(deny(Condition={"StringEquals": {}}))


def test_exemption_is_of_its_statement_alone() -> None:
    """A role that the first statement exempts is denied by the second."""
    exempt = deny(Sid="First", Condition={"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}})
    decision = ask(
        policy(exempt, deny(Sid="Second")), context={"aws:PrincipalArn": "arn:aws:iam::111122223333:role/admin"}
    )

    assert decision.statement == "Second"
