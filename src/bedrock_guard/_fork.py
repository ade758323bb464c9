"""A forked child has none of its parent's other threads: what waits for one of them starts clean."""

import os
import weakref
from typing import Protocol


class Cleanable(Protocol):
    """Something with locks, or with work under way in a thread."""

    def start_clean(self) -> None:
        """Forget all that another thread was doing."""


_kept: "weakref.WeakSet[Cleanable]" = weakref.WeakSet()


def clean_in_child(thing: Cleanable) -> None:
    """Have *thing* start clean in every child that is forked while it lives."""
    _kept.add(thing)


def _clean_all() -> None:
    for thing in list(_kept):
        thing.start_clean()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_clean_all)
