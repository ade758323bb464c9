"""Strings of the policy language: wildcards, policy variables, actions and ARNs."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from bedrock_guard.scp._facts import Facts, Verdict


class Wildcard(Enum):
    """What stands for other characters in a pattern."""

    ANY = "*"
    ONE = "?"


@dataclass(frozen=True, slots=True)
class Variable:
    """A policy variable: a context key in lower case, and what to use where the request has no value of it."""

    key: str
    default: str | None


Tokens: TypeAlias = "tuple[str | Wildcard, ...]"
Parts: TypeAlias = "tuple[str | Wildcard | Variable, ...]"
Matcher: TypeAlias = Callable[[str], bool]

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
# Default values: "surround the default value with single quotes, and separate the variable text and the default value
# with a comma and space" (reference_policies_variables.html).
_WITH_DEFAULT = re.compile(r"([^,]*),\s*'(.*)'\s*", re.DOTALL)


def parse(text: str, *, wildcards: bool, variables: bool) -> Parts:
    """Return the parts of *text*, in which `*` and `?`, and `${...}`, mean something or are themselves."""
    plain = tokens_of if wildcards else _literal
    parts: list[str | Wildcard | Variable] = []
    end = 0
    for found in _VARIABLE.finditer(text) if variables else ():
        parts += (*plain(text[end : found.start()]), _variable(found[1]))
        end = found.end()
    return (*parts, *plain(text[end:]))


def tokens_of(text: str) -> Tokens:
    """Return *text* with its wildcards."""
    pieces = re.split(r"([*?])", text)
    return tuple(Wildcard(piece) if piece in ("*", "?") else piece for piece in pieces if piece)


def _literal(text: str) -> Tokens:
    return (text,) if text else ()


def _variable(inside: str) -> str | Variable:
    # ${*}, ${?} and ${$} are these characters (reference_policies_variables.html, "Special characters").
    if inside in ("*", "?", "$"):
        return inside
    with_default = _WITH_DEFAULT.fullmatch(inside)
    key, default = with_default.groups() if with_default else (inside, None)
    return Variable(key.strip().lower(), default)


@dataclass(frozen=True, slots=True)
class Template:
    """A pattern with policy variables in it, and what makes a matcher of it once they are replaced."""

    parts: Parts
    build: Callable[[Tokens], Matcher]

    def matches(self, value: str, facts: Facts) -> Verdict:
        """Return whether *value* matches, or None if that depends on an unknown key."""
        if any(key in facts.unknown for key in self.variables()):
            return None
        texts = [_resolved(part, facts) if isinstance(part, Variable) else part for part in self.parts]
        tokens = tuple(text for text in texts if text is not None)
        # "There is no equal or like value" to a variable without one (reference_policies_variables.html).
        return len(tokens) == len(texts) and self.build(tokens)(value)

    def variables(self) -> list[str]:
        """Return the context keys of the variables, in lower case."""
        return [part.key for part in self.parts if isinstance(part, Variable)]


def operand(parts: Parts, build: Callable[[Tokens], Matcher]) -> Matcher | Template:
    """Return what compares a value with *parts*; raise ValueError where *build* does."""
    tokens = tuple(part for part in parts if not isinstance(part, Variable))
    return build(tokens) if len(tokens) == len(parts) else Template(parts, build)


def split(operands: Iterable[Matcher | Template]) -> tuple[Matcher, tuple[Template, ...]]:
    """Return one matcher for all *operands* without variables, and those with."""
    matchers: list[Matcher] = []
    templates: list[Template] = []
    for each in operands:
        if isinstance(each, Template):
            templates.append(each)
        else:
            matchers.append(each)
    return (lambda value: any(matches(value) for matches in matchers)), tuple(templates)


def _resolved(variable: Variable, facts: Facts) -> str | None:
    # "You cannot use a multivalued context key as a policy variable"
    # (reference_policies_condition-single-vs-multi-valued-context-keys.html).
    value = facts.known.get(variable.key)
    return value if isinstance(value, str) else variable.default


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


def arn(tokens: Tokens) -> Matcher:
    """
    Return a matcher of an ARN as ArnLike has it; a pattern of fewer than six components matches none.

    "Each of the six colon-delimited components of the ARN is checked separately"
    (reference_policies_elements_condition_operators.html, "Amazon Resource Name (ARN) condition operators").
    """
    globs = [glob(component) for component in _components(tokens)]

    def matches(value: str) -> bool:
        # The last component holds colons of its own: `foundation-model/amazon.nova-lite-v1:0`.
        components = value.split(":", 5)
        return len(globs) == 6 == len(components) and all(map(_call, globs, components))

    return matches


def _call(matcher: Matcher, value: str) -> bool:
    return matcher(value)


def resource(tokens: Tokens) -> Matcher:
    """
    Return a matcher of the Resource element.

    Wildcards stand "within the individual segments of an ARN", but "if the * wildcard is the last character of a
    resource ARN segment, it can expand to match beyond the colon boundaries"
    (reference_policies_elements_resource.html).
    """
    *heads, last = _components(tokens)
    segments = [(glob(head), head[-1:] == (Wildcard.ANY,)) for head in heads]
    rest = glob(last)

    def matches(value: str) -> bool:
        starts = {0}
        for segment, expands in segments:
            starts = {start for before in starts for start in _ends(value, before, segment, expands=expands)}
        return any(rest(value[start:]) for start in starts)

    return matches


def _ends(value: str, start: int, segment: Matcher, *, expands: bool) -> Iterable[int]:
    """Yield where the next segment of *value* may start, if the one from *start* matches."""
    colon = value.find(":", start)
    if colon < 0 or not segment(value[start:colon]):
        return
    while colon >= 0:
        yield colon + 1
        colon = value.find(":", colon + 1) if expands else -1


def _components(tokens: Tokens) -> list[Tokens]:
    """Return the six or fewer components of an ARN pattern."""
    components: list[list[str | Wildcard]] = [[]]
    for token in tokens:
        head, *tail = token.split(":", 6 - len(components)) if isinstance(token, str) else [token]
        components[-1].append(head)
        components += [[text] for text in tail]
    return [tuple(token for token in component if token != "") for component in components]


def parse_resource(text: str, *, variables: bool) -> Parts:
    """
    Return the parts of an entry of Resource or NotResource.

    A variable stands "only in the resource portion of the ARN", "after the fifth colon"
    (reference_policies_variables.html); before that it is plain text.
    """
    *head, portion = text.split(":", 5)
    if len(head) < 5:
        return tokens_of(text)
    before = "".join(f"{component}:" for component in head)
    return tokens_of(before) + parse(portion, wildcards=True, variables=variables)


def actions(patterns: Iterable[str]) -> Matcher:
    """
    Return a matcher of the Action element, for actions in lower case.

    "The prefix and the action name are case insensitive" (reference_policies_elements_action.html). A pattern without
    a colon (`logs*`) is matched against the whole action.
    """
    names: set[str] = set()
    globs: list[Matcher] = []
    for pattern in patterns:
        tokens = tokens_of(pattern.lower())
        if tokens == (pattern.lower(),):
            names.add(pattern.lower())
        else:
            globs.append(glob(tokens))
    return lambda action: action in names or any(matches(action) for matches in globs)
