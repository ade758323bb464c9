"""A simulator that looks up the files of policies in folders of its own."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from os import PathLike
from pathlib import Path
from typing import Any

from bedrock_guard.scp import PolicyError
from bedrock_guard.simulator._documents import Documents, Levels
from bedrock_guard.simulator._simulator import Simulator


class LocatedSimulator(Simulator):
    """As `Simulator`; names of files are relative to the first of *folders* that has them, or else to the working one."""

    def __init__(
        self,
        folders: Sequence[Path],
        scps: Levels = (),
        *,
        policies: Mapping[str, Documents] | None = None,
        **options: Any,
    ) -> None:
        self._folders = list(dict.fromkeys([*folders, Path.cwd()]))
        others = {policy_type: self._located(documents) for policy_type, documents in (policies or {}).items()}
        super().__init__(self._located(scps), policies=others, **options)

    def set_scps(self, scps: Levels) -> None:
        """Replace all service control policies."""
        super().set_scps(self._located(scps))

    def set_policies(self, policy_type: str, documents: Documents) -> None:
        """Replace the policies of another type."""
        super().set_policies(policy_type, self._located(documents))

    def _located(self, documents: Any) -> Any:
        if isinstance(documents, str | PathLike):
            return self._path(documents)
        if isinstance(documents, Sequence):
            return [self._located(document) for document in documents]
        return documents

    def _path(self, document: str | PathLike[str]) -> str | PathLike[str]:
        if isinstance(document, str) and document.lstrip().startswith("{"):
            return document
        for folder in self._folders:
            with suppress(OSError, ValueError):  # what can be no path
                if (folder / document).is_file():
                    return folder / document
        raise PolicyError(f"{document}: cannot be read: no such file in {', '.join(map(str, self._folders))}")
