"""What to edit so that calls pass, and what cannot be edited."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bedrock_guard.scp import _control_tower, _obstacles
from bedrock_guard.scp._calls import Call
from bedrock_guard.scp._changes import (
    Denied,
    besides,
    denies_source,
    exemption,
    holds_in_source,
    is_regional,
    is_settled,
    lets_regions_pass,
    profile_list,
    wider,
)
from bedrock_guard.scp._grants import basis_of, grant, limits_inference
from bedrock_guard.scp._hierarchy import Hierarchy, Statement
from bedrock_guard.scp._opens import FOR_EVERY_CALLER, only_with, without
from bedrock_guard.scp._outcome import Edit, EditKind, Obstacle
from bedrock_guard.scp._patch import Change
from bedrock_guard.scp._report import Report

Place = tuple[int, int]


@dataclass(frozen=True)
class Step:
    """An edit, the change of the document that makes it, and what is to be said `beside` what that opens."""

    edit: Edit
    change: Change
    beside: str | None = None


def plan(
    hierarchy: Hierarchy, asked: Sequence[tuple[Call, Report]], *, widen: bool, managed: Collection[Place]
) -> tuple[list[Step], list[Obstacle]]:
    """
    Return the steps after which *hierarchy* lets the calls of *asked* pass, and what stays in their way.

    *widen* adds Regions instead of exempting profiles; *managed* are the documents (level, number) of Control Tower,
    beside those whose Sids say so.
    """
    owned = {*managed, *_owned(hierarchy)}
    unknown = {call.model.id: _obstacles.unknown_profile(call) for call, _ in asked if call.is_unknown}
    lifted = (_lifted(each, denied, owned, widen=widen) for each, denied in _denials(hierarchy, asked))
    found = [*unknown.values(), *lifted, *_allowed(hierarchy, asked, owned)]
    steps = [each for each in found if isinstance(each, Step)]
    return steps, [each for each in found if isinstance(each, Obstacle)]


def _owned(hierarchy: Hierarchy) -> Iterator[Place]:
    for level, documents in enumerate(hierarchy.documents):
        yield from ((level, number) for number, content in enumerate(documents) if _control_tower.owns(content))


def _denials(hierarchy: Hierarchy, asked: Sequence[tuple[Call, Report]]) -> Iterator[tuple[Statement, list[Denied]]]:
    """Yield every statement that denies something of *asked*, or may, with what it denies."""
    found: dict[tuple[int, int, int], list[Denied]] = {}
    for call, report in asked:
        for authorization in report.authorizations:
            for each in authorization.denying:
                place = (each.level, each.document, each.index)
                found.setdefault(place, []).append(Denied(call, authorization, each.certain))
    for statement in hierarchy.statements:
        place = (statement.level, statement.document, statement.index or 0)
        if place in found:
            yield statement, found[place]


def _lifted(statement: Statement, denied: list[Denied], owned: set[Place], *, widen: bool) -> Step | Obstacle | None:
    """Return what makes *statement* deny none of *denied*; None leaves it to what it depends on."""
    # Its Resource may name Regions, too.
    excepts = profile_list(statement) is not None and not denies_source(denied) and not widen
    tells = is_regional(statement) and all(holds_in_source(statement, each) is False for each in denied)
    is_about_regions = tells or excepts or lets_regions_pass(statement)
    settled = any(is_settled(statement, each) if is_about_regions else each.certain for each in denied)
    if not settled:
        return None
    if (statement.level, statement.document) in owned:
        return _obstacles.owned(statement, denied)
    if not is_about_regions:
        return _obstacles.not_about_regions(statement, denied)
    if widen:
        return _widened(statement, denied)
    bare = _obstacles.without_key(statement, denied)
    if bare or tells or excepts:
        return bare or _exempted(statement, denied)
    return _obstacles.in_source_too(statement, denied)


def _exempted(statement: Statement, denied: list[Denied]) -> Step:
    arns = tuple(dict.fromkeys(each.call.profile_arn for each in denied))
    return _step(EditKind.EXEMPT, statement, arns, exemption(statement, arns))


def _widened(statement: Statement, denied: list[Denied]) -> Step | Obstacle:
    regions = tuple(dict.fromkeys(each.authorization.region for each in denied))
    change = wider(statement, regions)
    if change is None:
        return _obstacles.not_widened(statement, regions)
    return _step(EditKind.WIDEN, statement, regions, change)


def _step(kind: EditKind, statement: Statement, values: tuple[str, ...], change: Change) -> Step:
    edit = Edit(kind, statement.level, statement.document, statement.name, values)
    return Step(edit, change, without(statement.name, besides(statement)))


def _allowed(
    hierarchy: Hierarchy, asked: Sequence[tuple[Call, Report]], owned: set[Place]
) -> Iterator[Step | Obstacle]:
    for level in range(len(hierarchy.documents)):
        closed = [
            # The profile's own check may be closed where the model is not.
            (Denied(call, authorization), Denied(call, report.authorizations[-1]))
            for call, report in asked
            for authorization in report.authorizations
            if level in authorization.closed_levels
        ]
        if closed:
            yield from _granted(hierarchy, level, closed, owned)


def _granted(
    hierarchy: Hierarchy, level: int, closed: list[tuple[Denied, Denied]], owned: set[Place]
) -> Iterator[Step | Obstacle]:
    """Yield what makes *level* allow what is *closed*: each beside the denial of the model that it leads to."""
    # A level of Deny statements alone lacks FullAWSAccess, not an entry.
    allowing = [each for each in hierarchy.statements if (each.level, each.effect) == (level, "Allow")]
    editable = [each for each in allowing if (level, each.document) not in owned]
    if not editable:
        yield _obstacles.closed_level(level)
        return
    limiting = [each for each in allowing if limits_inference(each)]
    resting: dict[Statement | None, list[Denied]] = {}
    for denied, model in closed:
        resting.setdefault(basis_of(editable, denied) or basis_of(editable, model), []).append(denied)
    if limiting and (refused := resting.pop(None, None)):
        yield _obstacles.limited(limiting, refused)
    yield from _grants(hierarchy, editable[0], resting)


def _grants(hierarchy: Hierarchy, first: Statement, resting: Mapping[Statement | None, list[Denied]]) -> Iterator[Step]:
    """Yield a step for each statement of *resting*, with what is to be allowed as it allows; None is *first*'s place."""
    numbers = Counter((each.level, each.document) for each in hierarchy.statements)
    for basis, denied in resting.items():
        at = basis or first
        change, resources = grant(denied, basis)
        name = f"Statement[{numbers[at.level, at.document]}]"
        numbers[at.level, at.document] += len(change.values)
        beside = only_with(name, besides(basis)) if basis else FOR_EVERY_CALLER
        yield Step(Edit(EditKind.ALLOW, at.level, at.document, name, resources), change, beside)
