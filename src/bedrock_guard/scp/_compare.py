"""What a change of policies turns: for the reviewer of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bedrock_guard.scp._report import Report


@dataclass(frozen=True)
class Turn:
    """A call that policies answer otherwise than before, as a whole or in one of its authorizations."""

    before: Report
    after: Report

    @property
    def regions(self) -> tuple[str, ...]:
        """The Regions (or `unspecified`) in which an authorization turned, each once, in order."""
        pairs = zip(self.before.authorizations, self.after.authorizations, strict=True)
        return tuple(dict.fromkeys(old.region for old, new in pairs if old.verdict is not new.verdict))

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON primitives."""
        return {"regions": list(self.regions), "before": self.before.to_dict(), "after": self.after.to_dict()}


def compare(before: Iterable[Report], after: Iterable[Report]) -> list[Turn]:
    """
    Return what turned between *before* and *after*: the reports of `check_all` on two hierarchies, for the same calls.

    Raises ValueError where they are about different calls.
    """
    turns: list[Turn] = []
    for old, new in zip(before, after, strict=True):
        if _call(old) != _call(new):
            raise ValueError("the reports are about different calls")
        turn = Turn(old, new)
        if turn.regions:
            turns.append(turn)
    return turns


def _call(report: Report) -> tuple[object, ...]:
    resources = tuple(each.resource for each in report.authorizations)
    return report.model_id, report.source_region, report.action, resources
