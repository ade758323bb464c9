"""What `repair` answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bedrock_guard._compat import StrEnum
from bedrock_guard.scp._hierarchy import Policy
from bedrock_guard.scp._proof import Proof
from bedrock_guard.scp._report import Report, Verdict

# "Service control policies (SCPs): 10,240 characters"; it was half of that until 2026-05-15, and some still keep to it
# (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html).
MAX_CHARACTERS = 10_240
FORMER_MAX_CHARACTERS = 5_120


class EditKind(StrEnum):
    """
    How a document is changed.

    `exempt`: a Deny statement lets the profile pass. `widen`: a Deny statement's list of Regions lets one more pass.
    `allow`: an Allow statement is added.
    """

    EXEMPT = "exempt"
    WIDEN = "widen"
    ALLOW = "allow"


@dataclass(frozen=True)
class Edit:
    """
    One edit of one statement (of the document, for `allow`), all numbers counted from 0.

    `statement` is its Sid, or `Statement[i]`; `values` are what goes in or, for a list of Regions to deny, out.
    """

    kind: EditKind
    level: int
    document: int
    statement: str
    values: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON primitives."""
        return {
            "kind": str(self.kind),
            "level": self.level,
            "document": self.document,
            "statement": self.statement,
            "values": list(self.values),
        }


@dataclass(frozen=True)
class Obstacle:
    """
    What blocks the call and is not edited: where, why, and what to do `instead`.

    `document` and `statement` are None where a level allows nothing, `level` too where it is nothing in the policies.
    """

    reason: str
    instead: str
    level: int | None = None
    document: int | None = None
    statement: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON primitives."""
        return {
            "reason": self.reason,
            "instead": self.instead,
            "level": self.level,
            "document": self.document,
            "statement": self.statement,
        }


@dataclass(frozen=True)
class EditedDocument:
    """
    A document before and after, each in the form in which it was given (dict or JSON text).

    Sizes are characters: as written (of a dict, minified), and minified. White space counts against the quota of 10,240
    where a policy is saved through the API or the command line; the console strips it.
    """

    level: int
    document: int
    before: Policy
    after: Policy
    size_before: int
    size_after: int
    minified_before: int
    minified_after: int

    @property
    def fits(self) -> bool:
        """Whether it stays within the quota, white space stripped if need be."""
        return self.minified_after <= MAX_CHARACTERS

    @property
    def note(self) -> str | None:
        """What its size asks for: nothing, stripping white space, care, or a split."""
        if not self.fits:
            return f"{self.minified_after:,} characters without white space are over the quota of {MAX_CHARACTERS:,}"
        if self.size_after > MAX_CHARACTERS:
            return f"strip white space: {self.size_after:,} characters, over the quota of {MAX_CHARACTERS:,}"
        if self.size_after > FORMER_MAX_CHARACTERS:
            return f"past {FORMER_MAX_CHARACTERS:,} characters, the quota before 2026-05-15"
        return None

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON primitives."""
        return {
            "level": self.level,
            "document": self.document,
            "after": dict(self.after) if isinstance(self.after, Mapping) else self.after,
            "size_before": self.size_before,
            "size_after": self.size_after,
            "minified_before": self.minified_before,
            "minified_after": self.minified_after,
            "fits": self.fits,
            "note": self.note,
        }


@dataclass(frozen=True)
class Repair:
    """
    The smallest edit that lets calls pass, and its proof.

    `levels` are the documents from the root to the account, edited: text stays text in its own layout, a dict becomes a
    new dict, and what needs no edit is what was given. `covers` are the profiles (or model IDs) that the edit is for
    today; `opens` says in sentences what it opens. `obstacles` are what blocks the calls and is not edited. `before` and
    `after` are `check`'s reports of each call.
    """

    levels: tuple[tuple[Policy, ...], ...]
    edits: tuple[Edit, ...]
    documents: tuple[EditedDocument, ...]
    obstacles: tuple[Obstacle, ...]
    covers: tuple[str, ...]
    opens: tuple[str, ...]
    before: tuple[Report, ...]
    after: tuple[Report, ...]
    proof: Proof

    @property
    def is_needed(self) -> bool:
        """Whether anything blocked a call, or may have, that an edit or an obstacle is about."""
        return bool(self.edits or self.obstacles)

    @property
    def is_complete(self) -> bool:
        """Whether all calls pass, nothing else changed that nobody asked for, and each document fits its quota."""
        is_wide = any(edit.kind is EditKind.WIDEN for edit in self.edits)
        return self.proof.passes and (is_wide or not self.proof.changed) and all(each.fits for each in self.documents)

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of `after`."""
        verdicts = {each.verdict for each in self.after}
        return next((each for each in (Verdict.BLOCKED, Verdict.DEPENDS) if each in verdicts), Verdict.ALLOWED)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON primitives, the proof without those cells that did not change."""
        return {
            "verdict": str(self.verdict),
            "complete": self.is_complete,
            "edits": [each.to_dict() for each in self.edits],
            "documents": [each.to_dict() for each in self.documents],
            "obstacles": [each.to_dict() for each in self.obstacles],
            "covers": list(self.covers),
            "opens": list(self.opens),
            "before": [each.to_dict() for each in self.before],
            "after": [each.to_dict() for each in self.after],
            "proof": {name: value for name, value in self.proof.to_dict().items() if name != "cells"},
        }
