"""The same tests, their simulator called in the process or over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest

from bedrock_guard.simulator import Request, Response, Simulator
from bedrock_guard.simulator._adapters import new_session

# What meets the network: calls, streams, denials, their explanation, what goes on after them.
OVER_HTTP = {"test_async", "test_drop_in", "test_fallback", "test_streams"}


class Server:
    """What answers over HTTP: one server for all tests, one simulator for each."""

    def __init__(self) -> None:
        self.simulator = Simulator()
        self.url = ""

    def respond(self, request: Request) -> Response:
        """Let the simulator of the test answer."""
        return self.simulator.respond(request)


class OverHttp(Simulator):
    """A simulator that clients find by the environment: those made of any session, but for no client that exists."""

    def attach(self, target: Any) -> None:
        """Reach sessions by the environment; a client that exists is reached in the process."""
        if hasattr(target, "meta"):
            super().attach(target)

    def session(self, region_name: str) -> boto3.Session:
        """Return a new session with made-up credentials."""
        return new_session(region_name)

    @contextmanager
    def installed(self) -> Iterator[Simulator]:
        """Do nothing more: the environment leads every client here."""
        yield self


def over_http(server: Server, monkeypatch: pytest.MonkeyPatch, *scps: Any) -> Simulator:
    """Return the simulator of a test, to be reached over HTTP."""
    server.simulator = OverHttp(*scps)
    for service in ("BEDROCK_RUNTIME", "BEDROCK"):
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", server.url)
    return server.simulator
