"""What is left of a sentence: its cause, maybe with what stood before it; or a refusal that never said more."""

import re
from collections.abc import Iterator
from itertools import islice

from bedrock_guard._messages._cause import GAP, Cause, first_cause, is_supposed, policy_arn
from bedrock_guard._messages._lexicon import MOST, ON, QUOTE, QUOTES, Printed, compiled, words
from bedrock_guard._messages._values import identity, whole

# Before a cause: "s3:PutObject ... with", "s3:PutObject on resource: R with". No condition key.
_ACTION = (
    rf"(?:(?<=\.\.\.)|(?<![\w:/.-]))(?!aws:)([a-z][a-z0-9-]{{1,40}}:[A-Z][A-Za-z0-9]{{1,80}}){QUOTE}[\s.…\[\]]{{0,8}}\Z"
)
_NOT_AUTHORIZED = r"(?:is|are) not authori[sz]ed"

# Somebody met a cause, who wrote one of these before it.
_SAID = rf"(?:error|message|reason|stderr)[{QUOTES}]{{0,3}} ?[:=][\s{QUOTES}(]{{0,6}}\Z"  # "Error: `with an ..."
_FAILED = r"denied|403|not authori|refuse|reject|fail|…|\.\.\."  # "access is denied with an ..."
_CODE = (  # right before "explicit deny": "AccessDenied: ", "(AccessDenied) when calling the X operation: ", "... "
    r"(?:denied(?:exception)?|unauthorizedoperation|authorizationerror|refused|403)\)?"
    r"(?: when calling (?:the )?\w{1,80}(?: operation)?)?[^\w.!?]{1,12}\Z|(?:…|\.\.\.)\]? ?\Z"
)
_MARGIN = " \n.…*>(|#-" + QUOTES
# Nobody did: "for example: `with an ...`", "the error might say: `with an ...`".
_EXAMPLE = r"\b(?:example|e\.g\.|might|could|would)\b[^.!?;]{0,60}[.…]{0,3}\Z"

_REFUSALS = (
    # "You are not authorized to perform this operation", "... to perform the required AWS Marketplace actions",
    # "Your account is not authorized to invoke this API operation", "User: ARN is not authorized"; from API Gateway
    # "User is not authorized to access this resource". Other applications have refusals of their own.
    r"not authori[sz]ed to (?:perform (?:the required|this operation)|invoke this)\b",
    r"(?<![\w\"'] )user is not authorized to access this resource\b",
    r"arn:\S{3,200} is not authori[sz]ed\b(?! to perform)",
    # Missing model access, a missing payment instrument, an expired API key:
    # https://repost.aws/knowledge-center/bedrock-invokemodel-api-error
    r"n['\u2019]t have access to the model with|model access is denied|bearer token has expired|access denied when calling",
    # Codes: botocore, Go and Java, CloudTrail and the protocols.
    r"\((?:accessdenied|accessdeniedexception|unauthorizedoperation|authorizationerror)\) when calling",
    r"status ?code: 403[,;][^\n]{0,120}accessdenied|accessdenied[^\n]{0,120}status ?code: 403[,;]",
    r"(?:errorcode|__type|<code>)[\"'`]?(?:: ?)?[\"'`]?[\w.#]{0,80}accessdenied",
)


def fragment(text: str, folded: str) -> Printed | None:
    """Return the denial of a cause without its sentence, None where prose speaks of denials."""
    causes = [cause for cause in islice(_causes(text, folded), MOST) if cause.policy]
    if len({(cause.policy, cause.deny) for cause in causes}) > 1:  # a list of what AWS may say
        return None
    for cause in causes:
        action, resource, principal = _before(text, folded, cause)
        is_sentence = action or resource or cause.action
        if (is_sentence or _is_met(folded, cause)) and not _is_supposed(folded, cause):
            arn = policy_arn(text, folded, cause)
            return Printed(cause.policy, cause.deny, cause.action or action, resource, principal, arn)
    return None


def refusal(text: str, folded: str) -> Printed | None:
    """Return the denial of a text that says no more than that."""
    match = words("|".join(_REFUSALS)).search(folded)
    if not match or is_supposed(folded, match.start()):
        return None
    denied = words(_NOT_AUTHORIZED).search(folded)
    return Printed(
        deny="explicit" if "with an explicit deny" in folded else "",
        principal=identity(text, folded, denied.start()) if denied else None,
    )


def _causes(text: str, folded: str) -> Iterator[Cause]:
    cause = first_cause(text, folded, 0, len(folded))
    while cause:
        yield cause
        cause = first_cause(text, folded, cause.end, len(folded))


def _before(text: str, folded: str, cause: Cause) -> tuple[str | None, str | None, str | None]:
    """Return action, resource and principal, as far as they stand before *cause*."""
    start, end, resource = max(0, cause.start - GAP), cause.lead, None
    label = _last(ON, folded, start, cause.lead)
    at = label.end() if label else folded.rfind("arn:", start, cause.lead)
    if at >= 0 and cause.lead < cause.start:
        resource = whole(text[at : cause.lead])
        end = label.start() if label else at
    action = compiled(_ACTION).search(text, start, end)
    denied = _last(_NOT_AUTHORIZED, folded, start, cause.lead)
    principal = identity(text, folded, denied.start()) if denied else None
    return action[1] if action else None, resource, principal


def _last(pattern: str, folded: str, start: int, end: int) -> re.Match[str] | None:
    found = list(words(pattern).finditer(folded, start, end))
    return found[-1] if found else None


def _is_met(folded: str, cause: Cause) -> bool:
    """Tell a cause that somebody met from prose on causes."""
    start = max(0, cause.start - GAP)
    if not folded[start : cause.lead].strip(_MARGIN) or words(_SAID).search(folded, start, cause.lead):
        return True
    sign = _FAILED if cause.lead < cause.start else _CODE
    return bool(words(sign).search(folded, start, cause.start))


def _is_supposed(folded: str, cause: Cause) -> bool:
    start = max(0, cause.lead - 100)
    return is_supposed(folded, cause.lead) or bool(words(_EXAMPLE).search(folded, start, cause.lead))
