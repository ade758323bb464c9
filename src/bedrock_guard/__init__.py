"""
Explain the service control policies that block Amazon Bedrock cross-Region inference.

Swap `boto3.client("bedrock-runtime")` for `bedrock_guard.client("bedrock-runtime")`; all else stays.
"""

import importlib
import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bedrock_guard._api import client, explain, guard, install, uninstall
    from bedrock_guard._calls import drill
    from bedrock_guard._denials import Denial, DenyKind, PolicyType
    from bedrock_guard._diagnosis import Attempt, Audience, Cause, Diagnosis, PassedOver, Remedy
    from bedrock_guard._events import Event, Hook
    from bedrock_guard._fallback import Degradation, Fallback, status
    from bedrock_guard._profiles import InferenceProfile, Origin, ProfileType, Scope
    from bedrock_guard.exceptions import InferenceDeniedError, ScpDeniedError

__all__ = [
    "Attempt",
    "Audience",
    "Cause",
    "Degradation",
    "Denial",
    "DenyKind",
    "Diagnosis",
    "Event",
    "Fallback",
    "Hook",
    "InferenceDeniedError",
    "InferenceProfile",
    "Origin",
    "PassedOver",
    "PolicyType",
    "ProfileType",
    "Remedy",
    "Scope",
    "ScpDeniedError",
    "client",
    "drill",
    "explain",
    "guard",
    "install",
    "status",
    "uninstall",
]

_ROOMS = {
    "_api": ("client", "explain", "guard", "install", "uninstall"),
    "_calls": ("drill",),
    "_denials": ("Denial", "DenyKind", "PolicyType"),
    "_diagnosis": ("Attempt", "Audience", "Cause", "Diagnosis", "PassedOver", "Remedy"),
    "_events": ("Event", "Hook"),
    "_fallback": ("Degradation", "Fallback", "status"),
    "_profiles": ("InferenceProfile", "Origin", "ProfileType", "Scope"),
    "exceptions": ("InferenceDeniedError", "ScpDeniedError"),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

logging.getLogger(__name__).addHandler(logging.NullHandler())


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used: the import of the package costs next to nothing."""
    if name not in _ROOM_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_ROOM_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
