"""What blocks a call and cannot, or must not, be edited: why, and what to do instead."""

from bedrock_guard._actions import WITHOUT_PROFILE_KEY
from bedrock_guard._identifiers import parse_arn
from bedrock_guard.scp._calls import Call, is_pattern
from bedrock_guard.scp._changes import Denied, is_regional, profile_list
from bedrock_guard.scp._control_tower import advice
from bedrock_guard.scp._grants import named, unmet
from bedrock_guard.scp._hierarchy import Statement
from bedrock_guard.scp._opens import quoted, widening
from bedrock_guard.scp._outcome import Obstacle


def at(statement: Statement, reason: str, instead: str) -> Obstacle:
    """Return the obstacle that *statement* is."""
    return Obstacle(reason, instead, statement.level, statement.document, statement.name)


def unknown_profile(call: Call) -> Obstacle:
    """Return the obstacle that the profile of *call* is not known."""
    return Obstacle(
        f"unknown profile: where {call.model.id} routes from {call.source_region} is not known",
        "give its description, as GetInferenceProfile returns it",
    )


def owned(statement: Statement, denied: list[Denied]) -> Obstacle:
    """Return the obstacle that *statement* is AWS Control Tower's."""
    regions = dict.fromkeys(each.authorization.region for each in denied)
    instead = advice(statement.name, denied[0].authorization.action, regions)
    return at(statement, "AWS Control Tower owns it", instead)


def not_about_regions(statement: Statement, denied: list[Denied]) -> Obstacle:
    """Return the obstacle that *statement* denies for another reason than the Region."""
    if is_regional(statement):
        return in_source_too(statement, denied)
    if profile_list(statement):
        return without_key(statement, denied) or lists_profiles(statement, denied)
    return not_regional(statement, denied)


def in_source_too(statement: Statement, denied: list[Denied]) -> Obstacle:
    """Return the obstacle that the Regions of *statement* do not tell the source Region from the blocked one."""
    sources = ", ".join(dict.fromkeys(each.call.source_region for each in denied))
    resources = ", ".join(dict.fromkeys(each.resource for each in denied))
    reason = f"it denies in the source Region too: its condition on aws:RequestedRegion holds in {sources}"
    return at(statement, reason, f"ask its owner whether it is meant for {resources}")


def not_regional(statement: Statement, denied: list[Denied]) -> Obstacle:
    """Return the obstacle that *statement* is no Region deny: what it is for is not for us to say."""
    resources = ", ".join(dict.fromkeys(each.resource for each in denied))
    if "NotResource" in statement.source:
        listed = "with their Regions" if _names_regions(statement) else "and no Regions"
        reason = f"it lists what may be used (NotResource), {listed}"
        opened = f"which opens all that {quoted(statement.name)} is about there, direct calls of a model included"
        return at(statement, reason, f"approve in NotResource, {opened}: {resources}")
    kind = "its Resource names Regions" if _names_regions(statement) else "no Region deny"
    reason = f"it has no condition on aws:RequestedRegion: {kind}"
    if "NotAction" in statement.source:
        actions = ", ".join(dict.fromkeys(each.authorization.action for each in denied))
        opened = f"which opens it on every resource that {quoted(statement.name)} is about"
        return at(statement, reason, f"approve in NotAction, {opened}: {actions}")
    return at(statement, reason, f"ask its owner whether it is meant for {resources}")


def lists_profiles(statement: Statement, denied: list[Denied]) -> Obstacle:
    """Return the obstacle that *statement* lists the profiles that may be used, wherever they are called."""
    profiles = ", ".join(dict.fromkeys(each.call.profile_arn for each in denied))
    reason = "it has no condition on aws:RequestedRegion: it lists the profiles that may be used, in any Region"
    return at(statement, reason, f"ask its owner whether to list, which opens inference through it: {profiles}")


