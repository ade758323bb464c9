"""What an edit opens, in words."""

from collections.abc import Iterable, Iterator, Sequence

from bedrock_guard._identifiers import UNSPECIFIED
from bedrock_guard.scp._calls import Call, is_pattern
from bedrock_guard.scp._outcome import Edit, EditKind
from bedrock_guard.scp._reasons import INFERENCE_PROFILE_ARN
from bedrock_guard.scp._report import Report, Verdict


def opens(
    calls: Sequence[Call], before: Sequence[Report], after: Sequence[Report], edits: Sequence[Edit]
) -> Iterator[str]:
    """Yield a sentence for each thing that *edits* open; *before* and *after* are the reports of *calls*."""
    regions: dict[tuple[str, str], dict[str, None]] = {}
    for call, old, new in zip(calls, before, after, strict=True):
        better = (
            each.region
            for each, now in zip(old.authorizations, new.authorizations, strict=True)
            if each.decision != now.decision and now.verdict is not Verdict.BLOCKED
        )
        regions.setdefault((_what(call, old), call.source_region), {}).update(dict.fromkeys(better))
    if any(edit.kind is not EditKind.WIDEN for edit in edits):
        for (what, source), opened in regions.items():
            if opened:
                yield f"{what} in {_named(opened)}, called from {source}"
    for edit in edits:
        if edit.kind is EditKind.WIDEN:
            yield f"{_places(edit.values)}, for everything that {edit.statement} is about"


def _what(call: Call, report: Report) -> str:
    keys = {key.lower() for each in report.authorizations for key in each.context}
    if INFERENCE_PROFILE_ARN not in keys:
        model = call.profile.model_id if call.profile else call.model.id
        return f"{report.action} on {model}, with no profile asked for"
    if is_pattern(call.asked):
        return f"inference through each profile {call.asked}, those that AWS may add included,"
    return f"inference through {call.model.kind}/{call.model.id}"


def _named(regions: Iterable[str]) -> str:
    return ", ".join(
        "any Region AWS chooses (unspecified; its denial may be meant)" if each == UNSPECIFIED else each
        for each in regions
    )


def _places(regions: Sequence[str]) -> str:
    named = ", ".join(region for region in regions if region != UNSPECIFIED)
    regionless = "requests without a Region, global inference profiles of every source Region among them"
    return " and ".join(each for each in (named, regionless if UNSPECIFIED in regions else "") if each)
