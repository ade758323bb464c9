"""Where in a denying statement an exemption goes, or one more Region: only where the Deny gets narrower by it alone."""

from bedrock_guard.scp._conditions import Condition
from bedrock_guard.scp._hierarchy import Statement
from bedrock_guard.scp._layout import Path
from bedrock_guard.scp._patch import Add, Change, Remove
from bedrock_guard.scp._reasons import INFERENCE_PROFILE_ARN, REQUESTED_REGION, is_negated, on_key

_KEY = "bedrock:InferenceProfileArn"
_ARN_NOT_LIKE = "arnnotlike"
# Lists of exceptions that take wildcards: "ArnNotEquals and ArnNotLike behave identically"
# (reference_policies_elements_condition_operators.html). An absent key passes them, with IfExists or without.
_EXCEPTIONS = frozenset({_ARN_NOT_LIKE, "arnnotequals", "stringnotlike"})


def is_regional(statement: Statement) -> bool:
    """Return whether a condition of *statement* compares aws:RequestedRegion."""
    return bool(on_key(statement, REQUESTED_REGION))


def profile_list(statement: Statement) -> Condition | None:
    """Return the condition of *statement* that lists the profiles it does not deny, if it has one."""
    listing = (each for each in on_key(statement, INFERENCE_PROFILE_ARN) if _bare(each) in _EXCEPTIONS)
    return next(listing, None)


def exemption(statement: Statement, arns: tuple[str, ...]) -> Add:
    """
    Return the change by which *statement* no longer denies what is done through the profiles *arns*.

    The values of one key are alternatives ("NOR" where negated), and keys and operators are ANDed
    (reference_policies_condition-logic-multiple-context-keys-or-values.html): one more value, key or operator of
    exception narrows the Deny by just these profiles, whatever else stands there.
    """
    listing = profile_list(statement)
    if listing is not None:
        return Add(_path(statement, listing.operator, listing.key), arns)
    operators = (each.operator for each in statement.conditions if each.operator.lower() == _ARN_NOT_LIKE)
    return Add(_path(statement, next(operators, "ArnNotLike"), _KEY), arns)


def wider(statement: Statement, regions: tuple[str, ...]) -> Change | None:
    """Return the change by which *statement* no longer denies anything in *regions*; None if one entry cannot do it."""
    conditions = [each for each in on_key(statement, REQUESTED_REGION) if each.operator.lower().find("string") >= 0]
    for each in conditions:
        if is_negated(each):
            return Add(_path(statement, each.operator, each.key), regions)
    for each in conditions:
        named = tuple(value for value in each.values if value.lower() in regions)
        # An empty list would match nothing, but AWS takes none.
        if {value.lower() for value in named} == set(regions) and len(named) < len(each.values):
            return Remove(_path(statement, each.operator, each.key), named)
    return None


def _bare(condition: Condition) -> str:
    return condition.operator.lower().removesuffix("ifexists")


def _path(statement: Statement, operator: str, key: str) -> Path:
    return ("Statement", statement.index or 0, "Condition", operator, key)
