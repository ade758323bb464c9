"""What blocks a call and cannot, or must not, be edited: why, and what to do instead."""

from dataclasses import dataclass

from bedrock_guard._identifiers import PROFILES, parse_arn
from bedrock_guard.scp._calls import Call
from bedrock_guard.scp._hierarchy import Statement
from bedrock_guard.scp._outcome import Obstacle
from bedrock_guard.scp._placement import is_regional
from bedrock_guard.scp._reasons import INFERENCE_PROFILE_ARN
from bedrock_guard.scp._report import CheckedAuthorization


@dataclass(frozen=True)
class Denied:
    """An authorization of a call that something denies, or (`certain` is False) may deny."""

    call: Call
    authorization: CheckedAuthorization
    certain: bool = True

    @property
    def has_key(self) -> bool:
        """Whether it carries bedrock:InferenceProfileArn."""
        return any(key.lower() == INFERENCE_PROFILE_ARN for key in self.authorization.context)

    @property
    def is_own(self) -> bool:
        """Whether it is the profile's own check."""
        arn = parse_arn(self.authorization.resource)
        return arn is not None and arn.resource_type in PROFILES


def at(statement: Statement, reason: str, instead: str) -> Obstacle:
    """Return the obstacle that *statement* is."""
    return Obstacle(reason, instead, statement.level, statement.document, statement.name)


def unknown_profile(call: Call) -> Obstacle:
    """Return the obstacle that the profile of *call* is not known."""
    return Obstacle(
        f"unknown profile: where {call.model.id} routes from {call.source_region} is not known",
        "give its description, as GetInferenceProfile returns it",
    )


def not_regional(statement: Statement, denied: list[Denied]) -> Obstacle:
    """Return the obstacle that *statement* is no Region deny: what it is for is not for us to say."""
    resources = ", ".join(dict.fromkeys(each.authorization.resource for each in denied))
    if "NotResource" in statement.source:
        reason = "it lists what may be used (NotResource), and no Regions"
        return at(statement, reason, f"add to NotResource, if they are approved: {resources}")
    reason = "it has no condition on aws:RequestedRegion: no Region deny"
    if "NotAction" in statement.source:
        actions = ", ".join(dict.fromkeys(each.authorization.action for each in denied))
        return at(statement, reason, f"add to NotAction, if they are approved: {actions}")
    return at(statement, reason, f"ask its owner whether it is meant for {resources}")


def without_key(statement: Statement, denied: list[Denied]) -> Obstacle | None:
    """Return the obstacle that some of *denied* do not carry the key that an exemption compares; None if all do."""
    bare = next((each for each in denied if not each.has_key), None)
    if bare is None:
        return None
    region, action = bare.authorization.region, bare.authorization.action
    wider = f"allow {region} in its Regions" if is_regional(statement) else "change it by hand"
    if bare.call.model.kind not in PROFILES:
        reason = f"a direct call (here in {region}) carries no bedrock:InferenceProfileArn"
        return at(statement, reason, f"call through an inference profile, or {wider}")
    if not bare.is_own:
        # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html
        reason = f"AWS lists no bedrock:InferenceProfileArn for {action}: an exemption does not help"
        return at(statement, reason, f"except {action} from it, or {wider}")
    # "This exemption can't bypass the Region restriction on the originating call."
    # (https://docs.aws.amazon.com/bedrock/latest/userguide/geographic-cross-region-inference.html)
    reason = f"it denies the source Region, {region}, itself: the profile's own check carries no key to exempt"
    if not bare.certain:
        reason += f" (depends on {', '.join(sorted(bare.authorization.decision.missing))})"
    return at(statement, reason, f"call from a source Region that it allows, or {wider}")


def not_widened(statement: Statement, regions: tuple[str, ...]) -> Obstacle:
    """Return the obstacle that no entry more or less lets *regions* pass."""
    reason = f"no entry more or less in its Regions lets {', '.join(regions)} pass"
    return at(statement, reason, "exempt the profile, or write its Regions out")


def closed_level(level: int) -> Obstacle:
    """Return the obstacle that *level* has no policy that allows anything, and that may be edited."""
    reason = "no policy of this level allows it, and none that allows anything may be edited"
    return Obstacle(reason, "attach FullAWSAccess, or a policy that allows it", level)
