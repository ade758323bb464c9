"""Which models stay inside: in the source Region, or where the original profile may route and nothing blocks it."""

from bedrock_guard._catalog import Catalog, Model
from bedrock_guard._identifiers import UNSPECIFIED
from bedrock_guard._profiles import InferenceProfile, Scope, from_catalog

MOST = 5


def alternatives(
    model_id: str, original: InferenceProfile | None, source_region: str, blocked: tuple[str, ...], catalog: Catalog
) -> tuple[str, ...]:
    """
    Return model IDs for a person to choose from, the same model first, at most five.

    They serve *source_region* in-Region, or through a profile whose destination Regions are all among
    those of *original* and none among *blocked*.
    """
    found = [*same_model(model_id, original, source_region, blocked, catalog)]
    known = catalog.models.get(model_id)
    if known is not None:
        found += [other.id for other in catalog.models.values() if _replaces(other, known, source_region)]
    return tuple(found[:MOST])


def same_model(
    model_id: str, original: InferenceProfile | None, source_region: str, blocked: tuple[str, ...], catalog: Catalog
) -> list[str]:
    """Return the ids under which *model_id* itself stays inside: bare first, then narrower profiles."""
    known = catalog.models.get(model_id)
    bare = [model_id] if known is not None and source_region in known.in_region else []
    profiles = [from_catalog(each.id, source_region, catalog) for each in catalog.profiles_from(source_region)]
    narrower = [
        profile.id
        for profile in profiles
        if profile and profile.model_id == model_id and _is_inside(profile, original, blocked)
    ]
    return bare + narrower


def _is_inside(profile: InferenceProfile, original: InferenceProfile | None, blocked: tuple[str, ...]) -> bool:
    if original is None or profile.id == original.id or not set(blocked).isdisjoint(profile.destination_regions):
        return False
    if original.scope is Scope.GLOBAL:
        return UNSPECIFIED not in profile.destination_regions
    return set(profile.destination_regions) <= {*original.destination_regions, original.source_region}


def _replaces(other: Model, known: Model, source_region: str) -> bool:
    # The vectors of another embedding model cannot be compared with those stored, and what a model does to an image
    # (upscale it, erase from it) is its own.
    return (
        other.id != known.id
        and source_region in other.in_region
        and not other.legacy
        and other.inputs >= known.inputs
        and other.outputs == known.outputs >= {"TEXT"}
        and other.streaming == known.streaming
    )
