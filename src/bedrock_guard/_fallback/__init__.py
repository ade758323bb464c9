"""A denial, the memory and the configuration in; the next model to try, or none, out. Nothing is sent here."""

from bedrock_guard._fallback._configuration import Candidate, Fallback, Models, Params, candidates_for, configured
from bedrock_guard._fallback._fit import is_other_embedding
from bedrock_guard._fallback._memory import Evidence, Key, Memory, Route
from bedrock_guard._fallback._request import Body, Request, foundation_model, prepare, request_of
from bedrock_guard._fallback._review import review
from bedrock_guard._fallback._status import Degradation, status

__all__ = [
    "Body",
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
    "prepare",
    "request_of",
    "review",
    "status",
]
