"""Reports as people read them: a matrix of profile by destination Region, and what is behind each denial."""

import re
import shutil
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from bedrock_guard._identifiers import UNSPECIFIED, parse_arn
from bedrock_guard._text import clean
from bedrock_guard.cli._sources import Scps
from bedrock_guard.scp._report import CheckedAuthorization, Report, Verdict

_WORDS = {Verdict.ALLOWED: "allowed", Verdict.BLOCKED: "BLOCKED", Verdict.DEPENDS: "depends"}
_DATED = re.compile(r"-\d{8}-v\d+:\d+$")
_DIRECTIONS = {"north": "n", "south": "s", "east": "e", "west": "w", "central": "c"}

# Of a report whose call is not said to fail always.
# https://docs.aws.amazon.com/bedrock/latest/userguide/geographic-cross-region-inference.html
SOMETIMES = "A BLOCKED profile may fail always, or now and then: AWS may route past the blocked Region."


@dataclass
class Footnotes:
    """What is behind each denial, numbered from 1 in the order in which it is first needed."""

    scps: Scps
    texts: list[str] = field(default_factory=list)

    def numbers(self, answers: Iterable[CheckedAuthorization], remark: str) -> str:
        """Return the numbers of all that denies, or may deny, *answers*; *remark* is added to their texts."""
        texts = [text + remark for answer in answers for text in self._of(answer)]
        self.texts += [text for text in dict.fromkeys(texts) if text not in self.texts]
        return ",".join(str(number) for number in sorted({self.texts.index(text) + 1 for text in texts}))

    def _of(self, answer: CheckedAuthorization) -> list[str]:
        denying = (each for each in answer.denying if each.certain or answer.verdict is not Verdict.BLOCKED)
        texts = [f"{self._place(each.level, each.document)}, {each.name}: {each.reason}" for each in denying]
        texts += [f"{self.scps.levels[level].name}: no statement allows it" for level in answer.closed_levels]
        return texts or [self._undecided_allow(answer)]

    def _undecided_allow(self, answer: CheckedAuthorization) -> str:
        decision = answer.decision
        place = self._place(decision.level or 0, decision.document or 0)
        return f"{place}, {decision.statement}: allowed or not, it depends on {', '.join(sorted(decision.missing))}"

    def _place(self, level: int, document: int) -> str:
        return f"{self.scps.levels[level].name} {self.scps.document(level, document).name}"


@dataclass(frozen=True)
class Row:
    """A report, and what it was before a change, if that is asked."""

    report: Report
    before: Report | None = None

    @property
    def name(self) -> str:
        """What was asked for, of an ARN its end; a foundation model is called in its Region."""
        direct = self.report.profile is None and not self.report.unknown_profile
        resource = self.report.model_id.split(":", 5)[-1] if parse_arn(self.report.model_id) else self.report.model_id
        return clean(resource) + (" (in-Region)" if direct else "")

    @property
    def verdict(self) -> str:
        """The verdict in a word; in two where it may have turned."""
        verdict = _WORDS[self.report.verdict]
        return f"{_WORDS[self.before.verdict]} -> {verdict}" if self.before else verdict


def matrix(rows: Sequence[Row], scps: Scps) -> list[str]:
    """Return the lines of *rows*, in a matrix for each source Region, and of their footnotes."""
    footnotes = Footnotes(scps)
    lines: list[str] = []
    for source_region, group in groupby(rows, key=lambda row: row.report.source_region):
        lines += _tables(source_region, list(group), footnotes)
    if any(row.before for row in rows):
        lines.append("*  turned")
    for number, text in enumerate(footnotes.texts, start=1):
        lines += wrapped(f"{number}  {text}", "   ")
    if any(row.report.fails_always is None for row in rows):
        lines += wrapped(SOMETIMES)
    return lines


