"""Which change helps, by the cause of a denial: the narrowest first, each with what it opens."""

from bedrock_guard._actions import CALL_WITH_BEARER_TOKEN
from bedrock_guard._denials import PolicyType
from bedrock_guard._diagnosis import Audience, Cause, Diagnosis, Remedy
from bedrock_guard._edits import DeniedCall
from bedrock_guard._identifiers import UNSPECIFIED
from bedrock_guard._traits import NOUNS, UNGRANTED, has_key, is_direct, lacks_allow, says_nothing

# Attached to the root, to organizational units and to accounts; a policy that AWS does not name may be one of them.
_LEVELLED = frozenset(
    {PolicyType.SERVICE_CONTROL_POLICY, PolicyType.RESOURCE_CONTROL_POLICY, PolicyType.UNKNOWN},
)


def remedies(diagnosis: Diagnosis, call: DeniedCall) -> tuple[Remedy, ...]:
    """Return what the owner of the policy can change, then what the developer can do meanwhile."""
    return (*_for_owner(diagnosis, call), *_for_developer(diagnosis))


def _for_owner(diagnosis: Diagnosis, call: DeniedCall) -> tuple[Remedy, ...]:
    cause, denial = diagnosis.cause, diagnosis.denial
    if says_nothing(diagnosis):
        return ()
    if cause in UNGRANTED:
        return (_model_access() if cause is Cause.MODEL_ACCESS else _named_action(diagnosis),)
    edits = _edits(diagnosis, call)
    if not lacks_allow(denial):
        return edits
    return (_grant(diagnosis, call), *(() if denial.deny else edits))


def _edits(diagnosis: Diagnosis, call: DeniedCall) -> tuple[Remedy, ...]:
    """Return the changes of the statement that denies."""
    cause = diagnosis.cause
    if cause is Cause.SOURCE_REGION:
        return (_source_region(diagnosis, call),)
    if cause is Cause.INFERENCE_PROFILE:
        return (_profile_arn(call),)
    wider = _unspecified() if cause is Cause.GLOBAL_ROUTING else _all_destinations(call)
    may_be_scp = diagnosis.denial.policy_type in (PolicyType.SERVICE_CONTROL_POLICY, PolicyType.UNKNOWN)
    exempted = (_exemption(call),) if has_key(diagnosis.denial) else ()
    return (*exempted, wider, *((_control_tower(cause),) if may_be_scp else ()))


def _exemption(call: DeniedCall) -> Remedy:
    at = ", at every level" if call.policy_type in _LEVELLED else ""
    return Remedy(
        Audience.POLICY_OWNER,
        "If the denying statement is a Region deny, exempt the inference profile: add this to its Condition (inside of "
        f"its ArnNotLike, where it has one), in every statement that denies{at}.{_supposed(call)}",
        call.exemption(),
        f"Inference through this profile, called from {call.source_region}{_elsewhere(call)}. Nothing else.",
    )


def _elsewhere(call: DeniedCall) -> str:
    if UNSPECIFIED in call.model_regions:
        return ", in any commercial Region"
    if not call.is_route_known:
        return ", in every Region that it routes to"
    others = [region for region in call.model_regions if region != call.source_region]
    return f", in {', '.join(others)}" if others else ""


def _all_destinations(call: DeniedCall) -> Remedy:
    if call.policy_type is PolicyType.RESOURCE_CONTROL_POLICY:  # which has no NotAction to exempt inference by
        return Remedy(
            Audience.POLICY_OWNER,
            "Wider: add all destination Regions to the allowed values of aws:RequestedRegion.",
            call.region_values(),
            "All that the statement covers in these Regions.",
        )
    return Remedy(
        Audience.POLICY_OWNER,
        "Wider: allow Bedrock inference in all destination Regions. Exempt bedrock:InvokeModel* and "
        "bedrock:CreateModelInvocationJob from the Region deny, and add this statement, with the Regions and the "
        "exceptions that the Region deny has today.",
        call.region_statement(),
        "Every inference in these Regions: through this profile and others, direct calls, and batch jobs.",
    )


def _unspecified() -> Remedy:
    # https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html
    return Remedy(
        Audience.POLICY_OWNER,
        "Wider: add this to the allowed values of aws:RequestedRegion.",
        f'"{UNSPECIFIED}"',
        "Every global inference profile, and the Region-less calls of other services that the statement covers.",
    )


def _control_tower(cause: Cause) -> Remedy:
    # https://docs.aws.amazon.com/controltower/latest/controlreference/ou-region-deny.html
    is_global = cause is Cause.GLOBAL_ROUTING
    regions = "" if is_global else "AllowedRegions, or "
    opened = "" if is_global else "AllowedRegions opens every service there; "
    return Remedy(
        Audience.POLICY_OWNER,
        "If AWS Control Tower owns the SCP, do not edit it: that is drift. Set the parameters of its control "
        f"CT.MULTISERVICE.PV.1 ({regions}ExemptedActions: bedrock:InvokeModel*); the landing zone's Region deny "
        "takes no exemption.",
        opens=f"{opened}ExemptedActions lifts this control from inference in all Regions, so limit it with an SCP of "
        "your own.",
    )


