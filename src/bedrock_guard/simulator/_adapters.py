"""
In-process: botocore asks before it sends, and takes the answer for that of the network.

https://boto3.amazonaws.com/v1/documentation/api/latest/guide/events.html
"""

import io
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.handlers import BUILTIN_HANDLERS

from bedrock_guard.simulator._http import Request, Response

Respond = Callable[[Request], Response]
_Handler = Callable[..., AWSResponse]

_EVENTS = ("before-send.bedrock-runtime", "before-send.bedrock")


def attach(respond: Respond, target: Any) -> None:
    """Let *respond* answer the Bedrock requests of *target*, a session or a client of any of the four libraries."""
    emitter, handler = _emitter(target), _handler(respond)
    for event in _EVENTS:
        # The last one attached is asked first, and the first answer counts.
        emitter.register_first(event, handler)


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
    handler = _handler(respond)
    entries = [(event, handler) for event in _EVENTS]
    BUILTIN_HANDLERS.extend(entries)  # every session copies them when it is made
    if boto3.DEFAULT_SESSION is not None:
        for event in _EVENTS:
            _emitter(boto3.DEFAULT_SESSION).register_first(event, handler)
    try:
        yield
    finally:
        _uninstall(entries)


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
    def handle(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        response = respond(_request(request))
        headers: Any = dict(response.headers)
        return _SimulatedResponse(request.url, response.status, headers, _Body(response.body))

    return handle


def _request(request: AWSPreparedRequest) -> Request:
    headers = {name.lower(): _text(value) for name, value in request.headers.items()}
    body: Any = request.body or b""
    if hasattr(body, "read"):
        body = body.read()
    return Request(request.method, request.url, headers, body.encode() if isinstance(body, str) else bytes(body))


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


class _SimulatedResponse(AWSResponse):
    """As botocore takes it. aiobotocore awaits whatever a handler returns that can be, and gets its own kind."""

    raw: "_Body"

    def __await__(self) -> Generator[None, None, AWSResponse]:
        from aiobotocore.awsrequest import AioAWSResponse  # noqa: PLC0415 (an extra: only who has it awaits)

        yield from ()
        response: AWSResponse = AioAWSResponse(self.url, self.status_code, self.headers, _AsyncBody(self.raw.chunks))
        return response


class _Body(io.BytesIO):
    """What botocore reads a response from: the part of urllib3 that it uses."""

    def __init__(self, chunks: tuple[bytes, ...]) -> None:
        super().__init__(b"".join(chunks))
        self.chunks = chunks

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        """Yield the chunks in which the body was sent."""
        yield from self.chunks


class _AsyncBody:
    """What aiobotocore reads a response from: the part of aiohttp that it uses, response and content in one."""

    def __init__(self, chunks: tuple[bytes, ...]) -> None:
        self._body = _Body(chunks)

    @property
    def content(self) -> "_AsyncBody":
        return self

    async def read(self, size: int = -1) -> bytes:
        return self._body.read(size)

    def at_eof(self) -> bool:
        return self._body.tell() == len(self._body.getvalue())

    async def iter_chunks(self) -> AsyncIterator[tuple[bytes, bool]]:
        for chunk in self._body.chunks:
            yield chunk, True

    def close(self) -> None:
        self._body.close()
