"""
The headers that handlers give the first request of a call, given to its other requests too.

Some handlers hand them over once for each call of the user's (pydantic-ai's `extra_headers`), so the request for a
fallback would go without.
"""

import re
from contextvars import ContextVar, Token
from typing import Any, NamedTuple, Protocol

from botocore.client import BaseClient

from bedrock_guard._events import log_fault
from bedrock_guard._guard import Guard

# What signing and sending add: those of each request itself.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
_OWN = frozenset(
    {
        "amz-sdk-invocation-id",
        "amz-sdk-request",
        "authorization",
        "content-length",
        "expect",
        "transfer-encoding",
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-security-token",
    }
)
# What parameters become, which the user's hook may have left out.
# https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html#API_runtime_InvokeModel_RequestSyntax
_OF_PARAMETERS = re.compile("x-amzn-bedrock-.*|accept|content-type", re.IGNORECASE)


class First(NamedTuple):
    """The first request of a call: botocore's context of it, which its retries share, and its headers before signing."""

    context: Any
    headers: list[tuple[str, Any]]


class Keeper(Protocol):
    """What keeps the headers of its first request; *is_adapted* where its other requests may leave out parameters."""

    operation_name: str
    first: First | None

    @property
    def is_adapted(self) -> bool: ...


# The call under way, where it has a fallback.
present: ContextVar[Keeper | None] = ContextVar("bedrock_guard_headers", default=None)


def follow(client: BaseClient, guard: Guard) -> None:
    """See the requests of *client* before they are signed: what signing adds is made anew for each."""
    if guard.fallback is not None:
        events = client.meta.events
        events.register_last("before-sign.bedrock-runtime", _keep_or_give, unique_id="bedrock_guard-headers")


def forget(token: Token[Keeper | None]) -> None:
    """Forget those of a call."""
    try:
        present.reset(token)
    except ValueError:
        return  # the call is closed in another context than its own, as by an event loop at its end


def _keep_or_give(request: Any, operation_name: str, **_: Any) -> None:
    keeper = present.get()
    if keeper is None or keeper.operation_name != operation_name:  # a handler of the user's may call something else
        return
    try:
        if keeper.first is None:
            keeper.first = First(request.context, list(request.headers.raw_items()))
        elif keeper.first.context is not request.context:
            _give(keeper.first.headers, request.headers, is_adapted=keeper.is_adapted)
    except Exception as fault:  # noqa: BLE001 (a request without a header is better than none)
        log_fault("bedrock_guard.failed", fault)


def _give(first: list[tuple[str, Any]], headers: Any, *, is_adapted: bool) -> None:
    for name, value in first:
        is_left_out = is_adapted and _OF_PARAMETERS.fullmatch(name)
        if name not in headers and name.lower() not in _OWN and not is_left_out:
            headers[name] = value
