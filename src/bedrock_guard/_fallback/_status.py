"""What is degraded at present, over all guards of the process."""

import datetime as dt
import weakref
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Degradation:
    """
    A first choice that calls pass by at present, as `bedrock_guard.status()` has it.

    `since` is in UTC. `calls` were served by a fallback, the last of them by `served_model_id`. `drill` tells that AWS
    has denied nothing.
    """

    requested_model_id: str
    source_region: str
    action: str
    since: dt.datetime
    diagnosis_key: str
    served_model_id: str | None
    calls: int
    drill: bool


class Watched(Protocol):
    """Something that knows what is degraded."""

    def status(self) -> Iterable[Degradation]:
        """Return the first choices that calls pass by."""


# By identity. Its references are listed in one step, while other threads add to it; a set's are not.
_watched: "weakref.WeakValueDictionary[int, Watched]" = weakref.WeakValueDictionary()


def watch(memory: Watched) -> None:
    """Count *memory* in while it lives."""
    _watched[id(memory)] = memory


def unwatch(memory: Watched) -> None:
    """Count *memory* out: an error that was kept may keep it alive."""
    _watched.pop(id(memory), None)


def status() -> list[Degradation]:
    """
    Return the first choices that calls pass by at present, in the whole process, the oldest first.

    Each says since when, why (`diagnosis_key`), served by what, and how many calls.
    """
    memories = [memory for reference in _watched.valuerefs() if (memory := reference()) is not None]
    found = [degradation for memory in memories for degradation in memory.status()]
    return sorted(found, key=lambda each: each.since)
