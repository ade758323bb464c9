"""
The dated snapshot of what Bedrock offers: inference profiles with their routes, and models in-Region.

A destination list was never seen to change for a profile and a source Region; new ids and new source
Regions do appear, so what is missing here may well exist.
https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html
"""

import json
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from os import PathLike
from pathlib import Path
from typing import Any

FORMAT = 1


@dataclass(frozen=True)
class Model:
    """A foundation model: the Regions that serve it on demand, and what it takes and gives."""

    id: str
    in_region: frozenset[str]
    inputs: frozenset[str]
    outputs: frozenset[str]
    streaming: bool
    legacy: bool

    @property
    def provider(self) -> str:
        """The first label of the id, such as `anthropic`."""
        return self.id.partition(".")[0]


@dataclass(frozen=True)
class Profile:
    """A system-defined inference profile: its destination Regions by source Region, none listed where it is global."""

    id: str
    is_global: bool
    routes: Mapping[str, tuple[str, ...]]
    retired_sources: frozenset[str]

    @property
    def model_id(self) -> str:
        """The id of its foundation model: all after the geography."""
        return self.id.partition(".")[2]


@dataclass(frozen=True, eq=False)
class Catalog:
    """All profiles and models of one snapshot, by id, and the day it was taken."""

    as_of: str
    profiles: Mapping[str, Profile]
    models: Mapping[str, Model]
    cities: Mapping[str, str]

    def profiles_from(self, source_region: str) -> list[Profile]:
        """Return the profiles that can be called from *source_region* today, in the order of their ids."""
        return [
            profile
            for profile in self.profiles.values()
            if source_region in profile.routes and source_region not in profile.retired_sources
        ]


def load(path: str | PathLike[str]) -> Catalog:
    """
    Read the snapshot that `scripts/make_catalog.py` wrote to *path*.

    Raises OSError where it cannot be read, and ValueError where it is no snapshot.
    """
    return _parse(Path(path).read_text(encoding="utf-8"), str(path))


@cache
def embedded() -> Catalog:
    """Return the snapshot that is shipped with the package, read when it is first needed."""
    data = pkgutil.get_data(__name__, "catalog.json") or b""
    return _parse(data.decode(), "catalog.json")


def _parse(text: str, name: str) -> Catalog:
    try:
        data = json.loads(text)
        if data["format"] != FORMAT:
            raise ValueError(f"its format is {data['format']}, not {FORMAT}")  # noqa: TRY301 (worded below, once)
        return Catalog(
            as_of=str(data["as_of"]),
            profiles={id_: _profile(id_, entry, data["routes"]) for id_, entry in data["profiles"].items()},
            models={id_: _model(id_, entry) for id_, entry in data["models"].items()},
            cities=data["cities"],
        )
    except (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise ValueError(f"{name} is no catalogue made by scripts/make_catalog.py: {error!r}") from None


def _profile(id_: str, entry: dict[str, Any], tables: list[dict[str, list[str]]]) -> Profile:
    routes = {source: tuple(destinations) for source, destinations in tables[entry["routes"]].items()}
    return Profile(id_, entry.get("global", False), routes, frozenset(entry.get("retired_sources", ())))


def _model(id_: str, entry: dict[str, Any]) -> Model:
    return Model(
        id=id_,
        in_region=frozenset(entry["in_region"]),
        inputs=frozenset(entry["inputs"]),
        outputs=frozenset(entry["outputs"]),
        streaming=entry["streaming"],
        legacy=entry.get("legacy", False),
    )
