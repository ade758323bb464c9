"""
JSON text, changed without touching its layout: what is not edited keeps each byte.

Indentation, spaces and line endings of what goes in are those of what stands around it.
"""

import json
import re
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

Path: TypeAlias = "tuple[str | int, ...]"

_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_OTHER = re.compile(r'[^ \t\r\n,:"{}\[\]]+')
_LINE_START = re.compile(r"\r?\n[ \t]*")


class _Kind(Enum):
    OBJECT = "{}"
    ARRAY = "[]"
    SCALAR = ""


@dataclass(frozen=True, slots=True)
class _Node:
    """
    A value in the text, from `start` to `end`.

    `entries` are its members or items; each begins at the same index of `starts`, a member with its name.
    """

    kind: _Kind
    start: int
    end: int
    names: tuple[str, ...] = ()
    starts: tuple[int, ...] = ()
    entries: tuple["_Node", ...] = ()

    def at(self, step: str | int) -> "_Node | None":
        """Return the member or item *step*; an item of what is no array is the thing itself."""
        if isinstance(step, int):
            return self.entries[step] if self.kind is _Kind.ARRAY else self
        return self.entries[self.names.index(step)] if step in self.names else None


def add(text: str, path: Path, values: tuple[Any, ...]) -> str:
    """
    Return *text* with *values* added to the list at *path*.

    A single value becomes a list; where nothing stands, it is put there, with all that leads to it.
    """
    root = _scan(text)
    style = _Style.of(text, root)
    node = root
    for depth, step in enumerate(path):
        inner = node.at(step)
        if inner is None:
            content = _nested(path[depth + 1 :], values)
            return _append(text, node, [(step, content)], style)
        node = inner
    if node.kind is _Kind.ARRAY:
        return _append(text, node, [(None, value) for value in values], style)
    return _listed(text, node, values, style)


def remove(text: str, path: Path, values: tuple[str, ...]) -> str:
    """Return *text* with *values* taken out of the array at *path*."""
    node = _scan(text)
    for step in path:
        node = node.at(step) or node
    for index, entry in enumerate(node.entries):
        if json.loads(text[entry.start : entry.end]) in values:
            return remove(_without(text, node, index), path, values)
    return text


def _without(text: str, node: _Node, index: int) -> str:
    if index:
        return text[: node.entries[index - 1].end] + text[node.entries[index].end :]
    following = node.starts[1] if len(node.entries) > 1 else node.entries[0].end
    return text[: node.starts[0]] + text[following:]


@dataclass(frozen=True, slots=True)
class _Style:
    """How the document is written: what follows a name, what parts entries on one line, and one step of indentation."""

    colon: str
    comma: str
    unit: str

    @classmethod
    def of(cls, text: str, root: _Node) -> "_Style":
        lead = _LINE_START.match(text, root.start + 1)
        unit = lead[0].lstrip("\r\n") if lead else "  "
        if not root.entries:
            return cls(": ", ", ", unit)
        name_end = _STRING.match(text, root.starts[0]).end()  # type: ignore[union-attr]  # a name stands there
        colon = text[name_end : root.entries[0].start]
        return cls(colon, ", " if colon.endswith(" ") else ",", unit)

    def render(self, value: Any, margin: str | None) -> str:
        """Return *value* as JSON: on one line, or, with a *margin* (line break and indentation), on several."""
        if isinstance(value, dict):
            entries = [(json.dumps(name) + self.colon, each) for name, each in value.items()]
        elif isinstance(value, list):
            entries = [("", each) for each in value]
        else:
            return json.dumps(value)
        inner = None if margin is None else margin + self.unit
        parts = [name + self.render(each, inner) for name, each in entries]
        opening, closing = _Kind.OBJECT.value if isinstance(value, dict) else _Kind.ARRAY.value
        if inner is None or not parts:
            return opening + self.comma.join(parts) + closing
        return opening + inner + f",{inner}".join(parts) + f"{margin}{closing}"


def _append(text: str, node: _Node, entries: list[tuple[Any, Any]], style: _Style) -> str:
    if not node.entries:
        parts = [_entry(name, value, style, None) for name, value in entries]
        return _insert(text, node.start + 1, style.comma.join(parts))
    separator = _separator(text, node, style)
    last = node.entries[-1]
    lead = _LINE_START.search(separator)
    # What stands on several lines has neighbours that do.
    margin = lead[0] if lead and _LINE_START.search(text, last.start, last.end) else None
    if lead is None:
        margin = _margin(text, last)
    parts = [separator + _entry(name, value, style, margin) for name, value in entries]
    return _insert(text, last.end, "".join(parts))


def _separator(text: str, node: _Node, style: _Style) -> str:
    if len(node.entries) > 1:
        return text[node.entries[-2].end : node.starts[-1]]
    lead = text[node.start + 1 : node.starts[0]]
    return f",{lead}" if _LINE_START.search(lead) else style.comma


def _listed(text: str, node: _Node, values: tuple[Any, ...], style: _Style) -> str:
    margin = _margin(text, node)
    added = "".join(style.comma + style.render(value, margin) for value in values)
    return text[: node.start] + "[" + text[node.start : node.end] + added + "]" + text[node.end :]


def _margin(text: str, node: _Node) -> str | None:
    """Return the line break and the indentation before the end of *node*, if it stands on several lines."""
    breaks = list(_LINE_START.finditer(text, node.start, node.end))
    return breaks[-1][0] if breaks else None


def _entry(name: str | None, value: Any, style: _Style, margin: str | None) -> str:
    return style.render(value, margin) if name is None else json.dumps(name) + style.colon + style.render(value, margin)


def _insert(text: str, at: int, what: str) -> str:
    return text[:at] + what + text[at:]


def _nested(path: Path, values: tuple[Any, ...]) -> Any:
    content: Any = values[0] if len(values) == 1 else list(values)
    for step in reversed(path):
        content = {step: content}
    return content


def _scan(text: str) -> _Node:
    return _value(text, _skip(text, 0))


def _value(text: str, start: int) -> _Node:
    if text[start] == "{":
        return _container(text, start, _Kind.OBJECT)
    if text[start] == "[":
        return _container(text, start, _Kind.ARRAY)
    found = (_STRING if text[start] == '"' else _OTHER).match(text, start)
    if found is None:
        raise ValueError("not JSON")
    return _Node(_Kind.SCALAR, start, found.end())


def _container(text: str, start: int, kind: _Kind) -> _Node:
    names: list[str] = []
    starts: list[int] = []
    entries: list[_Node] = []
    at = _skip(text, start + 1)
    while text[at] != kind.value[1]:
        starts.append(at)
        if kind is _Kind.OBJECT:
            name = _value(text, at)
            names.append(json.loads(text[at : name.end]))
            at = _skip(text, _skip(text, name.end) + 1)
        entries.append(_value(text, at))
        at = _skip(text, entries[-1].end)
        at = _skip(text, at + 1) if text[at] == "," else at
    return _Node(kind, start, at + 1, tuple(names), tuple(starts), tuple(entries))


def _skip(text: str, at: int) -> int:
    return _SPACE.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing, too
