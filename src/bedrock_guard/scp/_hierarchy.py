"""The service control policies of one account, compiled for many questions."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from bedrock_guard.scp._arns import resource
from bedrock_guard.scp._conditions import Condition, NullCondition, condition
from bedrock_guard.scp._documents import Line, WrittenStatement, read
from bedrock_guard.scp._errors import PolicyError, printable
from bedrock_guard.scp._facts import Facts, Verdict
from bedrock_guard.scp._patterns import actions
from bedrock_guard.scp._variables import Alternatives, operand, parse_resource

Policy: TypeAlias = "Mapping[str, Any] | str"
_REMEMBERED_ACTIONS = 4096


class Statement:
    """
    A statement ready to be asked.

    `level`, `document` and `index` say where it stands, counted from 0; `name` is its Sid, or `Statement[i]`; `effect`
    is Allow or Deny; `actions` and `resources` are as written, also those of NotAction and NotResource;
    `source` is the statement as it was given.
    """

    def __init__(self, written: WrittenStatement) -> None:
        place = written.place
        self.level, self.document, self.index = place.level, place.document, place.index
        self.name = place.sid or f"Statement[{place.index}]"
        self.effect = written.effect
        self.source = written.source
        self.conditions = tuple(_condition(line, written) for line in written.lines)
        # `*` needs no test; most statements have it.
        resources = () if written.resources == ("*",) and not written.not_resource else (_Resources(written),)
        self._tests = (*resources, *self.conditions)
        self.actions, self.resources = written.actions, written.resources
        self._in_actions = actions(written.actions)
        self._not_action = written.not_action

    def covers_action(self, action: str) -> bool:
        """Return whether the statement is about *action*, in lower case."""
        return self._in_actions(action) is not self._not_action

    def verdict(self, facts: Facts) -> Verdict:
        """Return whether the statement, which is about the action, takes effect."""
        verdict: Verdict = True
        for test in self._tests:
            holds = test.verdict(facts)
            if holds is False:
                return False
            if holds is None:
                verdict = None
        return verdict

    @property
    def keys(self) -> frozenset[str]:
        """The context keys that the statement asks about, also through policy variables, in lower case."""
        return frozenset(self.written_keys)

    @property
    def written_keys(self) -> dict[str, str]:
        """The same keys as the policy spells them, by their names in lower case."""
        return {key: written for test in self._tests for key, written in test.keys.items()}

    def missing(self, facts: Facts) -> set[str]:
        """Return the unknown keys that an undecided verdict depends on, spelled as the asker did."""
        undecided = (test for test in self._tests if test.verdict(facts) is None)
        return {facts.unknown[key] for test in undecided for key in test.keys if key in facts.unknown}


class _Resources:
    # A test as conditions are, on the resource instead of a context key.
    def __init__(self, written: WrittenStatement) -> None:
        parsed = (parse_resource(text, variables=written.variables) for text in written.resources)
        self._alternatives = Alternatives((operand(each, resource) for each in parsed), negated=written.not_resource)
        self.keys = self._alternatives.keys

    def verdict(self, facts: Facts) -> Verdict:
        return self._alternatives.verdict(facts.resource, facts)


def _condition(line: Line, written: WrittenStatement) -> Condition | NullCondition:
    try:
        return condition(line.operator, line.key, line.values, variables=written.variables)
    except ValueError as cause:
        field = f"Condition.{printable(line.operator)}.{printable(line.key)}"
        raise written.place.error(f"{field}: {cause}") from None


class Candidates(NamedTuple):
    """The statements that are about one action: the denying ones, and the allowing ones of each level."""

    denies: tuple[Statement, ...]
    allows: tuple[tuple[Statement, ...], ...]


class Hierarchy:
    """
    The policies from the root to the account, compiled.

    `documents` are the policies of each level as dicts, JSON text read; `statements` are all their statements, in the
    order of levels, documents, statements. Neither is a copy of what was given: leave that unchanged. `keys` are the
    context keys that they ask about, each in one of the spellings that they have for it.
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
        written = {key: text for each in self.statements for key, text in each.written_keys.items()}
        self.keys = frozenset(written.values())
        self.candidates = lru_cache(_REMEMBERED_ACTIONS)(self._candidates)

    def _candidates(self, action: str) -> Candidates:
        service, _, name = str(action).partition(":")
        if not service or not name:
            raise ValueError(f'action is a service and an action, such as "bedrock:InvokeModel", not {action!r}')
        about = [each for each in self.statements if each.covers_action(action.lower())]
        denies = tuple(each for each in about if each.effect == "Deny")
        allows = [each for each in about if each.effect == "Allow"]
        levels = range(len(self.documents))
        return Candidates(denies, tuple(tuple(each for each in allows if each.level == level) for level in levels))


def _checked(levels: object) -> Sequence[Sequence[Policy]]:
    if not isinstance(levels, (list, tuple)):
        raise PolicyError("levels must be a list of lists of policy documents, from the root to the account")
    if not levels:
        raise PolicyError("no levels: an account has at least its own, of one policy or more")
    for level, policies in enumerate(levels):
        if not isinstance(policies, (list, tuple)):
            raise PolicyError("must be a list of policy documents", level)
    return levels
