"""
Policy documents as they are written: read, and checked to be service control policies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bedrock_guard.scp._errors import PolicyError, printable
from bedrock_guard.scp._json import kind, number, parse, repeated
from bedrock_guard.scp._operators import is_operator

_DOCUMENT_ELEMENTS = frozenset({"Version", "Id", "Statement"})
_STATEMENT_ELEMENTS = frozenset({"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"})
# Organizations asks for the first; documents of the second, and of none, are read as IAM reads them
# (reference_policies_variables.html): "variables like ${aws:username} are treated as literal strings".
_VERSIONS = ("2012-10-17", "2008-10-17")


@dataclass(frozen=True)
class Place:
    """Where something stands in a hierarchy of documents; everything counts from 0."""

    level: int
    document: int
    index: int | None = None
    sid: str | None = None

    def error(self, problem: str) -> PolicyError:
        """Return the error that *problem* is at this place."""
        statement = None if self.index is None else f"Statement[{self.index}]"
        if self.sid:
            statement = f"{statement} (Sid {printable(self.sid)})"
        return PolicyError(problem, self.level, self.document, statement)


@dataclass(frozen=True)
class Line:
    """One line of a Condition element, as written."""

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class WrittenStatement:
    """
    One statement as written, with its place.

    `actions` and `resources` are those of NotAction and NotResource where `not_action` and `not_resource` say so.
    `variables` is whether the document's version knows policy variables; `source` is the statement as it was given.
    """

    place: Place
    effect: str
    actions: tuple[str, ...]
    not_action: bool
    resources: tuple[str, ...]
    not_resource: bool
    lines: tuple[Line, ...]
    variables: bool
    source: Mapping[str, Any]


def read(policy: object, level: int, document: int) -> tuple[Mapping[str, Any], tuple[WrittenStatement, ...]]:
    """Return *policy* (a dict, or JSON text) as a dict, and its statements; raise PolicyError if it is malformed."""
    place = Place(level, document)
    content = _object(parse(policy, place.error) if isinstance(policy, str) else policy, "", place)
    if "Statement" not in content and (other := _other_than_a_document(content)):
        raise place.error(other)
    _only(content, _DOCUMENT_ELEMENTS, place)
    if "Version" in content and content["Version"] not in _VERSIONS:
        raise place.error("Version: must be 2012-10-17")
    if not isinstance(content.get("Id", ""), str):
        raise place.error(f"Id: must be a string, not {kind(content['Id'])}")
    variables = content.get("Version") == _VERSIONS[0]
    return content, tuple(_statement(each, variables=variables, place=at) for at, each in _statements(content, place))


def _other_than_a_document(content: Mapping[str, Any]) -> str | None:
    """Return what is often taken for a document, if *content* is it, and what to do."""
    if "Effect" in content:
        return 'a statement without its document: put it into {"Version": "2012-10-17", "Statement": [...]}'
    # https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribePolicy.html
    if {"Policy", "PolicySummary"} & set(content):
        return "an answer of describe-policy: the document is in it (--query Policy.Content --output text)"
    if "Policies" in content:
        return "an answer that lists policies, without their documents: describe-policy has those"
    return None


def _statements(content: Mapping[str, Any], place: Place) -> Iterator[tuple[Place, object]]:
    if "Statement" not in content:
        raise place.error("Statement: missing")
    given = content["Statement"]
    # The brackets of a list of one "are optional" (reference_policies_grammar.html).
    statements = given if isinstance(given, (list, tuple)) else [given]
    if not statements:
        raise place.error("Statement: must not be empty")
    for index, statement in enumerate(statements):
        sid = statement.get("Sid") if isinstance(statement, Mapping) else None
        yield Place(place.level, place.document, index, sid if isinstance(sid, str) else None), statement


def _statement(given: object, *, variables: bool, place: Place) -> WrittenStatement:
    statement = _object(given, "", place)
    for principal in ("Principal", "NotPrincipal"):
        if principal in statement:
            raise place.error(f"{principal}: not in a service control policy (is this a resource-based policy?)")
    _only(statement, _STATEMENT_ELEMENTS, place)
    if not isinstance(statement.get("Sid", ""), str):
        raise place.error(f"Sid: must be a string, not {kind(statement['Sid'])}")
    if "Effect" not in statement:
        raise place.error("Effect: missing")
    if statement["Effect"] not in ("Allow", "Deny"):
        raise place.error("Effect: must be Allow or Deny")
    actions, not_action = _list_or_its_negation(statement, "Action", place)
    resources, not_resource = _list_or_its_negation(statement, "Resource", place)
    lines = tuple(_lines(statement.get("Condition", {}), place))
    effect = statement["Effect"]
    return WrittenStatement(place, effect, actions, not_action, resources, not_resource, lines, variables, statement)


def _list_or_its_negation(statement: Mapping[str, Any], name: str, place: Place) -> tuple[tuple[str, ...], bool]:
    negation = f"Not{name}"
    if name in statement and negation in statement:
        raise place.error(f"{name}: must not stand beside {negation}")
    if name not in statement and negation not in statement:
        raise place.error(f"{name}: missing (and no {negation})")
    field = name if name in statement else negation
    values = statement[field]
    entries = values if isinstance(values, (list, tuple)) else [values]
    # AWS: "Policy statement must contain actions.", "... resources."
    if not entries:
        raise place.error(f"{field}: must not be empty")
    for entry in entries:
        if not isinstance(entry, str):
            raise place.error(f"{field}: must be a string or a list of strings, not {kind(entry)}")
        if not entry:
            raise place.error(f"{field}: must not hold an empty string")
    return tuple(entries), field == negation


def _lines(condition: object, place: Place) -> Iterator[Line]:
    for operator, block in _object(condition, "Condition", place).items():
        field = f"Condition.{printable(operator)}"
        # An operator that is not known must never count as a condition that does not hold.
        if not is_operator(operator):
            raise place.error(f"{field}: no such operator")
        seen: set[str] = set()
        for key, values in _object(block, field, place).items():
            # "The condition key appears more than once with different capitalization in the same condition block."
            if key.lower() in seen:
                raise place.error(f"{field}: {printable(key)} stands twice, in another case")
            seen.add(key.lower())
            members = values if isinstance(values, (list, tuple)) else [values]
            at = f"{field}.{printable(key)}"
            yield Line(operator, key, tuple(_condition_value(value, at, place) for value in members))


def _condition_value(value: object, field: str, place: Place) -> str:
    # "Quotation marks are optional for numeric and Boolean values."
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        return number(value, lambda problem: place.error(f"{field}: {problem}"))
    raise place.error(f"{field}: must be a string or a list of strings, not {kind(value)}")


def _object(value: object, field: str, place: Place) -> Mapping[str, Any]:
    prefix = f"{field}: " if field else ""
    if not isinstance(value, Mapping):
        raise place.error(f"{prefix}must be an object, not {kind(value)}")
    for key in value:
        if not isinstance(key, str):
            raise place.error(f"{prefix}a name must be a string, not {kind(key)}")
    # "Individual elements must not contain multiple instances of the same key."
    if again := repeated(value):
        raise place.error(f"{prefix}{printable(again)} stands twice")
    return value


def _only(content: Mapping[str, Any], known: frozenset[str], place: Place) -> None:
    for name in content:
        if name not in known:
            raise place.error(f"{printable(name)}: no such element")
