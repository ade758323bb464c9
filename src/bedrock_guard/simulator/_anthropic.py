"""
The body format of Anthropic's models.

https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages.html
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bedrock_guard.simulator._errors import malformed
from bedrock_guard.simulator._replies import Turn, pieces


def check(body: Mapping[str, Any]) -> None:
    """Raise ServiceError for a body that is not of this format."""
    for key in ("anthropic_version", "max_tokens", "messages"):
        if key not in body:
            raise malformed(f"#: required key [{key}] not found")


def answer(turn: Turn) -> dict[str, Any]:
    """Return the body with which InvokeModel answers."""
    usage = {"input_tokens": turn.input_tokens, "output_tokens": turn.reply.output_tokens}
    return {**_message(turn, _content(turn)), "stop_reason": turn.reply.reason, "usage": usage}


def events(turn: Turn) -> Iterator[dict[str, Any]]:
    """Yield the parts that InvokeModelWithResponseStream sends."""
    usage = {"input_tokens": turn.input_tokens, "output_tokens": 1}
    yield {"type": "message_start", "message": {**_message(turn, []), "stop_reason": None, "usage": usage}}
    for index, block in enumerate(_content(turn)):
        yield {"type": "content_block_start", "index": index, "content_block": _opened(block)}
        for delta in _deltas(block):
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    yield {
        "type": "message_delta",
        "delta": {"stop_reason": turn.reply.reason, "stop_sequence": None},
        "usage": {"output_tokens": turn.reply.output_tokens},
    }
    yield {"type": "message_stop"}


def _message(turn: Turn, content: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": f"msg_bdrk_{turn.id}",
        "type": "message",
        "role": "assistant",
        "model": turn.model_id,
        "content": content,
        "stop_sequence": None,
    }


def _content(turn: Turn) -> list[dict[str, Any]]:
    text: list[dict[str, Any]] = [{"type": "text", "text": turn.reply.text}] if turn.reply.text else []
    return text + [
        {"type": "tool_use", "id": f"toolu_bdrk_{id_}", "name": use.name, "input": dict(use.input)}
        for id_, use in turn.tool_uses
    ]


def _opened(block: dict[str, Any]) -> dict[str, Any]:
    return {**block, "text": ""} if block["type"] == "text" else {**block, "input": {}}


def _deltas(block: dict[str, Any]) -> list[dict[str, Any]]:
    if block["type"] == "text":
        return [{"type": "text_delta", "text": piece} for piece in pieces(block["text"])]
    return [{"type": "input_json_delta", "partial_json": json.dumps(block["input"])}]
