"""Whether a file of an SCP was edited meanwhile."""

from pathlib import Path

from bedrock_guard.cli._sources import Scps


class Watch:
    """The files of SCPs, and how they were when they were last looked at."""

    def __init__(self, scps: Scps) -> None:
        self._paths = [document.path for level in scps.levels for document in level.documents if document.path]
        self._seen = self._stamps()

    def sees_an_edit(self) -> bool:
        """Tell whether one of them is another than at the last look."""
        seen, self._seen = self._seen, self._stamps()
        return seen != self._seen

    def _stamps(self) -> list[tuple[int, int] | None]:
        return [_stamp(path) for path in self._paths]


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
