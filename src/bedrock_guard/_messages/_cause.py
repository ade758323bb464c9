"""
The cause of a denial: "with an explicit deny in a T policy", "because no T policy allows the P:A action".

IAM, "Troubleshoot access denied error messages":
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

from typing import NamedTuple

from bedrock_guard._messages._lexicon import ACTION, POLICY, QUOTE, QUOTES, TYPE, policy_name, words
from bedrock_guard._messages._values import is_cut, joined, token_and_end

GAP = 300  # characters between a cause and the rest of its sentence: authors leave out and write in between

# "explicit deny in a T policy", "... transitively through a T policy"; before 2021 "explicit deny".
_EXPLICIT = rf"explicit deny(?: in (?:an?|the) ({TYPE}){POLICY}(?: transitively through an? ({TYPE}))?)?"
# "no T policy allows the P:A action", maybe cut. KMS's "no resource-based policies allow access, or ..." is open.
_IMPLICIT = rf"no ({TYPE}){POLICY}(?: allows(?: the {QUOTE}({ACTION}))?|(?= ?[{QUOTES}.…]{{0,3}}\Z))"
_NO = r"\bno "  # what is slow to compile waits for it
# "with an", ", due to an", " ... because": what stands before either.
_LEAD = r"(?:,|(?<=\s)[.…]{1,3})? ?(?:(?:with|due to|because of) an|because) ?\Z"
# ": ARN": https://aws.amazon.com/blogs/security/enhanced-access-denied-error-messages-with-policy-arns
# ", with policy ARN: ARN": S3 User Guide, "Troubleshoot access denied (403 Forbidden) errors in Amazon S3"
_POLICY_ARN = rf"{POLICY}(?:, with policy arn)? ?[:(] ?{QUOTE}(?=arn:|\.\.\.|[…<{{*\[])"
# "if you are not authorized to ...", "the message includes `with an explicit deny ...`", "wenn Sie ...": prose.
_SUPPOSED = (
    r"(?:\b(?:if|when(?! calling)|whether|unless|includes?|such as|like|si|wenn|falls|se)\b|如果|若|もし)"
    r"[^.!?:;。]{0,90}\Z"
)


class Cause(NamedTuple):
    """Where a cause stands, and what it says; *lead* is where its "with an" or "because" begins, else its start."""

    lead: int
    start: int
    end: int
    policy: str
    deny: str
    action: str | None


def first_cause(text: str, folded: str, start: int, end: int) -> Cause | None:
    """Return the first cause between *start* and *end*."""
    explicit = words(_EXPLICIT).search(folded, start, end)
    place = (folded, start, explicit.start() if explicit else end)
    implicit = words(_IMPLICIT).search(*place) if words(_NO).search(*place) else None
    match = implicit or explicit
    if match is None:
        return None
    lead = words(_LEAD).search(folded, max(start, match.start() - 20), match.start())
    where = (lead.start() if lead else match.start(), *match.span())
    if implicit:
        action = joined(text[slice(*implicit.span(2))]) if implicit[2] else None
        return Cause(*where, policy_name(implicit[1]), "implicit", action)
    # AWS's remedy of "transitively through a service control policy" is that policy.
    return Cause(*where, policy_name(match[2] or match[1] or ""), "explicit", None)


def policy_arn(text: str, folded: str, cause: Cause) -> str | None:
    """Return the ARN of the policy that *cause* names, None where none follows, or less than the whole."""
    if not any(sign in folded[cause.end : cause.end + 30] for sign in ":("):
        return None
    colon = words(_POLICY_ARN).match(folded, cause.end)
    if colon is None:
        return None
    arn, end = token_and_end(text, colon.end())
    return None if is_cut(text[colon.end() : end]) else arn


def is_supposed(folded: str, at: int) -> bool:
    """Tell whether what begins at *at* is only spoken of."""
    return bool(words(_SUPPOSED).search(folded, max(0, at - 100), at))
