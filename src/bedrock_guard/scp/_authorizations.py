"""
What one Bedrock call is authorized on: each action, resource and context that policies are asked about.

The order is that of AWS's documentation: the inference profile, the foundation model in the source Region, then the
model wherever the profile may route.
https://docs.aws.amazon.com/bedrock/latest/userguide/geographic-cross-region-inference.html
https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bedrock_guard._actions import ACTIONS, INFERENCE_PROFILE_ARN, REQUESTED_REGION, WITHOUT_PROFILE_KEY
from bedrock_guard._identifiers import PROFILES, UNSPECIFIED, ModelIdentifier, ModelKind, partition_of
from bedrock_guard._profiles import InferenceProfile
from bedrock_guard.scp._errors import printable

_IN_LOWER_CASE = {operation.lower(): action for operation, action in ACTIONS.items()}
# Inferred from policies that AWS publishes; others say that the profile behind it is authorized, too.
OF_APPLICATION_PROFILES = (
    f"{INFERENCE_PROFILE_ARN} is taken to hold the ARN of the application profile, and the profile behind it not to be "
    "authorized by itself"
)


@dataclass(frozen=True)
class Authorization:
    """
    One question that policies are asked: may *action* be done on *resource*.

    `context` holds the condition keys that the call itself sets; those of the caller are not among them.
    """

    action: str
    resource: str
    context: Mapping[str, str]

    @property
    def region(self) -> str:
        """The value of aws:RequestedRegion: a Region, or `unspecified`."""
        return self.context[REQUESTED_REGION]


def action_of(text: str) -> str:
    """
    Return the IAM action that *text* is authorized as: an API operation that calls a model, or such an action itself.

    Action names are case-insensitive (reference_policies_elements_action.html), and so is this. Raises ValueError for
    anything else.
    """
    # bedrock:Converse is no action, but it is clear what is meant.
    operation = text.lower().removeprefix("bedrock:")
    if operation not in _IN_LOWER_CASE:
        raise ValueError(f"action: {printable(text)!r} is none of {', '.join(ACTIONS)}")
    return _IN_LOWER_CASE[operation]


def authorizations(
    action: str,
    model: ModelIdentifier,
    source_region: str,
    account_id: str,
    profile: InferenceProfile | None = None,
    *,
    key_on_profile: bool = False,
) -> list[Authorization]:
    """
    Return every authorization of *action* on *model*, called from *source_region* by *account_id*.

    *profile* is what *model* names where that is an inference profile; of one whose routes are not known (None),
    only the profile's own authorization can be told. *key_on_profile* puts bedrock:InferenceProfileArn on that one
    too: the documentation says that it is absent there, which nobody has proven.
    """
    arn = _own_arn(model, source_region, account_id)
    if model.kind not in PROFILES:
        return [_authorize(action, arn, source_region)]
    own = _authorize(action, arn, source_region, arn if key_on_profile else None)
    return [own] if profile is None else [own, *_on_models(action, arn, source_region, profile)]


def _on_models(action: str, profile_arn: str, source_region: str, profile: InferenceProfile) -> list[Authorization]:
    # The source Region is authorized whether or not it is a destination (geographic-cross-region-inference.html).
    others = [region for region in profile.destination_regions if region != source_region]
    return [
        _authorize(action, _model_arn(profile.model_id, region, partition_of(source_region)), region, profile_arn)
        for region in (source_region, *others)
    ]


def _authorize(action: str, resource: str, region: str, profile_arn: str | None = None) -> Authorization:
    context = {REQUESTED_REGION: region}
    if profile_arn is not None and action not in WITHOUT_PROFILE_KEY:
        context[INFERENCE_PROFILE_ARN] = profile_arn
    return Authorization(action, resource, context)


def _own_arn(model: ModelIdentifier, region: str, account_id: str) -> str:
    if model.text.startswith("arn:"):
        return model.text
    partition = partition_of(region)
    if model.kind in PROFILES:
        return f"arn:{partition}:bedrock:{region}:{account_id}:{model.kind}/{model.id}"
    # A provisioned model's name has no form of its own: taken for a foundation model's id.
    return _model_arn(model.id, region, partition)


def _model_arn(model_id: str, region: str, partition: str) -> str:
    # A global profile's model has no Region (global-cross-region-inference.html).
    named = "" if region == UNSPECIFIED else region
    return f"arn:{partition}:bedrock:{named}::{ModelKind.FOUNDATION_MODEL}/{model_id}"
