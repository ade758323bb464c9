"""
A turn as Converse and ConverseStream send it, which Nova's own format shares.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bedrock_guard.simulator._errors import malformed
from bedrock_guard.simulator._replies import Turn, pieces

METRICS = {"latencyMs": 1}


def check(body: Mapping[str, Any]) -> None:
    """Raise ServiceError for a body that is not of this format."""
    if not isinstance(body.get("messages", []), list):
        raise malformed("#/messages: expected type: JSONArray")


def message(turn: Turn) -> dict[str, Any]:
    """Return the message of *turn*."""
    content: list[dict[str, Any]] = [{"text": turn.reply.text}] if turn.reply.text else []
    content += [
        {"toolUse": {"toolUseId": f"tooluse_{id_}", "name": use.name, "input": dict(use.input)}}
        for id_, use in turn.tool_uses
    ]
    return {"content": content, "role": "assistant"}


def answer(turn: Turn) -> dict[str, Any]:
    """Return the body with which Converse answers."""
    return {
        "metrics": METRICS,
        "output": {"message": message(turn)},
        "stopReason": turn.reply.reason,
        "usage": turn.usage,
    }


def events(turn: Turn) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the events that ConverseStream sends, each a type and a payload."""
    yield "messageStart", {"role": "assistant"}
    yield from _text_events(turn)
    yield from _tool_events(turn)
    yield "messageStop", {"stopReason": turn.reply.reason}
    yield "metadata", {"metrics": METRICS, "usage": turn.usage}


def _text_events(turn: Turn) -> Iterator[tuple[str, dict[str, Any]]]:
    # A block of text is not announced: its first delta opens it (API_runtime_ConverseStream.html).
    if turn.reply.text:
        for piece in pieces(turn.reply.text):
            yield "contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": piece}}
        yield "contentBlockStop", {"contentBlockIndex": 0}


def _tool_events(turn: Turn) -> Iterator[tuple[str, dict[str, Any]]]:
    for index, (id_, use) in enumerate(turn.tool_uses, start=1 if turn.reply.text else 0):
        start = {"toolUse": {"toolUseId": f"tooluse_{id_}", "name": use.name}}
        delta = {"toolUse": {"input": json.dumps(dict(use.input))}}
        yield "contentBlockStart", {"contentBlockIndex": index, "start": start}
        yield "contentBlockDelta", {"contentBlockIndex": index, "delta": delta}
        yield "contentBlockStop", {"contentBlockIndex": index}
