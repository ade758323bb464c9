"""`bedrock-guard check`: what SCPs say to Bedrock calls, before they are made."""

from collections.abc import Sequence
from pathlib import Path

import click

from bedrock_guard import scp
from bedrock_guard.cli._baseline import added, before
from bedrock_guard.cli._matrix import Row, matrix, wrapped
from bedrock_guard.cli._notes import closed_lines, heading, note_lines, scps_as_data, slip_lines, slips_as_data
from bedrock_guard.cli._output import echo_json, json_option
from bedrock_guard.cli._questions import Question, asking, bad_input, require_model_ids
from bedrock_guard.cli._sources import Scps

DENIED = 1
_BADNESS = [scp.Verdict.ALLOWED, scp.Verdict.DEPENDS, scp.Verdict.BLOCKED]


@click.command()
@click.argument("models", metavar="[MODEL]...", nargs=-1)
@asking
@click.option(
    "--baseline",
    metavar="OLD",
    type=Path,
    help="Print only the verdicts that turn since OLD: the old FILE, or a folder that holds all old ones.",
)
@json_option
def check(asked: Question, *, models: tuple[str, ...], baseline: Path | None, as_json: bool) -> int:
    """
    Check what SCPs say to calls of each MODEL.

    MODEL is an ID, an ARN, or a pattern such as 'jp.*'; without one, all inference profiles that the Region offers are
    checked. The exit status is 1 where a call is denied or, as
    far as the caller was described, may be; with --baseline, where a verdict turns for the worse.
    """
    require_model_ids(models)
    old = before(asked.scps, baseline) if baseline else None
    rows = _turned(asked, models, old) if old else list(map(Row, _reports(asked, asked.scps, models)))
    new = added(asked.scps, old) if old else []
    if as_json:
        _echo_data(asked, rows, new)
    else:
        click.echo("\n".join(_lines(asked, rows, new)))
    return DENIED if any(map(_is_bad, rows)) else 0


def _reports(asked: Question, scps: Scps, models: Sequence[str]) -> list[scp.Report]:
    with bad_input():
        return scp.check_all(scps.hierarchy, asked.region, models or None, **asked.keywords)


def _turned(asked: Question, models: Sequence[str], old: Scps) -> list[Row]:
    turns = scp.compare(_reports(asked, old, models), _reports(asked, asked.scps, models))
    return [Row(turn.after, turn.before) for turn in turns]


def _is_bad(row: Row) -> bool:
    """Return whether the call is denied, or may be; compared with before, whether that is worse in any Region."""
    if row.before is None:
        return row.report.verdict is not scp.Verdict.ALLOWED
    pairs = zip(row.before.authorizations, row.report.authorizations, strict=True)
    return any(_BADNESS.index(new.verdict) > _BADNESS.index(old.verdict) for old, new in pairs)


def _lines(asked: Question, rows: Sequence[Row], new: Sequence[str]) -> list[str]:
    attached = wrapped(f"Not attached before, as OLD lacks it: {', '.join(new)}") if new else []
    above = [*heading(asked.scps), *attached]
    if not rows:
        return [*above, "No verdict turns.", *slip_lines(asked.scps)]
    reports = [row.report for row in rows]
    notes = [*closed_lines(asked.scps, reports), *note_lines(reports)]
    return [*above, *matrix(rows, asked.scps), *notes, *slip_lines(asked.scps)]


def _echo_data(asked: Question, rows: Sequence[Row], new: Sequence[str]) -> None:
    reports = [row.report.to_dict() | ({"before": row.before.to_dict()} if row.before else {}) for row in rows]
    data = {"region": asked.region, "scps": scps_as_data(asked.scps), "reports": reports}
    echo_json({**data, "lint": slips_as_data(asked.scps), "not_attached_before": list(new)})
