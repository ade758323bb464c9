"""From AWS's words to a worded `Diagnosis`."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from typing import Any

from bedrock_guard import _denials
from bedrock_guard._alternatives import alternatives
from bedrock_guard._catalog import Catalog, Profile
from bedrock_guard._denials import Denial
from bedrock_guard._diagnosis import Cause, Diagnosis, observe
from bedrock_guard._edits import call_of, runs_other_model
from bedrock_guard._identifiers import PROFILES, ModelIdentifier, parse_arn, parse_model_id
from bedrock_guard._profiles import InferenceProfile, from_catalog
from bedrock_guard._remedies import remedies
from bedrock_guard._wording import worded

# How a profile is found: by its identifier, from a source Region, for a denial.
Resolve = Callable[[ModelIdentifier, str, Denial], InferenceProfile | None]

# https://docs.aws.amazon.com/bedrock/latest/userguide/model-access.html
# https://repost.aws/knowledge-center/bedrock-invokemodel-api-error
_MODEL_ACCESS = re.compile(
    r"access to the model with the specified model ID"
    r"|account is not authorized to invoke this API operation"
    r"|Model access is denied due to"
    r"|aws-marketplace:(ViewSubscriptions|Subscribe)",
    re.IGNORECASE,
)
# In our own message, below AWS's sentence, what is to be pasted names the source Region and the profile.
_OURS = re.compile(
    r"\[[0-9a-f]{8}\] .{0,1500}?arn:[a-z-]{3,20}:bedrock:([a-z0-9-]{3,30}):\*:inference-profile/([\w.:-]{1,200})",
    re.DOTALL,
)
# A record of CloudTrail says both. https://docs.aws.amazon.com/bedrock/latest/userguide/logging-using-cloudtrail.html
_RECORD = r"""[\\]{0,8}["']%s[\\]{0,8}["']\s{0,8}:\s{0,8}[\\]{0,8}["']([\w.:/-]{1,2048})[\\]{0,8}["']"""
_MODEL, _REGION = (re.compile(_RECORD % name) for name in ("modelId", "awsRegion"))
_INSIDE = frozenset({Cause.DESTINATION_REGION, Cause.GLOBAL_ROUTING, Cause.INFERENCE_PROFILE})


def diagnose(
    text: str,
    *,
    model_id: str | None,
    region_name: str | None,
    catalog: Catalog,
    resolve: Resolve,
) -> Diagnosis | None:
    """Return why the call for *model_id* from *region_name* was denied, or None where *text* tells of no denial."""
    denial = _denials.read(text)
    if denial is None:
        return None
    model_id = model_id or _named_profile(denial)
    source_region, profile = region_name, None
    if model_id:
        identifier = parse_model_id(model_id)
        source_region = identifier.region or region_name
        if identifier.kind in PROFILES and source_region:
            profile = resolve(identifier, source_region, denial)
    is_model_access = denial.policy_type == "unknown" and _MODEL_ACCESS.search(text) is not None
    return _diagnosis(denial, model_id, source_region, profile, catalog, is_model_access)


def resolve_from(catalog: Catalog) -> Resolve:
    """Return the way to resolve profiles from *catalog* alone."""

    def resolve(identifier: ModelIdentifier, source_region: str, denial: Denial) -> InferenceProfile | None:
        profile = from_catalog(identifier.id, source_region, catalog)
        return None if profile and contradicts(denial, profile) else profile

    return resolve


def contradicts(denial: Denial, profile: InferenceProfile) -> bool:
    """Tell whether *denial* names a foundation model, or a Region of it, that *profile* is not known to route to."""
    arn = parse_arn(denial.resource or "")
    if arn is None or arn.resource_type != "foundation-model":
        return False
    if runs_other_model(denial, profile):
        return True
    if denial.region is None:
        return False
    return (denial.region or "unspecified") not in {*profile.destination_regions, profile.source_region}


def asked_in(text: str) -> tuple[str | None, str | None]:
    """Return the model ID and the source Region of a call whose explanation, or CloudTrail record, is in *text*."""
    ours = _OURS.search(text)
    return (ours[2], ours[1]) if ours else (_only(_MODEL, text), _only(_REGION, text))


def _only(pattern: re.Pattern[str], text: str) -> str | None:
    """Return what *pattern* finds in *text*, None where that differs: of several records, one is denied."""
    found = set(pattern.findall(text))
    return found.pop() if len(found) == 1 else None


def error_text(error: BaseException) -> tuple[str, str | None]:
    """Return what AWS says in *error*, and the ID of the request where the error holds one."""
    response: Any = None
    with suppress(Exception):  # it is anybody's class, and may be anybody's property
        response = getattr(error, "response", None)
    return _text_in(response, "Error", "Message") or _text_of(error), _text_in(
        response, "ResponseMetadata", "RequestId"
    )


def _text_in(response: Any, part: str, name: str) -> str | None:
    """Return what a `response` of botocore's form has under *name* in its *part*, None where it has another form."""
    inner = response.get(part) if isinstance(response, dict) else None
    text = inner.get(name) if isinstance(inner, dict) else None
    return text if isinstance(text, str) and text else None


def _text_of(error: BaseException) -> str:
    with suppress(Exception):
        return str(error)
    return ""


@lru_cache(maxsize=256)
def _diagnosis(  # noqa: PLR0917 (cached by position)
    denial: Denial,
    model_id: str | None,
    source_region: str | None,
    profile: InferenceProfile | None,
    catalog: Catalog,
    is_model_access: bool,  # noqa: FBT001
) -> Diagnosis:
    seen = observe(
        denial,
        requested_model_id=model_id,
        source_region=source_region,
        profile=profile,
        model_access=is_model_access,
    )
    likely, misfit = _likely_profile(seen, catalog), _misfit(seen, catalog)
    call = call_of(seen, likely, misfit)
    original = profile or from_catalog(likely or "", source_region or "", catalog)
    seen = replace(seen, alternatives=_alternatives(seen, call.model_id, original, catalog))
    return worded(replace(seen, remedies=remedies(seen, call)), call, catalog)


def _named_profile(denial: Denial) -> str | None:
    arn = parse_arn(denial.resource or "")
    return denial.resource if arn and arn.resource_type in PROFILES and arn.region else None


def _likely_profile(seen: Diagnosis, catalog: Catalog) -> str | None:
    """Return the one profile of the catalogue that can have met this wall, where the text names none."""
    if seen.requested_model_id or seen.cause not in (Cause.DESTINATION_REGION, Cause.GLOBAL_ROUTING):
        return None
    found = [
        profile.id
        for profile in catalog.profiles.values()
        if profile.model_id == seen.denial.model_id and _can_meet(profile, seen.denial.region, seen.source_region)
    ]
    return found[0] if len(found) == 1 else None


def _can_meet(profile: Profile, region: str | None, source_region: str | None) -> bool:
    routes = [to for source, to in profile.routes.items() if source_region in (source, None)]
    return any(region in to for to in routes) if region else profile.is_global and bool(routes)


def _misfit(seen: Diagnosis, catalog: Catalog) -> InferenceProfile | None:
    """Return what *catalog* says of the requested profile, where the denial contradicts that and nobody knew better."""
    if seen.profile or not seen.requested_model_id or not seen.source_region:
        return None
    known = from_catalog(parse_model_id(seen.requested_model_id).id, seen.source_region, catalog)
    return known if known and contradicts(seen.denial, known) else None


def _alternatives(
    seen: Diagnosis, model_id: str, original: InferenceProfile | None, catalog: Catalog
) -> tuple[str, ...]:
    if seen.source_region is None or seen.cause not in _INSIDE:
        return ()
    denied = parse_model_id(seen.requested_model_id or "").id
    found = alternatives(model_id, original, seen.source_region, seen.blocked_regions, catalog)
    return tuple(each for each in found if each != denied)
