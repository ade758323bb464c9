"""The HTTP server: what only the network can bring, and how it ends."""

import asyncio
import contextlib
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError
from urllib3.exceptions import ProtocolError

from bedrock_guard.simulator import Fault, JournalEntry, Simulator, _server
from bedrock_guard.simulator._adapters import new_session
from policies import CLAUDE, HELLO, JP_CLAUDE, NOVA, TOKYO_ONLY

TOKYO = "ap-northeast-1"
CONVERSE = f"/model/{NOVA}/converse"
WITHOUT_EXTRA = """
import sys
sys.modules["uvicorn"] = None
from bedrock_guard.simulator import Simulator
try:
    Simulator().serving().__enter__()
except ModuleNotFoundError as error:
    print(error)
"""


@pytest.fixture
def url(simulator: Simulator) -> Iterator[str]:
    """Serve the simulator, and return where."""
    with simulator.serving(region_name=TOKYO) as url:
        yield url


def client(url: str, service: str = "bedrock-runtime") -> Any:
    """Return a client of *url* in Tokyo that does not retry."""
    session: Any = new_session(TOKYO)
    return session.client(service, endpoint_url=url, config=Config(retries={"total_max_attempts": 1}))


def address(url: str) -> tuple[str, int]:
    """Return host and port of *url*."""
    host, port = url.removeprefix("http://").rsplit(":", 1)
    return host, int(port)


def sent(url: str, data: bytes) -> bytes:
    """Send *data* over a connection of its own, and return all that is answered before it is closed."""
    with socket.create_connection(address(url), timeout=30) as connection:
        connection.sendall(data)
        with contextlib.suppress(ConnectionResetError):
            return b"".join(iter(lambda: connection.recv(65536), b""))
    return b""


def request(target: str = CONVERSE, body: bytes = b"{}", headers: dict[str, str] | None = None) -> bytes:
    """Return a request that asks for the connection to be closed."""
    given = {"host": "localhost", "connection": "close", "content-length": str(len(body)), **(headers or {})}
    lines = [f"POST {target} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def status(answer: bytes) -> int:
    """Return the status of *answer*."""
    return int(answer.split(b" ", 2)[1])


def test_both_services_are_on_one_port(url: str) -> None:
    """The runtime answers, and so does the control plane."""
    assert client(url).converse(modelId=NOVA, messages=HELLO)["stopReason"] == "end_turn"
    assert client(url, "bedrock").get_foundation_model(modelIdentifier=NOVA)["modelDetails"]["modelId"] == NOVA


def test_loopback_alone_is_listened_on(url: str) -> None:
    """Unless told otherwise."""
    assert address(url)[0] == "127.0.0.1"


def test_small_chunks_are_sent_at_once(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system does not hold back the pieces of a stream until there are more."""
    seen: list[int] = []

    def look(self: Any, transport: Any) -> None:
        seen.append(transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        made(self, transport)

    made = _server._Connection.connection_made
    monkeypatch.setattr(_server._Connection, "connection_made", look)
    with simulator.serving() as url:
        sent(url, request())

    assert [bool(each) for each in seen] == [True]


def test_region_is_that_of_the_signature(simulator: Simulator, url: str) -> None:
    """In a header or in the URL. An API key is signed for none: then that of the host's name, or what the server was told."""
    scope = "AWS4-HMAC-SHA256 Credential=AKIA/20260101/eu-west-1/bedrock/aws4_request"
    for headers in (
        {"authorization": scope},
        {"authorization": "Bearer key", "host": "bedrock-runtime.eu-central-1.amazonaws.com"},
        {"authorization": "Bearer key"},
    ):
        sent(url, request(headers=headers))
    sent(url, request(f"{CONVERSE}?X-Amz-Credential=AKIA%2F20260101%2Feu-north-1%2Fbedrock%2Faws4_request"))

    assert [entry.region for entry in simulator.requests] == ["eu-west-1", "eu-central-1", TOKYO, "eu-north-1"]


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n\r\n",
        b"\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03",  # TLS
        b"GET / HTTP/9\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
        b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nno number\r\n",
        b"GET /\xff HTTP/1.1\r\nhost: x\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused(url: str, data: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever sent it reads so, and nobody else; the next one is answered."""
    assert status(sent(url, data)) == 400
    assert status(sent(url, request())) == 200
    assert caplog.records == []


def test_upgrade_is_not_taken(url: str, caplog: pytest.LogCaptureFixture) -> None:
    """A request that would rather be another protocol is answered as it is, without a word about libraries."""
    upgrade = {"connection": "upgrade, close", "upgrade": "websocket"}

    assert status(sent(url, request(headers=upgrade))) == 200
    assert caplog.records == []


def test_fault_of_a_hook_is_still_logged(caplog: pytest.LogCaptureFixture) -> None:
    """What fails in the process is not hidden from its owner."""

    def hook(entry: JournalEntry) -> None:
        raise ZeroDivisionError

    with Simulator(hook=hook).serving() as url:
        assert status(sent(url, request())) == 500

    assert "ZeroDivisionError" in caplog.text


def test_url_is_one_that_can_be_called() -> None:
    """That of loopback, where every address is listened on."""
    with Simulator().serving(host="0.0.0.0") as url:
        assert url.startswith("http://127.0.0.1:")
        assert status(sent(url, request())) == 200


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (request(headers={"host": "["}), 200),
        (request(headers={"host": "a/b?c#d"}), 200),
        (request(f"/{CONVERSE}?x#y"), 200),
        (request(f"http://localhost{CONVERSE}"), 200),  # as to a proxy
        (request("http://[/"), 404),
        (request("*"), 404),
        (request("/model/%ff%00%zz/converse"), 400),
        (request(body=b"["), 400),
        (request(body=b'{"messages": 1}'), 400),
        (request(headers={"content-type": "text/plain", "content-encoding": "gzip"}), 200),
    ],
)
def test_what_is_odd_is_answered(url: str, data: bytes, expected: int) -> None:
    """By the API, not by a fault of the server."""
    assert status(sent(url, data)) == expected


