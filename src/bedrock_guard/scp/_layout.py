"""
JSON text, changed without touching its layout: what is not edited keeps each byte.

Indentation, spaces and line endings of what goes in are those of what stands around it.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, TypeAlias

from bedrock_guard.scp._nodes import STRING, Kind, Node, lists_of, scan

Path: TypeAlias = "tuple[str | int, ...]"

_LINE_START = re.compile(r"\r?\n[ \t]*")


def add(text: str, path: Path, values: tuple[Any, ...]) -> str:
    """
    Return *text* with *values* added to the list at *path*.

    A single value becomes a list; where nothing stands, it is put there, with all that leads to it.
    """
    root = scan(text)
    style = _Style.of(text, root)
    node = root
    for depth, step in enumerate(path):
        inner = node.at(step)
        if inner is None:
            content = _nested(path[depth + 1 :], values)
            return _append(text, node, [(step, content)], style)
        node = inner
    if node.kind is Kind.ARRAY:
        return _append(text, node, [(None, value) for value in values], style)
    return _listed(text, node, values, style)


def remove(text: str, path: Path, values: tuple[str, ...]) -> str:
    """Return *text* with *values* taken out of the array at *path*."""
    node = scan(text)
    for step in path:
        node = node.at(step) or node
    for index, entry in enumerate(node.entries):
        if json.loads(text[entry.start : entry.end]) in values:
            return remove(_without(text, node, index), path, values)
    return text


def _without(text: str, node: Node, index: int) -> str:
    if index:
        return text[: node.entries[index - 1].end] + text[node.entries[index].end :]
    following = node.starts[1] if len(node.entries) > 1 else node.entries[0].end
    return text[: node.starts[0]] + text[following:]


@dataclass(frozen=True, slots=True)
class _Style:
    """
    How the document is written.

    What follows a name, what parts entries on one line, one step of indentation, and whether lists stand on one line.
    """

    colon: str
    comma: str
    unit: str
    in_line: bool

    @classmethod
    def of(cls, text: str, root: Node) -> "_Style":
        lead = _LINE_START.match(text, root.start + 1)
        unit = lead[0].lstrip("\r\n") if lead else "  "
        in_line = any(_LINE_START.search(text, each.start, each.end) is None for each in lists_of(root))
        if not root.entries:
            return cls(": ", ", ", unit, in_line)
        name_end = STRING.match(text, root.starts[0]).end()  # type: ignore[union-attr]  # a name stands there
        colon = text[name_end : root.entries[0].start]
        return cls(colon, ", " if colon.endswith(" ") else ",", unit, in_line)

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
        opening, closing = Kind.OBJECT.value if isinstance(value, dict) else Kind.ARRAY.value
        if inner is None or not parts:
            return opening + self.comma.join(parts) + closing
        return opening + inner + f",{inner}".join(parts) + f"{margin}{closing}"


def _append(text: str, node: Node, entries: list[tuple[Any, Any]], style: _Style) -> str:
    if not node.entries:
        parts = [_entry(name, value, style, None) for name, value in entries]
        return _insert(text, node.start + 1, style.comma.join(parts))
    separator = _separator(text, node, style)
    last = node.entries[-1]
    lead = _LINE_START.search(separator)
    # What stands on several lines has neighbours that do.
    margin = lead[0] if lead and _LINE_START.search(text, last.start, last.end) else None
    if lead is None:
        margin = _margin(text, last.start, last.end)
    parts = [separator + _entry(name, value, style, margin) for name, value in entries]
    return _insert(text, last.end, "".join(parts))


def _separator(text: str, node: Node, style: _Style) -> str:
    if len(node.entries) > 1:
        return text[node.entries[-2].end : node.starts[-1]]
    lead = text[node.start + 1 : node.starts[0]]
    return f",{lead}" if _LINE_START.search(lead) else style.comma


def _listed(text: str, node: Node, values: tuple[Any, ...], style: _Style) -> str:
    lead = _margin(text, 0, node.start)
    if node.kind is Kind.SCALAR and lead and not style.in_line:
        inner = lead + style.unit
        items = [text[node.start : node.end], *(style.render(value, inner) for value in values)]
        content = inner + f",{inner}".join(items) + lead
    else:
        margin = _margin(text, node.start, node.end)
        content = text[node.start : node.end] + "".join(style.comma + style.render(value, margin) for value in values)
    return f"{text[: node.start]}[{content}]{text[node.end :]}"


def _margin(text: str, start: int, end: int) -> str | None:
    """Return the last line break from *start* to *end*, and the indentation behind it, if there is one."""
    breaks = list(_LINE_START.finditer(text, start, end))
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
