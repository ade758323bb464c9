"""Who calls: a principal as policies see it, and as AWS prints it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bedrock_guard._identifiers import parse_arn
from bedrock_guard.scp._caller import caller_of

_ACCOUNT = "111122223333"
_SESSION = "simulator"


@dataclass(frozen=True)
class Caller:
    """The principal of every request: its ARN in error messages, and the condition keys that it brings along."""

    account_id: str
    partition: str
    name: str
    keys: Mapping[str, Any]


def caller(principal_arn: str | None, account_id: str | None, context: Mapping[str, Any] | None) -> Caller:
    """
    Return the caller that is a user, a role (then a session of it), a session, or an account's root.

    Raises ValueError where one of the arguments is malformed, or they contradict each other, TypeError for an account
    that is a number.
    """
    if not isinstance(account_id, str | None):  # a number has lost the zeros that it began with
        raise TypeError(f"account_id: must be 12 digits, as text, not {type(account_id).__name__}")
    principal_arn = principal_arn or f"arn:aws:iam::{account_id or _ACCOUNT}:role/app"
    described = caller_of(principal_arn, account_id, {"aws:ViaAWSService": "false", **(context or {})})
    return Caller(described.account, principal_arn.split(":")[1], _name(principal_arn), described.known)


def _name(principal_arn: str) -> str:
    """
    Return the ARN that error messages print: of a role, that of its session, which has no path.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
    """
    arn = parse_arn(principal_arn)
    if arn is None or arn.resource_type != "role":
        return principal_arn
    role = arn.resource_id.rpartition("/")[2]
    return f"arn:{arn.partition}:sts::{arn.account_id}:assumed-role/{role}/{_SESSION}"
