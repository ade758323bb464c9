"""What an Allow-list lacks for a call: the missing Allow, and the statement on which it rests."""

from collections.abc import Iterable
from typing import Any

from bedrock_guard._actions import ACTIONS, INFERENCE_PROFILE_ARN, REQUESTED_REGION
from bedrock_guard.scp._calls import is_pattern
from bedrock_guard.scp._changes import OF_THE_CALL, Denied, facts_of, holds_in_source, others
from bedrock_guard.scp._facts import Facts
from bedrock_guard.scp._hierarchy import Statement
from bedrock_guard.scp._patch import Add

_INFERENCE = frozenset(action.lower() for action in ACTIONS.values())
_ARN_LIKE = "ArnLike"


def limits_inference(statement: Statement) -> bool:
    """Return whether *statement*, of an Allow-list, says who may do inference, and which: none of it says nothing."""
    return "NotAction" in statement.source or any(map(statement.covers_action, _INFERENCE))


def basis_of(statements: Iterable[Statement], denied: Denied) -> Statement | None:
    """
    Return the one of *statements* that allows what is *denied* but for its Region: its conditions are to be kept.

    Of several it is one that allows it in the source Region, surely rather than perhaps, and then the one with the most
    conditions, which opens least. There is none where something else than the Region is in the way, such as who calls.
    """
    fitting = [each for each in statements if _allows(each, denied)]
    return max(fitting, key=lambda each: _rank(each, denied), default=None)


def unmet(statement: Statement, denied: Denied) -> tuple[str, ...]:
    """Return the keys, but for the Region, of which *statement* asks what does not hold where something is *denied*."""
    facts = facts_of(statement, denied, denied.authorization.region)
    failing = (each.key for each in statement.conditions if each.verdict(facts) is False)
    return tuple(dict.fromkeys(key for key in failing if key.lower() != REQUESTED_REGION.lower()))


def named(denied: Denied) -> str:
    """Return the resource by which an Allow names what is *denied*."""
    return _models(denied) if _is_through(denied) else denied.resource


def grant(closed: Iterable[Denied], basis: Statement | None) -> tuple[Add, tuple[str, ...]]:
    """
    Return the change that allows what is *closed*, under the conditions of *basis*, and the resources that it names.

    Foundation models are allowed through the profile alone, as in the three-part policy of
    https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html.
    """
    plain: dict[str, None] = {}
    through: dict[str, None] = {}
    actions: dict[str, None] = {}
    profiles: dict[str, None] = {}
    for each in closed:
        actions[each.authorization.action] = None
        if _is_through(each):
            through[named(each)] = None
            profiles[each.call.profile_arn] = None
        else:
            plain[named(each)] = None
    kept = _kept(basis) if basis else {}
    statements = [_statement([*actions], [*plain], kept)] if plain else []
    if through:
        statements.append(_statement([*actions], [*through], _with_profiles(kept, [*profiles])))
    return Add(("Statement",), tuple(statements)), (*plain, *through)


def _allows(statement: Statement, denied: Denied) -> bool:
    return (
        statement.covers_action(denied.authorization.action.lower())
        and statement.verdict(Facts(denied.in_source_region, {}, statement.keys)) is not False
        and not unmet(statement, denied)
        and _can_be_kept_to(statement, denied)
    )


def _can_be_kept_to(statement: Statement, denied: Denied) -> bool:
    """Return whether an Allow of what is *denied* opens nothing that *statement* allows in no Region."""
    if any("${" in each for each in statement.resources):
        # It lists another resource for each caller.
        return False
    compares_profile = any(each.key.lower() == INFERENCE_PROFILE_ARN.lower() for each in statement.conditions)
    if is_pattern(denied.call.asked):
        # It may list less than the family holds.
        return statement.resources == ("*",) and not compares_profile
    return _is_through(denied) or denied.is_own or not compares_profile


def _rank(statement: Statement, denied: Denied) -> tuple[bool, bool, int]:
    is_certain = not statement.missing(facts_of(statement, denied, denied.authorization.region))
    return holds_in_source(statement, denied) is not False, is_certain, len(others(statement))


def _is_through(denied: Denied) -> bool:
    return denied.has_key and not denied.is_own


def _models(each: Denied) -> str:
    """Return the model's ARN; of a family of profiles any model's, since which profile it is limits that already."""
    resource = each.authorization.resource
    return f"{resource.rpartition('/')[0]}/*" if is_pattern(each.call.asked) else resource


def _kept(basis: Statement) -> dict[str, Any]:
    """Return the Condition of *basis* without the Region, which is in the way, and the profile, which is named anew."""
    blocks = {
        operator: {key: values for key, values in block.items() if key.lower() not in OF_THE_CALL}
        for operator, block in basis.source.get("Condition", {}).items()
    }
    return {operator: block for operator, block in blocks.items() if block}


def _with_profiles(condition: dict[str, Any], profiles: list[str]) -> dict[str, Any]:
    operator = next((each for each in condition if each.lower() == _ARN_LIKE.lower()), _ARN_LIKE)
    return {**condition, operator: {**condition.get(operator, {}), INFERENCE_PROFILE_ARN: _brief(profiles)}}


def _statement(actions: list[str], resources: list[str], condition: dict[str, Any]) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": _brief(actions), "Resource": _brief(resources)}
    return {**statement, "Condition": condition} if condition else statement


def _brief(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values
