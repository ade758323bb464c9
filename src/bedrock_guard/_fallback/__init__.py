"""A denial, the memory and the configuration in; the next model to try, or none, out. Nothing is sent here."""

from bedrock_guard._fallback._configuration import Candidate, Fallback, Models, Params, candidates_for, configured
from bedrock_guard._fallback._fit import is_other_embedding
from bedrock_guard._fallback._memory import Degradation, Evidence, Key, Memory, Route, status
from bedrock_guard._fallback._request import Request, foundation_model, position_of, prepare
from bedrock_guard._fallback._review import review

__all__ = [
    "Candidate",
    "Degradation",
    "Evidence",
    "Fallback",
    "Key",
    "Memory",
    "Models",
    "Params",
    "Request",
    "Route",
    "candidates_for",
    "configured",
    "foundation_model",
    "is_other_embedding",
    "position_of",
    "prepare",
    "review",
    "status",
]
