"""What people say of the caller, and of profiles that the catalogue lacks."""

import json
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import click

from bedrock_guard._identifiers import UNSPECIFIED, is_region, parse_arn
from bedrock_guard._profiles import InferenceProfile, from_api
from bedrock_guard.cli._sources import read_text
from bedrock_guard.scp._calls import is_id
from bedrock_guard.scp._facts import ContextValue


def context_from(pairs: Iterable[str]) -> dict[str, ContextValue]:
    """Return the condition keys that *pairs* tell of; a key known to be absent has no value, one given again several."""
    values: dict[str, list[str]] = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not (key and sign):
            raise click.UsageError(f"--context: {pair}: write KEY=VALUE, such as aws:SourceVpce=vpce-1")
        values.setdefault(key, []).extend([value] if value else [])
    return {key: given[0] if len(given) == 1 else given for key, given in values.items()}


def profile_from(path: Path, region: str) -> InferenceProfile:
    """Return the profile that the file at *path* describes; *region* is called from, if its ARN does not say."""
    text = read_text(path)
    try:
        return _profile(json.loads(text), region, _day(path))
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        raise click.UsageError(f"{path}: not what `aws bedrock get-inference-profile` prints") from None


def _profile(answer: Any, region: str, day: str) -> InferenceProfile:
    arn = parse_arn(answer["inferenceProfileArn"])
    profile = from_api(answer, arn.region if arn else region, day)
    if profile is None:
        raise ValueError("it names no model")
    # They end up in policies, where a wildcard would open more than is said.
    regions = (region for region in profile.destination_regions if region != UNSPECIFIED)
    if not (is_id(profile.id) and is_id(profile.model_id) and all(map(is_region, regions))):
        raise ValueError("it is no description of one profile")
    return profile


def _day(path: Path) -> str:
    """Return the day on which the file at *path* was written: no later one is known on which AWS said so."""
    return datetime.fromtimestamp(path.stat().st_mtime, tz=timezone.utc).date().isoformat()
