"""Lists in pages."""

from collections.abc import Mapping, Sequence
from typing import Any

from bedrock_guard.simulator._errors import validation

_PAGE = 1000


def paginate(items: Sequence[Any], query: Mapping[str, str]) -> tuple[Sequence[Any], dict[str, str]]:
    """
    Return the page of *items* that *query* asks for, and the token of the next one, if there is any.

    Raises ServiceError for a size or a token that was never given out.
    """
    size, start = query.get("maxResults", str(_PAGE)), query.get("nextToken", "0")
    if not (_is_number(size) and 1 <= int(size) <= _PAGE and _is_number(start)):
        raise validation("1 validation error detected: there is no such page.")
    end = int(start) + int(size)
    return items[int(start) : end], {"nextToken": str(end)} if end < len(items) else {}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10
