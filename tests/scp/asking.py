"""Ways to ask short questions of `bedrock_guard.scp`."""

from typing import Any

from bedrock_guard import scp

FULL_AWS_ACCESS: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
INVOKE = "bedrock:InvokeModel"
NOVA = "arn:aws:bedrock:ap-northeast-1::foundation-model/amazon.nova-lite-v1:0"
ROLE = "arn:aws:iam::111122223333:role/team/app"


def policy(*statements: dict[str, Any], version: str = "2012-10-17") -> dict[str, Any]:
    """Return a document of *statements*."""
    return {"Version": version, "Statement": list(statements)}


def deny(**elements: Any) -> dict[str, Any]:
    """Return a statement that denies everything but for *elements*."""
    everything: dict[str, Any] = {"Effect": "Deny"}
    if "NotAction" not in elements:
        everything["Action"] = "*"
    if "NotResource" not in elements:
        everything["Resource"] = "*"
    return {**everything, **elements}


def allow(**elements: Any) -> dict[str, Any]:
    """Return a statement that allows everything but for *elements*."""
    return {**deny(**elements), "Effect": "Allow"}


def ask(
    *policies: dict[str, Any],
    action: str = INVOKE,
    resource: str = NOVA,
    context: dict[str, Any] | None = None,
    unknown: Any = (),
) -> scp.Decision:
    """Return the decision of one level of *policies* and FullAWSAccess."""
    level = [FULL_AWS_ACCESS, *policies]
    return scp.evaluate([level], action=action, resource=resource, context=context or {}, unknown=unknown)


def denies(statement: dict[str, Any], **request: Any) -> bool:
    """Return whether *statement*, the only one that may deny, does."""
    return ask(policy(statement), **request).result == "explicit-deny"


def holds(operator: str, values: Any, *given: Any, key: str = "example:Key", **context: Any) -> bool:
    """Return whether the condition holds where the key is *given*, or absent."""
    request = {**context, **({key: given[0]} if given else {})}
    return denies(deny(Condition={operator: {key: values}}), context=request)
