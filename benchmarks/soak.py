"""
The simulator over HTTP under many clients at once, on loopback: with faults, denials, streams and live changes of SCPs.

    python benchmarks/soak.py [--clients 32] [--seconds 30]

Exit status 1 where a client met what was not scripted, or counts otherwise than the simulator does, where a thread or
a socket is left, or where the simulator's memory grew. It counts open files as Linux and macOS do.
"""

import argparse
import collections
import contextlib
import json
import pathlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import boto3
from _soak_server import NOVA, PROFILE, REGION
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ResponseStreamingError
from urllib3.exceptions import ProtocolError

HELLO = [{"role": "user", "content": [{"text": "Hello"}]}]
KEYS = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "secret"}
SERVER = pathlib.Path(__file__).with_name("_soak_server.py")
SCRIPTED = ("AccessDeniedException", "ThrottlingException", "internalServerException")  # the last inside a stream
GROWTH = 1.05  # of the simulator's memory: what is above is a leak

Counts = collections.Counter[str]
Told = dict[str, Any]


def converse(client: Any) -> None:
    client.converse(modelId=NOVA, messages=HELLO)


def converse_denied(client: Any) -> None:
    client.converse(modelId=PROFILE, messages=HELLO)


def converse_stream(client: Any) -> None:
    with contextlib.closing(client.converse_stream(modelId=NOVA, messages=HELLO)["stream"]) as events:
        collections.deque(events, maxlen=0)


def invoke(client: Any) -> None:
    with contextlib.closing(client.invoke_model(modelId=NOVA, body=json.dumps({"messages": HELLO}))["body"]) as body:
        json.loads(body.read())


CALLS: tuple[Callable[[Any], None], ...] = (converse, converse_denied, converse_stream, invoke)


def outcome(call: Callable[[Any], None], client: Any) -> str:
    """Return what a call came to; what was not scripted is raised."""
    try:
        call(client)
    except ClientError as error:
        code = str(error.response["Error"]["Code"])
        if code not in SCRIPTED:
            raise
        return code
    except (ConnectionClosedError, ProtocolError, ResponseStreamingError):
        return "broken off"
    return "answered"


class Clients:
    """Threads, each with a client of its own; what they count, and what was not scripted."""

    def __init__(self, number: int) -> None:
        self.seen: Counts = collections.Counter()
        self.unscripted: list[str] = []
        self._number = number
        self._lock = threading.Lock()

    def run(self, url: str, seconds: float) -> None:
        """Let all of them call *url* for so long."""
        end = time.monotonic() + seconds
        threads = [threading.Thread(target=self._work, args=(url, end, turn)) for turn in range(self._number)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _work(self, url: str, end: float, turn: int) -> None:
        session: Any = boto3.Session(region_name=REGION, **KEYS)
        config = Config(retries={"total_max_attempts": 1})
        client = session.client("bedrock-runtime", endpoint_url=url, config=config)
        seen: Counts = collections.Counter()
        try:
            while time.monotonic() < end:
                turn += 1
                seen[outcome(CALLS[turn % len(CALLS)], client)] += 1
        except Exception as error:  # noqa: BLE001 (told of at the end)
            self.unscripted.append(repr(error))
        client.close()
        with self._lock:
            self.seen += seen


def soak(clients: Clients, seconds: float) -> list[Told]:
    """Return what the simulator told when idle, warm, loaded, and when it had ended."""
    with subprocess.Popen(
        [sys.executable, str(SERVER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin
        assert server.stdout
        idle, url = server.stdout.readline(), server.stdout.readline().strip()
        clients.run(url, seconds / 5)  # until it holds all that it keeps
        print(file=server.stdin, flush=True)
        warm = server.stdout.readline()
        clients.run(url, seconds)
        print(file=server.stdin, flush=True)
        loaded = server.stdout.readline()
        server.stdin.close()
        return [json.loads(each) for each in (idle, warm, loaded, server.stdout.readline())]


def findings(clients: Clients, idle: Told, warm: Told, loaded: Told, ended: Told) -> dict[str, bool]:
    """Return each finding, and whether it is good."""
    sent, seen = Counts(ended["answers"]), clients.seen
    return {
        f"not scripted   {len(clients.unscripted)} {clients.unscripted[:3]}": not clients.unscripted,
        f"requests       {sent.total():,} answered, {seen.total():,} counted": sent.total() == seen.total(),
        **{f"{code} {sent[code]:,} sent, {seen[code]:,} seen": sent[code] == seen[code] for code in SCRIPTED[:2]},
        **{
            f"{name:14} {idle[name]} when idle, {loaded[name]} serving, {ended[name]} at the end": ended[name]
            == idle[name]
            for name in ("threads", "open files")
        },
        **{
            f"{name:14} {warm[name]:,} when warm, {loaded[name]:,} after": loaded[name] <= warm[name] * GROWTH
            for name in ("memory blocks", "memory peak")
        },
    }


def main() -> int:
    """Run, print the findings, and return the exit status."""
    parser = argparse.ArgumentParser(description="The simulator over HTTP under many clients at once.")
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=30)
    arguments = parser.parse_args()
    clients = Clients(arguments.clients)
    found = findings(clients, *soak(clients, arguments.seconds))
    print(f"{arguments.clients} clients for {arguments.seconds:g} s: {dict(clients.seen)}")
    for finding, is_good in found.items():
        print(f"{finding}: {'good' if is_good else 'NOT GOOD'}")
    return 0 if all(found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
