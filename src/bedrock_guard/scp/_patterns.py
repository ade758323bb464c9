"""Strings with wildcards."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias


class Wildcard(Enum):
    """What stands for other characters: any number of them, or one."""

    ANY = "*"
    ONE = "?"


_WILDCARDS = frozenset("*?")

Tokens: TypeAlias = tuple[str | Wildcard, ...]
Matcher: TypeAlias = Callable[[str], bool]


def tokens_of(text: str) -> Tokens:
    """Return *text* with its wildcards."""
    pieces = re.split(r"([*?])", text)
    return tuple(Wildcard(piece) if piece in ("*", "?") else piece for piece in pieces if piece)


def text_of(tokens: Tokens) -> str:
    """Return the text of *tokens* without wildcards."""
    return "".join(token for token in tokens if isinstance(token, str))


def exact(tokens: Tokens) -> Matcher:
    """Return a matcher of that very string."""
    return text_of(tokens).__eq__


def exact_ignoring_case(tokens: Tokens) -> Matcher:
    """Return a matcher of that string in any case."""
    text = text_of(tokens).lower()
    return lambda value: value.lower() == text


def glob(tokens: Tokens) -> Matcher:
    """
    Return a matcher of *tokens*, where ANY is zero or more characters and ONE is one.

    Each run between two ANY is looked for from where the last one ended, which is linear where a regular expression
    backtracks: patterns come from documents that nobody vouches for.
    """
    if all(isinstance(token, str) for token in tokens):
        return exact(tokens)
    first, *middle = _runs(tokens)
    if not middle:
        return lambda value: len(value) == first.length and first.at(value, 0)
    last = middle.pop()

    def matches(value: str) -> bool:
        position, end = first.length, len(value) - last.length
        if position > end or not first.at(value, 0) or not last.at(value, end):
            return False
        for run in middle:
            found = run.find(value, position, end)
            if found < 0:
                return False
            position = found + run.length
        return True

    return matches


@dataclass(frozen=True, slots=True)
class _Run:
    """What stands between two ANY: a string of known length, some characters of which may be any."""

    length: int
    at: Callable[[str, int], bool]
    find: Callable[[str, int, int], int]


def _runs(tokens: Tokens) -> list[_Run]:
    runs: list[list[str | Wildcard]] = [[]]
    for token in tokens:
        if token is Wildcard.ANY:
            runs.append([])
        else:
            runs[-1].append(token)
    return [_run(run) for run in runs]


def _run(tokens: list[str | Wildcard]) -> _Run:
    if Wildcard.ONE not in tokens:
        text = text_of(tuple(tokens))
        return _Run(
            len(text), lambda value, start: value.startswith(text, start), lambda value, *span: value.find(text, *span)
        )
    source = "".join(re.escape(token) if isinstance(token, str) else "." for token in tokens)
    pattern = re.compile(source, re.DOTALL)
    length = sum(len(token) if isinstance(token, str) else 1 for token in tokens)

    def find(value: str, start: int, end: int) -> int:
        found = pattern.search(value, start, end)
        return found.start() if found else -1

    return _Run(length, lambda value, start: pattern.match(value, start) is not None, find)


def actions(patterns: Iterable[str]) -> Matcher:
    """
    Return a matcher of the Action element, for actions in lower case.

    "The prefix and the action name are case insensitive" (reference_policies_elements_action.html). A pattern without
    a colon (`logs*`) is matched against the whole action.
    """
    names: set[str] = set()
    globs: defaultdict[str, list[Matcher]] = defaultdict(list)
    for pattern in map(str.lower, patterns):
        service, _, _ = pattern.partition(":")
        if not _WILDCARDS & set(pattern):
            names.add(pattern)
        else:
            # By service: in the long lists of real policies few patterns are about the one that is asked for.
            globs["*" if _WILDCARDS & set(service) else service].append(glob(tokens_of(pattern)))

    def matches(action: str) -> bool:
        service, _, _ = action.partition(":")
        return action in names or any(each(action) for each in (*globs.get(service, ()), *globs.get("*", ())))

    return matches
