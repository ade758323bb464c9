"""
Statements that AWS Control Tower owns: not to be edited, but to be set.

"Manually editing SCPs managed by AWS Control Tower is strongly discouraged as it can cause drift"
(https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html).
"""

import re
from collections.abc import Mapping
from typing import Any

_LANDING_ZONE = re.compile(r"GRREGIONDENY\w*")
# CT.MULTISERVICE.PV.1 (https://docs.aws.amazon.com/controltower/latest/controlreference/ou-region-deny.html)
_ORGANIZATIONAL_UNIT = re.compile(r"CT\.?MULTISERVICE\.?PV\.?1\w*")
_ANY = re.compile(r"CT\.?[A-Z0-9]+\.?PV\.?[0-9]+|GRRESTRICTROOTUSER\w*")

# The exemption asks for the actions that Bedrock lists; the landing zone's control "documents no exemption".
_EXEMPT = (
    "add bedrock:InvokeModel and bedrock:InvokeModelWithResponseStream to ExemptedActions of CT.MULTISERVICE.PV.1, "
    "which then no longer limits the Regions of any inference, direct calls included"
)


def owns(content: Mapping[str, Any]) -> bool:
    """Return whether a statement of the document *content* bears a Sid of Control Tower."""
    statements = content["Statement"]
    listed = statements if isinstance(statements, (list, tuple)) else [statements]
    sids = (str(each.get("Sid", "")) for each in listed)
    return any(pattern.fullmatch(sid) for sid in sids for pattern in (_LANDING_ZONE, _ORGANIZATIONAL_UNIT, _ANY))


def advice(sid: str) -> str:
    """Return what to set instead of editing the statement *sid*."""
    if _LANDING_ZONE.fullmatch(sid):
        return f"turn off the landing zone's Region deny for the OU-level one, and there {_EXEMPT}"
    if _ORGANIZATIONAL_UNIT.fullmatch(sid):
        return f"{_EXEMPT}; or list the destination Regions in AllowedRegions, which opens them to every service"
    return "change the control in AWS Control Tower, or replace it by an SCP of your own"
