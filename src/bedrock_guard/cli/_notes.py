"""What stands around an answer: the SCPs that were asked; what was taken for granted, and slips in the SCPs."""

import shlex
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from bedrock_guard import scp
from bedrock_guard._catalog import embedded
from bedrock_guard._identifiers import ModelKind, parse_model_id
from bedrock_guard.cli._matrix import width, wrapped
from bedrock_guard.cli._sources import FULL_AWS_ACCESS, Scps
from bedrock_guard.scp._lint import Finding, lint
from bedrock_guard.scp._report import CheckedAuthorization

_HEADING = "SCPs  "
_INDENT = " " * len(_HEADING)


def heading(scps: Scps) -> list[str]:
    """Return the lines that stand above every answer: the SCPs, level by level, and whom they do not concern."""
    # Where they do not fit in one line, each level has its own.
    shown = [scps.line()] if len(_HEADING) + len(scps.line()) <= width() else scps.lines()
    lines = [line for text in shown for line in wrapped(text, _INDENT, first=_INDENT)]
    lines[0] = lines[0].replace(_INDENT, _HEADING, 1)
    if scps.management_account:
        # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
        lines += wrapped("This is the management account: SCPs do not affect it.")
    return lines


def scps_as_data(scps: Scps) -> list[dict[str, Any]]:
    """Return the levels of *scps* for JSON."""
    return [
        {"level": level.name, "documents": [{"name": each.name, "assumed": each.assumed} for each in level.documents]}
        for level in scps.levels
    ]


def note_lines(reports: Iterable[scp.Report], told: Collection[str] = ()) -> list[str]:
    """Return the lines of what *reports* take for granted, but for what was *told*, and of what would tell more."""
    return _note_lines(note for report in reports for note in _notes(report) if note not in told)


def closed_lines(scps: Scps, reports: Iterable[scp.Report]) -> list[str]:
    """Return the lines on levels whose own Allow statements, and nothing else, block a call: FullAWSAccess may be meant."""
    answers = [answer for report in reports for answer in report.authorizations]
    levels = sorted({level for answer in answers if not _is_denied(answer) for level in answer.closed_levels})
    return _note_lines(
        f"the files of {name} allow something, so {FULL_AWS_ACCESS} was not assumed; if it is attached there: "
        f"--scp {shlex.quote(f'{name}={FULL_AWS_ACCESS}')}"
        for name in (scps.levels[level].name for level in levels if scps.levels[level].is_of_files)
    )


def _is_denied(answer: CheckedAuthorization) -> bool:
    return any(each.certain for each in answer.denying)


def _note_lines(notes: Iterable[str]) -> list[str]:
    return [line for note in dict.fromkeys(notes) for line in wrapped(note, _INDENT, first="Note  ")]


def _notes(report: scp.Report) -> Iterator[str]:
    yield from report.notes
    model, catalog = parse_model_id(report.model_id), embedded()
    known = catalog.models.get(model.id)
    if model.kind is ModelKind.FOUNDATION_MODEL and not (known and report.source_region in known.in_region):
        yield f"{model.id} is not offered in-Region in {report.source_region} (catalogue of {catalog.as_of})"
    if report.unknown_profile:
        yield "say where it routes with --inference-profile"
    others = [key for key in report.depends_on if key.lower() != "aws:principalarn"]
    if len(others) < len(report.depends_on):
        yield "it depends on who calls: say it with --principal"
    if others:
        yield f"it depends on {', '.join(others)}: say it with --context"


def slip_lines(scps: Scps) -> list[str]:
    """Return the lines that tell of the slips in *scps*."""
    return [
        line
        for place, finding in _slips(scps)
        for line in wrapped(f"{place}: {finding.problem}; {finding.advice}", _INDENT, first="Lint  ")
    ]


def slips_as_data(scps: Scps) -> list[dict[str, Any]]:
    """Return the slips in *scps* for JSON."""
    return [
        {
            "level": finding.level,
            "document": finding.document,
            "statement": finding.statement,
            "place": place,
            "problem": finding.problem,
            "advice": finding.advice,
        }
        for place, finding in _slips(scps)
    ]


def _slips(scps: Scps) -> list[tuple[str, Finding]]:
    return [(_place(finding, scps), finding) for finding in lint(scps.hierarchy)]


def _place(finding: Finding, scps: Scps) -> str:
    name = scps.levels[finding.level].name
    if finding.document is None:
        return name
    document = f"{name} {scps.document(finding.level, finding.document).name}"
    return f"{document}, {finding.statement}" if finding.statement else document
