"""A diagnosis in phrases, each safe to print, to fill the sentences with."""

from bedrock_guard._actions import CALL_WITH_BEARER_TOKEN
from bedrock_guard._catalog import Catalog
from bedrock_guard._denials import DenyKind, PolicyType
from bedrock_guard._diagnosis import Cause, Diagnosis
from bedrock_guard._edits import DeniedCall
from bedrock_guard._identifiers import PROFILES, parse_model_id
from bedrock_guard._profiles import InferenceProfile, Origin, from_catalog
from bedrock_guard._text import clean
from bedrock_guard._traits import NOUNS


def phrases(diagnosis: Diagnosis, call: DeniedCall, catalog: Catalog) -> dict[str, str]:
    """Return what the sentences name, by name."""
    policy, noun = _policy(diagnosis), NOUNS[diagnosis.denial.policy_type]
    region = diagnosis.blocked_regions[0] if diagnosis.blocked_regions else ""
    found = {
        "noun": noun,
        "owner": f"{noun if noun.isupper() else 'Policy'} owner",
        "policy": policy,
        "Policy": _capital(policy),
        "verb": _verb(diagnosis),
        "place": place(region, catalog),
        "city": catalog.cities.get(region, region),
        "wall": _wall(diagnosis, region),
        "action": diagnosis.denial.action or "the call",
        "requested": _requested(diagnosis),
        "source": diagnosis.source_region or "",
        "origin": f" from {diagnosis.source_region}" if diagnosis.source_region else "",
        "dated": dated(diagnosis.profile, catalog),
        "likely": call.profile.partition("/")[2] if call.is_profile_likely else "",
        "also": "also " if _is_a_destination_itself(diagnosis) else "",
        "model": diagnosis.denial.model_id or "",
        "fit": _cities(call.misfit, catalog),
        "vain": _vain(diagnosis),
        "moving": "AWS_REGION" if _is_blocked_from_everywhere(diagnosis, region, catalog) else "",
        "remodelling": "another model" if diagnosis.denial.action == CALL_WITH_BEARER_TOKEN else "",
        "global_profile": _global_profile(diagnosis),
        "condition": "" if diagnosis.denial.deny else "if nothing allows it, ",
        "alternative": diagnosis.alternatives[0] if diagnosis.alternatives else "",
        "inside": _inside(diagnosis, catalog),
    }
    return {name: clean(phrase) for name, phrase in found.items()}


def place(region: str, catalog: Catalog) -> str:
    """Return *region* with its city, where that is known."""
    city = catalog.cities.get(region)
    return f"{region} ({city})" if city else region


def dated(profile: InferenceProfile | None, catalog: Catalog) -> str:
    """Return where the list of destination Regions is from, and of when."""
    if profile is not None and profile.origin is Origin.LIVE:
        return f"live answer of {profile.as_of}"
    return f"catalogue of {profile.as_of if profile else catalog.as_of}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _policy(diagnosis: Diagnosis) -> str:
    denial, noun = diagnosis.denial, NOUNS[diagnosis.denial.policy_type]
    if denial.policy_type is PolicyType.UNKNOWN:
        return "AWS, naming no policy,"
    if denial.deny is DenyKind.IMPLICIT:
        return f"no {noun}"
    if denial.policy_arn:
        return f"{noun} {denial.policy_arn.rpartition('/')[2]}"
    return f"{'an' if noun[0] in 'aeiRS' else 'a'} {noun}"


def _verb(diagnosis: Diagnosis) -> str:
    if diagnosis.denial.policy_type is PolicyType.UNKNOWN:
        return "denies"
    return "allows" if diagnosis.denial.deny is DenyKind.IMPLICIT else "blocks"


def _wall(diagnosis: Diagnosis, region: str) -> str:
    if diagnosis.cause is Cause.GLOBAL_ROUTING:
        return "global routing"
    if diagnosis.cause is Cause.INFERENCE_PROFILE:
        return "the inference profile itself"
    return region or diagnosis.denial.action or "the call"


def _requested(diagnosis: Diagnosis) -> str:
    if diagnosis.requested_model_id:
        return parse_model_id(diagnosis.requested_model_id).id
    return diagnosis.denial.model_id or diagnosis.denial.action or "a call"


def _vain(diagnosis: Diagnosis) -> str:
    """Return which policies of others are of no use; AWS names one, so nothing is known where it names none."""
    if diagnosis.denial.policy_type is PolicyType.UNKNOWN:
        return ""
    return "SCP changes" if diagnosis.denial.policy_type is PolicyType.IDENTITY_BASED else "IAM grants"


def _is_blocked_from_everywhere(diagnosis: Diagnosis, region: str, catalog: Catalog) -> bool:
    """Tell whether the profile routes to *region* whichever of its Regions it is called from."""
    known = catalog.profiles.get(diagnosis.profile.id) if diagnosis.profile else None
    return known is not None and all(region in destinations for destinations in known.routes.values())


def _is_a_destination_itself(diagnosis: Diagnosis) -> bool:
    profile = diagnosis.profile
    return profile is not None and profile.source_region in profile.destination_regions


def _global_profile(diagnosis: Diagnosis) -> str:
    requested = _requested(diagnosis)
    is_profile = parse_model_id(diagnosis.requested_model_id or "").kind in PROFILES
    return requested if is_profile else f"A global inference profile of {requested}"


def _inside(diagnosis: Diagnosis, catalog: Catalog) -> str:
    if not diagnosis.alternatives or diagnosis.source_region is None:
        return ""
    return _cities(from_catalog(diagnosis.alternatives[0], diagnosis.source_region, catalog), catalog)


def _cities(profile: InferenceProfile | None, catalog: Catalog) -> str:
    cities = [catalog.cities.get(region, region) for region in profile.destination_regions] if profile else []
    return " and ".join(cities) if len(cities) < 3 else f"{len(cities)} Regions"
