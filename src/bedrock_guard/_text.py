"""Text from outside, made safe to print."""

import re
import unicodedata

# Longer than any ARN that AWS allows (2048), so that nothing real is cut.
LONGEST = 2048
_PRINTABLE_ASCII = re.compile(r"[ -~]*")


def clean(text: str) -> str:
    """Return *text* without control characters, so that it can neither forge a line nor drive a terminal."""
    if _PRINTABLE_ASCII.fullmatch(text) and len(text) <= LONGEST:
        return text
    return "".join("?" if _is_control(character) else character for character in text[:LONGEST])


def _is_control(character: str) -> bool:
    # Cc, Cf (bidirectional overrides among them), Cs and Co; and the separators of lines and paragraphs.
    category = unicodedata.category(character)
    return category[0] == "C" or category in ("Zl", "Zp")
