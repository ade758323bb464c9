"""
The headers that handlers give the first request of a call, given to its other requests too.

Some handlers hand them over once for each call of the user's (pydantic-ai's `extra_headers`), so the request for a
fallback would go without.
"""

from contextlib import suppress
from contextvars import ContextVar, Token
from typing import Any, TypeAlias

from botocore.client import BaseClient

from bedrock_guard._events import log_fault
from bedrock_guard._guard import Guard

# What parameters become, and what signing adds: those of each request itself.
# https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html#API_runtime_InvokeModel_RequestSyntax
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
_OWN = ("accept", "content-", "x-amzn-bedrock-", "authorization", "x-amz-")

Headers: TypeAlias = list[Any]

# None outside of a call with a fallback; an empty list until the first request is signed, then its headers.
first: ContextVar[Headers | None] = ContextVar("bedrock_guard_headers", default=None)


def follow(client: BaseClient, guard: Guard) -> None:
    """See the requests of *client* before they are signed: what signing adds is made anew for each."""
    if guard.fallback is not None:
        events = client.meta.events
        events.register_last("before-sign.bedrock-runtime", _keep_or_give, unique_id="bedrock_guard-headers")


def forget(token: Token[Headers | None]) -> None:
    """Forget those of a call; it may be closed in another context than its own, as an event loop does at its end."""
    with suppress(ValueError):
        first.reset(token)


def _keep_or_give(request: Any, **_: Any) -> None:
    known = first.get()
    if known is None:
        return
    if not known:
        known.append(request.headers)
        return
    try:
        _give(known[0], request.headers)
    except Exception as fault:  # noqa: BLE001 (a request without a header is better than none)
        log_fault("bedrock_guard.failed", fault)


def _give(known: Any, headers: Any) -> None:
    for name, value in known.items():
        if name not in headers and not name.lower().startswith(_OWN):
            headers[name] = value
