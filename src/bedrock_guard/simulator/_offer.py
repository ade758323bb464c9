"""What the simulated Bedrock offers in each Region: the catalogue, and what was added to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bedrock_guard._catalog import Catalog, Model
from bedrock_guard._identifiers import (
    PROFILES,
    UNSPECIFIED,
    ModelIdentifier,
    ModelKind,
    parse_arn,
    parse_model_id,
    partition_of,
)
from bedrock_guard._profiles import InferenceProfile, Origin, ProfileType, Scope, from_catalog
from bedrock_guard.simulator._errors import invalid_identifier, on_demand_not_supported


@dataclass(frozen=True)
class Target:
    """What a `modelId` means in one Region: the model that answers, and the inference profile that leads to it."""

    identifier: ModelIdentifier
    model_id: str
    profile: InferenceProfile | None = None


class Offer:
    """The models and the inference profiles of every Region, for one account. Safe for threads: nothing is taken back."""

    def __init__(self, catalog: Catalog, account_id: str) -> None:
        self._catalog = catalog
        self._account_id = account_id
        self._added: dict[tuple[str, str], InferenceProfile] = {}
        self._applications: dict[tuple[str, str], InferenceProfile] = {}
        self._names: dict[str, str] = {}
        self._descriptions: dict[str, str] = {}

    def add_profile(self, profile_id: str, source_region: str, destination_regions: Sequence[str]) -> None:
        """Offer *profile_id* from *source_region*, in place of what the catalogue has there."""
        if isinstance(destination_regions, str) or not isinstance(destination_regions, Sequence):
            raise TypeError(f"destination_regions is a list of Regions, not {type(destination_regions).__name__}")
        if not destination_regions:
            raise ValueError("destination_regions is empty: a profile routes somewhere")
        if parse_arn(profile_id) or parse_model_id(profile_id).kind is not ModelKind.INFERENCE_PROFILE:
            raise ValueError(f"{profile_id!r} is not formed like the id of a profile, such as jp.acme.model-v1:0")
        is_global = UNSPECIFIED in destination_regions
        self._added[source_region, profile_id] = InferenceProfile(
            id=profile_id,
            scope=Scope.GLOBAL if is_global else Scope.GEOGRAPHIC,
            model_id=profile_id.partition(".")[2],
            source_region=source_region,
            destination_regions=tuple(sorted(destination_regions)),
            origin=Origin.LIVE,
            as_of=self._catalog.as_of,
        )

    def add_application_profile(
        self, id_: str, name: str, region: str, copied: Target, description: str | None = None
    ) -> InferenceProfile:
        """Offer an application inference profile in *region* that routes as what it was *copied* from."""
        source = copied.profile
        profile = InferenceProfile(
            id=id_,
            scope=source.scope if source else Scope.IN_REGION,
            model_id=copied.model_id,
            source_region=region,
            destination_regions=source.destination_regions if source else (region,),
            origin=Origin.LIVE,
            as_of=self._catalog.as_of,
            type=ProfileType.APPLICATION,
        )
        self._names[id_] = name
        if description is not None:
            self._descriptions[id_] = description
        self._applications[region, id_] = profile
        return profile

    def application_profiles(self, region: str) -> list[InferenceProfile]:
        """Return the application profiles of *region*, oldest first."""
        return [profile for (source, _), profile in list(self._applications.items()) if source == region]

    def name(self, profile: InferenceProfile) -> str:
        """Return what *profile* is called: of a system-defined one, its id."""
        return self._names.get(profile.id, profile.id)

    def description(self, profile: InferenceProfile) -> str | None:
        """Return what *profile* was said to be, None where nothing was said."""
        return self._descriptions.get(profile.id)

    def profiles(self, region: str) -> list[InferenceProfile]:
        """Return the system-defined profiles of *region*, in the order of their ids."""
        found = {entry.id: self.profile(entry.id, region) for entry in self._catalog.profiles_from(region)}
        found.update({id_: profile for (source, id_), profile in list(self._added.items()) if source == region})
        return [profile for _, profile in sorted(found.items()) if profile is not None]

    def profile(self, profile_id: str, region: str) -> InferenceProfile | None:
        """Return the system-defined profile *profile_id* as it is called from *region*, or None."""
        added = self._added.get((region, profile_id))
        entry = self._catalog.profiles.get(profile_id)
        if added is not None or entry is None or region in entry.retired_sources:
            return added
        return from_catalog(profile_id, region, self._catalog)

    def find_profile(self, identifier: ModelIdentifier, region: str) -> InferenceProfile | None:
        """Return the profile of either type that *identifier* names in *region*, or None."""
        if not self.is_local(identifier, region):
            return None
        if identifier.kind is ModelKind.INFERENCE_PROFILE:
            return self.profile(identifier.id, region)
        # The id of an application profile has no form of its own, only its ARN.
        is_arn = identifier.kind is ModelKind.APPLICATION_INFERENCE_PROFILE
        return self._applications.get((region, identifier.id if is_arn else identifier.text))

    def model(self, model_id: str) -> Model | None:
        """Return the foundation model *model_id* as the catalogue has it, or None."""
        return self._catalog.models.get(model_id)

    def serves(self, model_id: str, region: str) -> bool:
        """Tell whether *region* serves the foundation model *model_id*, itself or through an inference profile."""
        return any(model.id == model_id for model in self.models(region))

    def models(self, region: str) -> list[Model]:
        """Return the foundation models that *region* serves, itself or through an inference profile."""
        through_profile = {profile.model_id for profile in self.profiles(region)}
        return [
            model for model in self._catalog.models.values() if region in model.in_region or model.id in through_profile
        ]

    def is_local(self, identifier: ModelIdentifier, region: str) -> bool:
        """Tell whether *identifier* is a bare id, or the ARN of something in *region* of the account or of AWS."""
        arn = parse_arn(identifier.text)
        owner = "" if identifier.kind is ModelKind.FOUNDATION_MODEL else self._account_id
        service = "sagemaker" if identifier.kind is ModelKind.ENDPOINT else "bedrock"
        here = (partition_of(region), service, region, owner)
        return arn is None or (arn.partition, arn.service, arn.region, arn.account_id) == here

    def resolve(self, model_id: str, region: str) -> Target:
        """
        Return what *model_id* means in *region*.

        Raises ServiceError, as AWS words it, for what the Region does not offer.
        """
        identifier = parse_model_id(model_id)
        if identifier.kind is ModelKind.UNKNOWN or not self.is_local(identifier, region):
            raise invalid_identifier()
        if identifier.kind in PROFILES:
            return self._through_profile(identifier, region)
        if identifier.kind is ModelKind.FOUNDATION_MODEL:
            return self._in_region(identifier, region)
        # Models of the account's own are not kept: an ARN of its Region and account is taken at its word.
        return Target(identifier, identifier.id)

    def _through_profile(self, identifier: ModelIdentifier, region: str) -> Target:
        profile = self.find_profile(identifier, region)
        if profile is None:
            raise invalid_identifier()
        return Target(identifier, profile.model_id, profile)

    def _in_region(self, identifier: ModelIdentifier, region: str) -> Target:
        model = self.model(identifier.id)
        if model and region in model.in_region:
            return Target(identifier, identifier.id)
        raise on_demand_not_supported(identifier.text) if self.serves(identifier.id, region) else invalid_identifier()
