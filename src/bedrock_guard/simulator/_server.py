"""Over HTTP: for applications in processes of their own, and in other languages."""

import asyncio
import logging
import os
import socket
import struct
import threading
import uuid
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

from bedrock_guard.simulator._errors import ServiceError
from bedrock_guard.simulator._http import Drop, Pause, Request, Response

try:
    import uvicorn
    from starlette import requests
    from uvicorn.protocols.http.h11_impl import H11Protocol
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f'{error.name} is not installed; the HTTP server needs: python -m pip install "bedrock-guard[simulator]"',
        name=error.name,
    ) from None

_Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]

# Who speaks no HTTP is told so, and nobody else: what fails in here is still logged.
_log = logging.getLogger("uvicorn.error.bedrock_guard")
_log.setLevel(logging.ERROR)

_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 (of the addresses that stand for all, the one to call)
_LAST_PORT = 65535
_KEEP_ALIVE = 600  # seconds: no client finds a connection closed that it kept for its next test
_LONGEST_BODY = 100_000_000  # bytes, more than Bedrock takes: whoever sends for ever does not fill the memory
_HTTP2_PREFACE = b"PRI * HTTP/2.0\r\n"
_HINT = b"the simulator speaks HTTP/1.1"
# A SETTINGS frame, which comes first, and GOAWAY with HTTP_1_1_REQUIRED.
# https://www.rfc-editor.org/rfc/rfc9113.html#name-error-codes
_HTTP_1_1_REQUIRED = (
    struct.pack("!3sBBI", b"\0\0\0", 4, 0, 0)
    + struct.pack("!3sBBI", (8 + len(_HINT)).to_bytes(3, "big"), 7, 0, 0)
    + struct.pack("!II", 0, 13)
    + _HINT
)


@contextmanager
def serving(respond: Callable[[Request], Response], host: str, port: int, region_name: str) -> Iterator[str]:
    """
    Let *respond* answer HTTP requests in a thread, and yield the URL to reach it by.

    *region_name* is the source Region of requests that are not signed. Raises OSError where the port is taken, ValueError
    where there is none of this number.
    """
    with _listening(host, port) as listener:
        server = _Server(_config(_Application(respond, region_name)))
        thread = threading.Thread(
            target=lambda: asyncio.run(server.serve([listener])), name="bedrock_guard.simulator", daemon=True
        )
        thread.start()
        try:
            yield _url(host, listener.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join()


def _config(application: "_Application") -> uvicorn.Config:
    return uvicorn.Config(
        application,
        http=_Connection,
        interface="asgi3",
        lifespan="off",
        log_config=None,  # the logging of an application under test is its own
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=_KEEP_ALIVE,
        ws="none",
    )


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    if not 0 <= port <= _LAST_PORT:  # the system would take another
        raise ValueError(f"port: must be from 0 to {_LAST_PORT}, not {port}")
    # The protocol is named, because asyncio sets TCP_NODELAY on no other socket.
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as listener:
        if os.name == "posix":  # on Windows it would let two processes share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()  # from now on clients wait, and are not refused
        yield listener


def _url(host: str, port: int) -> str:
    host = _LOOPBACK.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Server(uvicorn.Server):
    """Ends what is stalled when it is told to stop."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await super().shutdown(sockets)


class _Connection(H11Protocol):
    """Hands its transport to the application, which may have to break it off."""

    refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in H11Protocol
        super().connection_made(transport)
        self.app_state = {"transport": transport}
        self.access_log = False
        self.logger = _log

    def data_received(self, data: bytes) -> None:
        if self.cycle is None and data.startswith(_HTTP2_PREFACE):
            self.refused = True  # the client reads why, and closes
            self.transport.write(_HTTP_1_1_REQUIRED)
        if not self.refused:
            super().data_received(data)


class _Application:
    """What ASGI calls for each request."""

    def __init__(self, respond: Callable[[Request], Response], region_name: str) -> None:
        self._respond = respond
        self._region_name = region_name

    async def __call__(self, scope: MutableMapping[str, Any], receive: _Receive, send: _Send) -> None:
        with suppress(requests.ClientDisconnect):  # who leaves before the end of his request gets no answer
            response = await self._answer(scope, requests.Request(scope, receive))
            await _transmit(response, scope["state"]["transport"], receive, send)

    async def _answer(self, scope: MutableMapping[str, Any], incoming: requests.Request) -> Response:
        try:
            body = await _body(incoming)
        except ServiceError as error:
            refusal = error.response
            return replace(refusal, headers={**refusal.headers, "x-amzn-RequestId": str(uuid.uuid4())})
        # As it was sent: the path that ASGI decodes no longer tells an ARN's slashes from its own.
        url = f"{scope['raw_path'].decode('latin-1')}?{scope['query_string'].decode('latin-1')}"
        return self._respond(Request(incoming.method, url, dict(incoming.headers), body, self._region_name))


async def _body(incoming: requests.Request) -> bytes:
    body = bytearray()
    async for chunk in incoming.stream():
        body += chunk
        if len(body) > _LONGEST_BODY:
            raise ServiceError("RequestEntityTooLargeException", "The request is too large.")
    return bytes(body)


async def _transmit(response: Response, transport: asyncio.Transport, receive: _Receive, send: _Send) -> None:
    for part in _messages(response):
        if isinstance(part, Pause | Drop):
            if await _is_over(part, transport, receive):
                return
        else:
            await send(part)


def _messages(response: Response) -> Iterator[_Message | Pause | Drop]:
    """Yield what ASGI sends, the head before the first chunk."""
    headers = [(name.lower().encode(), value.encode()) for name, value in response.headers.items()]
    head: _Message | None = {"type": "http.response.start", "status": response.status, "headers": headers}
    for part in response.body:
        if isinstance(part, Pause | Drop):
            yield part
            continue
        if head:
            yield head
            head = None
        yield {"type": "http.response.body", "body": part, "more_body": True}
    yield {"type": "http.response.body"}


async def _is_over(part: Pause | Drop, transport: asyncio.Transport, receive: _Receive) -> bool:
    """Wait, or break off; tell whether the connection is gone after that."""
    if isinstance(part, Drop):
        transport.close()  # what was written is sent
    try:
        await asyncio.wait_for(_disconnection(receive), part.seconds if isinstance(part, Pause) else None)
    except asyncio.TimeoutError:
        return False
    return True


async def _disconnection(receive: _Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
