"""
The body format of Amazon Nova's understanding models: that of Converse, in camel case.

https://docs.aws.amazon.com/nova/latest/userguide/complete-request-schema.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bedrock_guard.simulator import _converse
from bedrock_guard.simulator._errors import malformed
from bedrock_guard.simulator._replies import Turn

_KEYS = frozenset({"schemaVersion", "messages", "system", "inferenceConfig", "toolConfig"})


def check(body: Mapping[str, Any]) -> None:
    """Raise ServiceError for a body that is not of this format."""
    if "messages" not in body:
        raise malformed("#: required key [messages] not found")
    for key in sorted(body.keys() - _KEYS):
        raise malformed(f"#: extraneous key [{key}] is not permitted")


def answer(turn: Turn) -> dict[str, Any]:
    """Return the body with which InvokeModel answers."""
    return {
        "output": {"message": _converse.message(turn)},
        "stopReason": turn.reply.reason,
        "usage": turn.usage,
    }


def events(turn: Turn) -> Iterator[dict[str, Any]]:
    """Yield the parts that InvokeModelWithResponseStream sends: those of ConverseStream."""
    return ({type_: payload} for type_, payload in _converse.events(turn))
