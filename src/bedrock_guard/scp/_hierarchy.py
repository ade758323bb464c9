"""The service control policies of one account, compiled for many questions."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from bedrock_guard.scp._conditions import Condition, NullCondition, condition, is_operator
from bedrock_guard.scp._documents import Line, WrittenStatement, read
from bedrock_guard.scp._errors import PolicyError, printable
from bedrock_guard.scp._facts import Facts, Verdict, negation, some
from bedrock_guard.scp._patterns import actions, operand, parse_resource, resource, split

Policy: TypeAlias = "Mapping[str, Any] | str"
_REMEMBERED_ACTIONS = 1024
_REMEMBERED_REQUESTS = 4096


class Statement:
    """
    A statement ready to be asked.

    `level`, `document` and `index` say where it stands, counted from 0; `name` is its Sid, or `Statement[i]`; `effect`
    is Allow or Deny; `source` is the statement as it was given.
    """

    def __init__(self, written: WrittenStatement) -> None:
        place = written.place
        self.level, self.document, self.index = place.level, place.document, place.index
        self.name = place.sid or f"Statement[{place.index}]"
        self.effect = written.effect
        self.source = written.source
        self.conditions = tuple(_condition(line, written) for line in written.lines)
        self._resources = _Resources(written)
        self._tests = (*((self._resources,) if self._resources.templates else ()), *self.conditions)
        self._in_actions = actions(written.actions)
        self._not_action = written.not_action

    def covers_action(self, action: str) -> bool:
        """Return whether the statement is about *action*, in lower case."""
        return self._in_actions(action) is not self._not_action

    def may_cover_resource(self, arn: str) -> bool:
        """Return whether the statement is about *arn*, as far as that needs no context."""
        return bool(self._resources.templates) or self._resources.covers(arn)

    def verdict(self, facts: Facts) -> Verdict:
        """Return whether the statement, which is about the action and may be about the resource, takes effect."""
        verdict: Verdict = True
        for test in self._tests:
            holds = test.verdict(facts)
            if holds is False:
                return False
            if holds is None:
                verdict = None
        return verdict

    def missing(self, facts: Facts) -> set[str]:
        """Return the unknown keys that an undecided verdict depends on, spelled as the asker did."""
        return {key for test in self._tests if test.verdict(facts) is None for key in test.missing(facts)}


class _Resources:
    def __init__(self, written: WrittenStatement) -> None:
        parsed = (parse_resource(text, variables=written.variables) for text in written.resources)
        self._matches, self.templates = split(operand(parts, resource) for parts in parsed)
        self._negated = written.not_resource

    def covers(self, arn: str) -> bool:
        return self._matches(arn) is not self._negated

    def verdict(self, facts: Facts) -> Verdict:
        if self._matches(facts.resource):
            return not self._negated
        matched = some([template.matches(facts.resource, facts) for template in self.templates])
        return negation(matched) if self._negated else matched

    def missing(self, facts: Facts) -> set[str]:
        return {facts.unknown[key] for each in self.templates for key in each.variables() if key in facts.unknown}


def _condition(line: Line, written: WrittenStatement) -> Condition | NullCondition:
    field = f"Condition.{printable(line.operator)}"
    # An operator that is not known must never count as a condition that does not hold.
    if not is_operator(line.operator):
        raise written.place.error(f"{field}: no such operator")
    try:
        return condition(line.operator, line.key, line.values, variables=written.variables)
    except ValueError as cause:
        raise written.place.error(f"{field}.{printable(line.key)}: {cause}") from None


class Candidates(NamedTuple):
    """The statements that are about one action and may be about one resource: the denying, and per level the allowing."""

    denies: tuple[Statement, ...]
    allows: tuple[tuple[Statement, ...], ...]


class Hierarchy:
    """
    The policies from the root to the account, compiled.

    `documents` are the policies of each level as dicts, JSON text read; `statements` are all their statements, in the
    order of levels, documents, statements. Neither is a copy of what was given: leave that unchanged.
    """

    def __init__(self, levels: Sequence[Sequence[Policy]]) -> None:
        read_levels = [
            [read(policy, level, document) for document, policy in enumerate(policies)]
            for level, policies in enumerate(_checked(levels))
        ]
        self.documents = tuple(tuple(content for content, _ in documents) for documents in read_levels)
        self.statements = tuple(
            Statement(written) for documents in read_levels for _, statements in documents for written in statements
        )
        self._about_action = lru_cache(_REMEMBERED_ACTIONS)(self._covering)
        self.candidates = lru_cache(_REMEMBERED_REQUESTS)(self._candidates)

    def applying(self, facts: Facts, action: str) -> Iterator[tuple[Statement, Verdict]]:
        """Yield the statements of both effects that take effect (True) or may (None), in their order."""
        for statement in self._about_action(action.lower()):
            if statement.may_cover_resource(facts.resource):
                verdict = statement.verdict(facts)
                if verdict is not False:
                    yield statement, verdict

    def _covering(self, action: str) -> tuple[Statement, ...]:
        return tuple(statement for statement in self.statements if statement.covers_action(action))

    def _candidates(self, action: str, arn: str) -> Candidates:
        about = [each for each in self._about_action(action.lower()) if each.may_cover_resource(arn)]
        allows = [each for each in about if each.effect == "Allow"]
        by_level = (tuple(each for each in allows if each.level == level) for level in range(len(self.documents)))
        return Candidates(tuple(each for each in about if each.effect == "Deny"), tuple(by_level))


def _checked(levels: object) -> Sequence[Sequence[Policy]]:
    if not isinstance(levels, (list, tuple)):
        raise PolicyError("levels must be a list of lists of policy documents, from the root to the account")
    if not levels:
        raise PolicyError("no levels: an account has at least its own, of one policy or more")
    for level, policies in enumerate(levels):
        if not isinstance(policies, (list, tuple)):
            raise PolicyError("must be a list of policy documents", level)
    return levels