def test_body_without_end_is_cut_off(url: str, simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not fill the memory, and no one answers it."""
    monkeypatch.setattr(_server, "_LONGEST_BODY", 10)

    assert status(sent(url, request(body=b"{}        "))) == 200
    refused = sent(url, request(body=b"{}         "))
    assert status(refused) == 413
    assert b"x-amzn-requestid: " in refused
    assert len(simulator.requests) == 1


def test_http2_is_told_to_use_http1(url: str) -> None:
    """A GOAWAY frame (type 7) with HTTP_1_1_REQUIRED, code 13, and the reason in words."""
    with socket.create_connection(address(url), timeout=30) as connection:
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        answer = connection.recv(65536)

    assert answer[9 + 3] == 7
    assert answer[9 + 9 + 4 : 9 + 9 + 8] == b"\0\0\0\x0d"
    assert answer.endswith(b"the simulator speaks HTTP/1.1")


def test_client_that_leaves_is_forgotten(simulator: Simulator, url: str, caplog: pytest.LogCaptureFixture) -> None:
    """In the midst of its request, or of a stalled answer; nothing is logged, and the next one is answered."""
    with socket.create_connection(address(url)) as connection:
        connection.sendall(request(headers={"content-length": "20"}))
    simulator.add_fault(Fault("stall", seconds=600, after=1, times=1))
    with socket.create_connection(address(url), timeout=30) as connection:
        connection.sendall(request(f"/model/{NOVA}/converse-stream"))
        connection.recv(1)

    assert status(sent(url, request())) == 200
    assert caplog.records == []


async def test_cancelled_stream_harms_nobody(simulator: Simulator, url: str) -> None:
    """A task of aiobotocore that is cancelled while it waits for the next event; others go on."""
    aiobotocore = pytest.importorskip("aiobotocore.session", reason="the extra `async` is not installed")
    simulator.add_fault(Fault("stall", seconds=600, after=2, times=1))
    keys = {"aws_access_key_id": "made-up", "aws_secret_access_key": "made-up"}
    session, begun = aiobotocore.get_session(), asyncio.Event()

    async def read(client: Any) -> None:
        answer = await client.converse_stream(modelId=NOVA, messages=HELLO)
        with contextlib.closing(answer["stream"]) as stream:
            async for _ in stream:
                begun.set()

    async with session.create_client("bedrock-runtime", region_name=TOKYO, endpoint_url=url, **keys) as client:
        task = asyncio.create_task(read(client))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        assert (await client.converse(modelId=NOVA, messages=HELLO))["stopReason"] == "end_turn"


def test_end_closes_everything(simulator: Simulator, caplog: pytest.LogCaptureFixture) -> None:
    """Also an answer that is stalled: its client sees the connection end, the next one finds nobody, no thread is left."""
    simulator.add_fault(Fault("stall", seconds=600, after=1))
    before = set(threading.enumerate())
    with simulator.serving() as url:
        events = iter(client(url).converse_stream(modelId=NOVA, messages=HELLO)["stream"])
        next(events)

    with pytest.raises(ProtocolError):
        next(events)
    with pytest.raises(EndpointConnectionError):
        client(url).converse(modelId=NOVA, messages=HELLO)
    assert set(threading.enumerate()) <= before
    assert caplog.records == []


def test_port_that_is_taken_is_refused(simulator: Simulator, url: str) -> None:
    """When it is asked for, with the system's own error."""
    with pytest.raises(OSError, match="in use"), Simulator().serving(port=address(url)[1]):
        pass

    assert client(url).converse(modelId=NOVA, messages=HELLO)
    assert len(simulator.requests) == 1


@pytest.mark.parametrize("port", [-1, 65536])
def test_port_that_there_is_not_is_refused(port: int) -> None:
    """The system would take another one, and say nothing."""
    with pytest.raises(ValueError, match=f"port: must be from 0 to 65535, not {port}"), Simulator().serving(port=port):
        pass


def test_scps_change_live_for_many_threads(simulator: Simulator, url: str) -> None:
    """While sixty-four call and change them, each answer is one of the two that there are."""
    statuses: list[int] = []

    def work(number: int) -> None:
        for turn in range(5):
            simulator.set_scps(TOKYO_ONLY if (number + turn) % 2 else ())
            statuses.append(status(sent(url, request(f"/model/global.{CLAUDE}/converse"))))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(statuses) <= {200, 403}
    assert len(statuses) == len(simulator.requests) == 64 * 5


def test_denial_is_readable_without_an_sdk(url: str) -> None:
    """JSON, with the code in a header, as AWS sends it."""
    scope = f"AWS4-HMAC-SHA256 Credential=AKIA/20260101/{TOKYO}/bedrock/aws4_request"
    head, _, body = sent(url, request(f"/model/{JP_CLAUDE}/converse", headers={"authorization": scope})).partition(
        b"\r\n\r\n"
    )

    assert b"x-amzn-errortype: AccessDeniedException\r\n" in head
    assert "is not authorized to perform: bedrock:InvokeModel" in json.loads(body)["Message"]


def test_missing_extra_is_named() -> None:
    """In one line, with the command that installs it."""
    done = subprocess.run([sys.executable, "-c", WITHOUT_EXTRA], capture_output=True, text=True, check=True)

    assert done.stdout == (
        'uvicorn is not installed; the HTTP server needs: python -m pip install "bedrock-guard[simulator]"\n'
    )
