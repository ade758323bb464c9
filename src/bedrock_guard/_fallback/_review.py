"""What can be told of a fallback when it is configured, rather than at three in the morning."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from bedrock_guard._alternatives import same_model
from bedrock_guard._catalog import Catalog
from bedrock_guard._fallback._accepted import AUTO
from bedrock_guard._fallback._boundary import crosses
from bedrock_guard._fallback._configuration import Fallback, all_models, candidates_for, is_pattern
from bedrock_guard._fallback._keys import some, unasked
from bedrock_guard._identifiers import UNSPECIFIED, ModelKind, parse_model_id
from bedrock_guard._profiles import InferenceProfile, from_catalog


def review(fallback: Fallback, source_region: str, catalog: Catalog) -> Iterator[str]:
    """
    Yield a warning for what can never serve, when called from *source_region*.

    Raises ValueError for a candidate whose routes are not known, or are wider than those of the model that it is for.
    """
    for requested, candidate in all_models(fallback.models):
        if candidate != AUTO and not fallback.allow_wider:
            _refuse_wider(requested, candidate, source_region, catalog)
    yield from unasked(fallback.models, source_region, catalog)
    yield from _themselves(fallback)
    yield from _wider(fallback, source_region, catalog)
    yield from _unserved(fallback, source_region, catalog)
    for candidate in dict.fromkeys(candidate for _, candidate in all_models(fallback.models)):
        known = catalog.models.get(parse_model_id(candidate).id)
        if known is not None and source_region not in known.in_region:
            yield f"{candidate} is not in-Region in {source_region} (catalogue of {catalog.as_of}); it is tried all the same"


def _refuse_wider(requested: str | None, candidate: str, source_region: str, catalog: Catalog) -> None:
    identifier = parse_model_id(candidate)
    if identifier.kind is ModelKind.APPLICATION_INFERENCE_PROFILE and identifier.region in (None, source_region):
        return  # the account alone knows its routes, and is asked when it is needed
    profile = from_catalog(identifier.id, source_region, catalog)
    original = _original(requested, source_region, catalog)
    is_original_open = requested is None or is_pattern(requested) or original is None
    if is_original_open and profile is not None:
        return  # whether it is wider shows when it is known what was asked for
    reason = crosses(candidate, original, source_region, profile)
    if reason is not None:
        raise ValueError(f"fallback {candidate!r} from {source_region}: {reason}")


def _original(requested: str | None, source_region: str, catalog: Catalog) -> InferenceProfile | None:
    return None if requested is None else from_catalog(parse_model_id(requested).id, source_region, catalog)


def _themselves(fallback: Fallback) -> Iterator[str]:
    named = (requested for requested, _ in all_models(fallback.models) if requested and not is_pattern(requested))
    for requested in dict.fromkeys(named):
        if not candidates_for(fallback, requested, lambda: [AUTO]):
            yield f"the fallback of {requested} is that model itself"


def _wider(fallback: Fallback, source_region: str, catalog: Catalog) -> Iterator[str]:
    """Yield a warning for each candidate that is wider than every profile which the pattern that it is for matches."""
    for requested, candidate in all_models(fallback.models):
        profile = _original(candidate, source_region, catalog)
        if fallback.allow_wider or requested is None or profile is None:
            continue
        originals = _originals(requested, source_region, catalog)
        reasons = [crosses(candidate, original, source_region, profile) for original in originals]
        if reasons and all(reasons):
            yield f"{candidate} serves nothing that {requested} matches: {reasons[0]}"


def _unserved(fallback: Fallback, source_region: str, catalog: Catalog) -> Iterator[str]:
    pairs = all_models(fallback.models)
    for requested in dict.fromkeys(requested for requested, _ in pairs):
        if any(candidate != AUTO for each, candidate in pairs if each == requested):
            continue
        profiles = _originals(requested, source_region, catalog)
        without = [each.id for each in profiles if not _has_same_model(each, source_region, catalog)]
        if without:
            yield f'"auto" from {source_region} has nothing for {some(without)}'


def _originals(requested: str | None, source_region: str, catalog: Catalog) -> list[InferenceProfile]:
    """Return the profiles that *requested* matches, as far as they are known from *source_region*."""
    if requested is not None and not is_pattern(requested):
        ids = [parse_model_id(requested).id]
    else:
        ids = [each.id for each in catalog.profiles_from(source_region) if fnmatchcase(each.id, requested or "*")]
    return [profile for each in ids if (profile := from_catalog(each, source_region, catalog))]


def _has_same_model(profile: InferenceProfile, source_region: str, catalog: Catalog) -> bool:
    blocked = tuple(region for region in profile.destination_regions if region == UNSPECIFIED)
    return bool(same_model(profile.model_id, profile, source_region, blocked, catalog))
