"""Slips in ARNs: in Resource and NotResource, and under the operators that compare ARNs."""

import re
from collections.abc import Iterator

from bedrock_guard.scp._documents import Line

# A problem, and what to do.
Slip = tuple[str, str]

# A policy variable, or one of ${*}, ${?}, ${$} (reference_policies_variables.html).
VARIABLE = re.compile(r"\$\{\s*(?:[*?$]|[A-Za-z0-9-]+:(?!:)[^{}]+)\}")
_SESSION = re.compile(r"arn:([^:]*):(?:sts|iam):[^:]*:([^:]*):assumed-role/([^/]+).*", re.DOTALL)
_PRINCIPAL_ARN = "aws:principalarn"
_PROFILE_ARN = "bedrock:inferenceprofilearn"
# Of the six components of an ARN.
_COLONS = 5
_ALL_SIX = "write all six parts, empty ones too: arn:partition:service:region:account:resource"


def in_resource(text: str) -> Iterator[Slip]:
    """Yield the slips in *text*, an entry of Resource or NotResource."""
    if any(text.count(":", 0, variable.start()) < _COLONS for variable in VARIABLE.finditer(text)):
        # A variable stands "only in the resource portion of the ARN", "after the fifth colon"
        # (reference_policies_variables.html).
        problem = f"a policy variable before the fifth colon of an ARN is plain text and matches nothing: {text}"
        yield problem, "write * in its place, and compare the variable in a condition"
    elif text.startswith("arn:") and text.count(":") < _COLONS and not text.endswith(":*"):
        # AWS "completes the ARN by adding wildcard characters (*) to all missing fields" (reference-arns.html): at its
        # end, whichever field was left out. After a last `*` that is what is meant.
        yield f"an ARN of fewer than six parts, to which AWS adds * at the end: {text}", _ALL_SIX


def in_value(line: Line, value: str) -> Iterator[Slip]:
    """Yield the slips in *value*, of the condition *line*."""
    key = line.key.lower()
    if key == _PRINCIPAL_ARN and (session := _SESSION.fullmatch(value)):
        # "For IAM roles, the request context returns the ARN of the role, not the ARN of the user that assumed the
        # role" (reference_policies_condition-keys.html, aws:PrincipalArn).
        role = f"arn:{session[1]}:iam::{session[2]}:role/{session[3]}"
        yield f"aws:PrincipalArn is never a session's ARN: {value}", f"name the role, with its path if any: {role}"
    elif "arn" in line.operator.lower() and value.count(":") < _COLONS and "${" not in value:
        # "Each of the six colon-delimited components of the ARN is checked separately"
        # (reference_policies_elements_condition_operators.html), which says nothing of a `*` alone.
        if value == "*":
            problem = f"{line.operator} compares the six parts of ARNs: * alone is taken to match none"
            yield f"{problem}, and AWS does not document whether it does", "write arn:*:*:*:*:*"
            return
        profile = "write it as arn:aws:bedrock:*:*:inference-profile/..."
        advice = profile if key == _PROFILE_ARN else _ALL_SIX
        yield f"{line.operator} compares ARNs; {value} is none and matches nothing", advice
