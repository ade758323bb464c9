"""A response of the core as botocore and aiobotocore read one: the part of urllib3 and aiohttp that they use."""

import io
import time
from collections.abc import AsyncIterator, Generator, Iterator
from typing import Any

from botocore.awsrequest import AWSResponse
from urllib3.exceptions import ProtocolError

from bedrock_guard.simulator._http import Drop, Pause, Response

_BROKEN = "Connection broken: the simulator dropped it"


class SimulatedResponse(AWSResponse):
    """As botocore takes it. aiobotocore awaits whatever a handler returns that can be, and gets its own kind."""

    def __init__(self, url: str, response: Response) -> None:
        headers: Any = dict(response.headers)
        super().__init__(url, response.status, headers, _Body(response))
        self._response = response

    def __await__(self) -> Generator[None, None, AWSResponse]:
        from aiobotocore.awsrequest import AioAWSResponse  # noqa: PLC0415 (an extra: only who has it awaits)

        yield from ()
        body = _AsyncBody(self._response)
        response: AWSResponse = AioAWSResponse(self.url, self._response.status, self.headers, body)
        return response


class _Body(io.RawIOBase):
    """What urllib3 gives botocore."""

    def __init__(self, response: Response) -> None:
        self._chunks = _chunks(response)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._rest or next(self._chunks, b"")
        size = min(len(buffer), len(data))
        buffer[:size], self._rest = data[:size], data[size:]
        return size

    def read(self, size: int | None = -1) -> bytes | None:
        return super().read(-1 if size is None else size)

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        """Yield the chunks as they arrive."""
        yield from self._chunks


class _AsyncBody:
    """What aiohttp gives aiobotocore: the response and its content in one."""

    def __init__(self, response: Response) -> None:
        # Where older releases of aiobotocore take the headers from.
        self.raw_headers = [(name.encode(), value.encode()) for name, value in response.headers.items()]
        self._chunks = _async_chunks(response)
        self._rest = b""
        self._ended = False

    @property
    def content(self) -> "_AsyncBody":
        return self

    async def read(self, size: int = -1) -> bytes:
        while not self._ended and (size < 0 or len(self._rest) < size):
            chunk = await anext(self._chunks, b"")
            self._rest, self._ended = self._rest + chunk, not chunk
        end = len(self._rest) if size < 0 else size
        data, self._rest = self._rest[:end], self._rest[end:]
        return data

    def at_eof(self) -> bool:
        return self._ended and not self._rest

    async def iter_chunks(self) -> AsyncIterator[tuple[bytes, bool]]:
        async for chunk in self._chunks:
            yield chunk, True

    def close(self) -> None:
        self._ended = True


def _chunks(response: Response) -> Iterator[bytes]:
    for part in response.body:
        if isinstance(part, Pause):
            time.sleep(part.seconds)
        elif isinstance(part, bytes):
            yield part
        else:
            raise ProtocolError(_BROKEN)


async def _async_chunks(response: Response) -> AsyncIterator[bytes]:
    import asyncio  # noqa: PLC0415 (whoever awaits has it; it is slow to load)

    for part in response.body:
        if isinstance(part, Pause):
            await asyncio.sleep(part.seconds)
        elif isinstance(part, bytes):
            yield part
        else:
            from aiohttp import ClientPayloadError  # noqa: PLC0415 (as aiobotocore above)

            raise ClientPayloadError(_BROKEN)


def broken_after(response: Response, *, streamed: bool) -> float | None:
    """
    Return after how many seconds the one that sends sees the connection end, None where it sees no such end.

    That is before the head, or in a body that it reads at once.
    """
    ends = [index for index, part in enumerate(response.body) if isinstance(part, Drop)]
    before = response.body[: ends[0]] if ends else ()
    waits = [part.seconds for part in before if isinstance(part, Pause)]
    has_head = len(before) > len(waits)
    return sum(waits) if ends and not (streamed and has_head) else None
