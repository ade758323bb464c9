"""What happened and what to change, as data."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

from bedrock_guard._compat import StrEnum
from bedrock_guard._denials import Denial
from bedrock_guard._identifiers import PROFILES, UNSPECIFIED, ModelIdentifier, ModelKind, parse_arn, parse_model_id
from bedrock_guard._profiles import InferenceProfile


class Cause(StrEnum):
    """Which wall the request met."""

    DESTINATION_REGION = "destination-region"
    GLOBAL_ROUTING = "global-routing"
    SOURCE_REGION = "source-region"
    INFERENCE_PROFILE = "inference-profile"
    GUARDRAIL_PROFILE = "guardrail-profile"
    MODEL_ACCESS = "model-access"
    OTHER = "other"


class Audience(StrEnum):
    """Who can act on a remedy."""

    POLICY_OWNER = "policy-owner"
    ACCOUNT_ADMINISTRATOR = "account-administrator"
    DEVELOPER = "developer"


@dataclass(frozen=True)
class Remedy:
    """
    One change that would help: who can make it, what it is, the JSON to paste, and what it opens.

    `paste` is a fragment of a policy; `<...>` stands in it for what the text does not say.
    """

    audience: Audience
    change: str
    paste: str | None = None
    opens: str | None = None


@dataclass(frozen=True)
class Attempt:
    """A fallback that was tried and failed: the error's code or class, and AWS's own words, if it was AWS."""

    model_id: str
    error_code: str
    error_message: str


@dataclass(frozen=True)
class PassedOver:
    """A fallback that was not tried, and why."""

    model_id: str
    reason: str


@dataclass(frozen=True)
class Diagnosis:
    """
    Why a request was denied, and what would change that. `str()` gives the whole explanation.

    Two are equal where they say the same of the same denial; the request is no part of it.

    `key` is the same in exception, log, metric, command line and ticket: 8 hex digits over policy type
    and ARN, account, requested model, source Region and blocked Region (the action, where none is). `blocked_regions` are those that
    the denial names, `("unspecified",)` where it names a foundation model without a Region; others may be
    blocked too. `alternatives` are model IDs that stay inside, for a person to choose from. `attempts` and
    `passed_over` say what became of each configured fallback. `message` is the short form that stands below
    AWS's own sentence, `summary` one line. `drill` tells that AWS has denied nothing.
    """

    key: str
    cause: Cause
    denial: Denial
    requested_model_id: str | None
    source_region: str | None
    account_id: str | None
    profile: InferenceProfile | None
    blocked_regions: tuple[str, ...]
    remedies: tuple[Remedy, ...] = ()
    alternatives: tuple[str, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
    drill: bool = False
    summary: str = field(default="", compare=False)
    message: str = field(default="", compare=False, repr=False)
    explanation: str = field(default="", compare=False, repr=False)
    request_id: str | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return self.explanation

    def of_request(self, request_id: str) -> "Diagnosis":
        """Return the same of the request *request_id*."""
        same = object.__new__(type(self))  # a tenth of the time of `dataclasses.replace`, and every denial pays it
        vars(same).update(vars(self), request_id=request_id)
        return same

    def without_words(self) -> "Diagnosis":
        """Return the same without what AWS said to a fallback, which may repeat what it was sent."""
        return replace(self, attempts=tuple(replace(each, error_message="") for each in self.attempts))

    def to_dict(self) -> dict[str, Any]:
        """Return all of it but the long texts, as JSON primitives."""
        return {name: value for name, value in _plain(self).items() if name not in ("message", "explanation")}


def observe(
    denial: Denial,
    *,
    requested_model_id: str | None,
    source_region: str | None,
    profile: InferenceProfile | None,
    model_access: bool = False,
) -> Diagnosis:
    """
    Return what *denial* says of a call for *requested_model_id* from *source_region*, yet without remedies.

    *model_access* tells that the text is about a subscription or a payment, of which a `Denial` says nothing.
    """
    requested = parse_model_id(requested_model_id) if requested_model_id else None
    cause = Cause.MODEL_ACCESS if model_access else _cause(denial, requested, source_region)
    account_id = _account_id(denial)
    blocked = _blocked_regions(denial, cause)
    # Where no Region is blocked, the action tells denials apart.
    where = blocked or (denial.action,)
    facts = (denial.policy_type, denial.policy_arn, account_id, requested_model_id, source_region, *where)
    return Diagnosis(
        key=hashlib.sha256("\n".join(fact or "" for fact in facts).encode(errors="replace")).hexdigest()[:8],
        cause=cause,
        denial=denial,
        requested_model_id=requested_model_id,
        source_region=source_region,
        account_id=account_id,
        profile=profile,
        blocked_regions=blocked,
    )


def _cause(denial: Denial, requested: ModelIdentifier | None, source_region: str | None) -> Cause:
    arn = parse_arn(denial.resource or "")
    if arn is None or arn.service != "bedrock":
        return Cause.OTHER
    if arn.resource_type == "guardrail-profile":
        return Cause.GUARDRAIL_PROFILE
    if arn.resource_type in PROFILES:
        return Cause.INFERENCE_PROFILE
    if arn.resource_type != ModelKind.FOUNDATION_MODEL or denial.region is None:
        return Cause.OTHER
    if denial.region == "":
        return Cause.GLOBAL_ROUTING
    is_direct = requested is not None and requested.kind is ModelKind.FOUNDATION_MODEL
    return Cause.SOURCE_REGION if is_direct or denial.region == source_region else Cause.DESTINATION_REGION


def _blocked_regions(denial: Denial, cause: Cause) -> tuple[str, ...]:
    if cause is Cause.GLOBAL_ROUTING:
        return (UNSPECIFIED,)
    return (denial.region,) if denial.region and cause is not Cause.OTHER else ()


def _account_id(denial: Denial) -> str | None:
    for text in (denial.principal, denial.resource):
        arn = parse_arn(text or "")
        if arn and arn.account_id.isascii() and arn.account_id.isdigit():
            return arn.account_id
    return None


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, str) else value
