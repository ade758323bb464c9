"""Who calls: a principal as policies see it, and as AWS prints it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bedrock_guard._identifiers import parse_arn

_SESSION = "simulator"


@dataclass(frozen=True)
class Caller:
    """
    The principal of every request: an IAM user, a role (a session of it), or an account's root.

    *context* holds further condition keys, such as `aws:PrincipalTag/team` or `aws:SourceVpce`.
    """

    account_id: str
    principal_arn: str
    context: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """
        The ARN that error messages print: of a role, that of its session, which has no path.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
        """
        arn = parse_arn(self.principal_arn)
        if arn is None or arn.resource_type != "role":
            return self.principal_arn
        role = arn.resource_id.rpartition("/")[2]
        return f"arn:{arn.partition}:sts::{arn.account_id}:assumed-role/{role}/{_SESSION}"

    @property
    def partition(self) -> str:
        """The partition of the account."""
        arn = parse_arn(self.principal_arn)
        return arn.partition if arn else "aws"

    @property
    def keys(self) -> dict[str, Any]:
        """
        The condition keys that every request of this caller carries.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
        """
        return {
            "aws:PrincipalAccount": self.account_id,
            "aws:PrincipalArn": self.principal_arn,  # of a session too: the role's
            "aws:PrincipalIsAWSService": "false",
            "aws:PrincipalType": self._type,
            "aws:SecureTransport": "true",
            "aws:ViaAWSService": "false",
            **self.context,
        }

    @property
    def _type(self) -> str:
        arn = parse_arn(self.principal_arn)
        kinds = {"role": "AssumedRole", "user": "User"}
        return kinds.get(arn.resource_type, "Account") if arn else "Account"
