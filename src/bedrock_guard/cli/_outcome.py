"""A repair as people read it: the edit, what it opens, what it leaves as it was."""

from collections.abc import Sequence
from pathlib import Path

from bedrock_guard import scp
from bedrock_guard.cli._diff import diff
from bedrock_guard.cli._matrix import Row, matrix, wrapped
from bedrock_guard.cli._questions import Question, heading, slip_lines
from bedrock_guard.cli._sources import Scps
from bedrock_guard.scp._outcome import MAX_CHARACTERS, Cell, EditedDocument, Obstacle, Repair

_MOST_CHANGES = 5


def helps(repair: Repair) -> bool:
    """Return whether the edited documents let every call pass, and change nothing that was not asked for."""
    return repair.is_complete and repair.verdict is scp.Verdict.ALLOWED


def lines(asked: Question, repair: Repair, proof: Path | None) -> list[str]:
    """Return all that is told of *repair*; *proof* is the file of its requests, if one was written."""
    lines = [*heading(asked), *matrix([Row(report) for report in repair.before], asked.scps)]
    if not repair.is_needed:
        lines.append("Nothing to fix.")
    else:
        lines += [line for each in repair.documents for line in ("", *_edited(asked.scps, repair, each))]
        lines += [line for each in repair.obstacles for line in ("", *_obstacle(asked.scps, each))]
        lines += ["", *_told(asked.scps, repair, proof)]
    return [*lines, *slip_lines(asked.scps)]


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


def _told(scps: Scps, repair: Repair, proof: Path | None) -> list[str]:
    proven = repair.proof
    changed = [_cell(each) for each in proven.changed[:_MOST_CHANGES]]
    if more := len(proven.changed) - len(changed):
        changed.append(f"and {more} more (list: {proof or '--proof FILE'})")
    return [
        *items("Covers", [f"today {', '.join(repair.covers)}"] if len(repair.covers) > 1 else []),
        *items("Opens", repair.opens),
        *items("Changes", changed),
        *items("Unchanged", [f"all other requests tried ({proven.unchanged}; list: {proof or '--proof FILE'})"]),
        *items("Size", [_size(scps, each) for each in repair.documents]),
        *items("Assumes", proven.assumptions),
        *items("After", ["every call passes" if helps(repair) else "a call is still denied, or may be"]),
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
