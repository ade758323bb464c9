"""What kind of denial it is, as far as that decides on changes and on words."""

from bedrock_guard._actions import INVOKE_MODEL, WITHOUT_PROFILE_KEY
from bedrock_guard._denials import Denial, DenyKind, PolicyType
from bedrock_guard._diagnosis import Cause, Diagnosis
from bedrock_guard._identifiers import ModelKind, parse_model_id

NOUNS = {
    PolicyType.SERVICE_CONTROL_POLICY: "SCP",
    PolicyType.RESOURCE_CONTROL_POLICY: "RCP",
    PolicyType.IDENTITY_BASED: "identity-based policy",
    PolicyType.RESOURCE_BASED: "resource-based policy",
    PolicyType.PERMISSIONS_BOUNDARY: "permissions boundary",
    PolicyType.SESSION: "session policy",
    PolicyType.VPC_ENDPOINT: "VPC endpoint policy",
    PolicyType.UNKNOWN: "policy",
}

# What an Allow for the call does not help.
UNGRANTED = frozenset({Cause.GUARDRAIL_PROFILE, Cause.MODEL_ACCESS, Cause.OTHER})


def lacks_allow(denial: Denial) -> bool:
    """Tell whether no policy allows the call, or none is said to deny it."""
    # No customer's RCP can allow, and the one of AWS that allows cannot be detached: its owner finds a Deny, if anything.
    # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html
    if denial.policy_type is PolicyType.RESOURCE_CONTROL_POLICY:
        return False
    return denial.deny is DenyKind.IMPLICIT or (denial.policy_type is PolicyType.UNKNOWN and denial.deny is None)


def has_key(denial: Denial) -> bool:
    """Tell whether the denied action is one whose requests name the inference profile, so that it can be exempted."""
    return denial.action not in WITHOUT_PROFILE_KEY


def is_routing(cause: Cause) -> bool:
    """Tell whether a destination of the profile is denied, in a Region or in none."""
    return cause in (Cause.DESTINATION_REGION, Cause.GLOBAL_ROUTING)


def leaves_others(diagnosis: Diagnosis) -> bool:
    """Tell whether a fallback is tried: in the other causes another model meets the same wall."""
    denial = diagnosis.denial
    return (
        denial.policy_type is PolicyType.SERVICE_CONTROL_POLICY
        and (denial.action or "").startswith(INVOKE_MODEL)
        and diagnosis.cause in (Cause.DESTINATION_REGION, Cause.GLOBAL_ROUTING, Cause.INFERENCE_PROFILE)
    )


def is_direct(diagnosis: Diagnosis) -> bool:
    """Tell whether a foundation model was called by itself: an inference profile alone routes to no Region in particular."""
    if diagnosis.cause is Cause.GLOBAL_ROUTING:
        return False
    return parse_model_id(diagnosis.requested_model_id or "").kind is ModelKind.FOUNDATION_MODEL


def says_nothing(diagnosis: Diagnosis) -> bool:
    """Tell whether AWS names neither policy nor action, and nothing tells of missing model access."""
    is_unnamed = diagnosis.denial.policy_type is PolicyType.UNKNOWN and diagnosis.denial.action is None
    return is_unnamed and diagnosis.cause is Cause.OTHER
