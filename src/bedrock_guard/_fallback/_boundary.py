"""Never wider: whether a candidate keeps data in the Regions that the original would have used."""

from bedrock_guard._identifiers import PROFILES, UNSPECIFIED, ModelKind, parse_arn, parse_model_id
from bedrock_guard._profiles import InferenceProfile, Scope

# They name models of their own, which may be profiles.
_OPAQUE = frozenset({ModelKind.PROMPT, ModelKind.PROMPT_ROUTER})


def crosses(
    model_id: str, original: InferenceProfile | None, source_region: str, profile: InferenceProfile | None
) -> str | None:
    """
    Return why *model_id* may send data where *original* would not, or None where it stays inside.

    The source Region is always inside: the request enters there. *original*, what was asked for, and *profile*, what
    *model_id* names, are None where they are no inference profiles or their routes are not known.
    """
    candidate = parse_model_id(model_id)
    if candidate.region not in (None, source_region):
        return f"it is in {candidate.region}, and the call enters in {source_region}"
    if candidate.kind in _OPAQUE or (candidate.kind is ModelKind.UNKNOWN and parse_arn(model_id)):
        return "it may route to another Region; allow_wider=True lets it"
    if profile is not None:
        return _routes_outside(profile, original, source_region)
    # A model by itself stays in its Region.
    is_unknown = candidate.kind in PROFILES
    return "its destination Regions are not known; allow_wider=True lets it" if is_unknown else None


def _routes_outside(profile: InferenceProfile, original: InferenceProfile | None, source_region: str) -> str | None:
    inside = {source_region, *(original.destination_regions if original else ())}
    if original is not None and original.scope is Scope.GLOBAL:
        return None  # it might have run in any Region
    outside = sorted(set(profile.destination_regions) - inside)
    if not outside:
        return None
    where = "any commercial Region" if UNSPECIFIED in outside else ", ".join(outside)
    return f"it may route to {where}, outside the original; allow_wider=True lets it"
