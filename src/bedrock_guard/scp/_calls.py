"""Which calls are meant: model IDs, ARNs, or patterns such as `jp.*`, and a source Region."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from bedrock_guard._catalog import Catalog
from bedrock_guard._identifiers import PROFILES, ModelIdentifier, ModelKind, is_region, parse_model_id
from bedrock_guard._profiles import InferenceProfile, from_catalog, source_of
from bedrock_guard.scp._patterns import glob, tokens_of


@dataclass(frozen=True)
class Call:
    """A model called from a source Region; `profile` is what the model ID names, if that is known and a profile."""

    model: ModelIdentifier
    source_region: str
    profile: InferenceProfile | None

    @property
    def is_unknown(self) -> bool:
        """Whether it goes through an inference profile of which nothing is known."""
        return self.model.kind in PROFILES and self.profile is None


def is_pattern(model_id: str) -> bool:
    """Return whether *model_id* stands for several: it holds `*` or `?`."""
    return "*" in model_id or "?" in model_id


def call_of(model_id: str, region: str, catalog: Catalog, profiles: Iterable[InferenceProfile]) -> Call:
    """
    Return the call of *model_id* from *region*; an ARN names its own.

    *profiles* are asked before *catalog*. Raises ValueError where one of the two arguments is malformed.
    """
    model = parse_model_id(model_id)
    source = source_of(model, region)
    if source is None or not is_region(source):
        raise ValueError(f"region: {source or ''!r} is not the name of a Region")
    if not model.id:
        raise ValueError("model_id: must not be empty")
    return Call(model, source, _profile(model, source, catalog, profiles))


def calls(
    model_ids: Iterable[str] | None, region: str, catalog: Catalog, profiles: Collection[InferenceProfile]
) -> list[Call]:
    """
    Return the calls of *model_ids* from *region*, patterns replaced by the profiles they match today; None is all.

    Raises ValueError where a pattern matches none.
    """
    wanted = ["*"] if model_ids is None else model_ids
    ids = [each for model_id in wanted for each in _matching(model_id, region, catalog, profiles)]
    return [call_of(each, region, catalog, profiles) for each in dict.fromkeys(ids)]


def _matching(model_id: str, region: str, catalog: Catalog, profiles: Iterable[InferenceProfile]) -> list[str]:
    if not is_pattern(model_id):
        return [model_id]
    matches = glob(tokens_of(model_id))
    given = (each.id for each in profiles if each.source_region == region)
    listed = (each.id for each in catalog.profiles_from(region))
    found = [each for each in (*given, *listed) if matches(each)]
    if not found:
        raise ValueError(f"no inference profile from {region} matches {model_id} (catalogue of {catalog.as_of})")
    return found


def _profile(
    model: ModelIdentifier, source: str, catalog: Catalog, profiles: Iterable[InferenceProfile]
) -> InferenceProfile | None:
    if model.kind not in PROFILES:
        return None
    for each in profiles:
        if (each.resource, each.source_region) == (f"{model.kind}/{model.id}", source):
            return each
    return from_catalog(model.id, source, catalog) if model.kind is ModelKind.INFERENCE_PROFILE else None
