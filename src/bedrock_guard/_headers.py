"""
The headers that handlers give the first request of a call, given to its other requests too.

Some handlers hand them over once for each call of the user's (pydantic-ai's `extra_headers`), so the request for a
fallback would go without.
"""

from contextvars import ContextVar, Token
from typing import Any, TypeAlias

from botocore.client import BaseClient

from bedrock_guard._events import log_fault

_EVENT = "before-sign.bedrock-runtime"
_ID = "bedrock_guard-headers"
# What parameters become, which are those of each request itself.
# https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html#API_runtime_InvokeModel_RequestSyntax
_OF_PARAMETERS = ("accept", "content-", "x-amzn-bedrock-")

Headers: TypeAlias = list[tuple[str, Any]]

# None outside of a call with a fallback; an empty list until the first request is signed.
_first: ContextVar[Headers | None] = ContextVar("bedrock_guard_headers", default=None)


def begin(client: BaseClient) -> Token[Headers | None]:
    """Begin a call with *client*; the token ends it."""
    if "_bedrock_guard_headers" not in vars(client):
        client.meta.events.register_last(_EVENT, _keep_or_give, unique_id=_ID)
        vars(client)["_bedrock_guard_headers"] = True
    return _first.set([])


def end(token: Token[Headers | None]) -> None:
    """End the call that *token* began."""
    _first.reset(token)


def _keep_or_give(request: Any, **_: Any) -> None:
    # Before it is signed: what signing adds is made anew for each request.
    first = _first.get()
    if first is None:
        return
    if not first:
        first.extend(request.headers.items())
        return
    try:
        _give(first, request.headers)
    except Exception as fault:  # noqa: BLE001 (a request without a header is better than none)
        log_fault("bedrock_guard.failed", fault)


def _give(first: Headers, headers: Any) -> None:
    for name, value in first:
        if name not in headers and not name.lower().startswith(_OF_PARAMETERS):
            headers[name] = value
