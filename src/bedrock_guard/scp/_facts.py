"""What is known of a request: the values of its context keys, in three kinds (given, absent, unknown)."""

from collections.abc import Collection, Mapping
from typing import TypeAlias

ContextValue: TypeAlias = "str | bool | int | float | Collection[str | bool | int | float]"
Value: TypeAlias = "str | tuple[str, ...]"
# True, False, or None where it depends on a key whose value is unknown (Kleene's strong three-valued logic).
Verdict: TypeAlias = "bool | None"


class Facts:
    """
    The resource and the context of one request, its keys in lower case.

    "Key names are case-insensitive" (reference_policies_variables.html); this holds for tag keys in them too.
    """

    __slots__ = ("known", "resource", "unknown")

    def __init__(self, resource: str, context: Mapping[str, ContextValue], unknown: Collection[str]) -> None:
        self.resource = resource
        self.known: dict[str, Value] = {}
        for key, value in context.items():
            if type(value) is str:
                self.known[key.lower()] = value
            elif given := _strings(key, value):
                self.known[key.lower()] = given
        self.unknown: dict[str, str] = _spellings(unknown, self.known) if unknown else {}


def _strings(key: str, value: ContextValue) -> Value:
    # A key without any value is a key that is absent, so nothing is kept of an empty collection; one of a single value
    # is that value, as in ContextKeyValues:
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_ContextEntry.html
    if not isinstance(value, (list, tuple, set, frozenset)):
        return _string(key, value)
    members = tuple(_string(key, member) for member in value)
    return members[0] if len(members) == 1 else members


def _string(key: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, (int, float)):
        return str(value)
    raise TypeError(f"context[{key!r}]: {type(value).__name__} is no value of a condition key")


def _spellings(unknown: Collection[str], known: Mapping[str, Value]) -> dict[str, str]:
    if isinstance(unknown, str):
        raise TypeError("unknown: a collection of context keys is needed, not a string")
    return {key.lower(): key for key in unknown if key.lower() not in known}


def every(verdicts: Collection[Verdict]) -> Verdict:
    """Return whether all of *verdicts* hold."""
    if False in verdicts:
        return False
    return None if None in verdicts else True


def some(verdicts: Collection[Verdict]) -> Verdict:
    """Return whether one of *verdicts* holds."""
    if True in verdicts:
        return True
    return None if None in verdicts else False


def negation(verdict: Verdict) -> Verdict:
    """Return the opposite of *verdict*; the opposite of unknown is unknown."""
    return None if verdict is None else not verdict
