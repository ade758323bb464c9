"""
In-process: botocore asks before it sends, and takes the answer for that of the network.

https://boto3.amazonaws.com/v1/documentation/api/latest/guide/events.html
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError
from botocore.handlers import BUILTIN_HANDLERS

from bedrock_guard.simulator._http import Request, Response
from bedrock_guard.simulator._wire import SimulatedResponse, broken_after

Respond = Callable[[Request], Response]
_Handler = Callable[..., AWSResponse | None]

# All of Bedrock: what is not simulated is told so, and does not reach AWS.
_SERVICES = (
    *("bedrock-runtime", "bedrock", "bedrock-agent-runtime", "bedrock-agent"),
    *("bedrock-agentcore", "bedrock-agentcore-control"),
    *("bedrock-data-automation", "bedrock-data-automation-runtime"),
)
_EVENTS = tuple(f"before-send.{service}" for service in _SERVICES)
_ANSWERED = "_answered_by_simulator"


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


class _Process:
    """The simulator of the process. Sessions and clients keep the handler, so it asks which one is installed now."""

    def __init__(self) -> None:
        self.respond: Respond | None = None
        self.lock = threading.Lock()  # held while a simulator is installed

    def answer(self, request: Request) -> Response:
        if self.respond is None:
            raise RuntimeError(
                "no simulator is installed any more, and this client was made while one was: make it anew, or attach "
                "one to it: simulator.attach(client)"
            )
        return self.respond(request)


@contextmanager
def installed(respond: Respond) -> Iterator[None]:
    """Let *respond* answer for every session that was made while a simulator was installed, and for the default one."""
    if not _process.lock.acquire(blocking=False):
        raise RuntimeError("a simulator is installed in this process already: attach this one to a session instead")
    try:
        _process.respond = respond
        _install()
        yield
    finally:
        _uninstall()
        _process.respond = None
        _process.lock.release()


def _install() -> None:
    BUILTIN_HANDLERS.extend(_BUILTIN)  # every session copies them when it is made
    if boto3.DEFAULT_SESSION is not None:
        for event, handler in _BUILTIN:
            _emitter(boto3.DEFAULT_SESSION).register(event, handler)


def _uninstall() -> None:
    for event, handler in _BUILTIN:
        BUILTIN_HANDLERS.remove((event, handler))
        # The default session outlives the context, even one that was made inside.
        if boto3.DEFAULT_SESSION is not None:
            _emitter(boto3.DEFAULT_SESSION).unregister(event, handler)


def _emitter(target: Any) -> Any:
    if isinstance(target, type):
        raise TypeError(f"a simulator is attached to a session or a client, not to the class {target.__name__}")
    if hasattr(target, "meta") and hasattr(target.meta, "events"):
        service = target.meta.service_model.service_name
        if service not in _SERVICES:
            raise TypeError(f"a simulator answers clients of Bedrock, not of {service}")
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
        seconds = broken_after(response, streamed=request.stream_output)
        if seconds is not None:
            time.sleep(seconds)  # also in the loop of aiobotocore: nothing tells a handler which library calls it
            raise ConnectionClosedError(endpoint_url=request.url)
        return SimulatedResponse(request.url, response)

    return handle


_process = _Process()
_lasting = _handler(_process.answer)
_BUILTIN = [(event, _lasting) for event in _EVENTS]


def _request(request: AWSPreparedRequest) -> Request:
    headers = {name.lower(): _text(value) for name, value in request.headers.items()}
    body: Any = request.body or b""
    if hasattr(body, "read"):
        body = body.read()
    return Request(request.method, request.url, headers, body.encode() if isinstance(body, str) else bytes(body))


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
