"""What terminals, logs, consoles and serializers did to a message, undone."""

import re

from bedrock_guard._messages._lexicon import compiled

_NAMED = {"quot": '"', "#34": '"', "#39": "'", "lt": "<", "gt": ">", "nbsp": " "}
_LINE_BREAKS = str.maketrans("\r\v\f\x85\u2028\u2029", "\n" * 6)

# JSON in JSON (in JSON), PHP's \/, Markdown's \_ and \*, a line break as the two characters \n.
_ESCAPE = r"(?<!\\)\\{1,16}(?:u(?![dD][89a-fA-F])([0-9a-fA-F]{4})|([nrt])|([\"'/_*<>{}\[\]().#`\n-]))"
_ENTITY = r"&(quot|#34|#39|lt|gt|nbsp);"
_TAG = r"(?i)</?(?:br|p|div|span|li|td|message)\b[^<>]{0,80}>"
# Colours of a terminal, also without their escape character, and characters of no width.
_INVISIBLE = "\x1b?\\[\\d{1,3}(?:;\\d{1,3}){0,4}m|[\u200b-\u200f\u2060\ufeff\u00ad]"
# A string literal of a source file that goes on in the next line: "... is not " +\n "authorized ..."
_LITERAL = r"([\"'`]) ?\+? ?\n ?\+? ?f?\1"
# What stands before a line: of boxes, comments, quotations, lists, logs, Kubernetes' "stdout F", Docker Compose's "app |".
# Between "on resource:" and its cause, a star is the resource.
_STAR = r"(?:(?<!resource:\n)(?<!resource:\n )|(?!\*[ \n]{1,40}(?:because|with) ))\*(?=[ \n])"
_TIMESTAMP = r"\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[\d.,]{0,10}(?:Z|[+-]\d\d:?\d\d)?\]?(?= )"
_STREAM = r"(?:stdout|stderr) [FP](?= )|[\w.-]{1,40} ?\|(?= )"
_WRAP = (
    r" ?[│┃║|]? ?(?=\n)"
    rf"(?:\n ?{_STAR}|[ \n│┃║|>]|[+-](?= )|#{{1,6}}(?=[ \n])|//|{_TIMESTAMP}|{_STREAM})*"
)
# AWS's own words, cut by a terminal of fixed width.
_LONG = "authorized perform: perform resource: because explicit denies allows service control policy action arn:"
_TYPES = "identity-based resource-based permissions boundary session endpoint transitively resource"
_SHORT = "User: is not to on with an deny in the no role trust VPC through"
_CUT = r"(?i){}|\b(?:{})(?=\W)".format(
    "|".join("\n?".join(word) for word in f"{_LONG} {_TYPES}".split()),
    "|".join("\n?".join(word) for word in _SHORT.split()),
)


def fold(text: str) -> str:
    """Return *text* in lower case, position by position: this one character alone grows in lower case."""
    return text.lower() if text.isascii() else text.replace("\u0130", "I").lower()


def unwrap(text: str) -> str:
    r"""
    Return *text* with its escapes resolved and each run of white space as one character: a blank, or
    `\n` where a line break, with whatever stood in the margin, may have cut a word in two.
    """
    if text.isprintable() and not ("\\" in text or "&" in text or "<" in text or "│" in text or "  " in text):
        return text
    text = compiled(_ESCAPE).sub(_unescaped, text) if "\\" in text else text
    text = compiled(_ENTITY).sub(lambda entity: _NAMED[entity[1]], text) if "&" in text else text
    text = compiled(_TAG).sub("\n", text) if "<" in text else text
    text = compiled(_INVISIBLE).sub("", text.replace("\r\n", "\n")).translate(_LINE_BREAKS)
    text = compiled(r"[^\S\n]+").sub(" ", text).replace(" \n", "\n")
    if "\n" not in text:
        return text
    text = compiled(_WRAP).sub("\n", compiled(_LITERAL).sub("", text))
    return compiled(_CUT).sub(lambda word: word[0].replace("\n", ""), text)


def _unescaped(escape: re.Match[str]) -> str:
    code, blank, sign = escape.groups()
    if code:
        return chr(int(code, 16))
    return "\n" if blank else str(sign)
