"""What policies name: Regions, principals, profiles and actions that an edit of them may make a difference to."""

from collections.abc import Iterator
from dataclasses import dataclass

from bedrock_guard._identifiers import parse_arn
from bedrock_guard.scp._hierarchy import Hierarchy
from bedrock_guard.scp._reasons import on_key


@dataclass(frozen=True)
class Mentions:
    """What the documents *before* and *after* an edit name; what is new comes first, so that no limit cuts it off."""

    before: Hierarchy
    after: Hierarchy

    @property
    def keys(self) -> frozenset[str]:
        """The context keys that either asks about, in lower case."""
        return frozenset(key.lower() for key in (*self.before.keys, *self.after.keys))

    def values(self, key: str, *, new: bool) -> list[str]:
        """Return the values that *key* is compared with: those of *before*, or the *new* ones."""
        old = dict.fromkeys(_values(self.before, key))
        return [value for value in dict.fromkeys(_values(self.after, key)) if value not in old] if new else [*old]

    def arns(self, key: str, account: str = "x") -> Iterator[str]:
        """Yield an ARN for each that *key* is compared with, in *account* where it names none."""
        values = (*self.values(key, new=True), *self.values(key, new=False))
        yield from dict.fromkeys(arn for arn in (_arn(value, account) for value in values) if arn)

    def actions(self) -> Iterator[str]:
        """Yield an action for each that a statement names with its service."""
        old = dict.fromkeys(_actions(self.before))
        new = (action for action in _actions(self.after) if action not in old)
        yield from dict.fromkeys(_example(action) for action in (*new, *old) if ":" in action)


def _values(hierarchy: Hierarchy, key: str) -> Iterator[str]:
    return (value for statement in hierarchy.statements for each in on_key(statement, key) for value in each.values)


def _actions(hierarchy: Hierarchy) -> Iterator[str]:
    return (action for statement in hierarchy.statements for action in statement.actions)


def _arn(pattern: str, account: str) -> str | None:
    parts = pattern.split(":", 5)
    if parse_arn(pattern) is None:
        return None
    parts[4] = account if parts[4] == "*" else parts[4]
    return _example(":".join(parts))


def _example(pattern: str) -> str:
    return pattern.replace("*", "x").replace("?", "x")
