"""JSON text of unknown origin, and the names of what it holds."""

import json
import math
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from bedrock_guard.scp._errors import PolicyError

# An SCP has at most 10,240 characters; white space of a file may not count, hence the distance.
MAX_CHARACTERS = 1_000_000
_KINDS = {type(None): "null", bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "a list"}

Complain = Callable[[str], PolicyError]


class _Repeated(dict[str, Any]):
    """An object in which a name stood twice: `name`. The place is known to who walks through it."""

    name = ""


def parse(text: str, error: Complain) -> Any:
    """Return what JSON *text* says; raise what *error* makes of the problem if it says nothing."""
    if len(text) > MAX_CHARACTERS:
        raise error(f"{len(text):,} characters; a service control policy has at most 10,240")
    if text.startswith("\ufeff"):
        raise error("not JSON: begins with a byte order mark; save it as UTF-8 without one")
    try:
        return json.loads(text, object_pairs_hook=_object, parse_int=_integer, parse_constant=_constant)
    except json.JSONDecodeError as cause:
        raise error(f"not JSON: {cause.msg} (line {cause.lineno}, column {cause.colno})") from None
    except RecursionError:
        raise error("nested too deeply") from None
    except ValueError as cause:
        raise error(f"not JSON: {cause}") from None


def repeated(value: Mapping[str, Any]) -> str | None:
    """Return the name that stood twice in the text of *value*, if one did."""
    return value.name if isinstance(value, _Repeated) else None


def number(value: float, error: Complain) -> str:
    """Return the number as a policy has it in quotation marks."""
    if not -math.inf < value < math.inf:
        raise error("must be a finite number")
    try:
        return str(value)
    except ValueError:
        raise error("too large a number") from None


def kind(value: object) -> str:
    """Return what *value* is, in JSON's words."""
    return "an object" if isinstance(value, Mapping) else _KINDS.get(type(value), type(value).__name__)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) == len(pairs):
        return content
    twice = _Repeated(content)
    [(twice.name, _)] = Counter(name for name, _ in pairs).most_common(1)
    return twice


def _integer(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        # CPython refuses integers of more than 4,300 digits.
        raise ValueError("too large a number") from None


def _constant(name: str) -> None:
    raise ValueError(f"{name} is no number")
