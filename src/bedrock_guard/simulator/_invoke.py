"""
InvokeModel and InvokeModelWithResponseStream: each model has a body format of its own.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html
"""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from bedrock_guard.simulator import _anthropic, _embeddings, _nova
from bedrock_guard.simulator._eventstream import encode_event
from bedrock_guard.simulator._http import JSON, Response, json_response, stream_response
from bedrock_guard.simulator._replies import Turn


class _Format(Protocol):
    def check(self, body: Mapping[str, Any], /) -> None: ...
    def answer(self, turn: Turn, /) -> dict[str, Any]: ...
    def events(self, turn: Turn, /) -> Iterable[dict[str, Any]]: ...


_CHAT: dict[str, _Format] = {
    r"anthropic\.": _anthropic,
    r"amazon\.nova-(2-)?(lite|micro|premier|pro)-": _nova,
}
_EMBEDDING: dict[str, Callable[[str, Mapping[str, Any]], dict[str, Any]]] = {
    r"amazon\.titan-embed-": _embeddings.titan,
    r"cohere\.embed-": _embeddings.cohere,
}


def embedding(model_id: str, body: Mapping[str, Any]) -> Response | None:
    """Return what an embedding model answers to *body*, None for any other model."""
    embed = _find(_EMBEDDING, model_id)
    return json_response(embed(model_id, body)) if embed else None


def check(model_id: str, body: Mapping[str, Any]) -> None:
    """Raise ServiceError for a *body* of another format than the model's, where that is known."""
    chat = _find(_CHAT, model_id)
    if chat:
        chat.check(body)


def is_known(model_id: str) -> bool:
    """Tell whether the format of *model_id* is known, in which replies are sent; other models echo."""
    return _find(_CHAT, model_id) is not None


def invoke_model(turn: Turn, body: Mapping[str, Any]) -> Response:
    """Return *turn* in the model's format; of a model whose format is not known, *body* itself."""
    chat = _find(_CHAT, turn.model_id)
    headers = {
        "X-Amzn-Bedrock-Input-Token-Count": str(turn.input_tokens),
        "X-Amzn-Bedrock-Invocation-Latency": "1",
        "X-Amzn-Bedrock-Output-Token-Count": str(turn.reply.output_tokens),
    }
    return json_response(chat.answer(turn) if chat else body, headers)


def invoke_model_with_response_stream(turn: Turn, body: Mapping[str, Any]) -> Response:
    """Return the same as a stream of chunks; see `invoke_model`."""
    chat = _find(_CHAT, turn.model_id)
    parts = list(chat.events(turn)) if chat else [dict(body)]
    # https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html
    parts[-1]["amazon-bedrock-invocationMetrics"] = {
        "inputTokenCount": turn.input_tokens,
        "outputTokenCount": turn.reply.output_tokens,
        "invocationLatency": 1,
        "firstByteLatency": 1,
    }
    chunks = (encode_event("chunk", {"bytes": b64encode(json.dumps(part).encode()).decode()}) for part in parts)
    return stream_response(chunks, {"X-Amzn-Bedrock-Content-Type": JSON})


def _find(formats: Mapping[str, Any], model_id: str) -> Any:
    return next((format_ for pattern, format_ in formats.items() if re.match(pattern, model_id)), None)
