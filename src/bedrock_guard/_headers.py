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
# What parameters become, and what signing adds: those of each request itself.
# https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html#API_runtime_InvokeModel_RequestSyntax
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
_OWN = ("accept", "content-", "x-amzn-bedrock-", "authorization", "x-amz-")

Headers: TypeAlias = list[Any]

# None outside of a call with a fallback; an empty list until the first request is signed, then its headers.
_first: ContextVar[Headers | None] = ContextVar("bedrock_guard_headers", default=None)


def begin(client: BaseClient) -> Token[Headers | None] | None:
    """Begin a call with *client*; the token ends it."""
    try:
        if "_bedrock_guard_headers" not in vars(client):
            client.meta.events.register_last(_EVENT, _keep_or_give, unique_id=_ID)
            vars(client)["_bedrock_guard_headers"] = True
        return _first.set([])
    except Exception as fault:  # noqa: BLE001 (a fault of ours never hides AWS's answer)
        log_fault("bedrock_guard.failed", fault)
        return None


def end(token: Token[Headers | None] | None) -> None:
    """End the call that *token* began."""
    if token is not None:
        _first.reset(token)


def _keep_or_give(request: Any, **_: Any) -> None:
    # Before it is signed: what signing adds is made anew for each request.
    first = _first.get()
    if first is None:
        return
    if not first:
        first.append(request.headers)
        return
    try:
        _give(first[0], request.headers)
    except Exception as fault:  # noqa: BLE001 (a request without a header is better than none)
        log_fault("bedrock_guard.failed", fault)


def _give(first: Any, headers: Any) -> None:
    for name, value in first.items():
        if name not in headers and not name.lower().startswith(_OWN):
            headers[name] = value
