"""
A model ID and a source Region in, an `InferenceProfile` out.

Routes are per source Region: the same profile has other destinations from another one.
https://docs.aws.amazon.com/bedrock/latest/userguide/cross-region-inference.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bedrock_guard._catalog import Catalog
from bedrock_guard._compat import StrEnum
from bedrock_guard._identifiers import UNSPECIFIED, ModelIdentifier, ModelKind, parse_arn


class Scope(StrEnum):
    """How far an inference profile may route."""

    GEOGRAPHIC = "geographic"
    GLOBAL = "global"
    IN_REGION = "in-region"


class Origin(StrEnum):
    """Where a list of destination Regions comes from."""

    LIVE = "live"
    CATALOG = "catalog"


class ProfileType(StrEnum):
    """Who defined an inference profile, spelled as the API has it."""

    SYSTEM_DEFINED = "SYSTEM_DEFINED"
    APPLICATION = "APPLICATION"


@dataclass(frozen=True)
class InferenceProfile:
    """
    An inference profile as seen from one source Region.

    `destination_regions` are in alphabetical order. A global profile's are the source Region and
    `unspecified`, as service control policies see them: AWS does not enumerate where it may run.
    `as_of` is the day (ISO 8601) on which the list was read from the API.
    """

    id: str
    scope: Scope
    model_id: str
    source_region: str
    destination_regions: tuple[str, ...]
    origin: Origin
    as_of: str
    type: ProfileType = ProfileType.SYSTEM_DEFINED

    @property
    def resource(self) -> str:
        """The resource part of its ARN, such as `inference-profile/jp.amazon.nova-2-lite-v1:0`."""
        kind = ModelKind.INFERENCE_PROFILE
        if self.type is ProfileType.APPLICATION:
            kind = ModelKind.APPLICATION_INFERENCE_PROFILE
        return f"{kind}/{self.id}"


def from_catalog(profile_id: str, source_region: str, catalog: Catalog) -> InferenceProfile | None:
    """Return the system-defined profile *profile_id* as *catalog* has it from *source_region*, or None."""
    profile = catalog.profiles.get(profile_id)
    if profile is None or source_region not in profile.routes:
        return None
    destinations = (source_region, UNSPECIFIED) if profile.is_global else profile.routes[source_region]
    return InferenceProfile(
        id=profile_id,
        scope=Scope.GLOBAL if profile.is_global else Scope.GEOGRAPHIC,
        model_id=profile.model_id,
        source_region=source_region,
        destination_regions=destinations,
        origin=Origin.CATALOG,
        as_of=catalog.as_of,
    )


def from_api(answer: Mapping[str, Any], source_region: str, as_of: str) -> InferenceProfile | None:
    """
    Return the profile that GetInferenceProfile, or an item of ListInferenceProfiles, describes.

    None where the answer names no model. The API is taken at its word: it returns more models than its
    documentation allows, and ARNs without a Region for global profiles.
    https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetInferenceProfile.html
    """
    arns = [arn for model in answer["models"] if (arn := parse_arn(model["modelArn"]))]
    if not arns:
        return None
    # The source Region is listed beside the Region-less ARN of a global profile.
    destinations = tuple(sorted({arn.region or UNSPECIFIED for arn in arns}))
    return InferenceProfile(
        id=answer["inferenceProfileId"],
        scope=_scope(destinations, source_region),
        model_id=arns[0].resource_id,
        source_region=source_region,
        destination_regions=destinations,
        origin=Origin.LIVE,
        as_of=as_of,
        # A type that is new is no copy of the account's own.
        type=ProfileType.APPLICATION if answer.get("type") == ProfileType.APPLICATION else ProfileType.SYSTEM_DEFINED,
    )


def source_of(identifier: ModelIdentifier, region_name: str | None) -> str | None:
    """Return the source Region of a call for *identifier* from *region_name*: an ARN names its own."""
    return identifier.region or region_name


def _scope(destinations: tuple[str, ...], source_region: str) -> Scope:
    if UNSPECIFIED in destinations:
        return Scope.GLOBAL
    return Scope.IN_REGION if destinations == (source_region,) else Scope.GEOGRAPHIC
