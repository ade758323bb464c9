"""What is told below an answer: what was taken for granted, and slips in the SCPs."""

from collections.abc import Iterable, Iterator
from typing import Any

from bedrock_guard import scp
from bedrock_guard._catalog import embedded
from bedrock_guard._identifiers import ModelKind, parse_model_id
from bedrock_guard.cli._matrix import wrapped
from bedrock_guard.cli._sources import Scps
from bedrock_guard.scp._lint import Finding, lint


def note_lines(reports: Iterable[scp.Report]) -> list[str]:
    """Return the lines of what *reports* take for granted, and of what would tell more."""
    notes = dict.fromkeys(note for report in reports for note in _notes(report))
    return [line for note in notes for line in wrapped(f"Note  {note}", "      ")]


def _notes(report: scp.Report) -> Iterator[str]:
    yield from report.notes
    model, catalog = parse_model_id(report.model_id), embedded()
    known = catalog.models.get(model.id)
    if model.kind is ModelKind.FOUNDATION_MODEL and not (known and report.source_region in known.in_region):
        yield f"{model.id} is not offered in-Region in {report.source_region} (catalogue of {catalog.as_of})"
    if "aws:principalarn" in map(str.lower, report.depends_on):
        yield "it depends on who calls: say it with --principal"


def slip_lines(scps: Scps) -> list[str]:
    """Return the lines that tell of the slips in *scps*."""
    return [
        line
        for place, finding in _slips(scps)
        for line in wrapped(f"Lint  {place}: {finding.problem}; {finding.advice}", "      ")
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
    return f"{name} {scps.document(finding.level, finding.document).name}, {finding.statement}"
