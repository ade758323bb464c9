"""Where SCPs come from, for the commands: files, by level; or the organization (see `_organization`)."""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from bedrock_guard import scp
from bedrock_guard.scp._json import MAX_CHARACTERS

FULL_AWS_ACCESS = "FullAWSAccess"
# https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html#how-scps-effect-full-aws-access
_FULL_AWS_ACCESS_TEXT = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}, indent=2
)
_LEVEL_AND_FILE = re.compile(r"([\w .-]+)=(.+)", re.DOTALL)
_DEFAULT_LEVEL = "root"


@dataclass(frozen=True)
class Document:
    """An SCP: its name for people, its JSON text, and its file, if it has one."""

    name: str
    text: str
    path: Path | None = None
    assumed: bool = False


@dataclass(frozen=True)
class Level:
    """A root, an organizational unit or an account, and the SCPs attached to it."""

    name: str
    documents: tuple[Document, ...]

    @property
    def is_of_files(self) -> bool:
        """Whether files were named for it; what the organization says is all there is."""
        return any(document.path for document in self.documents)


@dataclass(frozen=True)
class Scps:
    """
    The SCPs above an account, from the root to it, and what they are once compiled.

    `account_id` and `management_account` are known where the organization was read.
    """

    levels: tuple[Level, ...]
    hierarchy: scp.Hierarchy
    account_id: str | None = None
    management_account: bool = False

    @property
    def texts(self) -> list[list[str]]:
        """The documents' texts, level by level."""
        return [[document.text for document in level.documents] for level in self.levels]

    def document(self, level: int, document: int) -> Document:
        """Return the document at these indexes."""
        return self.levels[level].documents[document]

    def line(self) -> str:
        """Return all levels and documents, in one line."""
        return "   ".join(self.lines())

    def lines(self) -> list[str]:
        """Return each level with its documents."""
        return [f"{level.name}: {' + '.join(map(_shown, level.documents))}" for level in self.levels]


def _shown(document: Document) -> str:
    return f"{document.name} (assumed)" if document.assumed else document.name


def full_aws_access(*, assumed: bool = False) -> Document:
    """Return AWS's managed policy that allows everything."""
    return Document(FULL_AWS_ACCESS, _FULL_AWS_ACCESS_TEXT, assumed=assumed)


def from_files(arguments: Iterable[str]) -> Scps:
    """
    Return the SCPs that *arguments* name, each `FILE` or `LEVEL=FILE`, levels in the order in which they first appear.

    FullAWSAccess is assumed beside the documents of a level that allow nothing: without it they would deny everything.
    """
    levels: dict[str, list[Document]] = {}
    for argument in arguments:
        name, file = _level_and_file(argument)
        levels.setdefault(name, []).append(_document(file))
    return assuming_full_aws_access([Level(name, tuple(documents)) for name, documents in levels.items()])


def assuming_full_aws_access(levels: Sequence[Level]) -> Scps:
    """Return *levels* compiled, with FullAWSAccess where a level would allow nothing."""
    hierarchy = compiled(levels)
    allowing = {statement.level for statement in hierarchy.statements if statement.effect == "Allow"}
    if len(allowing) == len(levels):
        return Scps(tuple(levels), hierarchy)
    full = full_aws_access(assumed=True)
    completed = tuple(
        level if index in allowing else Level(level.name, (*level.documents, full))
        for index, level in enumerate(levels)
    )
    return Scps(completed, compiled(completed))


def compiled(levels: Sequence[Level]) -> scp.Hierarchy:
    """Return the hierarchy of *levels*; raise click.UsageError, by the document's name, where one is malformed."""
    try:
        return scp.load([[document.text for document in level.documents] for level in levels])
    except scp.PolicyError as error:
        if error.level is None or error.document is None:
            raise click.UsageError(str(error)) from None
        name = levels[error.level].documents[error.document].name
        place = f"{name}, {error.statement}" if error.statement else name
        raise click.UsageError(f"{place}: {error.problem}") from None


def _level_and_file(argument: str) -> tuple[str, str]:
    found = _LEVEL_AND_FILE.fullmatch(argument)
    if found is None or is_so(Path(argument).exists):
        return _DEFAULT_LEVEL, argument
    return found[1].strip(), found[2]


def is_so(question: Callable[[], bool]) -> bool:
    """Return the answer about a path; no where the path can be none, such as one that is too long."""
    try:
        return question()
    except (OSError, ValueError):
        return False


def _document(file: str) -> Document:
    if file == FULL_AWS_ACCESS:
        return full_aws_access()
    path = Path(file)
    return Document(path.name, read_text(path), path)


def read_text(path: Path) -> str:
    """Return the text of the file at *path*; raise click.UsageError where it has none, or is far too long for an SCP."""
    # Line ends are left as they are: what is written back differs in the edit alone. A byte order mark, which editors on
    # Windows put first, is no part of the text; it is kept where the file is written.
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            text = file.read(MAX_CHARACTERS + 1)
    except UnicodeDecodeError:
        raise click.UsageError(f"{path}: not UTF-8 text, so no JSON: save it as UTF-8") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise click.UsageError(f"{path}: cannot be read: {reason}") from None
    if len(text) > MAX_CHARACTERS:
        raise click.UsageError(f"{path}: longer than {MAX_CHARACTERS:,} characters; an SCP has at most 10,240")
    return text
