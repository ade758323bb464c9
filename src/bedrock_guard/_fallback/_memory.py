"""Which first choices are blocked, for how long calls go straight to the fallback, and who tries again."""

import datetime as dt
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from bedrock_guard._diagnosis import Diagnosis
from bedrock_guard._fork import clean_in_child

LONGEST = 60 * 60  # seconds: relapses double the period up to this
_MOST = 1024


class Route(Enum):
    """Where a call goes."""

    FIRST_CHOICE = "first choice"
    PROBE = "probe"
    FALLBACK = "fallback"


@dataclass(frozen=True)
class Key:
    """What a denial is remembered for. `caller` is a number for each set of credentials, None where none is known."""

    caller: int | None
    source_region: str
    action: str
    requested_model_id: str


@dataclass(frozen=True)
class Evidence:
    """A denial of the first choice, so that it can be raised again: AWS's own answer, and its diagnosis."""

    response: Mapping[str, Any]
    diagnosis: Diagnosis


@dataclass(frozen=True)
class Degradation:
    """
    A first choice that calls pass by at present, as `bedrock_guard.status()` has it.

    `since` is in UTC. `calls` were served by a fallback, the last of them by `served_model_id`.
    """

    requested_model_id: str
    source_region: str
    action: str
    since: dt.datetime
    diagnosis_key: str
    served_model_id: str | None
    calls: int
    drill: bool


@dataclass
class _Entry:
    evidence: Evidence
    period: float
    until: float
    since: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.timezone.utc))
    good_probes: int = 0
    is_probing: bool = False
    recovered_at: float | None = None
    calls: int = 0
    served_model_id: str | None = None
    denied_models: frozenset[str] = frozenset()


class Memory:
    """What one guard remembers of blocked first choices. Safe for threads; its lock is never held over I/O."""

    def __init__(
        self, *, remember: float, probes: int, drill: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._remember = remember
        self._probes = probes
        self._drill = drill
        self._clock = clock
        self._entries: dict[Key, _Entry] = {}
        self.start_clean()
        clean_in_child(self)
        _memories.add(self)

    def start_clean(self) -> None:
        """Forget who held the lock, and who was probing."""
        self._lock = threading.Lock()
        for entry in self._entries.values():
            entry.is_probing = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was denied yet, as with most calls."""
        return not self._entries

    def route(self, key: Key) -> Route:
        """Return where a call goes. Whoever gets `PROBE` says what came of it."""
        with self._lock:
            entry = self._active(key)
            if entry is None:
                return Route.FIRST_CHOICE
            if entry.is_probing or self._clock() < entry.until:
                return Route.FALLBACK
            entry.is_probing = True
            return Route.PROBE

    def evidence(self, key: Key) -> Evidence | None:
        """Return the denial that calls pass the first choice by for, or None where they do not."""
        with self._lock:
            entry = self._active(key)
            return entry.evidence if entry else None

    def denied(self, key: Key, evidence: Evidence, *, is_probe: bool) -> bool:
        """Note a denial of the first choice; return whether calls pass it by only from now on."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None and entry.recovered_at is None and not is_probe:
                return False  # the others that were under way when it began
            began = entry is None or entry.recovered_at is not None
            period = self._remember if entry is None else self._next_period(entry)
            if entry is None or began:
                self._entries.pop(key, None)
                self._entries[key] = entry = _Entry(evidence, period, 0)
                self._shed()
            entry.evidence, entry.period, entry.until = evidence, period, self._clock() + period
            entry.good_probes, entry.is_probing = 0, False
            return began

    def probed_well(self, key: Key) -> bool:
        """Note a good answer to a probe; return whether the first choice has recovered by it."""
        with self._lock:
            entry = self._active(key)
            if entry is None:
                return False
            entry.is_probing = False
            entry.good_probes += 1
            if entry.good_probes < self._probes:
                return False
            entry.recovered_at = self._clock()
            return True

    def released(self, key: Key) -> None:
        """Note that a probe has told nothing: the next call is the probe."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None:
                entry.is_probing = False

    def served(self, key: Key, model_id: str) -> None:
        """Note that *model_id* has served a call."""
        with self._lock:
            entry = self._active(key)
            if entry is not None:
                entry.calls += 1
                entry.served_model_id = model_id

    def candidate_denied(self, key: Key, model_id: str) -> None:
        """Note that a candidate is denied as well, so that no further call is spent on it meanwhile."""
        with self._lock:
            entry = self._active(key)
            if entry is not None:
                entry.denied_models |= {model_id}

    def denied_models(self, key: Key) -> frozenset[str]:
        """Return the candidates that are denied as well."""
        with self._lock:
            entry = self._active(key)
            return entry.denied_models if entry else frozenset()

    def status(self) -> list[Degradation]:
        """Return the first choices that calls pass by."""
        with self._lock:
            active = [(key, entry) for key, entry in self._entries.items() if entry.recovered_at is None]
            return [self._degradation(key, entry) for key, entry in active]

    def _active(self, key: Key) -> _Entry | None:
        entry = self._entries.get(key)
        return entry if entry is not None and entry.recovered_at is None else None

    def _next_period(self, entry: _Entry) -> float:
        # A denial soon after the recovery is a relapse as well: some SCPs deny only some of the routed requests.
        if entry.recovered_at is not None and self._clock() - entry.recovered_at > LONGEST:
            return self._remember
        return min(entry.period * 2, max(LONGEST, self._remember))

    def _shed(self) -> None:
        while len(self._entries) > _MOST:
            del self._entries[next(iter(self._entries))]

    def _degradation(self, key: Key, entry: _Entry) -> Degradation:
        return Degradation(
            requested_model_id=key.requested_model_id,
            source_region=key.source_region,
            action=key.action,
            since=entry.since,
            diagnosis_key=entry.evidence.diagnosis.key,
            served_model_id=entry.served_model_id,
            calls=entry.calls,
            drill=self._drill,
        )


_memories: "weakref.WeakSet[Memory]" = weakref.WeakSet()


def status() -> list[Degradation]:
    """
    Return the first choices that calls pass by at present, in the whole process, the oldest first.

    Each says since when, why (`diagnosis_key`), served by what, and how many calls.
    """
    found = [degradation for memory in list(_memories) for degradation in memory.status()]
    return sorted(found, key=lambda each: each.since)
