"""A denial, the memory and the configuration in; the next model to try, or none, out. Nothing is sent here."""

from bedrock_guard._fallback._accepted import AUTO, Models
from bedrock_guard._fallback._configuration import (
    Candidate,
    Fallback,
    Params,
    candidates_for,
    configured,
    is_function,
)
from bedrock_guard._fallback._memory import Evidence, Key, Memory, Route
from bedrock_guard._fallback._request import Body, Option, option_of, original_model, prepare
from bedrock_guard._fallback._review import review
from bedrock_guard._fallback._status import Degradation, status

__all__ = [
    "AUTO",
    "Body",
    "Candidate",
    "Degradation",
    "Evidence",
    "Fallback",
    "Key",
    "Memory",
    "Models",
    "Option",
    "Params",
    "Route",
    "candidates_for",
    "configured",
    "is_function",
    "option_of",
    "original_model",
    "prepare",
    "review",
    "status",
]
