"""
JSON text as a tree of places: where each value begins and ends.

The text is known to be JSON: nothing is checked again.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

_SPACE = re.compile(r"[ \t\r\n]*")
STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_OTHER = re.compile(r'[^ \t\r\n,:"{}\[\]]+')


class Kind(Enum):
    """What a value is, by the brackets around it."""

    OBJECT = "{}"
    ARRAY = "[]"
    SCALAR = ""


@dataclass(frozen=True, slots=True)
class Node:
    """
    A value in the text, from `start` to `end`.

    `entries` are its members or items; each begins at the same index of `starts`, a member with its name.
    """

    kind: Kind
    start: int
    end: int
    names: tuple[str, ...] = ()
    starts: tuple[int, ...] = ()
    entries: tuple["Node", ...] = ()

    def at(self, step: str | int) -> "Node | None":
        """Return the member or item *step*; an item of what is no array is the thing itself."""
        if isinstance(step, int):
            return self.entries[step] if self.kind is Kind.ARRAY else self
        return self.entries[self.names.index(step)] if step in self.names else None


def scan(text: str) -> Node:
    """Return the value that *text* holds."""
    return _value(text, _skip(text, 0))


def lists_of(node: Node) -> Iterator[Node]:
    """Yield the arrays of scalars in *node*."""
    if node.kind is Kind.ARRAY and node.entries and all(each.kind is Kind.SCALAR for each in node.entries):
        yield node
    for each in node.entries:
        yield from lists_of(each)


def _value(text: str, start: int) -> Node:
    if text[start] == "{":
        return _container(text, start, Kind.OBJECT)
    if text[start] == "[":
        return _container(text, start, Kind.ARRAY)
    found = (STRING if text[start] == '"' else _OTHER).match(text, start)
    if found is None:
        raise ValueError("not JSON")
    return Node(Kind.SCALAR, start, found.end())


def _container(text: str, start: int, kind: Kind) -> Node:
    names: list[str] = []
    starts: list[int] = []
    entries: list[Node] = []
    at = _skip(text, start + 1)
    while text[at] != kind.value[1]:
        starts.append(at)
        if kind is Kind.OBJECT:
            name = _value(text, at)
            names.append(json.loads(text[at : name.end]))
            at = _skip(text, _skip(text, name.end) + 1)
        entries.append(_value(text, at))
        at = _skip(text, entries[-1].end)
        at = _skip(text, at + 1) if text[at] == "," else at
    return Node(kind, start, at + 1, tuple(names), tuple(starts), tuple(entries))


def _skip(text: str, at: int) -> int:
    return _SPACE.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing, too
