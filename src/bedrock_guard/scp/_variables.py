"""
Policy variables: `${aws:PrincipalTag/team}`, with a default `${aws:PrincipalTag/team, 'none'}`, and `${*}`.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from bedrock_guard.scp._facts import Facts, Verdict, negation, some
from bedrock_guard.scp._patterns import Matcher, Tokens, Wildcard, tokens_of

# "Surround the default value with single quotes, and separate the variable text and the default value with a comma
# and space."
_WITH_DEFAULT = re.compile(r"([^,]*),\s*'(.*)'\s*", re.DOTALL)
_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Variable:
    """A context key in lower case and as written, and what stands for it where the request has no value of it."""

    key: str
    written: str
    default: str | None


Parts: TypeAlias = tuple[str | Wildcard | Variable, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A string with variables in it, and what makes a matcher of it once they are replaced."""

    parts: Parts
    build: Callable[[Tokens], Matcher]

    def matches(self, value: str, facts: Facts) -> Verdict:
        """Return whether *value* matches, or None if that depends on an unknown key."""
        if any(key in facts.unknown for key in self.keys):
            return None
        texts = [_resolved(part, facts) if isinstance(part, Variable) else part for part in self.parts]
        tokens = tuple(text for text in texts if text is not None)
        # "There is no equal or like value" to a variable that has none.
        return len(tokens) == len(texts) and self._built(tokens, value)

    def _built(self, tokens: Tokens, value: str) -> bool:
        try:
            return self.build(tokens)(value)
        except ValueError:
            # The request's value is not of the operator's kind: no boolean, for instance.
            return False

    @property
    def keys(self) -> dict[str, str]:
        """The context keys of the variables as written, by their names in lower case."""
        return {part.key: part.written for part in self.parts if isinstance(part, Variable)}


def _resolved(variable: Variable, facts: Facts) -> str | None:
    # "You cannot use a multivalued context key as a policy variable"
    # (reference_policies_condition-single-vs-multi-valued-context-keys.html).
    value = facts.known.get(variable.key)
    return value if isinstance(value, str) else variable.default


def parse(text: str, *, wildcards: bool, variables: bool) -> Parts:
    """Return the parts of *text*, in which `*` and `?`, and `${...}`, mean something or are themselves."""
    plain = tokens_of if wildcards else _literal
    parts: list[str | Wildcard | Variable] = []
    end = 0
    while variables and (start := text.find("${", end)) >= 0 and (closing := text.find("}", start)) >= 0:
        parts += (*plain(text[end:start]), _variable(text[start + 2 : closing]))
        end = closing + 1
    return (*parts, *plain(text[end:]))


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


def _literal(text: str) -> Tokens:
    return (text,) if text else ()


def _variable(inside: str) -> str | Variable:
    # "Special characters": ${*}, ${?} and ${$} are these characters.
    if inside in ("*", "?", "$"):
        return inside
    with_default = _WITH_DEFAULT.fullmatch(inside)
    key, default = with_default.groups() if with_default else (inside, None)
    return Variable(key.strip().lower(), key.strip(), default)


def operand(parts: Parts, build: Callable[[Tokens], Matcher]) -> Matcher | Template:
    """Return what compares a value with *parts*; raise ValueError where *build* does."""
    tokens = tuple(part for part in parts if not isinstance(part, Variable))
    return build(tokens) if len(tokens) == len(parts) else Template(parts, build)


class Alternatives:
    """
    The values of a list, of which one must match, or where it is `negated` none may.

    `keys` are the context keys of the policy variables in it as written, by their names in lower case.
    """

    def __init__(self, operands: Iterable[Matcher | Template], *, negated: bool) -> None:
        entries = tuple(operands)
        matchers = [each for each in entries if not isinstance(each, Template)]
        self._templates = [each for each in entries if isinstance(each, Template)]
        self._matches = lru_cache(_REMEMBERED)(lambda value: any(matches(value) for matches in matchers))
        self._negated = negated
        self.keys = {key: written for template in self._templates for key, written in template.keys.items()}

    def verdict(self, value: str, facts: Facts) -> Verdict:
        """Return whether the list says yes to *value*, or None if that depends on an unknown key."""
        if self._matches(value):
            return not self._negated
        if not self._templates:
            return self._negated
        matched = some([template.matches(value, facts) for template in self._templates])
        return negation(matched) if self._negated else matched
