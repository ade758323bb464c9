"""`bedrock-guard fix`: the smallest edit of SCPs that lets a call pass, and its proof."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from bedrock_guard import scp
from bedrock_guard.cli._diff import diff
from bedrock_guard.cli._matrix import Row, matrix, wrapped
from bedrock_guard.cli._output import echo_json, json_option
from bedrock_guard.cli._questions import (
    Question,
    asking,
    bad_input,
    heading,
    question,
    require_model_ids,
    scps_as_data,
    slip_lines,
    slips_as_data,
)
from bedrock_guard.cli._sources import Document, Scps
from bedrock_guard.cli._verify_script import verify_script
from bedrock_guard.scp._outcome import MAX_CHARACTERS, Cell, EditedDocument, Obstacle, Repair

DENIED = 1
_STDOUT = "-"
_MOST_CHANGES = 5
# What AWS Control Tower calls the SCPs that it manages.
# https://docs.aws.amazon.com/controltower/latest/userguide/scp-considerations.html
_CONTROL_TOWER = "aws-guardrails-"


@click.command()
@click.argument("models", metavar="[MODEL]...", nargs=-1)
@asking
@click.option("--profiles", metavar="PATTERN", multiple=True, help="One edit for a family of profiles, such as 'jp.*'.")
@click.option("--widen", is_flag=True, help="Where nothing narrower helps, let the Region list grow.")
@click.option("--write", is_flag=True, help="Write the edited documents to their files.")
@click.option("--proof", metavar="FILE", type=Path, help="Write every request tried to FILE.")
@click.option(
    "--verify-script",
    "script",
    metavar="[FILE]",
    is_flag=False,
    flag_value=_STDOUT,
    help="Write the same checks as calls of AWS's policy simulator; without FILE, print them alone.",
)
@json_option
def fix(
    *,
    models: tuple[str, ...],
    region: str,
    files: tuple[str, ...],
    account: str | None,
    principal: str | None,
    action: str,
    profiles: tuple[str, ...],
    widen: bool,
    write: bool,
    proof: Path | None,
    script: str | None,
    as_json: bool,
) -> int:
    """
    Find the smallest edit of SCPs that lets calls of each MODEL pass, and prove that it changes nothing else.

    The exit status is 1 where a call would still be denied or, as far as the caller was described, may be.
    """
    if not models and not profiles:
        raise click.UsageError("say what is to pass: a MODEL, or --profiles PATTERN")
    require_model_ids(models)
    asked = question(files, account, region, principal, action)
    with bad_input():
        repair = _repair(asked, (*models, *profiles), widen=widen)
    _write_files(asked.scps, repair, proof, script)
    written = _write(asked.scps, repair) if write else []
    if script == _STDOUT:
        click.echo(verify_script(repair, asked.scps.texts), nl=False)
    elif as_json:
        _echo_data(asked, repair, written)
    else:
        lines = _lines(asked, repair, proof)
        click.echo("\n".join([*lines, *_items("Written", written or ["nothing"] if write else [])]))
    return 0 if _helps(repair) else DENIED


def _repair(asked: Question, models: Sequence[str], *, widen: bool) -> Repair:
    managed = [
        (level, document)
        for level, each in enumerate(asked.scps.levels)
        for document, content in enumerate(each.documents)
        if content.name.startswith(_CONTROL_TOWER)
    ]
    return scp.repair(asked.scps.texts, models, asked.region, widen=widen, managed=managed, **asked.keywords)


def _helps(repair: Repair) -> bool:
    return repair.is_complete and repair.verdict is scp.Verdict.ALLOWED


def _write_files(scps: Scps, repair: Repair, proof: Path | None, script: str | None) -> None:
    if proof:
        _save(proof, json.dumps(repair.proof.to_dict(), indent=2) + "\n")
    if script and script != _STDOUT:
        _save(Path(script), verify_script(repair, scps.texts))


def _write(scps: Scps, repair: Repair) -> list[str]:
    """Write each edited document to its file, all or none; return the names of the files. None where it helps not."""
    if not _helps(repair):
        return []
    edited = [(scps.document(each.level, each.document), str(each.after)) for each in repair.documents]
    without = [document.name for document, _ in edited if document.path is None]
    if without:
        raise click.UsageError(f"--write: {', '.join(without)} came from no file")
    for document, text in edited:
        _save(_path(document), text)
    return [str(_path(document)) for document, _ in edited]


def _path(document: Document) -> Path:
    assert document.path is not None  # noqa: S101 (asked before)
    return document.path


def _save(path: Path, text: str) -> None:
    try:
        # As they are: the document's own line ends.
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise click.UsageError(f"{path}: cannot be written: {reason}") from None


def _lines(asked: Question, repair: Repair, proof: Path | None) -> list[str]:
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
        *_items("Covers", [f"today {', '.join(repair.covers)}"] if len(repair.covers) > 1 else []),
        *_items("Opens", repair.opens),
        *_items("Changes", changed),
        *_items("Unchanged", [f"all other requests tried ({proven.unchanged}; list: {proof or '--proof FILE'})"]),
        *_items("Size", [_size(scps, each) for each in repair.documents]),
        *_items("Assumes", proven.assumptions),
        *_items("After", ["every call passes" if _helps(repair) else "a call is still denied, or may be"]),
    ]


def _size(scps: Scps, document: EditedDocument) -> str:
    name = scps.document(document.level, document.document).name
    size = f"{name}: {document.size_before:,} -> {document.size_after:,} of {MAX_CHARACTERS:,} characters"
    return f"{size} ({document.note})" if document.note else size


def _cell(cell: Cell) -> str:
    region = cell.context.get("aws:RequestedRegion", "")
    return f"{cell.action} on {cell.resource} in {region}: {cell.before} -> {cell.after}"


def _items(name: str, texts: Sequence[str]) -> list[str]:
    names = [name, *[""] * len(texts)]
    return [line for each, text in zip(names, texts, strict=False) for line in _item(each, text)]


def _item(name: str, text: str) -> list[str]:
    return wrapped(text, " " * 11, first=f"{name:<10} ")


def _echo_data(asked: Question, repair: Repair, written: Sequence[str]) -> None:
    echo_json(
        {
            "region": asked.region,
            "scps": scps_as_data(asked.scps),
            **repair.to_dict(),
            "written": list(written),
            "lint": slips_as_data(asked.scps),
        }
    )
