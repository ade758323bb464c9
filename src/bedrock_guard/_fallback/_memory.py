"""Which first choices are blocked, for how long calls go straight to the fallback, and who tries again."""

import datetime as dt
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any, NamedTuple

from bedrock_guard._diagnosis import Diagnosis
from bedrock_guard._fallback._request import Option
from bedrock_guard._fallback._status import Degradation, unwatch, watch
from bedrock_guard._fork import clean_in_child

LONGEST = 60 * 60  # seconds: relapses double the period up to this, and a probe is waited for so long
PAUSE = 10  # seconds after a probe that told nothing
_MOST = 1024


class Key(NamedTuple):  # hashed with each call while something is remembered
    """What a denial is remembered for. `caller` is a number for each set of credentials, None where none is known."""

    caller: int | None
    source_region: str
    action: str
    requested_model_id: str


@dataclass(frozen=True)
class Evidence:
    """
    A denial of the first choice, so that it can be raised again: AWS's own answer, and its diagnosis.

    `options` are the candidates for each operation, weighed once.
    """

    response: Mapping[str, Any]
    diagnosis: Diagnosis
    options: dict[str, tuple[Option, ...]] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Route:
    """
    Where a call goes whose first choice is blocked: to the fallback, or, where `is_probe`, to the first choice again.

    `served_model_id` has served last. `unusable` are the pairs of operation and candidate that fail whatever is sent.
    """

    evidence: Evidence
    served_model_id: str | None = None
    unusable: frozenset[tuple[str, str]] = frozenset()
    is_probe: bool = False


@dataclass
class _Entry:
    route: Route
    period: float
    until: float
    since: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.timezone.utc))
    good_probes: int = 0
    probed_until: float = -inf  # a probe that hangs is given up then
    recovered_at: float | None = None
    calls: int = 0


class Memory:
    """What one guard remembers of blocked first choices. Safe for threads; its lock is never held over I/O."""

    def __init__(
        self, *, remember: float, probes: int, drill: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.now = clock
        self._remember = remember
        self._probes = probes
        self._drill = drill
        self._entries: dict[Key, _Entry] = {}
        self.start_clean()
        clean_in_child(self)
        watch(self)

    def start_clean(self) -> None:
        """Forget who held the lock, and who was probing."""
        self._lock = threading.Lock()
        for entry in self._entries.values():
            entry.probed_until = -inf

    def retire(self) -> None:
        """Count no longer for `status()`, whoever holds on to it."""
        unwatch(self)

    def is_empty(self) -> bool:
        """Tell whether nothing was denied yet, as with most calls."""
        return not self._entries

    def route(self, key: Key) -> Route | None:
        """Return where a call goes, None for the first choice. Whoever is to probe says what came of it."""
        with self._lock:
            entry = self._active(key)
            if entry is None:
                return None
            now = self.now()
            if now < entry.until or now < entry.probed_until:
                return entry.route
            entry.probed_until = now + LONGEST
            return replace(entry.route, is_probe=True)

    def conversation(self, caller: int | None, source_region: str, names: set[str]) -> tuple[Key, Route] | None:
        """Return how conversations with a model of *names*, or through its profile, pass it by, or None."""
        with self._lock:
            for key, entry in self._entries.items():
                profile = entry.route.evidence.diagnosis.profile
                is_same = key.requested_model_id in names or (profile is not None and profile.model_id in names)
                is_here = (key.caller, key.source_region) == (caller, source_region)
                if is_here and is_same and entry.recovered_at is None and entry.route.served_model_id is not None:
                    return key, entry.route
        return None

    def denied(self, key: Key, evidence: Evidence, *, is_probe: bool, sent_at: float) -> None:
        """Note a denial of a request that was sent to the first choice at *sent_at*."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None or entry.recovered_at is not None:
                self._begin(key, evidence, entry, sent_at)
            elif is_probe:  # others were only under way when it began
                period = self._doubled(entry)
                entry.route = Route(evidence, entry.route.served_model_id)
                entry.period, entry.until = period, self.now() + period
                entry.good_probes, entry.probed_until = 0, -inf

    def probed_well(self, key: Key) -> Evidence | None:
        """Note a good answer to a probe; where the first choice has recovered by it, return what had been denied."""
        with self._lock:
            entry = self._active(key)
            if entry is None:
                return None
            entry.probed_until = -inf
            entry.good_probes += 1
            if entry.good_probes < self._probes:
                return None
            entry.recovered_at = self.now()
            return entry.route.evidence

    def released(self, key: Key) -> None:
        """Note that a probe has told nothing: after a pause, in which the fallback serves, another call probes."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None:
                entry.probed_until = -inf
                entry.until = self.now() + min(PAUSE, self._remember)

    def served(self, key: Key, model_id: str) -> bool:
        """Note that *model_id* has served a call; return whether it is the first since the denial."""
        with self._lock:
            entry = self._active(key)
            if entry is None:
                return False
            entry.calls += 1
            if entry.route.served_model_id != model_id:
                entry.route = replace(entry.route, served_model_id=model_id)
            return entry.calls == 1

    def unusable(self, key: Key, operation_name: str, model_id: str) -> None:
        """Note that a candidate fails whatever is sent, so that no further call is spent on it meanwhile."""
        with self._lock:
            entry = self._active(key)
            if entry is not None:
                known = entry.route.unusable
                entry.route = replace(entry.route, unusable=known | {(operation_name, model_id)})

    def status(self) -> list[Degradation]:
        """Return the first choices that calls pass by."""
        with self._lock:
            active = [(key, entry) for key, entry in self._entries.items() if entry.recovered_at is None]
            return [self._degradation(key, entry) for key, entry in active]

    def _active(self, key: Key) -> _Entry | None:
        entry = self._entries.get(key)
        return entry if entry is not None and entry.recovered_at is None else None

    def _begin(self, key: Key, evidence: Evidence, recovered: _Entry | None, sent_at: float) -> None:
        period = self._remember
        if recovered is not None and recovered.recovered_at is not None:
            if sent_at < recovered.recovered_at:
                return  # a late answer says nothing of the time since
            if self.now() - recovered.recovered_at <= LONGEST:
                period = self._doubled(recovered)  # some SCPs deny only some of the routed requests
        self._entries.pop(key, None)  # the oldest stand first
        self._entries[key] = _Entry(Route(evidence), period, self.now() + period)
        while len(self._entries) > _MOST:
            del self._entries[next(iter(self._entries))]

    def _doubled(self, entry: _Entry) -> float:
        return min(entry.period * 2, max(LONGEST, self._remember))

    def _degradation(self, key: Key, entry: _Entry) -> Degradation:
        return Degradation(
            requested_model_id=key.requested_model_id,
            source_region=key.source_region,
            action=key.action,
            since=entry.since,
            diagnosis_key=entry.route.evidence.diagnosis.key,
            served_model_id=entry.route.served_model_id,
            calls=entry.calls,
            drill=self._drill,
        )
