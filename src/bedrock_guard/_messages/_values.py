"""The values of a message: ARNs and names, which may be cut by line breaks, blanked out, or in quotation marks."""

from bedrock_guard._messages._lexicon import compiled, words

LONGEST = 2048  # characters: more than any ARN has

_SIMPLE = r"arn:[\w:/.+=@*-]+"  # nearly every ARN that nobody touched
_NOUN = r"((?:role|user|group|policy|instance profile) )?"  # IAM: "on resource: role NAME"
_PLAIN = r"[^\s\"'`\u2018\u2019\u201c\u201d<>{}\[\](),;|\\。、\uff0c\uff1b」』】\uff08\uff09]*"
# What an author blanked out may hold a blank: <account id>, {account-id}, [account id], (account). Also "a=b,c=d".
_BLANKED = r",(?=[\w+=.@-])(?!arn:)|<(?!/)[^<>]{0,60}>|\{[^{}]{0,60}\}|(?<!\.)\[[^\[\]]{0,60}\]|\([^()\s]{1,40}\)"
_VALUE = rf"{_NOUN}{_PLAIN}(?:(?:{_BLANKED}){_PLAIN})*"
_QUOTED = rf"[\"'`\u2018\u201c]{{1,3}}([^\"'`\u2019\u201d]{{1,{LONGEST}}})[\"'`\u2019\u201d]"
_IN_QUOTES = " \n,\"'`\u2018\u2019\u201c\u201d"
# A break between words, as in "<account\nid>", but not in "<account-\nid>".
_BREAK_IN_BLANKED = r"(?<![<{\[-])\n(?=[^<>{}\[\]]+[>}\]])"
# "arn:aws:organizations::<account>:policy/o-.../service_control_policy/p-...". Every ID seen has eight characters, so that
# what is joined of two lines must have as many.
# https://docs.aws.amazon.com/organizations/latest/APIReference/API_PolicySummary.html
_ORGANIZATIONS = r"arn:[\w-]+:organizations::[^/]*:policy(?:/|\Z)"
_POLICY_ID = r"/\n?p\n?-(?:\n?[0-9a-zA-Z_]{8,128}|(?:\n?[0-9a-z]){8})\Z"
_UNTOUCHED = r"arn:[\w:/+=@,\n-]+"  # nothing of it was blanked out
_OTHER_LINE = r"arn:|\d{4}-\d\d-\d\d|[A-Za-z]+[:=](?:\s|\Z)"  # begins with what is no part of an ARN
_LABEL = r"\n(?:[A-Za-z]{1,20} ?[:=]|[\u2014\u2013-])\Z"  # between a value and what follows: "Reason:"
_END_IN_QUOTES = r"[\w.:/*@+-]+[\"'`]"
_VERSION = r"v\d+(?::\d+)?\Z"  # of a model: "...-v1:0"
_BOLD = r"(?<=[\w>})\]])\*\*\Z"  # Markdown's end of "**... arn:aws:iam::1:role/Writers**"


def whole(text: str) -> str | None:
    """Return *text* as one value, without the line breaks that cut it; None where it is more, less or elided."""
    text = text.strip(_IN_QUOTES)
    if compiled(_LABEL).search(text):
        return None
    if compiled(_SIMPLE).fullmatch(text):
        return text
    end = _end(text, 0)
    while end < len(text) and (text[end] == "\n" or text[end - 1 : end + 1] == "/ "):
        end = _end(text, end + 1)
    return joined(text) if end == len(text) and "\narn:" not in text else None


def token(text: str, start: int) -> str | None:
    """Return the value at *start* of *text*, where nothing that follows tells its end."""
    return token_and_end(text, start)[0]


def token_and_end(text: str, start: int) -> tuple[str | None, int]:
    """Return the same, and where it ends."""
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


def identity(text: str, folded: str, end: int) -> str | None:
    """Return the principal that ends at *end*: what is labelled as the user, or an ARN."""
    for label, length in (("user:", 5), ("arn:", 0)):
        at = folded.rfind(label, max(0, end - LONGEST), end)
        value = whole(text[at + length : end]) if at >= 0 else None
        if value:
            return value
    return None


def joined(text: str) -> str | None:
    """Return a value without line breaks, None where its author left nothing of it but dots."""
    if not text.strip(".… \n"):
        return None
    if "\n" not in text:
        return text
    noun = words(_NOUN).match(text)
    start = noun.end() if noun else 0
    # A blank was there if the line breaks after a noun, or inside of what is blanked out: <account id>.
    text = text[:start].replace("\n", " ") + compiled(_BREAK_IN_BLANKED).sub(" ", text[start:])
    return text.replace("\n", "")


def is_cut(policy_arn: str) -> bool:
    """Tell whether *policy_arn*, with its line breaks, is less than a whole one; not where its author blanked some of it out."""
    arn = _without_punctuation(policy_arn, "")
    if not compiled(_UNTOUCHED).fullmatch(arn):
        return False
    return (
        arn.count(":") < 5
        or arn.endswith((":policy", ":policy/"))
        or (_is_of_organization(arn) and not compiled(_POLICY_ID).search(arn))
    )


def _is_of_organization(arn: str) -> bool:
    return compiled(_ORGANIZATIONS).match(arn.replace("\n", "")) is not None


def _end(text: str, start: int) -> int:
    match = words(_VALUE).match(text, start)
    return match.end() if match else start


def _goes_on(value: str, line: str) -> bool:
    """Tell whether *value* goes on with *line*, a word and one more character: only of an ARN can that be told."""
    if "arn:" not in value or value[-1] in ".…" or compiled(_OTHER_LINE).match(line):
        return False
    if value[-1] == "-" or compiled(_END_IN_QUOTES).fullmatch(line):
        return True
    if _is_of_organization(value):
        return is_cut(value) and compiled(r"[\w/-]").match(line) is not None
    line = line.rstrip("\n \"'`")
    if value.count(":") < 5:
        return ":" in line[:-1]
    if value[-1] in ":/":
        return any(sign in "-:/." or sign.isdigit() for sign in line)
    return bool(compiled(_VERSION).search(line)) and not compiled(_VERSION).search(value)


def _without_punctuation(value: str, following: str) -> str:
    """Return *value* without the text's own marks: a log stream's ARN may end in ":", what is elided in dots."""
    value = compiled(_BOLD).sub("", value)
    if value.endswith(".") and not value.endswith(".."):
        return value[:-1]
    return value[:-1] if value.endswith(":") and following[:1] == " " and following != " (" else value
