"""What an edit opens, in words."""

from collections.abc import Iterable, Iterator, Sequence

from bedrock_guard._actions import INFERENCE_PROFILE_ARN
from bedrock_guard._identifiers import UNSPECIFIED
from bedrock_guard.scp._calls import Call, is_pattern
from bedrock_guard.scp._changes import Denied
from bedrock_guard.scp._grants import named
from bedrock_guard.scp._outcome import Edit, EditKind
from bedrock_guard.scp._report import Report

# Where there is no Allow whose conditions a new one could keep.
FOR_EVERY_CALLER = "that for every caller: no Allow of that level was about inference"


def opens(asked: Iterable[tuple[Call, Report]], edits: Sequence[Edit], *, is_open: bool) -> Iterator[str]:
    """
    Yield a sentence for each thing that *edits* open to the calls of *asked*, or beyond them.

    *is_open* is whether something else stays in the way of the calls.
    """
    narrow = [edit for edit in edits if edit.kind is not EditKind.WIDEN]
    grants = [edit for edit in narrow if edit.kind is EditKind.ALLOW]
    regions: dict[tuple[str, str], dict[str, None]] = {}
    for call, report in asked:
        lifted = (each.region for each in report.authorizations if _is_about(narrow, Denied(call, each)))
        # An Allow statement grants the action that was asked for; an exemption is for all that the Deny is about.
        action = (
            report.action
            if any(_is_about(grants, Denied(call, each)) for each in report.authorizations)
            else "inference"
        )
        regions.setdefault((_what(call, report, action), call.source_region), {}).update(dict.fromkeys(lifted))
    condition = ", once nothing else denies it" if is_open else ""
    for (what, source), opened in regions.items():
        if opened:
            yield f"{what} in {_named(opened)}, called from {source}{condition}"
    for edit in edits:
        if edit.kind is EditKind.WIDEN:
            yield widening(edit.values, edit.statement)


def widening(regions: Sequence[str], statement: str) -> str:
    """Return what is opened where *statement* lets *regions* pass."""
    return f"{_places(regions)}, for everything that {quoted(statement)} denies there"


def without(statement: str, keys: Sequence[str]) -> str | None:
    """Return what else is opened where *statement*, which compares *keys* too, is edited; None without such keys."""
    return f"for that, {quoted(statement)} no longer asks about {', '.join(keys)}" if keys else None


def only_with(statement: str, keys: Sequence[str]) -> str | None:
    """Return what limits what is opened by *statement*, a new one that compares *keys* too; None without such keys."""
    return f"that only as {quoted(statement)} asks of {', '.join(keys)}" if keys else None


def quoted(statement: str) -> str:
    """Return the name of a statement so that it reads as one: a Sid may be any word."""
    return statement if statement.startswith("Statement[") else f'"{statement}"'


def _is_about(edits: Iterable[Edit], denied: Denied) -> bool:
    """Return whether one of *edits* lifts what denies *denied*, or may."""
    authorization = denied.authorization
    denying = {(each.level, each.document, each.name) for each in authorization.denying}
    return any(
        edit.level in authorization.closed_levels and named(denied) in edit.values
        if edit.kind is EditKind.ALLOW
        else (edit.level, edit.document, edit.statement) in denying
        for edit in edits
    )


def _what(call: Call, report: Report, action: str) -> str:
    has_key = any(INFERENCE_PROFILE_ARN in each.context for each in report.authorizations)
    if not has_key and not call.is_unknown:
        model = call.profile.model_id if call.profile else call.model.id
        return f"{report.action} on {model}, with no profile asked for"
    if is_pattern(call.asked):
        return f"{action} through each profile {call.asked}, those that AWS may add included,"
    return f"{action} through {call.model.kind}/{call.model.id}"


def _named(regions: Iterable[str]) -> str:
    return ", ".join(
        "any Region AWS chooses (unspecified; its denial may be meant)" if each == UNSPECIFIED else each
        for each in regions
    )


def _places(regions: Sequence[str]) -> str:
    named = ", ".join(region for region in regions if region != UNSPECIFIED)
    regionless = "requests without a Region, global inference profiles of every source Region among them"
    return " and ".join(each for each in (named, regionless if UNSPECIFIED in regions else "") if each)
