"""
The policies that the caller is under, and what they say to one authorization.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bedrock_guard import scp
from bedrock_guard._denials import PolicyType
from bedrock_guard.scp._authorizations import Authorization
from bedrock_guard.simulator._caller import Caller
from bedrock_guard.simulator._errors import ServiceError
from bedrock_guard.simulator._http import Response, json_response

_MANAGEMENT_ACCOUNT_ID = "999999999999"
_ORGANIZATION_ID = "o-simulated1"


# In the order in which AWS asks them, and as error messages call them.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
_NAMES = {
    PolicyType.RESOURCE_CONTROL_POLICY: "resource control policy",
    PolicyType.SERVICE_CONTROL_POLICY: "service control policy",
    PolicyType.VPC_ENDPOINT: "VPC endpoint policy",
    PolicyType.RESOURCE_BASED: "resource-based policy",
    PolicyType.IDENTITY_BASED: "identity-based policy",
    PolicyType.PERMISSIONS_BOUNDARY: "permissions boundary",
    PolicyType.SESSION: "session policy",
}
# Policies that stand at a resource name principals: always everybody here.
_OF_RESOURCES = frozenset({PolicyType.RESOURCE_CONTROL_POLICY, PolicyType.VPC_ENDPOINT, PolicyType.RESOURCE_BASED})


@dataclass(frozen=True)
class Refusal:
    """An authorization that a policy denied: of which type, explicitly or not, and its ARN where AWS names it."""

    authorization: Authorization
    policy_type: PolicyType
    explicit: bool
    policy_arn: str | None = None

    def message(self, caller: str) -> str:
        """
        Return what AWS says to *caller*.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
        """
        action, resource = self.authorization.action, self.authorization.resource
        return f"User: {caller} is not authorized to perform: {action} on resource: {resource} {self._cause}"

    @property
    def _cause(self) -> str:
        name = _NAMES[self.policy_type]
        if not self.explicit:
            return f"because no {name} allows the {self.authorization.action} action"
        article = "an" if name.startswith("i") else "a"
        return f"with an explicit deny in {article} {name}" + (f": {self.policy_arn}" if self.policy_arn else "")


class DeniedError(ServiceError):
    """A request that a policy denied: IAM answers, whose errors look a little different."""

    def __init__(self, refusal: Refusal, caller: str) -> None:
        super().__init__("AccessDeniedException", refusal.message(caller))
        self.refusal = refusal

    @property
    def response(self) -> Response:
        """The error as it is sent."""
        return json_response({"Message": self.message}, {"x-amzn-errortype": self.code}, 403)


class Policies:
    """All policies of one type that apply, in levels of which each must allow."""

    def __init__(self, policy_type: str, levels: Sequence[Sequence[Mapping[str, Any]]]) -> None:
        """Raise ValueError for a type that denies nothing, `scp.PolicyError` for a document that AWS would not take."""
        if policy_type not in _NAMES:
            raise ValueError(f"{policy_type} is not the name of a policy type: one of {', '.join(_NAMES)}")
        self.type = PolicyType(policy_type)
        of_resources = self.type in _OF_RESOURCES
        documents = [[_without_principal(item) if of_resources else item for item in level] for level in levels]
        self._levels = scp.load(documents)
        self._ids = [[_policy_id(document) for document in level] for level in documents]

    def decide(self, authorization: Authorization, context: Mapping[str, Any]) -> scp.Decision:
        """Return what all levels together say."""
        return scp.evaluate(self._levels, action=authorization.action, resource=authorization.resource, context=context)

    def policy_id(self, decision: scp.Decision) -> str:
        """Return the id of the policy that denies explicitly: the same for the same document."""
        return self._ids[decision.level or 0][decision.document or 0]


class Organization:
    """The policies of every type that stand above one caller."""

    def __init__(self, policies: Sequence[Policies], caller: Caller, *, policy_arns: bool) -> None:
        self._policies = sorted(policies, key=lambda entry: list(_NAMES).index(entry.type))
        self._caller = caller
        self._keys = caller.keys
        self._policy_arns = policy_arns

    def refusal(self, authorization: Authorization) -> Refusal | None:
        """Return what denies *authorization* to the caller, None if nothing does."""
        context = {**self._keys, **authorization.context}
        decisions = [(policies, policies.decide(authorization, context)) for policies in self._policies]
        # An explicit deny in any policy outranks an implicit one.
        for result in (scp.Result.EXPLICIT_DENY, scp.Result.IMPLICIT_DENY):
            for policies, decision in decisions:
                if decision.result is result:
                    return self._refusal(authorization, policies, decision)
        return None

    def _refusal(self, authorization: Authorization, policies: Policies, decision: scp.Decision) -> Refusal:
        explicit = decision.result is scp.Result.EXPLICIT_DENY
        policy_arn = self._arn(policies.type, policies.policy_id(decision)) if explicit else None
        return Refusal(authorization, policies.type, explicit, policy_arn)

    def _arn(self, policy_type: PolicyType, policy_id: str) -> str | None:
        # Not for every type. https://aws.amazon.com/blogs/security/enhanced-access-denied-error-messages-with-policy-arns
        if not self._policy_arns or policy_type in (PolicyType.VPC_ENDPOINT, PolicyType.RESOURCE_BASED):
            return None
        if policy_type in (PolicyType.SERVICE_CONTROL_POLICY, PolicyType.RESOURCE_CONTROL_POLICY):
            resource = f"policy/{_ORGANIZATION_ID}/{policy_type}/{policy_id}"
            return f"arn:{self._caller.partition}:organizations::{_MANAGEMENT_ACCOUNT_ID}:{resource}"
        return f"arn:{self._caller.partition}:iam::{self._caller.account_id}:policy/{policy_id}"


def _policy_id(document: Mapping[str, Any]) -> str:
    digest = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
    return f"p-{digest[:8]}"


def _without_principal(document: Mapping[str, Any]) -> Mapping[str, Any]:
    statements = document.get("Statement")
    if not isinstance(statements, list):
        return document
    bare = [
        {name: value for name, value in statement.items() if (name, value) != ("Principal", "*")}
        if isinstance(statement, dict)
        else statement
        for statement in statements
    ]
    return {**document, "Statement": bare}
