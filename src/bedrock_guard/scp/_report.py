"""What `check` answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bedrock_guard._compat import StrEnum
from bedrock_guard._profiles import InferenceProfile
from bedrock_guard.scp._evaluation import Decision, Result
from bedrock_guard.scp._facts import ContextValue


class Verdict(StrEnum):
    """What service control policies come to; `depends` on what is not known of the caller or of the profile."""

    ALLOWED = "allowed"
    BLOCKED = "blocked"
    DEPENDS = "depends"


@dataclass(frozen=True)
class DenyingStatement:
    """
    A Deny statement that takes effect, or (`certain` is False) may.

    `level`, `document` and `index` count from 0; `name` is its Sid, or `Statement[i]`; `reason` says in a few words
    which of its conditions are at work, with an "if" where it is not known whether they hold.
    """

    level: int
    document: int
    index: int
    name: str
    certain: bool
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON primitives."""
        return {
            "level": self.level,
            "document": self.document,
            "index": self.index,
            "statement": self.name,
            "certain": self.certain,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class CheckedAuthorization:
    """
    One authorization of a call, and what the policies say to it.

    `region` is the column: a Region, or `unspecified`. `context` are all condition keys it was asked with; an empty
    value is a key known to be absent. `decision` names the first that decides, `denying` are all statements that deny
    or may, at all levels, and `closed_levels` the levels (from 0) of which no statement allows it.
    """

    action: str
    resource: str
    region: str
    context: Mapping[str, ContextValue]
    decision: Decision
    denying: tuple[DenyingStatement, ...] = ()
    closed_levels: tuple[int, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The decision in a word; `blocked` where it is open only which policy denies."""
        if self.decision.result is Result.ALLOWED:
            return Verdict.ALLOWED
        return Verdict.DEPENDS if Result.ALLOWED in self.decision.possible else Verdict.BLOCKED

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON primitives."""
        return {
            "action": self.action,
            "resource": self.resource,
            "region": self.region,
            "context": primitive(self.context),
            "verdict": str(self.verdict),
            "result": str(self.decision.result),
            "level": self.decision.level,
            "document": self.decision.document,
            "statement": self.decision.statement,
            "depends_on": sorted(self.decision.missing) if self.verdict is Verdict.DEPENDS else [],
            "denying": [each.to_dict() for each in self.denying],
            "closed_levels": list(self.closed_levels),
        }


@dataclass(frozen=True)
class Report:
    """
    What service control policies say to one call, authorization by authorization.

    `model_id` is as asked; `profile` is what it names, or None for a foundation model and for a profile of which
    nothing is known (`unknown_profile`): of that one only its own authorization was checked, so that it is never
    `allowed`. `authorizations` are in AWS's order: the profile, the source Region, the other destinations. `notes` are
    sentences on what was taken for granted.
    """

    model_id: str
    source_region: str
    action: str
    profile: InferenceProfile | None
    unknown_profile: bool
    authorizations: tuple[CheckedAuthorization, ...]
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """`blocked` if one authorization is, `depends` if one does, else `allowed`."""
        verdicts = {each.verdict for each in self.authorizations}
        if Verdict.BLOCKED in verdicts:
            return Verdict.BLOCKED
        return Verdict.DEPENDS if Verdict.DEPENDS in verdicts or self.unknown_profile else Verdict.ALLOWED

    @property
    def depends_on(self) -> tuple[str, ...]:
        """The condition keys, in alphabetical order, that would decide what is not decided."""
        undecided = (each for each in self.authorizations if each.verdict is Verdict.DEPENDS)
        return tuple(sorted({key for each in undecided for key in each.decision.missing}))

    @property
    def blocked_regions(self) -> tuple[str, ...]:
        """The Regions (or `unspecified`) in which an authorization is blocked, each once, in order."""
        blocked = (each.region for each in self.authorizations if each.verdict is Verdict.BLOCKED)
        return tuple(dict.fromkeys(blocked))

    @property
    def fails_always(self) -> bool | None:
        """
        Whether each such call fails (True), or always or now and then (None); False where the call is not blocked.

        "Requests are evaluated against every destination Region" is documented; in the field a call with a blocked
        destination was also seen to succeed at times
        (https://docs.aws.amazon.com/bedrock/latest/userguide/geographic-cross-region-inference.html says "will fail
        when trying to route to" it). What is denied before any routing, or everywhere, fails always.
        """
        if self.verdict is not Verdict.BLOCKED:
            return False
        own, *models = (each.verdict is Verdict.BLOCKED for each in self.authorizations)
        return True if own or (models and all(models)) else None

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON primitives."""
        profile = self.profile
        return {
            "model_id": self.model_id,
            "source_region": self.source_region,
            "action": self.action,
            "verdict": str(self.verdict),
            "fails_always": self.fails_always,
            "unknown_profile": self.unknown_profile,
            "destination_regions": list(profile.destination_regions) if profile else [],
            "origin": str(profile.origin) if profile else None,
            "as_of": profile.as_of if profile else None,
            "blocked_regions": list(self.blocked_regions),
            "depends_on": list(self.depends_on),
            "authorizations": [each.to_dict() for each in self.authorizations],
            "notes": list(self.notes),
        }


def primitive(context: Mapping[str, ContextValue]) -> dict[str, Any]:
    """Return *context* as JSON primitives; an empty list is a key known to be absent."""
    scalars = (str, bool, int, float)
    return {key: value if isinstance(value, scalars) else sorted(map(str, value)) for key, value in context.items()}
