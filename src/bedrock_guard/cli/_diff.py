"""What an edit does to a document, as a reviewer reads it."""

import difflib
import json

from bedrock_guard._text import clean

_TAB = 4


def diff(before: str, after: str) -> list[str]:
    """
    Return the lines that go (-) and those that come (+), with their neighbours: to be pasted, so never wrapped.

    `...` stands for the lines between two places of the document.
    """
    if len(before.strip().splitlines()) == 1:
        # All in one line: nothing to compare line by line.
        before, after = (json.dumps(json.loads(text), indent=2) for text in (before, after))
    # Blanks for tabs, which are control characters and print wider than they count.
    old, new = (text.expandtabs(_TAB).splitlines() for text in (before, after))
    # The names of two files come first, and the heading (@@) of the first place.
    lines = list(difflib.unified_diff(old, new, n=1, lineterm=""))[3:]
    return ["..." if line.startswith("@@") else clean(line) for line in lines]
