"""
The headers that handlers give the first request of a call, given to its other requests too.

Some handlers hand them over once for each call of the user's (pydantic-ai's `extra_headers`), so the request for a
fallback would go without.
"""

from contextvars import ContextVar, Token
from typing import Any, TypeAlias

from botocore.client import BaseClient

_EVENT = "before-sign.bedrock-runtime"
_ID = "bedrock_guard-headers"

Headers: TypeAlias = list[tuple[str, str]]

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
    for name, value in first:
        if name not in request.headers:
            request.headers[name] = value
