"""
The JSON that a remedy gives to paste: least privilege, source Region pinned.

What a call through an inference profile is authorized on:
https://docs.aws.amazon.com/bedrock/latest/userguide/geographic-cross-region-inference.html
https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from bedrock_guard._actions import CREATE_MODEL_INVOCATION_JOB, INFERENCE_PROFILE_ARN, INVOKE_MODEL, WITHOUT_PROFILE_KEY
from bedrock_guard._denials import Denial, PolicyType
from bedrock_guard._diagnosis import Cause, Diagnosis
from bedrock_guard._identifiers import PROFILES, UNSPECIFIED, is_region, parse_arn, parse_model_id, partition_of
from bedrock_guard._profiles import InferenceProfile, Scope

# Ids come from outside: a wildcard among them would open more than is said.
_LITERAL = re.compile(r"[A-Za-z0-9:._-]+")
# Stands for the destination Regions that nothing here tells.
OTHERS = "<each other destination Region>"
ALLOWED = "<each Region allowed today>"
_SOME_PROFILE = "inference-profile/<inference profile ID>"
_PARTITION = re.compile(r"aws(-[a-z]+){0,3}")
_CALLER = re.compile(r"arn:aws(-[a-z]+){0,3}:(iam|sts)::[0-9]{12}:(root|[a-z-]+/[A-Za-z0-9_+=,.@/-]+)")


@dataclass(frozen=True)
class DeniedCall:
    """The parts of the denied call that an edit is made of; `<...>` for each that the text does not say."""

    policy_type: PolicyType
    caller: str
    partition: str
    source_region: str
    account_id: str
    profile: str
    model_id: str
    action: str
    denied_region: str
    model_regions: tuple[str, ...]
    is_route_known: bool
    # The profile is the one of the catalogue that can have met this wall.
    is_profile_likely: bool
    # What the catalogue says of the requested profile, where the denial does not fit that.
    misfit: InferenceProfile | None

    def exemption(self) -> str:
        """Return the condition that lets this profile, called from this source Region, pass a Deny."""
        return '"ArnNotLike": ' + json.dumps({INFERENCE_PROFILE_ARN: self.profile_arn("*")})

    def profile_arn(self, account_id: str) -> str:
        """Return the ARN of the profile in *account_id*."""
        return f"arn:{self.partition}:bedrock:{self.source_region}:{account_id}:{self.profile}"

    def model_arns(self) -> list[str]:
        """Return the ARN of the foundation model in each Region; without a Region for `unspecified`."""
        regions = ("" if region == UNSPECIFIED else region for region in self.model_regions)
        return [f"arn:{self.partition}:bedrock:{region}::foundation-model/{self.model_id}" for region in regions]

    def grant(self) -> str:
        """Return the statements that allow this call through the profile, and no direct one where that can be told."""
        through = {"Condition": {"ArnLike": {INFERENCE_PROFILE_ARN: self.profile_arn(self.account_id)}}}
        models = self._allow(self.model_arns()) | (through if self.action not in WITHOUT_PROFILE_KEY else {})
        return ",\n".join(map(json.dumps, (self._allow(self.profile_arn(self.account_id)), models)))

    def direct_grant(self) -> str:
        """Return the statement that allows the direct call."""
        arn = f"arn:{self.partition}:bedrock:{self.denied_region}::foundation-model/{self.model_id}"
        return json.dumps(self._allow(arn))

    def region_statement(self) -> str:
        """Return the Deny that takes over Bedrock inference once a Region deny excepts its actions."""
        return json.dumps(
            {
                "Sid": "DenyBedrockInferenceElsewhere",
                "Effect": "Deny",
                **self._principal("*"),
                "Action": [f"{INVOKE_MODEL}*", CREATE_MODEL_INVOCATION_JOB],
                "Resource": "*",
                "Condition": {"StringNotEquals": {"aws:RequestedRegion": [*self.model_regions, ALLOWED]}},
            }
        )

    def region_values(self) -> str:
        """Return the values that a Region deny is to allow besides."""
        return ", ".join(json.dumps(region) for region in self.model_regions)

    def _allow(self, resource: Any) -> dict[str, Any]:
        return {"Effect": "Allow", **self._principal(self.caller), "Action": self.action, "Resource": resource}

    def _principal(self, arn: str) -> dict[str, Any]:
        """Return the element that names whom a statement is about, where this type of policy has one."""
        # https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
        if self.policy_type is PolicyType.VPC_ENDPOINT:
            return {"Principal": "*"}
        return {"Principal": {"AWS": arn}} if self.policy_type is PolicyType.RESOURCE_BASED else {}


def call_of(
    diagnosis: Diagnosis, likely_profile: str | None = None, misfit: InferenceProfile | None = None
) -> DeniedCall:
    """
    Return the denied call of *diagnosis*.

    *likely_profile* stands in where the text names no profile; the denial does not fit what is known of *misfit*.
    """
    denial, profile = diagnosis.denial, diagnosis.profile
    source = _literal(diagnosis.source_region, "<source Region>")
    return DeniedCall(
        policy_type=denial.policy_type,
        caller=_caller(denial.principal or ""),
        partition=_partition(diagnosis),
        source_region=source,
        account_id=diagnosis.account_id or "*",
        profile=_profile(diagnosis, likely_profile, misfit),
        model_id=_literal(profile.model_id if profile else _model_id(diagnosis), "<model ID>"),
        action=_literal(denial.action, INVOKE_MODEL),
        denied_region=denial.region if denial.region and is_region(denial.region) else source,
        model_regions=_model_regions(source, diagnosis),
        is_route_known=profile is not None,
        is_profile_likely=likely_profile is not None,
        misfit=misfit,
    )


def runs_other_model(denial: Denial, profile: InferenceProfile) -> bool:
    """Tell whether *denial* is about a foundation model that *profile* does not run; what is cut or blanked out may be it."""
    model_id = (denial.model_id or "").rstrip(".…")
    return _LITERAL.fullmatch(model_id) is not None and not profile.model_id.startswith(model_id)


def _caller(principal: str) -> str:
    """Return *principal* as a policy names it: an assumed role by the role, whose path, if any, AWS leaves out."""
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    arn = parse_arn(principal)
    if arn is None or not _CALLER.fullmatch(principal):
        return "<ARN of the caller>"
    if arn.resource_type != "assumed-role":
        return principal
    return f"arn:{arn.partition}:iam::{arn.account_id}:role/{arn.resource_id.partition('/')[0]}"


def _model_regions(source: str, diagnosis: Diagnosis) -> tuple[str, ...]:
    # The source Region's own model is authorized too, whether or not it is a destination.
    profile = diagnosis.profile
    destinations = profile.destination_regions if profile else diagnosis.blocked_regions
    known = (region for region in destinations if is_region(region) or region == UNSPECIFIED)
    is_open = profile is None and diagnosis.cause is not Cause.GLOBAL_ROUTING
    return tuple(dict.fromkeys((source, *known, *((OTHERS,) if is_open else ()))))


def _partition(diagnosis: Diagnosis) -> str:
    for text in (diagnosis.denial.resource, diagnosis.denial.principal):
        arn = parse_arn(text or "")
        if arn and _PARTITION.fullmatch(arn.partition):
            return arn.partition
    return partition_of(diagnosis.source_region or "")


def _profile(diagnosis: Diagnosis, likely: str | None, misfit: InferenceProfile | None) -> str:
    profile = diagnosis.profile
    if misfit and _is_of_another(diagnosis, misfit):
        return _SOME_PROFILE
    if profile and _LITERAL.fullmatch(profile.id):
        return profile.resource
    requested = parse_model_id(diagnosis.requested_model_id or likely or "")
    if requested.kind in PROFILES and _LITERAL.fullmatch(requested.id):
        return f"{requested.kind}/{requested.id}"
    return _SOME_PROFILE


def _is_of_another(diagnosis: Diagnosis, misfit: InferenceProfile) -> bool:
    """Tell whether another profile than *misfit* was denied; a list of Regions may only be old."""
    is_regionless = diagnosis.cause is Cause.GLOBAL_ROUTING and misfit.scope is not Scope.GLOBAL
    return is_regionless or runs_other_model(diagnosis.denial, misfit)


def _model_id(diagnosis: Diagnosis) -> str | None:
    arn = parse_arn(diagnosis.denial.resource or "")
    if arn is None or arn.resource_type != "foundation-model":
        return None
    return arn.resource_id


def _literal(text: str | None, otherwise: str) -> str:
    return text if text and _LITERAL.fullmatch(text) else otherwise