def _names_regions(statement: Statement) -> bool:
    arns = map(parse_arn, statement.resources)
    return any(arn is not None and arn.region.strip("*?") for arn in arns)


def without_key(statement: Statement, denied: list[Denied]) -> Obstacle | None:
    """Return the obstacle that some of *denied* do not carry the key that an exemption compares; None if all do."""
    bare = [each for each in denied if not each.has_key]
    if not bare:
        return None
    reason, instead = _bare(statement, bare[0])
    if is_regional(statement):
        regions = tuple(dict.fromkeys(each.authorization.region for each in bare))
        rest = {each.authorization.region for each in denied} - {*regions}
        opened = f"which opens {widening(regions, statement.name)}"
        instead += f"; or allow {', '.join(regions)} in its Regions, {opened}"
        instead += ", and exempt the profile in the others" if rest else ""
    return at(statement, reason, instead)


def _bare(statement: Statement, bare: Denied) -> tuple[str, str]:
    action, region = bare.authorization.action, bare.authorization.region
    if action in WITHOUT_PROFILE_KEY and not bare.is_own:
        # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html
        reason = f"AWS lists no bedrock:InferenceProfileArn for {action}: an exemption does not help"
        return reason, f"except {action} from it, which opens that for every model and Region that it is about"
    if not bare.is_own:
        reason = f"a direct call (here in {region}) carries no bedrock:InferenceProfileArn"
        return reason, "call through an inference profile that it lets pass"
    if not is_regional(statement):
        reason = "the profile's own check carries no key that its list of profiles could hold"
        models = "arn:aws:bedrock:*::foundation-model/*"
        return reason, f"limit it to Resource {models}, which opens all other resources that it is about"
    # "This exemption can't bypass the Region restriction on the originating call."
    # (https://docs.aws.amazon.com/bedrock/latest/userguide/geographic-cross-region-inference.html)
    reason = f"it denies the source Region, {region}, itself: the profile's own check carries no key to exempt"
    if not bare.certain:
        reason += f" (depends on {', '.join(sorted(bare.authorization.decision.missing))})"
    return reason, "call from a source Region that it allows"


def not_widened(statement: Statement, regions: tuple[str, ...]) -> Obstacle:
    """Return the obstacle that no entry more or less lets *regions* pass."""
    reason = f"no entry more or less in its Regions lets {', '.join(regions)} pass"
    opened = f"which opens {widening(regions, statement.name)}"
    return at(statement, reason, f"write its Regions out by name, without these, {opened}; or exempt the profile alone")


def closed_level(level: int) -> Obstacle:
    """Return the obstacle that *level* has no policy that allows anything, and that may be edited."""
    reason = "no policy of this level allows it, and none that allows anything may be edited"
    opened = "which opens all that no Deny statement is about"
    return Obstacle(reason, f"attach FullAWSAccess, {opened}; or a policy that allows just this", level)


def limited(limiting: list[Statement], denied: list[Denied]) -> Obstacle:
    """Return the obstacle that the Allow-list of *limiting* is closed to what is *denied* for more than its Region."""
    last = denied[-1]
    action = last.authorization.action
    statement = next((each for each in limiting if each.covers_action(action.lower())), None)
    why = _what_limits(statement, last)
    resources = ", ".join(dict.fromkeys(named(each) for each in denied))
    by_id = "name the profiles by their IDs, or " if is_pattern(last.call.asked) else ""
    instead = f"{by_id}ask its owner whether it is meant for {resources}"
    return at(statement or limiting[0], why, instead)


def _what_limits(statement: Statement | None, denied: Denied) -> str:
    if statement is None:
        return f"its actions leave {denied.authorization.action} out"
    if keys := unmet(statement, denied):
        return f"it allows this in no Region: what it asks of {', '.join(keys)} does not hold"
    if is_pattern(denied.call.asked):
        return f"it lists resources or profiles, which may be less than {denied.call.asked} stands for"
    return "it lists resources or profiles, and not these"
