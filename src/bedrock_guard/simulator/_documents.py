"""Policy documents as people hand them over: dicts, JSON text, files, singly or in levels."""

import json
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias

from bedrock_guard.scp import PolicyError

Document: TypeAlias = Mapping[str, Any] | str | PathLike[str]
Documents: TypeAlias = Document | Sequence[Document]
Levels: TypeAlias = Documents | Sequence[Sequence[Document]]

# Attached to every root, OU and account until somebody detaches it.
# https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
FULL_AWS_ACCESS: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


def read_levels(scps: Levels) -> list[list[Mapping[str, Any]]]:
    """
    Return *scps* as levels from the root to the account, all documents read.

    One document, or several that are in no levels, are one level with FullAWSAccess beside them.
    """
    if isinstance(scps, str) or not isinstance(scps, Sequence):
        return [[_read(scps), FULL_AWS_ACCESS]]
    if scps and all(_is_level(item) for item in scps):
        return [read_documents(level) for level in scps]
    return [[*read_documents(scps), FULL_AWS_ACCESS]]  # type: ignore[arg-type]  # what is no level is a document


def read_documents(documents: Documents) -> list[Mapping[str, Any]]:
    """Return one document, or several, all read."""
    if isinstance(documents, str) or not isinstance(documents, Sequence):
        return [_read(documents)]
    return [_read(document) for document in documents]


def _is_level(item: object) -> bool:
    return isinstance(item, Sequence) and not isinstance(item, str)


def _read(document: Document) -> Mapping[str, Any]:
    if isinstance(document, Mapping):
        return document
    if not isinstance(document, str | PathLike):
        raise PolicyError(f"a policy is a dict, JSON text or a file, not {type(document).__name__}")
    if isinstance(document, str) and document.lstrip().startswith("{"):
        return _parse(document, "policy")
    return _parse(_text(Path(document)), str(document))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise PolicyError(f"{path}: cannot be read: {error}") from None


def _parse(text: str, name: str) -> Mapping[str, Any]:
    try:
        document = json.loads(text)
    except (RecursionError, ValueError) as error:
        raise PolicyError(f"{name}: not JSON: {error}") from None
    if not isinstance(document, dict):
        raise PolicyError(f"{name}: a policy is a JSON object, not {type(document).__name__}")
    return document
