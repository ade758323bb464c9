"""
How the clients of a test reach its simulator: in the process, or over HTTP.

A module of tests, or the `conftest.py` of a folder, runs in both ways with

    from transports import transport  # noqa: F401 (takes the place of the one that is in-process alone)

and a test in it that makes sense in the process alone is marked `@in_process`, with the reason beside it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from bedrock_guard.simulator import Request, Response, Simulator

in_process = pytest.mark.parametrize("transport", ["in-process"])


@pytest.fixture(params=["in-process", "http"])
def transport(request: pytest.FixtureRequest) -> str:
    """Return how clients reach the simulator, one after the other."""
    return str(request.param)


class Server:
    """
    One HTTP server for the simulators of all tests.

    Each has a path of its own: a look-up that one test has left behind does not reach the simulator of the next.
    """

    def __init__(self) -> None:
        self.url = ""
        self._simulators: list[Simulator] = []

    def add(self, simulator: Simulator) -> str:
        """Let *simulator* answer, and return the URL to reach it by."""
        self._simulators.append(simulator)
        return f"{self.url}/{len(self._simulators) - 1}"

    def respond(self, request: Request) -> Response:
        """Let the simulator answer that the path begins with."""
        _, number, path = request.url.split("/", 2)
        return self._simulators[int(number)].respond(replace(request, url=f"/{path}"))


class HttpSimulator(Simulator):
    """A simulator that clients find by the environment, whatever their session: nothing is attached."""

    def attach(self, target: Any) -> None:
        """Do nothing."""

    @contextmanager
    def installed(self) -> Iterator[Simulator]:
        """Do nothing more."""
        yield self
