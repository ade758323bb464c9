"""Files that get new texts: all of them, or none."""

import codecs
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory


@dataclass(frozen=True)
class _Staged:
    # A file, and beside it, ready to take its place: what it is to be, and what it was.
    target: Path
    new: Path
    old: Path


def replace_all(texts: Mapping[Path, str]) -> None:
    """
    Replace what stands in each file by its text; where one cannot be, all files are as they were.

    Everything is on the disk before the first file changes, so that a full one changes none. Links stay links, and a
    file keeps its mode and its byte order mark. Raises OSError, its `filename` that of the file.
    """
    with ExitStack() as stack:
        staged = [_stage(path, text, stack) for path, text in texts.items()]
        done: list[_Staged] = []
        try:
            for each in staged:
                with _named(each.target):
                    each.new.replace(each.target)
                done.append(each)
        except OSError:
            for each in done:
                each.old.replace(each.target)
            raise


def _stage(path: Path, text: str, stack: ExitStack) -> _Staged:
    with _named(path):
        target = path.resolve(strict=True)
        # In the file's own folder, hence on its disk: only there can one file take the place of another at once.
        folder = Path(stack.enter_context(TemporaryDirectory(prefix=".bedrock-guard-", dir=target.parent)))
        new, old = (Path(shutil.copy2(target, folder / name)) for name in ("new", "old"))
        encoding = "utf-8-sig" if old.read_bytes().startswith(codecs.BOM_UTF8) else "utf-8"
        # As it is: the document's own line ends.
        with new.open("w", encoding=encoding, newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        return _Staged(target, new, old)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    # What fails is often the file beside, of which nobody knows.
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