def _grant(diagnosis: Diagnosis, call: DeniedCall) -> Remedy:
    noun = NOUNS[diagnosis.denial.policy_type]
    at = ", at every level from the root to the account" if noun == "SCP" else ""
    by = ", by whoever may use the endpoint" if call.policy_type is PolicyType.VPC_ENDPOINT else ""
    allow = f"Allow the call in the {noun}{at}"
    if diagnosis.denial.deny is None:
        allow = "AWS does not say which policy is behind it. If none allows the call, allow it"
    elif call.policy_type is PolicyType.RESOURCE_BASED:
        allow += " (AWS leaves the path of a role out: add it to the Principal)"
    if is_direct(diagnosis):
        opens = f"Direct calls of this model in {call.denied_region}{by}. Nothing else."
        return Remedy(Audience.POLICY_OWNER, f"{allow}.", call.direct_grant(), opens)
    return Remedy(
        Audience.POLICY_OWNER,
        f"{allow}: the profile, and its foundation model in every Region it routes to.{_supposed(call)}",
        call.grant(),
        f"{_granted(diagnosis, call)}, called from {call.source_region}, {_wherever(call)}{by}. Nothing else.",
    )


def _granted(diagnosis: Diagnosis, call: DeniedCall) -> str:
    if has_key(diagnosis.denial):
        return "Inference through this profile"
    return f"{call.action} of this profile, and of its model by itself (its requests do not name the profile)"


def _supposed(call: DeniedCall) -> str:
    """Return which profile is taken to have been called, where nobody says that."""
    if not call.is_profile_likely:
        return ""
    profile_id = call.profile.partition("/")[2]
    return f" The profile is taken to be {profile_id}: the catalogue has no other that can have been denied there."


def _wherever(call: DeniedCall) -> str:
    if UNSPECIFIED in call.model_regions:
        return "there and in any commercial Region"
    return f"in {', '.join(call.model_regions)}" if call.is_route_known else "in every Region that it routes to"


def _source_region(diagnosis: Diagnosis, call: DeniedCall) -> Remedy:
    through = "if it denies this inference profile, or calls without one, call through another"
    if is_direct(diagnosis):
        through = "if it denies calls without an inference profile, call through one"
    return Remedy(
        Audience.POLICY_OWNER,
        f"Find the statement: if its list of Regions lacks {call.denied_region}, the call must be made in one that "
        f"it has, or the Region be added; if it lists approved models, add the model; {through}.",
        opens=f"An added Region opens all that the {NOUNS[diagnosis.denial.policy_type]} covers there.",
    )


def _profile_arn(call: DeniedCall) -> Remedy:
    return Remedy(
        Audience.POLICY_OWNER,
        "The profile itself is denied, in the source Region. If the statement lists resources (Resource or "
        "NotResource), let it pass this ARN; if it is a Region deny, the source Region is not in its list.",
        f'"{call.profile_arn("*")}"',
        f"Calls of this profile from {call.source_region}; its foundation model is authorized in each Region besides.",
    )


def _named_action(diagnosis: Diagnosis) -> Remedy:
    noun = NOUNS[diagnosis.denial.policy_type]
    if diagnosis.cause is Cause.GUARDRAIL_PROFILE:
        return Remedy(
            Audience.POLICY_OWNER,
            f"Let the {noun} pass bedrock:ApplyGuardrail in every destination Region of the guardrail profile.",
            opens="The evaluation of guardrails in those Regions.",
        )
    return Remedy(Audience.POLICY_OWNER, f"Let the {noun} pass the action that it denies, if it may be used.")


def _model_access() -> Remedy:
    # https://docs.aws.amazon.com/bedrock/latest/userguide/model-access.html
    return Remedy(
        Audience.ACCOUNT_ADMINISTRATOR,
        "Give the account access to the model: its subscription in AWS Marketplace (whoever subscribes needs "
        "aws-marketplace:Subscribe and ViewSubscriptions), its use case form, a valid means of payment. No policy is "
        "named here.",
    )


def _for_developer(diagnosis: Diagnosis) -> tuple[Remedy, ...]:
    if diagnosis.alternatives:
        return (Remedy(Audience.DEVELOPER, f"Call a model that stays inside: {', '.join(diagnosis.alternatives)}."),)
    if diagnosis.cause is Cause.GUARDRAIL_PROFILE:
        return (Remedy(Audience.DEVELOPER, "Use a guardrail without cross-Region inference."),)
    if says_nothing(diagnosis):
        return (
            Remedy(Audience.DEVELOPER, "Look at the caller's credentials and permissions first: AWS says no more."),
        )
    if diagnosis.denial.action == CALL_WITH_BEARER_TOKEN:
        return (Remedy(Audience.DEVELOPER, "Sign with IAM credentials instead of a Bedrock API key."),)
    return ()
