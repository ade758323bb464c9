"""
What is known of who calls, as condition keys.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bedrock_guard._identifiers import Arn, parse_arn
from bedrock_guard.scp._facts import ContextValue
from bedrock_guard.scp._hierarchy import Hierarchy

# Stands in the ARNs of a caller whose account is not given (AWS's documentation uses it so).
EXAMPLE_ACCOUNT = "123456789012"
_ACCOUNT = re.compile(r"[0-9]{12}")
# What the call itself sets, or leaves out: never a question about the caller.
_OF_THE_CALL = frozenset({"aws:requestedregion", "bedrock:inferenceprofilearn"})
# "aws:PrincipalType" of the page above, by the type in the principal's ARN.
_PRINCIPAL_TYPES = {"role": "AssumedRole", "user": "User", "root": "Account", "federated-user": "FederatedUser"}
# "This key is always included" (aws:SecureTransport, aws:PrincipalIsAWSService). Bedrock's endpoints speak TLS only
# (https://docs.aws.amazon.com/bedrock/latest/userguide/infrastructure-security.html), and SCPs do not affect AWS's own
# principals in the first place. aws:ViaAWSService is as regular, but true behind some services: left unknown.
_ALWAYS = {"aws:SecureTransport": "true", "aws:PrincipalIsAWSService": "false"}
# A user's name; "not present for" roles and root.
_USER_NAME = "aws:username"


@dataclass(frozen=True)
class Caller:
    """
    A caller as far as it is described.

    `account_id` is None where nobody said. `known` are its condition keys; an empty value is a key known to be absent.
    `note` says what was taken for granted.
    """

    account_id: str | None
    known: Mapping[str, ContextValue]
    note: str | None = None

    @property
    def account(self) -> str:
        """The account for ARNs: an example where it is not known."""
        return self.account_id or EXAMPLE_ACCOUNT

    def unknown(self, hierarchy: Hierarchy) -> frozenset[str]:
        """Return the keys that *hierarchy* asks about and nobody described, spelled as its policies do."""
        settled = _OF_THE_CALL | {key.lower() for key in self.known}
        return frozenset(key for key in hierarchy.keys if key.lower() not in settled)


def caller_of(
    principal_arn: str | None, account_id: str | None, context: Mapping[str, ContextValue] | None = None
) -> Caller:
    """
    Return the caller with *principal_arn* in *account_id*, and what *context* says of it besides.

    The ARN of a session is compared as that of its role: aws:PrincipalArn "for IAM roles ... returns the ARN of the
    role, not the ARN of the user that assumed the role". Raises ValueError where one of them is malformed, or they
    contradict each other, and where *context* holds what the call itself sets.
    """
    if taken := sorted(key for key in context or {} if key.lower() in _OF_THE_CALL):
        raise ValueError(f"context: {taken[0]} is set by the call itself")
    if account_id is not None and not _ACCOUNT.fullmatch(account_id):
        raise ValueError("account_id: must be 12 digits")
    if principal_arn is None:
        return Caller(account_id, {**_ALWAYS, **_account(account_id), **(context or {})})
    arn = parse_arn(principal_arn)
    if arn is None or not _ACCOUNT.fullmatch(arn.account_id):
        raise ValueError("principal_arn: must be the ARN of a user, a role, a session of one, or an account's root")
    if account_id not in (None, arn.account_id):
        raise ValueError(f"principal_arn: is not of account {account_id}")
    compared, note = _compared(principal_arn, arn)
    known = {**_ALWAYS, **_account(arn.account_id), **_principal(compared), **(context or {})}
    return Caller(arn.account_id, known, note)


def _compared(text: str, arn: Arn) -> tuple[str, str | None]:
    if (arn.service, arn.resource_type) != ("sts", "assumed-role"):
        return text, None
    name = arn.resource_id.partition("/")[0]
    # "AWSReservedSSO_..." (https://docs.aws.amazon.com/singlesignon/latest/userguide/using-service-linked-roles.html)
    path = "aws-reserved/sso.amazonaws.com/" if name.startswith("AWSReservedSSO_") else ""
    role = f"arn:{arn.partition}:iam::{arn.account_id}:role/{path}{name}"
    return role, f"a session is compared by its role's ARN, taken to be {role}: a session's ARN does not hold the path"


def _account(account_id: str | None) -> dict[str, ContextValue]:
    return {} if account_id is None else {"aws:PrincipalAccount": account_id}


def _principal(text: str) -> dict[str, ContextValue]:
    keys: dict[str, ContextValue] = {"aws:PrincipalArn": text}
    arn = parse_arn(text)
    if arn is None or arn.resource_type not in _PRINCIPAL_TYPES:
        return keys
    keys["aws:PrincipalType"] = _PRINCIPAL_TYPES[arn.resource_type]
    keys[_USER_NAME] = arn.resource_id.rpartition("/")[2] if arn.resource_type == "user" else ()
    return keys
