"""
Statements that AWS Control Tower owns: not to be edited, but to be set.

"Manually editing SCPs managed by AWS Control Tower is strongly discouraged as it can cause drift"
(https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html).
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

from bedrock_guard._actions import INVOKE_MODEL, INVOKE_MODEL_WITH_RESPONSE_STREAM
from bedrock_guard._identifiers import UNSPECIFIED

_LANDING_ZONE = re.compile(r"GRREGIONDENY\w*")
# CT.MULTISERVICE.PV.1 (https://docs.aws.amazon.com/controltower/latest/controlreference/ou-region-deny.html)
_ORGANIZATIONAL_UNIT = re.compile(r"CT\.?MULTISERVICE\.?PV\.?1\w*")
_OPENED = "which then no longer limits the Regions of these, direct calls included"
_INFERENCE = (INVOKE_MODEL, INVOKE_MODEL_WITH_RESPONSE_STREAM)
_ANY = re.compile(r"CT\.?[A-Z0-9]+\.?PV\.?[0-9]+|GRRESTRICTROOTUSER\w*")


def owns(content: Mapping[str, Any]) -> bool:
    """Return whether a statement of the document *content* bears a Sid of Control Tower."""
    statements = content["Statement"]
    listed = statements if isinstance(statements, (list, tuple)) else [statements]
    sids = (str(each.get("Sid", "")) for each in listed)
    return any(pattern.fullmatch(sid) for sid in sids for pattern in (_LANDING_ZONE, _ORGANIZATIONAL_UNIT, _ANY))


def advice(sid: str, action: str, regions: Collection[str]) -> str:
    """Return what to set instead of editing the statement *sid*, so that *action* passes in *regions*."""
    actions = " and ".join(_INFERENCE) if action in _INFERENCE else action
    exempt = f"add {actions} to ExemptedActions of CT.MULTISERVICE.PV.1, {_OPENED}"
    if _LANDING_ZONE.fullmatch(sid):
        # This one "documents no exemption".
        return f"turn off the landing zone's Region deny for the OU-level one, and there {exempt}"
    if not _ORGANIZATIONAL_UNIT.fullmatch(sid):
        return "change the control in AWS Control Tower, or replace it by an SCP of your own"
    if UNSPECIFIED in regions:
        # "unspecified" is no Region that AllowedRegions could list.
        return exempt
    return f"{exempt}; or list {', '.join(regions)} in AllowedRegions, which opens every service there"
