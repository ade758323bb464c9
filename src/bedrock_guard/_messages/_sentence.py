"""
The sentence of the SDKs, logs and CloudTrail: "User: X is not authorized to perform: P:A on resource: R", and its cause.

IAM, "Troubleshoot access denied error messages":
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from bedrock_guard._messages._lexicon import (
    ACTION,
    MOST,
    POLICY,
    QUOTE,
    QUOTES,
    TYPE,
    Printed,
    joined,
    token,
    whole,
    words,
)

_ARN = 2048  # characters: more than any ARN has
_GAP = 300  # characters between a resource and its cause: authors leave out and write in between

# "is not authorized to perform: P:A"; SES "to perform `P:A'"; retold "AccessDeniedException: P:A on resource: R".
_SENTENCE = (
    r"a(?:uthori[sz]ed to perform|ccessdenied(?:exception)?(?=: \S{3,100} on resource))"
    rf"(:?) ?{QUOTE}({ACTION}(?:\n\w+(?= (?:on|because|with) ))?){QUOTE}"
)
_NOT = r"(?:(?:is|are) )?not \Z|(?:is|are)n['\u2019]t \Z"
# Prose on denials in general: "if you are not authorized to perform P:A", "the message includes `with an explicit deny ...`".
_SUPPOSED = r"\b(?:if|when(?! calling)|whether|unless|includes?|such as|like)\b[^.!?:;]{0,90}\Z"
# "on resource: R", in quotation marks from S3 and SES; KMS's "on this resource" names none.
_ON = rf",? on(?: the)? resources?(?:\(s\))?(?:: ?(?:\[(?=arn:))?| (?=[{QUOTES}]|arn:))"
# "with an explicit deny in a T policy", "... transitively through a T policy"; before 2021 "with an explicit deny".
_EXPLICIT = rf"explicit deny(?: in (?:an?|the) ({TYPE}){POLICY}(?: transitively through an? ({TYPE}))?)?"
# "because no T policy allows the P:A action", maybe cut. KMS's "no resource-based policies allow access, or ..." is open.
_IMPLICIT = rf"no ({TYPE}){POLICY}(?: allows(?: the {QUOTE}({ACTION}))?|(?= ?[{QUOTES}.…]{{0,3}}\Z))"
_LEAD = r"(?:,|(?<=\s)[.…]{1,3})? ?(?:(?:with|due to) an|because) ?\Z"
# ": ARN": https://aws.amazon.com/blogs/security/enhanced-access-denied-error-messages-with-policy-arns
# ", with policy ARN: ARN": S3 User Guide, "Troubleshoot access denied (403 Forbidden) errors in Amazon S3"
_POLICY_ARN = rf"{POLICY}(?:, with policy arn)? ?[:(] ?{QUOTE}(?=arn:|\.\.\.|[…<{{*\[])"

_MARGIN = " \n.…*>(|-" + QUOTES
_ELIDED_OR_CODE = r"access ?denied|(?:…|\.\.\.) ?\Z"
_DENIED = r"denied|403|not authori|…|\.\.\."
# Refusals that name neither action nor policy. Missing model access, a missing payment instrument, an expired API key:
# https://repost.aws/knowledge-center/bedrock-invokemodel-api-error
_REFUSAL = (
    r"not authori[sz]ed to (?:perform the required|(?:perform|access|invoke) this)\b"
    r"|n['\u2019]t have access to the model with|model access is denied|bearer token has expired|access denied when calling"
    r"|\((?:accessdenied|accessdeniedexception|unauthorizedoperation|authorizationerror)\) when calling"
    r"|status ?code: 403[,;][^\n]{0,120}accessdenied|accessdenied[^\n]{0,120}status ?code: 403[,;]"
    r"|(?:errorcode|__type|<code>)[\"'`]?(?:: ?)?[\"'`]?[\w.#]{0,80}accessdenied"
)


class _Cause(NamedTuple):
    start: int
    end: int
    policy: str
    deny: str
    action: str | None


def sentences(text: str, folded: str) -> Iterator[Printed]:
    """Yield the denials of *text* that name an action, in their order."""
    match = words(_SENTENCE).search(folded)
    for _ in range(MOST):
        if not match:
            break
        following = words(_SENTENCE).search(folded, match.end())
        printed = _sentence(text, folded, match, following.start() if following else len(folded))
        if printed:
            yield printed
        match = following


def fragment(text: str, folded: str) -> Printed | None:
    """Return the denial of a cause without its sentence, None where prose speaks of denials."""
    cause = _cause(text, folded, 0, len(folded))
    for _ in range(MOST):
        if not cause:
            break
        resource = _resource_before(text, folded, cause)
        if cause.policy and (resource or _met(folded, cause)) and not _supposed(folded, cause.start):
            return Printed(cause.policy, cause.deny, cause.action, resource, None, _policy_arn(text, folded, cause))
        cause = _cause(text, folded, cause.end, len(folded))
    return None


def refusal(folded: str) -> Printed | None:
    """Return the denial of a text that says no more than that."""
    match = words(_REFUSAL).search(folded)
    if not match or _supposed(folded, match.start()):
        return None
    return Printed(deny="explicit" if "with an explicit deny" in folded else "")


def _sentence(text: str, folded: str, match: re.Match[str], end: int) -> Printed | None:
    start, at = match.start(), match.end()
    negation = words(_NOT).search(folded, max(0, start - 9), start)
    on = words(_ON).match(folded, at)
    at = on.end() if on else at
    cause = _cause(text, folded, at, min(end, at + _ARN + _GAP))
    resource, at = _resource(text, folded, at, cause) if on else (None, at)
    if cause and cause.start - at > _GAP:
        cause = None
    retold = folded.startswith("access", start)
    if not (negation or cause or retold) or (not match[1] and _supposed(folded, start)):
        return None
    return Printed(
        policy=cause.policy if cause else "",
        deny=cause.deny if cause else "",
        action=joined(text[match.start(2) : match.end(2)]),
        resource=resource,
        principal=_principal(text, folded, negation.start()) if negation else None,
        policy_arn=_policy_arn(text, folded, cause) if cause else None,
    )


def _supposed(folded: str, at: int) -> bool:
    return bool(words(_SUPPOSED).search(folded, max(0, at - 100), at))


def _met(folded: str, cause: _Cause) -> bool:
    """Tell a cause that somebody met from prose on causes."""
    before = folded[max(0, cause.start - _GAP) : cause.start]
    lead = words(_LEAD).search(before)
    if lead and cause.action:
        return True
    sign = _DENIED if lead or cause.deny == "implicit" else _ELIDED_OR_CODE
    return bool(words(sign).search(before)) or not (before[: lead.start()] if lead else before).strip(_MARGIN)


def _cause(text: str, folded: str, start: int, end: int) -> _Cause | None:
    explicit = words(_EXPLICIT).search(folded, start, end)
    implicit = words(_IMPLICIT).search(folded, start, explicit.start() if explicit else end)
    if explicit and not implicit:
        # AWS's remedy of "transitively through a service control policy" is that policy.
        policy = explicit[2] or explicit[1] or ""
        return _Cause(*explicit.span(), policy.replace("\n", " "), "explicit", None)
    if implicit:
        action = joined(text[slice(*implicit.span(2))]) if implicit[2] else None
        return _Cause(*implicit.span(), implicit[1].replace("\n", " "), "implicit", action)
    return None


def _resource(text: str, folded: str, at: int, cause: _Cause | None) -> tuple[str | None, int]:
    if cause:
        lead = words(_LEAD).search(folded, max(at, cause.start - 16), cause.start)
        end = lead.start() if lead else cause.start
        value = whole(text[at:end])
        if value:
            return value, end
    return token(text, at)


def _resource_before(text: str, folded: str, cause: _Cause) -> str | None:
    start = max(0, cause.start - _GAP)
    lead = words(_LEAD).search(folded, max(start, cause.start - 16), cause.start)
    if not lead:
        return None
    labelled = [on.end() for on in words(_ON).finditer(folded, start, cause.start)]
    at = labelled[-1] if labelled else folded.rfind("arn:", start, cause.start)
    return whole(text[at : lead.start()]) if at >= 0 else None


def _principal(text: str, folded: str, end: int) -> str | None:
    for label, length in (("user:", 5), ("arn:", 0)):
        at = folded.rfind(label, max(0, end - _ARN), end)
        value = whole(text[at + length : end]) if at >= 0 else None
        if value:
            return value
    return None


def _policy_arn(text: str, folded: str, cause: _Cause) -> str | None:
    colon = words(_POLICY_ARN).match(folded, cause.end)
    return token(text, colon.end())[0] if colon else None
