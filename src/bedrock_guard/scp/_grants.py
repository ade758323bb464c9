"""The Allow statements that a level of Allow-lists lacks: for one call, and for no other."""

from collections.abc import Iterable
from typing import Any

from bedrock_guard.scp._calls import is_pattern
from bedrock_guard.scp._obstacles import Denied
from bedrock_guard.scp._patch import Add


def grant(closed: Iterable[Denied]) -> tuple[Add, tuple[str, ...]]:
    """
    Return the change that allows what is *closed*, and the resources that it names.

    Foundation models are allowed through the profile alone, as in the three-part policy of
    https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html.
    """
    plain: dict[str, None] = {}
    through: dict[str, None] = {}
    actions: dict[str, None] = {}
    profiles: dict[str, None] = {}
    for each in closed:
        actions[each.authorization.action] = None
        if each.has_key and not each.is_own:
            through[_models(each)] = None
            profiles[each.call.profile_arn] = None
        else:
            plain[each.resource] = None
    statements = [_statement([*actions], [*plain])] if plain else []
    if through:
        condition = {"ArnLike": {"bedrock:InferenceProfileArn": _brief([*profiles])}}
        statements.append({**_statement([*actions], [*through]), "Condition": condition})
    return Add(("Statement",), tuple(statements)), (*plain, *through)


def _models(each: Denied) -> str:
    """Return the model's ARN; of a family of profiles any model's, since which profile it is limits that already."""
    resource = each.authorization.resource
    return f"{resource.rpartition('/')[0]}/*" if is_pattern(each.call.asked) else resource


def _statement(actions: list[str], resources: list[str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": _brief(actions), "Resource": _brief(resources)}


def _brief(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values
