"""What an AWS authorization message says: text in, a `Denial` out."""

import re
from dataclasses import dataclass

from bedrock_guard._compat import StrEnum
from bedrock_guard._messages import Printed, fold, parse

# What is looked at of a longer text: this many characters, from a little before the first word of a denial.
_LIMIT = 1 << 17
_LEAD = 4096


class PolicyType(StrEnum):
    """The type of policy that a denial names."""

    SERVICE_CONTROL_POLICY = "service_control_policy"
    RESOURCE_CONTROL_POLICY = "resource_control_policy"
    IDENTITY_BASED = "identity_based"
    RESOURCE_BASED = "resource_based"
    PERMISSIONS_BOUNDARY = "permissions_boundary"
    SESSION = "session"
    VPC_ENDPOINT = "vpc_endpoint"
    UNKNOWN = "unknown"


class DenyKind(StrEnum):
    """Whether a policy denies (explicit), or none allows (implicit), as the message has it."""

    EXPLICIT = "explicit"
    IMPLICIT = "implicit"


@dataclass(frozen=True, slots=True)
class Denial:
    """
    What the text of an authorization failure says, as printed, line breaks inside an ARN joined.

    None where it does not say. *region* is the Region of the resource's ARN: "" where that is empty (a
    Region-less foundation model, an IAM role), None where there is no ARN or its Region is redacted.
    *model_id* is the part of *resource* after `foundation-model/` or `inference-profile/`.
    """

    policy_type: PolicyType
    deny: DenyKind | None
    action: str | None
    resource: str | None
    region: str | None
    principal: str | None
    policy_arn: str | None
    model_id: str | None


_STRONG_HINTS = ("authorized to perform", "explicit den", "policy allows", "explicitly denies")
# One of these is in every denial, also where a terminal cut one of its words in two.
_HINTS = (
    *("authori", "perform", "explicit", "accessdenied", "access denied", "is denied", "permission", "have access"),
    *("has expired", "allows", "negado", "permiso", "permissão", "refusé", "autoris", "verweigert"),
    *("berechtigung", "拒否", "許可が", "拒绝", "拒絕", "权限", "權限", "거부", "권한"),
)
_POLICY_TYPES = {
    "service control": PolicyType.SERVICE_CONTROL_POLICY,
    "scp": PolicyType.SERVICE_CONTROL_POLICY,
    "resource control": PolicyType.RESOURCE_CONTROL_POLICY,
    "rcp": PolicyType.RESOURCE_CONTROL_POLICY,
    "identity based": PolicyType.IDENTITY_BASED,
    "resource based": PolicyType.RESOURCE_BASED,
    "role trust": PolicyType.RESOURCE_BASED,
    "permissions boundary": PolicyType.PERMISSIONS_BOUNDARY,
    "permission boundary": PolicyType.PERMISSIONS_BOUNDARY,
    "session": PolicyType.SESSION,
    "sessions": PolicyType.SESSION,
    "vpc endpoint": PolicyType.VPC_ENDPOINT,
    "": PolicyType.UNKNOWN,
}
_DENY_KINDS = {"explicit": DenyKind.EXPLICIT, "implicit": DenyKind.IMPLICIT, "": None}
_ELISIONS = ("...", "…")
_REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]+){1,3}-\d{1,2}")


def read(text: str) -> Denial | None:
    """
    Return the first denial in *text* that names a policy, else its first denial, None where it holds none.

    Of a text of more than 131,072 characters, so many are looked at, from a little before what may be a denial.
    """
    folded = fold(text)
    if not any(map(folded.__contains__, _HINTS)):
        return None
    if len(text) > _LIMIT:
        start = max(0, (_first(folded, _STRONG_HINTS) or _first(folded, _HINTS)) - _LEAD)
        text = text[start : start + _LIMIT]
    printed = parse(text)
    return _denial(printed) if printed else None


def _first(folded: str, hints: tuple[str, ...]) -> int:
    return min((at for hint in hints if (at := folded.find(hint)) >= 0), default=0)


def _denial(printed: Printed) -> Denial:
    return Denial(
        policy_type=_POLICY_TYPES[printed.policy],
        deny=_DENY_KINDS[printed.deny],
        action=printed.action,
        resource=printed.resource,
        region=_region(printed.resource or ""),
        principal=printed.principal,
        policy_arn=printed.policy_arn,
        model_id=_model_id(printed.resource or ""),
    )


def _region(resource: str) -> str | None:
    """Return the Region of an ARN, which may be cut at either end, or have a noun before it: "policy arn:..."."""
    _, arn, rest = resource.partition("arn:")
    fields = rest.split(":", 3) if arn else ["", *resource.split(":", 2)]
    if len(fields) < 3 or not (arn or fields[1] in _ELISIONS):
        return None
    region = fields[2]
    return region if _REGION.fullmatch(region) or (arn and not region and len(fields) > 3) else None


def _model_id(resource: str) -> str | None:
    for kind in ("foundation-model/", "inference-profile/"):
        model_id = resource.partition(kind)[2]
        if model_id:
            return model_id
    return None
