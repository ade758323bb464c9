"""
The panel of the console: "You don't have permission to P:A", then a line each for user, service, action, resource, context.

The labels are in the user's language, the context is English in all of them. Copying may lose labels or line breaks.
"""

from collections.abc import Iterator
from itertools import islice

from bedrock_guard._messages._cause import is_supposed
from bedrock_guard._messages._lexicon import ACTION, MOST, POLICY, QUOTE, TYPE, Printed, compiled, policy_name, words
from bedrock_guard._messages._unwrap import fold
from bedrock_guard._messages._values import token, whole

_LENGTH = 1500  # characters of a panel
_OPENING = " \n[\"'`\u201c"
_RULES = "/|#"  # between columns of a table, or before a line

# "a T policy explicitly denies the action", "no T policy allows the action", "no T policy allows the P:A action".
_CONTEXT = (
    rf"(?:an? )?(?:({TYPE}){POLICY} explicitly denies|no ({TYPE}){POLICY} allows) the"
    rf"(?: {QUOTE}([a-z][\w-]{{0,60}}:[a-z][a-z0-9]{{0,100}}))?"
)
# What stands before it: "Context: ", "コンテキスト: [", the start of a line, a column of a table.
_LABELLED = r"(?:[:\uff1a/|][ \n]?[\[\"'`\u201c*]{0,3}|\A|\n)\Z"
# "On resource(s):", "PRANAVAction:", "Sur la ou les ressources :", "コンテキスト:", "다음 리소스에서:".
_LABEL = (
    r"((?:Auf (?=R))?[A-ZÀ-Þ][a-zà-ÿ]{0,20}(?:\([a-z]{1,3}\))?(?:[ \n][a-zà-ÿ()/]{1,16}){0,5} ?:(?=[ \n\[])"
    r"|[^\x00-\x7f\uff1a\s][^\x00-\x7f\uff1a\s]{0,15}(?:[ ()/s][^\x00-\x7f\uff1a\s]{0,15}){0,3} ?[:\uff1a])"
)
_USERS = (
    *("user", "usuario", "usuário", "utilisateur", "benutzer"),
    *("ユーザー", "사용자", "用户", "使用者"),
)
_ACTION = r"(?a)[\s\[\"'`\u201c*]{0,4}((?!arn:)[A-Za-z][\w-]{0,60}:[A-Za-z*][\w*]{0,100}?)(?=arn:|[^\w*]|\Z)"
_IDENTITY = r"arn:[^:\s]{0,20}:(?:iam|sts):"
# The resource, where it stands before the action: retold, its order is anybody's.
_OTHER_ARN = r"arn:[^:\s]{0,20}:(?!iam:|sts:)[a-z]"
# The head of a panel that was copied without its context, or whose context names no policy:
# "Access denied to P:A", "Acceso denegado a P:A", "您没有 P:A 的权限"; "P:A へのアクセスが拒否されました".
_NAMED = r"[^:\n]{0,40}?((?!arn:)[a-z][a-z0-9-]{0,60}:[a-z][a-z0-9]{0,100}?)(?=you don|\W|\Z)"
_HEAD = (
    r"(?a)(?:access denied to|n['\u2019]t have permission to|acceso denegado a|no tiene permiso|accès refusé à|n['\u2019]avez pas"
    rf"|zugriff auf|keine berechtigung|acesso negado a|não tem permissão|没有|沒有){_NAMED}"
)
_TAIL = rf"(?a)(?<![a-z0-9-])({ACTION})[^:\n]{{0,12}}(?:アクセスが拒否|許可がありません|거부|권한이 없|拒绝|拒絕)"


def panels(text: str, folded: str) -> Iterator[Printed]:
    """Yield the denials of the panels of *text* whose context names a policy, in their order."""
    if not ("denies" in folded or "allows" in folded):
        return
    for context in islice(words(_CONTEXT).finditer(folded), MOST):
        start = context.start()
        if compiled(_LABELLED).search(folded, max(0, start - 6), start):
            block = text[max(0, start - _LENGTH) : start]
            fields = _fields(block, text[slice(*context.span(3))] or _headline(block, fold(block))[0])
            if any(fields):
                policy = policy_name(context[1] or context[2])
                yield Printed(policy, "explicit" if context[1] else "implicit", *fields)


def headline(text: str, folded: str) -> Printed | None:
    """Return the denial of a panel whose head alone says so."""
    action, end = _headline(text, folded)
    return Printed("", "", *_fields(text[end : end + _LENGTH], action)) if action else None


def _headline(text: str, folded: str) -> tuple[str, int]:
    """Return the action in the head of a panel, and where it ends; operations of AWS begin with a capital."""
    head = words(_HEAD).search(folded)
    if head is None and not folded.isascii():
        head = words(_TAIL).search(folded)
    action = text[slice(*head.span(1))] if head else ""
    if head and action.partition(":")[2][:1].isupper() and not is_supposed(folded, head.start()):
        return action, head.end()
    return "", 0


def _fields(block: str, action: str) -> tuple[str | None, str | None, str | None]:
    """Return action, resource and principal of a panel; *action* is what its head or its context has."""
    before, *rest = compiled(_LABEL).split(block)
    labels, values = ["", *rest[::2]], [before, *rest[1::2]]
    operation = action.partition(":")[2]
    at, end = len(values), 0
    for index, value in enumerate(values):
        named = compiled(_ACTION).match(value)
        if named or (operation and value.strip(_OPENING + "]") == operation):
            at, end = index, named.end() if named else len(value)
            action = named[1] if named else action
    after = [values[at][end:], *values[at + 1 : at + 2]] if at < len(values) else []
    resource = _resource(after) or (_last(_OTHER_ARN, values[at - 1 : at]) if after else None)
    return action or None, resource, _principal(labels[:at], values[:at])


def _resource(values: list[str]) -> str | None:
    for value in values:
        start = value.find("arn:")
        found = token(value, start) if start >= 0 else token(value.lstrip(_OPENING + _RULES), 0)
        if found:
            return found
    return None


def _principal(labels: list[str], values: list[str]) -> str | None:
    for label, value in zip(labels, values, strict=True):
        if label.lower().startswith(_USERS):
            value = value.lstrip(_OPENING)  # noqa: PLW2901
            return whole(value) or token(value, 0)
    return _last(_IDENTITY, values)


def _last(pattern: str, values: list[str]) -> str | None:
    """Return the last ARN in *values* that begins as *pattern* has it."""
    found = [(value, match.start()) for value in values for match in compiled(pattern).finditer(value)]
    return token(*found[-1]) if found else None
