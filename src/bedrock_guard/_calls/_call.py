"""
One call of a guarded client, and the steps in which it is made.

Where more is to be done than to send it, that is a conversation, so that a synchronous and an asynchronous client hold
the same one: it yields what to do, and is sent what came of it.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, TypeAlias

from bedrock_guard._actions import ACTIONS
from bedrock_guard._callers import caller_of
from bedrock_guard._calls._drill import Drill
from bedrock_guard._fallback import Body, Key, Params
from bedrock_guard._guard import Guard

# In whose place another model may be asked.
OPERATIONS = frozenset(
    {
        "Converse",
        "ConverseStream",
        "InvokeModel",
        "InvokeModelWithResponseStream",
        "StartAsyncInvoke",
        "CountTokens",
    }
)


@dataclass(slots=True)
class Send:
    """Send these parameters."""

    params: Params


@dataclass(slots=True)
class Work:
    """
    Do this, which may take a second: it is given what lends credentials that a synchronous client can use, or None.

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

    def result(self) -> Any:
        """Return the response, or raise the error, as it came where it has no cause of ours."""
        try:
            if self.error is not None and self.cause is not None:
                raise self.error from self.cause
            if self.error is not None:
                raise self.error
            return self.response
        finally:
            del self  # a traceback holds this frame: a cycle


Conversation: TypeAlias = Generator[Send | Work, Any, Any]
Steps: TypeAlias = Generator[Send | Work, Any, Verdict | None]


class Call:
    """A call of *operation_name* with *params*, by *client*, that *guard* guards."""

    body: Body | None = None
    drill: Drill | None

    def __init__(self, guard: Guard, client: Any, operation_name: str, params: Any) -> None:
        self.guard = guard
        self.client = client
        self.operation_name = operation_name
        self.sent: Params = params  # the caller's own, which botocore may write into
        self.params: Params = params  # a copy from before that, where others may be sent
        self.drill = client._bedrock_guard_drill  # noqa: SLF001 (ours)
        self.keeper = self.drill or guard  # whose memory and log it is

    def key(self) -> Key:
        """Return what a denial of it is remembered for."""
        client = self.client
        return Key(caller_of(client), client.meta.region_name, ACTIONS[self.operation_name], self.params["modelId"])

    @property
    def is_count(self) -> bool:
        """Whether it counts the tokens of a conversation."""
        return self.operation_name == "CountTokens"

    @property
    def is_adapted(self) -> bool:
        """Whether the user's hook makes the parameters of its other requests."""
        return self.guard.settings.adapt is not None

    @property
    def model_id(self) -> str:
        """The model that was asked for."""
        return str(self.params["modelId"])

    @property
    def region(self) -> str:
        """The source Region."""
        return str(self.client.meta.region_name)
