"""
The headers that handlers give the first request of a call, given to its other requests too.

Some handlers hand them over once for each call of the user's (pydantic-ai's `extra_headers`), so the request for a
fallback would go without.
"""

from contextvars import ContextVar, Token
from typing import Any, Protocol

from botocore.client import BaseClient

from bedrock_guard._events import log_fault
from bedrock_guard._guard import Guard

# What signing and sending add: those of each request itself.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
_OWN = frozenset(
    {
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
_OF_PARAMETERS = "x-amzn-bedrock-"


class Keeper(Protocol):
    """What keeps the headers of its first request; *is_adapted* where its other requests may leave out parameters."""

    first_headers: Any

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


def _keep_or_give(request: Any, **_: Any) -> None:
    keeper = present.get()
    if keeper is None:
        return
    if keeper.first_headers is None:
        keeper.first_headers = request.headers
        return
    try:
        _give(keeper, request.headers)
    except Exception as fault:  # noqa: BLE001 (a request without a header is better than none)
        log_fault("bedrock_guard.failed", fault)


def _give(keeper: Keeper, headers: Any) -> None:
    for name, value in keeper.first_headers.items():
        lower = name.lower()
        is_left_out = keeper.is_adapted and lower.startswith(_OF_PARAMETERS)
        if name not in headers and lower not in _OWN and not is_left_out:
            headers[name] = value
