"""What terminals, logs, consoles and serializers did to a message, undone."""

import re

from bedrock_guard._messages._lexicon import compiled

_NAMED = {"quot": '"', "apos": "'", "lt": "<", "gt": ">", "nbsp": " "}
_LINE_BREAKS = str.maketrans("\r\v\f\x85\u2028\u2029", "\n" * 6)

# JSON in JSON (in JSON), PHP's \/, Markdown's \_ and \*, a line break as the two characters \n.
_ESCAPE = r"(?<!\\)\\{1,16}(?:u(?![dD][89a-fA-F])([0-9a-fA-F]{4})|([nrt])|([\"'/_*<>{}\[\]().#`\n-]))"
# "&quot;", "&#39;", "&#x27;", "&amp;quot;"; not "&amp;", which stands for itself in no message.
_ENTITY = r"&(?:amp;){0,3}(?:(quot|apos|lt|gt|nbsp)|#(\d{1,4})|#[xX]([0-9a-fA-F]{1,4}));"
_TAG = r"(?i)</?(?:br|p|div|span|li|ul|ol|td|th|tr|pre|message)\b[^<>]{0,80}>"
_MARKUP = r"</?(?:a|b|i|u|em|strong|mark|code|tt|kbd|samp)(?: [^<>]{0,300})?>"
# Colours of a terminal, also without their escape character, and characters of no width.
_INVISIBLE = "\x1b\\[[\\d;]{0,16}m|\\[\\d{1,3}(?:;\\d{0,3}){0,4}m|[\u200b-\u200f\u2060\ufeff\u00ad]"
# A string literal of a source file that goes on in the next line: "... is not " +\n "authorized ..."
_LITERAL = r"([\"'`]) ?\+? ?\n ?\+? ?f?\1"
# What stands before a line: of boxes, comments, quotations, lists, logs, Kubernetes' "stdout F", Docker Compose's "app |",
# GitHub Actions' "##[error]". Between "on resource:" and its cause, a star is the resource.
_STAR = r"(?:(?<!resource:\n)(?<!resource:\n )|(?!\*[ \n]{1,40}(?:because|with) ))\*(?=[ \n])"
_TIMESTAMP = r"\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[\d.,]{0,10}(?:Z|[+-]\d\d:?\d\d)?\]?(?= )"
_STREAM = r"(?:stdout|stderr) [FP](?= )|[\w.-]{1,40} ?\|(?= )"
_WRAP = (
    r" ?[│┃║|]? ?(?=\n)"
    rf"(?:\n ?{_STAR}|[ \n│┃║|>]|\+(?= )|--?(?= )|#{{1,6}}(?=[ \n])|##\[\w{{1,10}}\]|///?|{_TIMESTAMP}|{_STREAM})*"
)
# AWS's own words: where a terminal of fixed width cut one in two, the halves are joined.
_OWN = (
    "user is not authorized to perform on resource with an explicit deny in a the because no allows denies action arn service"
    " control policy identity-based resource-based permissions boundary session sessions vpc endpoint role trust transitively"
    " through explicitly"
)
_WORDS = frozenset(_OWN.split())
# Markdown's marks around such words, "**explicit deny** in a [service control policy](https://...)"; round a value they stay.
_MARKED = r"(?<![^\s(\"'>])([*_`]{1,3}|\[)([A-Za-z-]{1,14}(?:[ \n][A-Za-z-]{1,14}){0,9}:?)(?:\1(?!\w)|(?<!:)\]\([^()\s]{1,300}\))"
_MARKS = ("*", "`", "](", " _", "\n_", "(_", "'_", '"_', ">_")  # most texts have none, and compile nothing
_BREAK = r"\n(?=[A-Za-z:-])"
_BEFORE, _AFTER = r"[A-Za-z-]{1,14}\Z", r"[A-Za-z-]{0,14}"


def fold(text: str) -> str:
    """Return *text* in lower case, position by position: this one character alone grows in lower case."""
    return text.lower() if text.isascii() else text.replace("\u0130", "I").lower()


def unwrap(text: str) -> str:
    r"""
    Return *text* with its escapes resolved and each run of white space as one character: a blank, or
    `\n` where a line break, with whatever stood in the margin, may have cut a word in two.
    """
    return _unmarked(text if _is_plain(text) else _unwrapped(text))


def _is_plain(text: str) -> bool:
    return text.isprintable() and not ("\\" in text or "&" in text or "<" in text or "│" in text or "  " in text)


def _unwrapped(text: str) -> str:
    text = compiled(_ESCAPE).sub(_unescaped, text) if "\\" in text else text
    text = compiled(_ENTITY).sub(_character, text) if "&" in text else text
    text = compiled(_MARKUP).sub("", compiled(_TAG).sub("\n", text)) if "<" in text else text
    text = compiled(_INVISIBLE).sub("", text.replace("\r\n", "\n")).translate(_LINE_BREAKS)
    text = compiled(r"[^\S\n]+").sub(" ", text).replace(" \n", "\n")
    if "\n" not in text:
        return text
    text = compiled(_WRAP).sub("\n", compiled(_LITERAL).sub("", text))
    return compiled(_BREAK).sub(lambda found: "" if _is_in_a_word(text, found.start()) else "\n", text)


def _unmarked(text: str) -> str:
    if not any(map(text.__contains__, _MARKS)):
        return text
    return compiled(_MARKED).sub(lambda found: found[2] if _are_own(found[2]) else found[0], text)


def _are_own(words: str) -> bool:
    return _WORDS.issuperset(words.lower().rstrip(":").split())


def _is_in_a_word(text: str, at: int) -> bool:
    before = compiled(_BEFORE).search(text, max(0, at - 14), at)
    after = compiled(_AFTER).match(text, at + 1)
    return before is not None and after is not None and (before[0] + after[0]).lower() in _WORDS


def _unescaped(escape: re.Match[str]) -> str:
    code, blank, sign = escape.groups()
    if code:
        return chr(int(code, 16))
    return "\n" if blank else str(sign)


def _character(entity: re.Match[str]) -> str:
    name, decimal, hexadecimal = entity.groups()
    return _NAMED[name] if name else chr(int(decimal) if decimal else int(hexadecimal, 16))
