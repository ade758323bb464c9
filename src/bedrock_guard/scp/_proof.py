"""Policies before and after an edit, asked the same questions."""

from collections.abc import Callable, Iterable, Sequence

from bedrock_guard._profiles import Origin
from bedrock_guard.scp._arns import arn
from bedrock_guard.scp._calls import Call
from bedrock_guard.scp._evaluation import Decision, evaluate
from bedrock_guard.scp._grid import Request
from bedrock_guard.scp._hierarchy import Hierarchy
from bedrock_guard.scp._outcome import Cell, Proof
from bedrock_guard.scp._patterns import tokens_of
from bedrock_guard.scp._report import Report, Verdict

_KEY = "bedrock:InferenceProfileArn"


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
    cells: list[Cell] = []
    opened: list[Cell] = []
    changed: list[Cell] = []
    for request in requests:
        old = _decide(before, request)
        new = old if after is before else _decide(after, request)
        cells.append(_cell(request, old, new))
        if old != new:
            (opened if belongs(request) else changed).append(cells[-1])
    passes = not is_open and all(report.verdict is not Verdict.BLOCKED for report in reports)
    return Proof(passes, tuple(cells), tuple(opened), tuple(changed), tuple(assumptions(calls)))


def assumptions(calls: Sequence[Call]) -> Iterable[str]:
    """Yield what the proof for *calls* rests on, and nobody has proven on AWS."""
    profiles = [call.profile for call in calls if call.profile]
    if profiles:
        yield (
            f"AWS sets {_KEY} on the checks of the foundation models (documented; not tried on AWS); the profile's own "
            "check was proven with and without it"
        )
        yield "AWS authorizes a call in every destination Region (documented), and may do so per routed request"
    for as_of in sorted({each.as_of for each in profiles if each.origin is Origin.CATALOG}):
        yield f"the profiles route as in the catalogue of {as_of}"
    if any(call.model.kind == "application-inference-profile" for call in calls):
        yield f"{_KEY} holds the ARN of the application profile, and the profile behind it is not authorized by itself"


def _scope(calls: Sequence[Call], reports: Iterable[Report]) -> Callable[[Request], bool]:
    """Return whether a request is one of *calls*, or goes through their profiles, whoever makes it."""
    profiles = [arn(tokens_of(call.profile_arn)) for call in calls]
    own = {(each.action, each.resource) for report in reports for each in report.authorizations}

    def belongs(request: Request) -> bool:
        values = (request.resource, request.context.get(_KEY, ""))
        through = any(matches(str(value)) for value in values for matches in profiles)
        return through or (_KEY not in request.context and (request.action, request.resource) in own)

    return belongs


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
