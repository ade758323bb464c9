"""Which condition of a denying statement is at work, in a few words."""

import re

from bedrock_guard._actions import REQUESTED_REGION
from bedrock_guard.scp._conditions import Condition, NullCondition
from bedrock_guard.scp._facts import Facts
from bedrock_guard.scp._hierarchy import Statement
from bedrock_guard.scp._operators import use_of

# The operators whose values are a list of names; the others compare a number, a date or bytes, and Bool true or false.
_LISTING = re.compile("string|arn|ipaddress", re.IGNORECASE)


def on_key(statement: Statement, key: str) -> list[Condition]:
    """Return the conditions of *statement* that compare *key*; Null only asks whether it is there."""
    return [each for each in statement.conditions if isinstance(each, Condition) and each.key.lower() == key.lower()]


def is_negated(condition: Condition) -> bool:
    """Return whether *condition* holds where none of its values matches."""
    use = use_of(condition.operator)
    return use is not None and use.operator.negated


def reason(statement: Statement, facts: Facts) -> str:
    """Return what makes *statement* take effect, the Region first; of an undecided one with an "if" what is not known."""
    telling = _telling(statement)
    undecided = [each for each in telling if each.verdict(facts) is None]
    words = [_words(each) for each in telling if each not in undecided]
    if "NotResource" in statement.source:
        words.append("NotResource does not list it")
    if undecided:
        words.append(f"if {', and '.join(map(_words, undecided))}")
    told = {each.key.lower() for each in undecided}
    if others := sorted(key for key in statement.missing(facts) if key.lower() not in told):
        words.append(f"depends on {', '.join(others)}")
    return "; ".join(words) or "no condition"


def _telling(statement: Statement) -> list[Condition | NullCondition]:
    regional = on_key(statement, REQUESTED_REGION)
    return list(regional) or list(statement.conditions)


def _words(condition: Condition | NullCondition) -> str:
    if isinstance(condition, NullCondition):
        return f"{condition.key} is {'absent' if 'true' in map(str.lower, condition.values) else 'present'}"
    absent = ["absent"] if _takes_absence(condition) else []
    if "bool" in condition.operator.lower():
        return f"{condition.key} is {' or '.join([*condition.values, *absent])}"
    if not _LISTING.search(condition.operator):
        return f"{condition.key} meets {condition.operator} {' or '.join(condition.values)}"
    listed = "not in list" if is_negated(condition) else "in list"
    return f"{condition.key} is {' or '.join([listed, *absent])}"


def _takes_absence(condition: Condition) -> bool:
    """Tell whether *condition* holds without its key, although it asks for a match."""
    use = use_of(condition.operator)
    return use is not None and use.without_key and not use.operator.negated
