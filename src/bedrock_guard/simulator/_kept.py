"""What is kept of what was asked and made: the newest alone, so that a long run does not fill the memory."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

LENGTH = 10_000

_Key = TypeVar("_Key")
_Item = TypeVar("_Item")


class Kept(Generic[_Key, _Item]):
    """Items by their keys, the oldest of which are forgotten. Safe for threads."""

    def __init__(self) -> None:
        self._items: dict[_Key, _Item] = {}
        self._lock = threading.Lock()

    def once(self, key: _Key, make: Callable[[], _Item]) -> _Item:
        """Return the item of *key*, which *make* makes where there is none."""
        with self._lock:
            if key not in self._items:
                self._items[key] = make()
                if len(self._items) > LENGTH:
                    del self._items[next(iter(self._items))]
            return self._items[key]

    def keep(self, key: _Key, item: _Item) -> None:
        """Add *item*, whose *key* is new."""
        self.once(key, lambda: item)

    def get(self, key: _Key) -> _Item | None:
        """Return the item of *key*, None where there is none."""
        with self._lock:
            return self._items.get(key)

    def items(self) -> list[tuple[_Key, _Item]]:
        """Return all of them, oldest first."""
        with self._lock:
            return list(self._items.items())
