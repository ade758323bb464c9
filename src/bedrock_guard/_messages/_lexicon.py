"""
The words that sentences, their remains and panels are made of.

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
# "bedrock:InvokeModel", "SNS:Publish", "bedrock-agentcore:\nGetAgent", "s3:Get*", "bedrock:***".
ACTION = r"(?!arn:|https?:)[a-z][a-z0-9-]{0,60}(?:\n[a-z0-9-]{0,60})?:\n?(?:[a-z][a-z0-9]{0,100}(?:\*(?!\*))?|\*{1,3})"
# As IAM names them, "sessions policy" too; people also write SCP, RCP, "identity based", "permission boundary".
TYPE = (
    r"(?:service\Wcontrol|resource\Wcontrol|identity\Wbased|resource\Wbased|permissions?\Wboundary|sessions?"
    r"|vpc\Wendpoint|role\Wtrust|[sr]cp\b)"
)
POLICY = r"(?: policy)?"
# "on resource: R"; in quotation marks from S3 and SES; "on arn:..."; KMS's "on this resource" names none.
ON = (
    rf",? on(?: the)? resources?(?:\(s\))?(?: ?: ?(?:\[(?=arn:))?| (?=[{QUOTES}]|arn:))"
    r"| on (?=arn:|(?:\.\.\.|…)[:/])"
)


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Compile *pattern*, when it is needed first: most are for rarer texts than a botocore error."""
    return re.compile(pattern)


@cache
def words(pattern: str) -> re.Pattern[str]:
    """Compile *pattern*, in which a blank stands for a blank or a line break."""
    return re.compile(pattern.replace(" ", "[ \n]"))


def policy_name(found: str) -> str:
    """Return what `TYPE` *found* with blanks alone between its words: "identity based"."""
    return found.replace("\n", " ").replace("-", " ")
