"""Which calls are meant: model IDs, ARNs, or patterns such as `jp.*`, and a source Region."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from bedrock_guard._catalog import Catalog
from bedrock_guard._identifiers import PROFILES, ModelIdentifier, ModelKind, is_region, parse_model_id, partition_of
from bedrock_guard._profiles import InferenceProfile, ProfileType, from_catalog, source_of
from bedrock_guard.scp._errors import printable
from bedrock_guard.scp._patterns import glob, tokens_of

# What ids are made of (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html). They end up
# in policies: a wildcard or a variable among them would open more than is said.
_ID = re.compile(r"[A-Za-z0-9:._/-]+")


@dataclass(frozen=True)
class Call:
    """
    A model called from a source Region.

    `asked` is the model ID, or the pattern that stood for it; `profile` is what it names, if that is known and a
    profile.
    """

    asked: str
    model: ModelIdentifier
    source_region: str
    profile: InferenceProfile | None

    @property
    def is_unknown(self) -> bool:
        """Whether it goes through an inference profile of which nothing is known."""
        return self.model.kind in PROFILES and self.profile is None

    @property
    def profile_arn(self) -> str:
        """
        The ARN, in any account, of the profile (or of all that the pattern stands for), the source Region pinned.

        With `*` there, another source Region might be let in: that AWS leaves bedrock:InferenceProfileArn out of the
        profile's own check is documented, not proven.
        """
        id_ = self.asked if is_pattern(self.asked) else self.model.id
        return f"arn:{partition_of(self.source_region)}:bedrock:{self.source_region}:*:{self.model.kind}/{id_}"


def is_pattern(model_id: str) -> bool:
    """Return whether *model_id* stands for several: it holds `*` or `?`."""
    return "*" in model_id or "?" in model_id


def is_id(text: str) -> bool:
    """Return whether *text* may be the ID of a model or of a profile."""
    return _ID.fullmatch(text) is not None


def call_of(
    model_id: str, region: str, catalog: Catalog, profiles: Iterable[InferenceProfile], asked: str | None = None
) -> Call:
    """
    Return the call of *model_id* from *region*; an ARN names its own.

    *profiles* are asked before *catalog*. Raises ValueError where one of the first two arguments is malformed.
    """
    model = parse_model_id(model_id)
    source = source_of(model, region)
    if not is_id(model.id):
        raise ValueError(f"model_id: {printable(model_id)} is neither an ID nor an ARN")
    if source is None or not is_region(source):
        raise ValueError(f"region: {printable(source or '')} is not the name of a Region")
    return Call(asked or model_id, model, source, _profile(model, source, catalog, profiles))


def calls(
    model_ids: Iterable[str] | None, region: str, catalog: Catalog, profiles: Collection[InferenceProfile]
) -> list[Call]:
    """
    Return the calls of *model_ids* from *region*, patterns replaced by the profiles they match today; None is all.

    Raises ValueError where one is malformed, and where a pattern matches none.
    """
    found: dict[str, Call] = {}
    for asked in ["*"] if model_ids is None else model_ids:
        for each in _matching(asked, region, catalog, profiles) if is_pattern(asked) else [asked]:
            found.setdefault(each, call_of(each, region, catalog, profiles, asked))
    return list(found.values())


def _matching(pattern: str, region: str, catalog: Catalog, profiles: Iterable[InferenceProfile]) -> list[str]:
    if not is_region(region):
        raise ValueError(f"region: {printable(region)} is not the name of a Region")
    matches = glob(tokens_of(pattern))
    given = (each.id for each in profiles if each.source_region == region and each.type is ProfileType.SYSTEM_DEFINED)
    listed = (each.id for each in catalog.profiles_from(region))
    found = [each for each in (*given, *listed) if matches(each)]
    if not found:
        shown = printable(pattern)
        raise ValueError(f"no inference profile from {region} matches {shown} (catalogue of {catalog.as_of})")
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
