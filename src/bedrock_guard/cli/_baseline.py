"""SCPs as they were before a change, for `check --baseline`."""

from collections.abc import Mapping
from pathlib import Path

import click

from bedrock_guard.cli._sources import Document, Level, Scps, assuming_full_aws_access, is_so, read_text


def before(scps: Scps, old: Path) -> Scps:
    """
    Return *scps* as they were in *old*: a folder that holds the old files under the same paths, or one file's old text.

    A file that *old* lacks was not attached then. Each is called by its old path, which tells it from the new one.
    """
    documents = (document for level in scps.levels for document in level.documents)
    files = list(dict.fromkeys(document.path for document in documents if document.path))
    if not files:
        raise click.UsageError("--baseline: there is no --scp file to compare with it")
    if is_so(old.is_dir):
        places = {path: old / _relative(path) for path in files}
        places = {path: place for path, place in places.items() if is_so(place.is_file)}
    elif len(files) == 1:
        places = dict.fromkeys(files, old)
    else:
        raise click.UsageError("--baseline: give the folder of the old files, where there are several --scp files")
    found = {path: Document(str(place), read_text(place), path) for path, place in places.items()}
    for path, place in places.items():
        # Compared with itself, a file that denies everything has changed nothing.
        if path.resolve() == place.resolve():
            raise click.UsageError(f"--baseline: {place} is the --scp file itself; give the old one")
    return assuming_full_aws_access([_as_in(level, found) for level in scps.levels])


def added(scps: Scps, old: Scps) -> list[str]:
    """Return the files of *scps* that *old*, what `before` made of it, lacks."""
    known = {document.path for level in old.levels for document in level.documents}
    paths = (document.path for level in scps.levels for document in level.documents)
    return list(dict.fromkeys(str(path) for path in paths if path and path not in known))


def _relative(path: Path) -> Path:
    """Return *path* as seen from the current folder; raise click.UsageError where it lies outside."""
    if not path.is_absolute() and ".." not in path.parts:
        return path
    real = path.parent.resolve() / path.name
    if not real.is_relative_to(Path.cwd()):
        raise click.UsageError(f"--baseline: {path} is outside the current folder: run this where the new files are")
    return real.relative_to(Path.cwd())


def _as_in(level: Level, found: Mapping[Path, Document]) -> Level:
    given = [document for document in level.documents if not document.assumed]
    kept = (found.get(document.path) if document.path else document for document in given)
    return Level(level.name, tuple(document for document in kept if document))
