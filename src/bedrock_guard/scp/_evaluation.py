"""
What service control policies say to one request.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bedrock_guard._compat import StrEnum
from bedrock_guard.scp._facts import ContextValue, Facts, some
from bedrock_guard.scp._hierarchy import Candidates, Hierarchy, Policy, Statement

_PRINCIPAL_ARN = "aws:principalarn"


class Result(StrEnum):
    """What the policies of all levels come to."""

    ALLOWED = "allowed"
    EXPLICIT_DENY = "explicit-deny"
    IMPLICIT_DENY = "implicit-deny"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Decision:
    """
    A result, and what led to it.

    `level` and `document` (from 0) and `statement` (its Sid, or `Statement[i]`) name the first that decides, in the
    order of levels, documents, statements: the denying statement; for an implicit deny the level that allows nothing
    (its `document` and `statement` are None); for `unknown` the first statement that may decide. All are None where the
    request is allowed.

    `missing` are the keys of `unknown`, spelled as they were given, that an unknown result depends on: once all of them
    are given (or are known to be absent) the result is definite. `possible` are the results that may then come out: a
    request for which `allowed` is not among them is denied in any case.
    """

    result: Result
    level: int | None = None
    document: int | None = None
    statement: str | None = None
    missing: frozenset[str] = frozenset()
    possible: frozenset[Result] = frozenset()


_ALLOWED = Decision(Result.ALLOWED, possible=frozenset({Result.ALLOWED}))


def load(levels: Sequence[Sequence[Policy]]) -> Hierarchy:
    """
    Return the hierarchy of *levels*, prepared for many calls of `evaluate`.

    *levels* runs from the root to the account, each a list of policy documents (dict or JSON text). Raises PolicyError
    where a document is malformed, and where there is no level at all.
    """
    return Hierarchy(levels)


def evaluate(
    levels: Hierarchy | Sequence[Sequence[Policy]],
    *,
    action: str,
    resource: str,
    context: Mapping[str, ContextValue],
    unknown: Collection[str] = frozenset(),
    management_account: bool = False,
) -> Decision:
    """
    Return what the service control policies of *levels* say to *action* on *resource*.

    *levels* is what `load` takes or returns; a level without policies denies. Keys of *context* are case-insensitive;
    a list, tuple or set of several is the value of a multivalued key. Keys of *unknown* may have any value or none;
    keys in neither are absent. Raises PolicyError as `load` does, ValueError where *action* names no service.

    "SCPs don't affect users or roles in the management account" and "do not affect any service-linked role"
    (orgs_manage_policies_scps.html); a principal that is unknown is taken to be no service-linked role.
    """
    hierarchy = levels if isinstance(levels, Hierarchy) else load(levels)
    facts = Facts(resource, context, unknown)
    if management_account or _is_service_linked(facts):
        return _ALLOWED
    return _decide(hierarchy.candidates(action), facts)


def _is_service_linked(facts: Facts) -> bool:
    principal = facts.known.get(_PRINCIPAL_ARN)
    return isinstance(principal, str) and ":role/aws-service-role/" in principal


def _decide(candidates: Candidates, facts: Facts) -> Decision:
    doubtful: list[Statement] = []
    for statement in candidates.denies:
        verdict = statement.verdict(facts)
        if verdict:
            return Decision(Result.EXPLICIT_DENY, *_place(statement), possible=frozenset({Result.EXPLICIT_DENY}))
        if verdict is None:
            doubtful.append(statement)
    return _allow_at_every_level(candidates, facts, doubtful)


def _allow_at_every_level(candidates: Candidates, facts: Facts, denies: list[Statement]) -> Decision:
    possible = {Result.ALLOWED, Result.EXPLICIT_DENY} if denies else {Result.ALLOWED}
    doubtful: list[Statement] = []
    for level, statements in enumerate(candidates.allows):
        verdicts = [statement.verdict(facts) for statement in statements]
        allowed = some(verdicts)
        if allowed is False:
            return _closed(level, denies, facts)
        if allowed is None:
            possible.add(Result.IMPLICIT_DENY)
            doubtful += [statement for statement, verdict in zip(statements, verdicts, strict=True) if verdict is None]
    return _unknown([*denies, *doubtful], possible, facts) if denies or doubtful else _ALLOWED


def _closed(level: int, denies: list[Statement], facts: Facts) -> Decision:
    # Denied in any case; which of the two it is may be open.
    if denies:
        return _unknown(denies, {Result.EXPLICIT_DENY, Result.IMPLICIT_DENY}, facts)
    return Decision(Result.IMPLICIT_DENY, level, possible=frozenset({Result.IMPLICIT_DENY}))


def _unknown(statements: list[Statement], possible: set[Result], facts: Facts) -> Decision:
    missing = frozenset(key for statement in statements for key in statement.missing(facts))
    return Decision(Result.UNKNOWN, *_place(statements[0]), missing, frozenset(possible))


def _place(statement: Statement) -> tuple[int, int, str]:
    return statement.level, statement.document, statement.name
