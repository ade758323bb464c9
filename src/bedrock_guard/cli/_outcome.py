"""A repair as people read it: the edit, what it opens, what it leaves as it was."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from bedrock_guard import scp
from bedrock_guard._actions import INFERENCE_PROFILE_ARN
from bedrock_guard.cli._diff import diff
from bedrock_guard.cli._matrix import Row, matrix, wrapped
from bedrock_guard.cli._notes import closed_lines, heading, note_lines, slip_lines
from bedrock_guard.cli._questions import Question
from bedrock_guard.cli._sources import Scps
from bedrock_guard.scp._calls import is_pattern
from bedrock_guard.scp._outcome import MAX_CHARACTERS, EditedDocument, Obstacle, Repair
from bedrock_guard.scp._proof import Cell

_MOST_CHANGES = 5


def helps(repair: Repair) -> bool:
    """Return whether the edited documents let every call pass, and change nothing that was not asked for."""
    return repair.is_complete and repair.verdict is scp.Verdict.ALLOWED


def lines(asked: Question, repair: Repair, models: Iterable[str], proof: Path | None) -> list[str]:
    """Return all that is told of *repair* for *models*; *proof* is the file of its requests, if one was written."""
    lines = [*heading(asked.scps), *matrix([Row(report) for report in repair.before], asked.scps)]
    lines += [line for each in repair.documents for line in ("", *_edited(asked.scps, repair, each))]
    lines += [line for each in repair.obstacles for line in ("", *_obstacle(asked.scps, each))]
    if repair.edits:
        is_family = any(map(is_pattern, models))
        lines += ["", *items("Covers", [f"today {', '.join(repair.covers)}"] if is_family else [])]
        lines += _proven(asked.scps, repair, proof)
    if repair.is_needed:
        lines += items("After", [_after(repair)])
    else:
        lines += wrapped("Nothing to fix." if helps(repair) else f"Nothing to edit: {_after(repair)}.")
    told = repair.proof.assumptions if repair.edits else ()
    return [*lines, *closed_lines(asked.scps, repair.before), *note_lines(repair.after, told), *slip_lines(asked.scps)]


def _after(repair: Repair) -> str:
    if not all(each.fits for each in repair.documents):
        return "an SCP would be over its quota"
    if repair.verdict is scp.Verdict.BLOCKED:
        return "a call is still denied"
    if repair.verdict is scp.Verdict.DEPENDS:
        # A note says on what it depends, and how to tell.
        return "a call may be denied, see below"
    # Which is documented not to be so.
    return "every call passes" + (
        "" if helps(repair) else f", unless AWS sets {INFERENCE_PROFILE_ARN} on the profile's own check"
    )


def _edited(scps: Scps, repair: Repair, document: EditedDocument) -> list[str]:
    place = (document.level, document.document)
    source = scps.document(*place)
    statements = dict.fromkeys(edit.statement for edit in repair.edits if (edit.level, edit.document) == place)
    names = ", ".join(name if name.startswith("Statement[") else f"Sid {name}" for name in statements)
    return [
        *wrapped(f"--- {scps.levels[document.level].name} {source.name}   {names}", "      "),
        *diff(str(document.before), str(document.after)),
    ]


def _obstacle(scps: Scps, obstacle: Obstacle) -> list[str]:
    words = []
    if obstacle.level is not None:
        words.append(scps.levels[obstacle.level].name)
        if obstacle.document is not None:
            words.append(scps.document(obstacle.level, obstacle.document).name)
    place = " ".join(words) + (f", {obstacle.statement}" if obstacle.statement else "")
    return [
        *_item("Not edited", f"{place}: {obstacle.reason}" if place else obstacle.reason),
        *_item("Instead", obstacle.instead),
    ]


def _proven(scps: Scps, repair: Repair, proof: Path | None) -> list[str]:
    proven = repair.proof
    changed = [_cell(each) for each in proven.changed[:_MOST_CHANGES]]
    if more := len(proven.changed) - len(changed):
        changed.append(f"and {more} more (list: {proof or '--proof FILE'})")
    return [
        *items("Opens", repair.opens),
        *items("Changes", changed),
        *items("Unchanged", [f"all other requests tried ({proven.unchanged}; list: {proof or '--proof FILE'})"]),
        *items("Size", [_size(scps, each) for each in repair.documents]),
        *items("Assumes", proven.assumptions),
    ]


def _size(scps: Scps, document: EditedDocument) -> str:
    name = scps.document(document.level, document.document).name
    size = f"{name}: {document.size_before:,} -> {document.size_after:,} of {MAX_CHARACTERS:,} characters"
    return f"{size} ({document.note})" if document.note else size


def _cell(cell: Cell) -> str:
    region = cell.context.get("aws:RequestedRegion", "")
    return f"{cell.action} on {cell.resource} in {region}: {cell.before} -> {cell.after}"


def items(name: str, texts: Sequence[str]) -> list[str]:
    """Return *texts* under one name, which stands before the first."""
    names = [name, *[""] * len(texts)]
    return [line for each, text in zip(names, texts, strict=False) for line in _item(each, text)]


def _item(name: str, text: str) -> list[str]:
    return wrapped(text, " " * 11, first=f"{name:<10} ")
