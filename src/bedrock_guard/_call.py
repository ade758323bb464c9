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

from bedrock_guard._drill import Drill, drill_of
from bedrock_guard._events import Teller, log_fault
from bedrock_guard._fallback import Body, Key, Memory, Params
from bedrock_guard._guard import Guard, caller_of
from bedrock_guard._switch import is_guard_off

# The operations that name a model, and the action that each is authorized as.
ACTIONS = {
    "Converse": "bedrock:InvokeModel",
    "ConverseStream": "bedrock:InvokeModelWithResponseStream",
    "InvokeModel": "bedrock:InvokeModel",
    "InvokeModelWithResponseStream": "bedrock:InvokeModelWithResponseStream",
    "StartAsyncInvoke": "bedrock:InvokeModel",
    "CountTokens": "bedrock:CountTokens",
}


@dataclass(slots=True)
class Send:
    """Send these parameters."""

    params: Params


@dataclass(slots=True)
class Work:
    """
    Do this, which may take a second: it is given credentials that a synchronous client can use, or None for its own.

    `otherwise` is the answer where there are none to be had.
    """

    do: Callable[[Any], Any]
    otherwise: Any = None


@dataclass(slots=True)
class Verdict:
    """How a call ends: with a response, or with an error, raised from its cause."""

    response: Any = None
    error: Exception | None = None
    cause: Exception | None = None

    def throw(self) -> None:
        """Raise the error, as it came where it has no cause of ours."""
        try:
            if self.error is not None and self.cause is not None:
                raise self.error from self.cause
            if self.error is not None:
                raise self.error
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
        # botocore writes a clientRequestToken into the parameters that it is given.
        self.sent = params
        self.params = params.copy()
        self.body = Body(params["body"]) if "body" in params else None
        self.drill = drill
        self.memory: Memory = drill.memory if drill else guard.memory
        # The first choice is to be sent, and nothing else is to be done unless that is denied.
        self.is_plain = drill is None and self.memory.is_empty

    @property
    def is_count(self) -> bool:
        """Whether it counts the tokens of a conversation."""
        return self.operation_name == "CountTokens"

    @property
    def action(self) -> str:
        """The action that it is authorized as."""
        return ACTIONS[self.operation_name]

    @property
    def model_id(self) -> str:
        """The model that was asked for."""
        return str(self.params["modelId"])

    @property
    def region(self) -> str:
        """The source Region."""
        return str(self.client.meta.region_name)

    @property
    def teller(self) -> Teller:
        """Who tells of it."""
        return self.drill.teller if self.drill else self.guard.teller

    @cached_property
    def key(self) -> Key:
        """What a denial of it is remembered for."""
        return Key(caller_of(self.client), self.region, self.action, self.model_id)


def call_for(guard: Guard | None, client: Any, operation_name: str, params: Any) -> Call | None:
    """Return a call for which there is a fallback or a drill, None for any other."""
    if guard is None or operation_name not in ACTIONS:
        return None
    drill = drill_of(client)
    if guard.fallback is None and drill is None:
        return None
    try:
        if not isinstance(params, dict) or not isinstance(params.get("modelId"), str):
            return None
        call = Call(guard, client, operation_name, params, drill)
        return None if not call.is_plain and is_guard_off() else call
    except Exception as fault:  # noqa: BLE001 (a fault of ours never hides AWS's answer)
        log_fault("bedrock_guard.failed", fault)
        return None
