"""The sentence of the SDKs, logs and CloudTrail: "User: X is not authorized to perform: P:A on resource: R", and its cause."""

import re
from collections.abc import Iterator

from bedrock_guard._messages._cause import GAP, Cause, first_cause, is_supposed, policy_arn
from bedrock_guard._messages._lexicon import ACTION, MOST, ON, QUOTE, QUOTES, Printed, words
from bedrock_guard._messages._values import LONGEST, identity, joined, token_and_end, whole

# "is not authorized to perform: P:A"; SES "to perform `P:A'"; retold "AccessDeniedException: P:A on resource: R".
# A terminal may have cut the action: "bedrock:Invoke\nModel on resource", "bedrock:Invoke\nModel`".
_SENTENCE = (
    r"a(?:uthori[sz]ed to perform|ccessdenied(?:exception)?(?=: \S{3,100} on resource))"
    rf"(:?) ?{QUOTE}({ACTION}(?:\n\w+(?= (?:on|because|with) |[{QUOTES}]))?){QUOTE}"
)
_NOT = r"(?:(?:is|are) )?not \Z|(?:is|are)n['\u2019]t \Z"


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


def _sentence(text: str, folded: str, match: re.Match[str], end: int) -> Printed | None:
    start, at = match.start(), match.end()
    negation = words(_NOT).search(folded, max(0, start - 9), start)
    on = words(ON).match(folded, at)
    at = on.end() if on else at
    cause = first_cause(text, folded, at, min(end, at + LONGEST + GAP))
    resource, at = _resource(text, at, cause) if on else (None, at)
    if cause and cause.start - at > GAP:
        cause = None
    is_retold = folded.startswith("access", start)
    if not (negation or cause or is_retold) or (not match[1] and is_supposed(folded, start)):
        return None
    return Printed(
        policy=cause.policy if cause else "",
        deny=cause.deny if cause else "",
        action=joined(text[slice(*match.span(2))]),
        resource=resource,
        principal=identity(text, folded, negation.start()) if negation else None,
        policy_arn=policy_arn(text, folded, cause) if cause else None,
    )


def _resource(text: str, at: int, cause: Cause | None) -> tuple[str | None, int]:
    """Return the resource at *at*, and where it ends: where the cause begins, if all between is one value."""
    value = whole(text[at : cause.lead]) if cause else None
    return (value, cause.lead) if cause and value else token_and_end(text, at)
