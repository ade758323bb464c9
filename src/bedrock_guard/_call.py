"""
One call of a client that has a fallback or a drill, and the steps in which it is made.

It is made as a conversation, so that a synchronous and an asynchronous client hold the same one: it yields what to do,
and is sent what came of it.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from botocore.client import BaseClient

from bedrock_guard._drill import Drill
from bedrock_guard._fallback import Body, Key, Memory, Params
from bedrock_guard._guard import Guard, caller_of

# The operations that name a model, and the action that each is authorized as.
ACTIONS = {
    "Converse": "bedrock:InvokeModel",
    "ConverseStream": "bedrock:InvokeModelWithResponseStream",
    "InvokeModel": "bedrock:InvokeModel",
    "InvokeModelWithResponseStream": "bedrock:InvokeModelWithResponseStream",
    "StartAsyncInvoke": "bedrock:InvokeModel",
    "CountTokens": "bedrock:CountTokens",
}


@dataclass(frozen=True)
class Send:
    """Send these parameters."""

    params: Params


@dataclass(frozen=True)
class Work:
    """
    Do this, which may take a second: it is given credentials that a synchronous client can use, or None for its own.

    `otherwise` is the answer where there are none to be had.
    """

    do: Callable[[Any], Any]
    otherwise: Any = None


@dataclass
class Verdict:
    """How a call ends: with a response, or with an error, raised from its cause."""

    response: Any = None
    error: Exception | None = None
    cause: Exception | None = None

    def result(self) -> Any:
        """Return the response, or raise the error."""
        try:
            if self.error is None:
                return self.response
            if self.cause is None:
                raise self.error
            raise self.error from self.cause
        finally:
            del self  # a traceback holds this frame: a cycle


Conversation: TypeAlias = Generator[Send | Work, Any, Any]
Talk: TypeAlias = Generator[Send | Work, Any, Verdict | None]


class Call:
    """A call of *operation_name* with *params*, by *client*, in a *drill* or none."""

    def __init__(
        self, guard: Guard, client: BaseClient, operation_name: str, params: Params, drill: Drill | None
    ) -> None:
        self.guard = guard
        self.client = client
        self.operation_name = operation_name
        self.action = ACTIONS[operation_name]
        self.model_id: str = params["modelId"]
        self.region: str = client.meta.region_name
        # botocore writes a clientRequestToken into the parameters that it is given.
        self.sent = params
        self.params = dict(params)
        self.body = Body(params)
        self.drill = drill
        self.memory: Memory = drill.memory if drill else guard.memory
        self.teller = drill.teller if drill else guard.teller

    @property
    def is_count(self) -> bool:
        """Whether it counts the tokens of a conversation."""
        return self.operation_name == "CountTokens"

    @cached_property
    def key(self) -> Key:
        """What a denial of it is remembered for."""
        return Key(caller_of(self.client), self.region, self.action, self.model_id)
