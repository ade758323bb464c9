"""Policies before and after an edit, asked the same questions."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bedrock_guard._actions import INFERENCE_PROFILE_ARN, REQUESTED_REGION, WITHOUT_PROFILE_KEY
from bedrock_guard._identifiers import ModelKind
from bedrock_guard._profiles import Origin
from bedrock_guard.scp._arns import arn
from bedrock_guard.scp._authorizations import OF_APPLICATION_PROFILES
from bedrock_guard.scp._calls import Call
from bedrock_guard.scp._evaluation import Decision, Result, evaluate
from bedrock_guard.scp._facts import ContextValue, Facts, some
from bedrock_guard.scp._grid import Request
from bedrock_guard.scp._hierarchy import Hierarchy, Statement
from bedrock_guard.scp._patterns import tokens_of
from bedrock_guard.scp._report import Report, Verdict, primitive


@dataclass(frozen=True)
class Cell:
    """
    One request of the proof's grid, and the answers of the policies before and after.

    `group` says in what it differs from the call. `context` are its condition keys; those of `unknown` may have any
    value or none.
    """

    group: str
    action: str
    resource: str
    context: Mapping[str, ContextValue]
    unknown: tuple[str, ...]
    before: Result
    after: Result

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON primitives."""
        return {
            "group": self.group,
            "action": self.action,
            "resource": self.resource,
            "context": primitive(self.context),
            "unknown": list(self.unknown),
            "before": str(self.before),
            "after": str(self.after),
        }


@dataclass(frozen=True)
class Proof:
    """
    The edited documents, evaluated again.

    `passes`: no policy denies the call any more, whether AWS sets bedrock:InferenceProfileArn on the profile's own check
    or not; what still depends on the caller is in `Repair.after`. `cells` are all other requests that were tried. Of
    those that are answered otherwise than before, `opened` belong to what was asked for (the same profile, or the same
    call without one, by whom the policies kept out for the Region alone), and `changed` do not: there are none, unless a
    list of Regions was widened. `assumptions` are sentences on what nobody has proven on AWS.
    """

    passes: bool
    cells: tuple[Cell, ...]
    opened: tuple[Cell, ...]
    changed: tuple[Cell, ...]
    assumptions: tuple[str, ...]

    @property
    def unchanged(self) -> int:
        """The number of requests that are answered as before."""
        return len(self.cells) - len(self.opened) - len(self.changed)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON primitives, all cells included."""
        return {
            "passes": self.passes,
            "unchanged": self.unchanged,
            "opened": [each.to_dict() for each in self.opened],
            "changed": [each.to_dict() for each in self.changed],
            "assumptions": list(self.assumptions),
            "cells": [each.to_dict() for each in self.cells],
        }


def prove(
    before: Hierarchy,
    after: Hierarchy,
    requests: Iterable[Request],
    calls: Sequence[Call],
    reports: Iterable[Report],
    *,
    is_open: bool,
) -> Proof:
    """
    Return the proof that *after* lets *calls* pass and answers *requests* as *before* does.

    *reports* are what *after* says to the calls, both ways; *is_open* is whether something stays in their way.
    """
    belongs = _scope(calls, reports := list(reports))
    # The model in the source Region comes after the profile, if there is one.
    models = {report.authorizations[:2][-1].resource for report in reports}
    cells: list[Cell] = []
    opened: list[Cell] = []
    changed: list[Cell] = []
    for request in requests:
        old = _decide(before, request)
        new = old if after is before else _decide(after, request)
        cells.append(_cell(request, old, new))
        if old != new:
            is_meant = belongs(request) and (not _may_pass(new) or _was_open(before, request, models))
            (opened if is_meant else changed).append(cells[-1])
    passes = not is_open and all(report.verdict is not Verdict.BLOCKED for report in reports)
    return Proof(passes, tuple(cells), tuple(opened), tuple(changed), tuple(_assumptions(calls, reports)))


def _assumptions(calls: Sequence[Call], reports: Sequence[Report]) -> Iterator[str]:
    """Yield what the proof for *calls* rests on, and nobody has proven on AWS."""
    profiles = [call.profile for call in calls if call.profile]
    if profiles:
        yield _about_key(reports[0].action)
        yield "AWS authorizes a call in every destination Region (documented), and may do so per routed request"
    for as_of in sorted({each.as_of for each in profiles if each.origin is Origin.CATALOG}):
        yield f"the profiles route as in the catalogue of {as_of}"
    if any(call.model.kind is ModelKind.APPLICATION_INFERENCE_PROFILE for call in calls):
        yield OF_APPLICATION_PROFILES


def _about_key(action: str) -> str:
    if action in WITHOUT_PROFILE_KEY:
        return f"AWS sets no {INFERENCE_PROFILE_ARN} for {action}, for which it lists none (not tried on AWS)"
    return (
        f"AWS sets {INFERENCE_PROFILE_ARN} on the checks of the foundation models (documented; not tried on AWS); the "
        "profile's own check was proven with and without it"
    )


def _scope(calls: Sequence[Call], reports: Iterable[Report]) -> Callable[[Request], bool]:
    """Return whether a request is one of *calls*, or goes through their profiles, whoever makes it."""
    profiles = [arn(tokens_of(call.profile_arn)) for call in calls]
    answers = (each for report in reports for each in report.authorizations)
    # With the key it is known by its profile; without, the same model called directly is another request.
    keyless = {(each.action, each.resource) for each in answers if INFERENCE_PROFILE_ARN not in each.context}

    def belongs(request: Request) -> bool:
        values = (request.resource, request.context.get(INFERENCE_PROFILE_ARN, ""))
        through = any(matches(str(value)) for value in values for matches in profiles)
        return through or (
            INFERENCE_PROFILE_ARN not in request.context and (request.action, request.resource) in keyless
        )

    return belongs


def _was_open(before: Hierarchy, request: Request, models: Iterable[str]) -> bool:
    """Return whether *before* allows who makes *request* that, or one of *models* through the profile, in some Region."""
    allows = before.candidates(request.action).allows
    if not all(allows):
        # It allows nobody: an Allow is new to all.
        return True
    context = {key: value for key, value in request.context.items() if key != REQUESTED_REGION}
    through = {INFERENCE_PROFILE_ARN: request.resource, **context}
    unknown = {REQUESTED_REGION, *request.unknown}
    asked = [Facts(request.resource, context, unknown), *(Facts(each, through, unknown) for each in models)]
    return any(all(_may_allow(statements, facts) for statements in allows) for facts in asked)


def _may_allow(statements: Iterable[Statement], facts: Facts) -> bool:
    return some([each.verdict(facts) for each in statements]) is not False


def _may_pass(decision: Decision) -> bool:
    return Result.ALLOWED in decision.possible


def _decide(hierarchy: Hierarchy, request: Request) -> Decision:
    return evaluate(
        hierarchy,
        action=request.action,
        resource=request.resource,
        context=request.context,
        unknown=request.unknown,
    )


def _cell(request: Request, before: Decision, after: Decision) -> Cell:
    return Cell(
        request.group,
        request.action,
        request.resource,
        request.context,
        tuple(sorted(request.unknown)),
        before.result,
        after.result,
    )
