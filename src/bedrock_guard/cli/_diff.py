"""What an edit does to a document, as a reviewer reads it."""

import difflib
import json
from collections.abc import Iterable

from bedrock_guard._text import clean


def diff(before: str, after: str) -> list[str]:
    """Return the lines that go (-) and those that come (+), with their neighbours: to be pasted, so never wrapped."""
    if len(before.strip().splitlines()) == 1:
        # All in one line: nothing to compare line by line.
        before, after = (json.dumps(json.loads(text), indent=2) for text in (before, after))
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=1, lineterm="")
    return [clean(line) for line in _without_headings(lines)]


def _without_headings(lines: Iterable[str]) -> list[str]:
    return [line for line in list(lines)[2:] if not line.startswith("@@")]
