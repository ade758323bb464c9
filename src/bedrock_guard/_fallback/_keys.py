"""Which keys of a mapping no call ever asks for, so that what they name never serves."""

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from bedrock_guard._catalog import Catalog
from bedrock_guard._fallback._accepted import Models
from bedrock_guard._fallback._configuration import all_models, is_pattern
from bedrock_guard._identifiers import ModelKind, parse_model_id

_IN_CATALOG = frozenset({ModelKind.FOUNDATION_MODEL, ModelKind.INFERENCE_PROFILE})
# A pattern of another form may mean an ARN, or an ID of the account's own.
_ID = re.compile(r"[^:/]+\.[^/]+")


def unasked(models: Models, source_region: str, catalog: Catalog) -> Iterator[str]:
    """Yield a warning for each key of *models* that matches no profile which can be called from *source_region*."""
    keys = list(dict.fromkeys(requested for requested, _ in all_models(models) if requested is not None))
    here = [profile.id for profile in catalog.profiles_from(source_region)]
    bare = {*catalog.models, *(profile.model_id for profile in catalog.profiles.values())}
    known = {*catalog.profiles, *bare}
    dead = [key for key in keys if _is_told_by(known, key) and not _matches(key, here)]
    for key in dead:
        id_ = parse_model_id(key).id
        routed = [each for each in here if fnmatchcase(each, f"*.{id_}")]
        if routed and _matches(key, bare):
            # An SCP that denies it denies the source Region, where every other model meets the same wall.
            yield (
                f"{key} is keyed by the bare model, which is never routed; "
                f'calls through a profile ask for {some(routed)}: key that, or "*.{id_}"'
            )
        elif len(dead) == len(keys) or not _matches(key, catalog.profiles):  # else it is for another Region
            there = ", ".join(sorted({each.partition(".")[0] for each in here})) or "none"
            yield (
                f"{key} matches no inference profile that can be called from {source_region} "
                f"(catalogue of {catalog.as_of}; prefixes there: {there})"
            )


def some(model_ids: list[str]) -> str:
    """Return the first three of *model_ids*, and how many more there are."""
    more = f" and {len(model_ids) - 3} more" if len(model_ids) > 3 else ""
    return ", ".join(model_ids[:3]) + more


def _is_told_by(known: set[str], key: str) -> bool:
    """Tell whether the ids *known* say what *key* is for: the catalogue is dated, the user is not."""
    identifier = parse_model_id(key)
    if identifier.kind not in _IN_CATALOG or not _ID.fullmatch(identifier.id):
        return False
    return is_pattern(key) or identifier.id in known


def _matches(key: str, model_ids: Iterable[str]) -> bool:
    id_ = parse_model_id(key).id
    return any(fnmatchcase(each, id_) for each in model_ids)
