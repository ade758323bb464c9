"""
What the sentences and panels are made of.

The patterns match text that was unwrapped, most of them in lower case. They are linear: bounded, or repeating what the
rest of the pattern cannot begin with.
"""

import re
from functools import cache
from typing import NamedTuple

MOST = 64  # so many denials of one text are looked at


class Printed(NamedTuple):
    """The parts of a message as printed; *policy* and *deny* in lower case, "" where it names none."""

    policy: str = ""
    deny: str = ""
    action: str | None = None
    resource: str | None = None
    principal: str | None = None
    policy_arn: str | None = None


QUOTES = "\"'`\u2018\u2019\u201c\u201d*"
QUOTE = rf"[{QUOTES}]{{0,3}}"
ACTION = r"(?!arn:|https?:)[a-z][a-z0-9-]{0,60}(?:\n[a-z0-9-]{0,60})?:\n?(?:[a-z][a-z0-9]{0,100}(?:\*(?!\*))?|\*{1,3})"
# "sessions policy" is in IAM's table; SCP and RCP are what people write.
TYPE = (
    r"(?:service control|resource control|identity-based|resource-based|permissions boundary|sessions?|vpc endpoint"
    r"|role trust|[sr]cp\b)"
)
POLICY = r"(?: policy)?"

_NOUN = r"((?:role|user|group|policy|instance profile) )?"  # IAM: "on resource: role NAME"
_PLAIN = r"[^\s\"'`\u2018\u2019\u201c\u201d<>{}\[\](),;|\\。、\uff0c\uff1b」』】\uff08\uff09]*"
# What an author blanked out may hold a blank: <account id>, {account-id}, [account id], (account).
_BLANKED = r",(?=[\w+=.@-])(?!arn:)|<(?!/)[^<>]{0,60}>|\{[^{}]{0,60}\}|\[[^\[\]]{0,60}\]|\([^()\s]{1,40}\)"
_VALUE = rf"{_NOUN}{_PLAIN}(?:(?:{_BLANKED}){_PLAIN})*"
_QUOTED = r"[\"'`\u2018\u201c]{1,3}([^\"'`\u2019\u201d]{1,2048})[\"'`\u2019\u201d]"


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Compile *pattern*, when it is needed first: most are for rarer texts than a botocore error."""
    return re.compile(pattern)


@cache
def words(pattern: str) -> re.Pattern[str]:
    """Compile *pattern*, in which a blank stands for a blank or a line break."""
    return re.compile(pattern.replace(" ", "[ \n]"))


def whole(text: str) -> str | None:
    """Return *text* as one value, without the line breaks that cut it; None where it is more, less or elided."""
    text = text.strip(" \n,\"'`\u2018\u2019\u201c\u201d")
    end = _end(text, 0)
    while end < len(text) and (text[end] == "\n" or text[end - 1 : end + 1] == "/ "):
        end = _end(text, end + 1)
    return joined(text) if end == len(text) and "\narn:" not in text else None


def joined(text: str) -> str | None:
    """Return a value without line breaks, None where its author left nothing of it but dots."""
    if not text.strip(".… \n"):
        return None
    if "\n" not in text:
        return text
    noun = words(_NOUN).match(text)
    start = noun.end() if noun else 0
    # A blank was there if the line breaks after a noun, or inside of what is blanked out: <account id>.
    text = text[:start].replace("\n", " ") + compiled(r"(?<![<{\[-])\n(?=[^<>{}\[\]]+[>}\]])").sub(" ", text[start:])
    return text.replace("\n", "")


def token(text: str, start: int) -> tuple[str | None, int]:
    """Return the value at *start* of *text*, where nothing that follows tells its end, and where it ends."""
    quoted = compiled(_QUOTED).match(text, start)
    if quoted:
        return joined(quoted[1]), quoted.end()
    end = _end(text, start)
    for _ in range(20):
        following = _end(text, end + 1)
        if text[end : end + 1] != "\n" or not _goes_on(text[start:end], text[end + 1 : following + 1]):
            break
        end = following
    return joined(_without_punctuation(text[start:end], text[end : end + 2])), end


def _end(text: str, start: int) -> int:
    match = words(_VALUE).match(text, start)
    return match.end() if match else start


def _goes_on(value: str, line: str) -> bool:
    """Tell whether *value* goes on with *line*, a word and one more character: only of an ARN can that be told."""
    if "arn:" not in value or value[-1] in ".…" or compiled(r"arn:|\d{4}-\d\d-\d\d").match(line):
        return False
    if value[-1] == "-" or compiled(r"[\w.:/*@+-]+[\"'`]").fullmatch(line):
        return True
    line = line.rstrip("\n \"'`")
    if value.count(":") < 5:
        return ":" in line[:-1]
    if value[-1] in ":/":
        return any(sign in "-:/." or sign.isdigit() for sign in line)
    version = compiled(r"v\d+(?::\d+)?\Z")
    return bool(version.search(line)) and not version.search(value)


def _without_punctuation(value: str, following: str) -> str:
    """Return *value* without the sentence's own punctuation: a log stream's ARN may end in ":", what is elided in dots."""
    if value.endswith(".") and not value.endswith(".."):
        return value[:-1]
    return value[:-1] if value.endswith(":") and following[:1] == " " and following != " (" else value
