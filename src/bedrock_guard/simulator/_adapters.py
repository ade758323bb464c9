"""
In-process: botocore asks before it sends, and takes the answer for that of the network.

https://boto3.amazonaws.com/v1/documentation/api/latest/guide/events.html
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError
from botocore.handlers import BUILTIN_HANDLERS

from bedrock_guard.simulator._http import Request, Response
from bedrock_guard.simulator._wire import SimulatedResponse, breaks_off

Respond = Callable[[Request], Response]
_Handler = Callable[..., AWSResponse | None]

_EVENTS = ("before-send.bedrock-runtime", "before-send.bedrock")
_ANSWERED = "_answered_by_simulator"
_process = threading.Lock()  # held while a simulator is installed


def attach(respond: Respond, target: Any) -> None:
    """Let *respond* answer the Bedrock requests of *target*, a session or a client of any of the four libraries."""
    emitter, handler = _emitter(target), _handler(respond)
    for event in _EVENTS:
        unique_id = f"bedrock_guard.simulator.{event}"
        emitter.unregister(event, unique_id=unique_id)  # botocore would keep the old one
        emitter.register_first(event, handler, unique_id=unique_id)


def new_session(region_name: str) -> boto3.Session:
    """Return a session with credentials that no one has."""
    return boto3.Session(
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",  # noqa: S106 (the documentation's)
        region_name=region_name,
    )


@contextmanager
def installed(respond: Respond) -> Iterator[None]:
    """Let *respond* answer for every session that is made inside, and for the default session while inside."""
    if not _process.acquire(blocking=False):
        raise RuntimeError("a simulator is installed in this process already: attach this one to a session instead")
    entries = [(event, _handler(respond)) for event in _EVENTS]
    try:
        _install(entries)
        yield
    finally:
        _uninstall(entries)
        _process.release()


def _install(entries: list[tuple[str, _Handler]]) -> None:
    BUILTIN_HANDLERS.extend(entries)  # every session copies them when it is made
    if boto3.DEFAULT_SESSION is not None:
        for event, handler in entries:
            _emitter(boto3.DEFAULT_SESSION).register(event, handler)


def _uninstall(entries: list[tuple[str, _Handler]]) -> None:
    for event, handler in entries:
        BUILTIN_HANDLERS.remove((event, handler))
        # The default session outlives the context, even one that was made inside.
        if boto3.DEFAULT_SESSION is not None:
            _emitter(boto3.DEFAULT_SESSION).unregister(event, handler)


def _emitter(target: Any) -> Any:
    if hasattr(target, "meta"):
        return target.meta.events
    if hasattr(target, "events"):
        return target.events
    if hasattr(target, "get_component"):
        return target.get_component("event_emitter")
    raise TypeError(f"a simulator is attached to a session or a client, not to {type(target).__name__}")


def _handler(respond: Respond) -> _Handler:
    def handle(request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
        # botocore asks all handlers, and takes the first answer: the others are not to count the request.
        if getattr(request, _ANSWERED, False):
            return None
        setattr(request, _ANSWERED, True)
        response = respond(_request(request))
        if breaks_off(response, streamed=request.stream_output):
            raise ConnectionClosedError(endpoint_url=request.url)
        return SimulatedResponse(request.url, response)

    return handle


def _request(request: AWSPreparedRequest) -> Request:
    headers = {name.lower(): _text(value) for name, value in request.headers.items()}
    body: Any = request.body or b""
    if hasattr(body, "read"):
        body = body.read()
    return Request(request.method, request.url, headers, body.encode() if isinstance(body, str) else bytes(body))


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