def _tables(source_region: str, rows: list[Row], footnotes: Footnotes) -> list[str]:
    heading = f"From {source_region}"
    table = _table(heading, rows, footnotes)
    if table is not None:
        return table
    lines = []
    for _, group in groupby(rows, key=lambda row: row.name.partition(".")[0]):
        family = list(group)
        lines += _table(heading, family, footnotes) or _tall_table(heading, family, footnotes)
    return lines


def _table(heading: str, rows: list[Row], footnotes: Footnotes) -> list[str] | None:
    """Return one line for each of *rows*, or None if that is too wide."""
    columns = [[heading, *_names(rows)], ["", *(row.verdict for row in rows)], *_columns(rows, footnotes)]
    lines = _aligned(columns)
    return lines if max(map(len, lines)) <= width() else None


def _tall_table(heading: str, rows: list[Row], footnotes: Footnotes) -> list[str]:
    """Return two lines for each of *rows*: its name has one to itself."""
    header, *cells = _aligned(_columns(rows, footnotes))
    lines = [heading, f"  {header}"]
    for row, line in zip(rows, cells, strict=True):
        lines += [f"{row.name}  {row.verdict}", f"  {line}"]
    return lines


def _aligned(columns: list[list[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in columns]
    return ["  ".join(map(str.ljust, line, widths)).rstrip() for line in zip(*columns, strict=True)]


def _columns(rows: list[Row], footnotes: Footnotes) -> list[list[str]]:
    """Return a column for each Region: its name, and a cell for each of *rows*."""
    source_region = rows[0].report.source_region
    regions = {answer.region for row in rows for answer in row.report.authorizations}
    in_order = sorted(regions, key=lambda region: (region != source_region, region == UNSPECIFIED, region))
    return [[_short(region), *(_cell(row, region, footnotes) for row in rows)] for region in in_order]


def _cell(row: Row, region: str, footnotes: Footnotes) -> str:
    report = row.report
    answers = _in_region(report, region)
    if not answers:
        return "-"
    worst = _worst(answers)
    turned = "*" if row.before and worst is not _worst(_in_region(row.before, region)) else ""
    if worst is Verdict.ALLOWED:
        return f"ok{turned}"
    behind = [answer for answer in answers if answer.verdict is worst]
    # The profile has a row of its own in AWS's table, and no column of its own in this one.
    alone = len(answers) > 1 and behind == list(report.authorizations[:1])
    numbers = footnotes.numbers(behind, " (the profile's own ARN)" if alone else "")
    return f"{'DENY' if worst is Verdict.BLOCKED else '?'} {numbers}{turned}"


def _in_region(report: Report, region: str) -> list[CheckedAuthorization]:
    return [answer for answer in report.authorizations if answer.region == region]


def _worst(answers: Iterable[CheckedAuthorization]) -> Verdict:
    """Return the verdict on all of *answers* together."""
    verdicts = {answer.verdict for answer in answers}
    return next((each for each in (Verdict.BLOCKED, Verdict.DEPENDS) if each in verdicts), Verdict.ALLOWED)


def _names(rows: Sequence[Row]) -> list[str]:
    """Return the models' names without their dates and versions, where that leaves them apart."""
    shorts = [_DATED.sub("-*", row.name) for row in rows]
    return [short if shorts.count(short) == 1 else row.name for short, row in zip(shorts, rows, strict=True)]


def _short(region: str) -> str:
    if region == UNSPECIFIED:
        return "unspec."
    *heads, direction, number = region.split("-")
    for word, letter in _DIRECTIONS.items():
        direction = direction.replace(word, letter)
    return "-".join((*heads, direction, number))


def width() -> int:
    """Return how many columns there are to print in."""
    return max(shutil.get_terminal_size().columns, 40)


def wrapped(text: str, indent: str = "", *, first: str = "") -> list[str]:
    """Return *text*, cleaned, in lines that fit; all but the first begin with *indent*."""
    return textwrap.wrap(
        clean(text),
        width(),
        initial_indent=first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
