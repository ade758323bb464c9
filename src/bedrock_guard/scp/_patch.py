"""Changes of a policy document: the same for a dict, which stays what it was, and for JSON text, which keeps its layout."""

import copy
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bedrock_guard.scp import _layout
from bedrock_guard.scp._hierarchy import Policy
from bedrock_guard.scp._layout import Path


@dataclass(frozen=True)
class Add:
    """
    Add `values` to the list at `path`.

    A single value becomes a list; where nothing stands, it is put there, with all that leads to it. The number 0 in a
    path is also the one thing where a list of one was written without its brackets.
    """

    path: Path
    values: tuple[Any, ...]

    def to_text(self, text: str) -> str:
        """Return JSON *text*, changed."""
        return _layout.add(text, self.path, self.values)

    def to_object(self, content: Any) -> Any:
        """Return *content*, changed."""
        return _at(content, self.path, self._added)

    def _added(self, old: Any) -> Any:
        if old is _NOTHING:
            return self.values[0] if len(self.values) == 1 else list(self.values)
        return [*(old if isinstance(old, (list, tuple)) else [old]), *self.values]


@dataclass(frozen=True)
class Remove:
    """Take `values` out of the list at `path`."""

    path: Path
    values: tuple[str, ...]

    def to_text(self, text: str) -> str:
        """Return JSON *text*, changed."""
        return _layout.remove(text, self.path, self.values)

    def to_object(self, content: Any) -> Any:
        """Return *content*, changed."""
        return _at(content, self.path, lambda old: [each for each in old if each not in self.values])


Change = Add | Remove
_NOTHING = object()


def changed(policy: Policy, changes: Iterable[Change]) -> Policy:
    """Return *policy* with *changes*, in the form in which it was given."""
    for change in changes:
        policy = change.to_text(policy) if isinstance(policy, str) else change.to_object(policy)
    return policy


def minified(policy: Policy) -> str:
    """Return *policy* as the shortest JSON text."""
    content = json.loads(policy) if isinstance(policy, str) else policy
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False, default=dict)


def _at(content: Any, path: Path, change: Any) -> Any:
    if not path:
        return change(copy.deepcopy(content) if content is not _NOTHING else content)
    step, *rest = path
    if isinstance(step, int) and isinstance(content, (list, tuple)):
        return [_at(each, tuple(rest), change) if index == step else each for index, each in enumerate(content)]
    if isinstance(step, int):
        return _at(content, tuple(rest), change)
    members: Mapping[str, Any] = {} if content is _NOTHING else content
    return {**members, step: _at(members.get(step, _NOTHING), tuple(rest), change)}
