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
from botocore.handlers import BUILTIN_HANDLERS, REGISTER_LAST

from bedrock_guard.simulator._http import Request, Response
from bedrock_guard.simulator._wire import SimulatedResponse, broken_after

Respond = Callable[[Request], Response]
_Handler = Callable[..., AWSResponse | None]

_SIMULATED = ("bedrock-runtime", "bedrock")
# All of Bedrock: what is not simulated is told so, and does not reach AWS.
_SERVICES = (
    *_SIMULATED,
    *("bedrock-agent-runtime", "bedrock-agent", "bedrock-agentcore", "bedrock-agentcore-control"),
    *("bedrock-data-automation", "bedrock-data-automation-runtime"),
)
_EVENTS = tuple(f"before-send.{service}" for service in _SIMULATED)
# botocore asks who listens to one service before who listens to all, as moto does: to it the rest of Bedrock is left.
_REST = "before-send"
_ANSWERED = "_answered_by_simulator"


def attach(respond: Respond, target: Any) -> None:
    """
    Let *respond* answer the Bedrock requests of *target*, a session or a client of any of the four libraries.

    Where it is installed, *target* follows from then on whichever is.
    """
    emitter = _emitter(target)
    handler = _lasting if respond == _process.respond else _handler(respond)
    for event in (*_EVENTS, _REST):
        # The rest comes after moto's handler, which sessions have from birth, and before the last, that of the process.
        register = emitter.register if event == _REST else emitter.register_first
        unique_id = f"bedrock_guard.simulator.{event}"
        emitter.unregister(event, unique_id=unique_id)  # botocore would keep the old one
        register(event, handler, unique_id=unique_id)


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
        self.default_session: boto3.Session | None = None  # the one that was there when it was installed
        self.lock = threading.Lock()  # held while a simulator is installed

    def answer(self, request: Request) -> Response:
        respond = self.respond  # another thread may end the context
        if respond is None:
            raise RuntimeError(
                "no simulator is installed any more, and this client was made while one was: make it anew, or attach "
                "one to it: simulator.attach(client)"
            )
        return respond(request)


@contextmanager
def installed(respond: Respond) -> Iterator[None]:
    """Let *respond* answer for every session that was made while a simulator was installed, and for the default one."""
    if not _process.lock.acquire(blocking=False):
        raise RuntimeError(
            "a simulator is installed in this process already: attach this one to a session instead; a test that has one "
            "from a fixture of a module or a session cannot have the fixture bedrock_simulator as well"
        )
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
    _process.default_session = boto3.DEFAULT_SESSION
    if boto3.DEFAULT_SESSION is not None:
        emitter = _emitter(boto3.DEFAULT_SESSION)
        for event in _EVENTS:
            emitter.register(event, _lasting)
        emitter.register_last(_REST, _lasting)


def _uninstall() -> None:
    for entry in _BUILTIN:
        BUILTIN_HANDLERS.remove(entry)
    # The default session outlives the context, also one that was made inside, or replaced there.
    for session in (_process.default_session, boto3.DEFAULT_SESSION):
        if session is not None:
            for event in (*_EVENTS, _REST):
                _emitter(session).unregister(event, _lasting)
    _process.default_session = None


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
    def handle(request: AWSPreparedRequest, event_name: str, **_: Any) -> AWSResponse | None:
        # botocore asks all handlers, and takes the first answer: the others are not to count the request.
        if event_name.split(".")[1] not in _SERVICES or getattr(request, _ANSWERED, False):
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
_BUILTIN: list[tuple[Any, ...]] = [*((event, _lasting) for event in _EVENTS), (_REST, _lasting, REGISTER_LAST)]


def _request(request: AWSPreparedRequest) -> Request:
    headers = {name.lower(): _text(value) for name, value in request.headers.items()}
    body: Any = request.body or b""
    if hasattr(body, "read"):
        body = body.read()
    return Request(request.method, request.url, headers, body.encode() if isinstance(body, str) else bytes(body))


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
