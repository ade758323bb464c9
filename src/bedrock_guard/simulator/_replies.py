"""What the simulated models answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ToolUse:
    """A request of the model that the application call the tool *name* with *input*."""

    name: str
    input: Mapping[str, Any]

    def __post_init__(self) -> None:
        """Raise TypeError for an input that cannot be sent."""
        try:
            json.dumps(dict(self.input), allow_nan=False)
        except (RecursionError, TypeError, ValueError) as error:
            raise TypeError(f"the input of a tool use is no JSON object: {error}") from None


@dataclass(frozen=True)
class Reply:
    """
    One turn of a model: text, or tools to use, or both.

    *stop_reason* is that of Converse (`end_turn`, `tool_use`, `max_tokens`, ...); None means what the turn implies.
    """

    text: str = ""
    tool_uses: tuple[ToolUse, ...] = ()
    stop_reason: str | None = None

    def __post_init__(self) -> None:
        """Raise TypeError for what is neither text nor tool uses."""
        if not isinstance(self.text, str):
            raise TypeError(f"the text of a reply is a str, not {type(self.text).__name__}")
        for use in self.tool_uses:
            if not isinstance(use, ToolUse):
                raise TypeError(f"a tool use of a reply is a ToolUse, not {type(use).__name__}")

    @property
    def reason(self) -> str:
        """The stop reason that is sent."""
        return self.stop_reason or ("tool_use" if self.tool_uses else "end_turn")

    @property
    def output_tokens(self) -> int:
        """An estimate, the same for the same reply."""
        return estimate_tokens(self.text + "".join(f"{use.name}{use.input}" for use in self.tool_uses))


@dataclass(frozen=True)
class Turn:
    """A reply about to be sent: by which model, to how many tokens, and under which ids, each format's prefix apart."""

    model_id: str
    reply: Reply
    input_tokens: int
    id: str
    tool_use_ids: tuple[str, ...] = ()

    @property
    def usage(self) -> dict[str, int]:
        """The token counts, under the names of Converse."""
        output_tokens = self.reply.output_tokens
        return {
            "inputTokens": self.input_tokens,
            "outputTokens": output_tokens,
            "totalTokens": self.input_tokens + output_tokens,
        }

    @property
    def tool_uses(self) -> list[tuple[str, ToolUse]]:
        """The tool uses, each with its id."""
        return list(zip(self.tool_use_ids, self.reply.tool_uses, strict=True))


def to_reply(reply: "str | ToolUse | Reply") -> Reply:
    """Return the reply that a text or a tool use stands for. Raises TypeError for anything else."""
    if isinstance(reply, Reply):
        return reply
    if isinstance(reply, ToolUse):
        return Reply(tool_uses=(reply,))
    if isinstance(reply, str):
        return Reply(text=reply)
    raise TypeError(f"a reply is a str, a ToolUse or a Reply, not {type(reply).__name__}")


def pieces(text: str) -> list[str]:
    """Return *text* in the pieces in which it is streamed: word by word."""
    words = text.split(" ")
    return [word + " " for word in words[:-1]] + words[-1:]


def estimate_tokens(text: str) -> int:
    """Return about how many tokens *text* is: four characters each."""
    return max(1, (len(text) + 3) // 4)
