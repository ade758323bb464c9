"""Fixtures that all tests share: a Bedrock under a Tokyo-only SCP, and a process that keeps nothing of a test."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.loaders import create_loader

import bedrock_guard
from bedrock_guard.simulator import Simulator
from policies import TOKYO_ONLY
from transports import HttpSimulator, Server

TOKYO = "ap-northeast-1"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the number of random cases that `scp/test_fuzz.py` tries."""
    parser.addoption("--fuzz-cases", type=int, default=100_000, help="random cases of tests/scp/test_fuzz.py")


@pytest.fixture(autouse=True, scope="session")
def _models_are_read_once() -> Iterator[None]:
    """Let all sessions share a loader, which keeps what it has read: making a client is mostly reading."""
    loader = create_loader()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", lambda *_: loader)
        yield


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the machine's settings, the network and what `install` does out of each test."""
    for name in os.environ:
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    settings = {
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        # A look-up that no simulator answers is refused here, at once.
        "AWS_ENDPOINT_URL_BEDROCK": "http://127.0.0.1:9",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    yield
    bedrock_guard.uninstall()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Return an HTTP server for the simulators of all tests."""
    from bedrock_guard.simulator._server import serving

    server = Server()
    with serving(server.respond, "127.0.0.1", 0, TOKYO) as server.url:
        yield server


@pytest.fixture
def transport() -> str:
    """Return how clients reach the simulator. `transports.transport` takes its place where HTTP is tested too."""
    return "in-process"


@pytest.fixture
def simulate(
    transport: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Simulator]:
    """Return what makes a simulator, of the arguments of `Simulator`; the last one made is called over HTTP."""

    def over_http(*scps: Any, **options: Any) -> Simulator:
        simulator = HttpSimulator(*scps, **options)
        url = request.getfixturevalue("server").add(simulator)
        for service in ("BEDROCK_RUNTIME", "BEDROCK"):
            monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", url)
        return simulator

    return over_http if transport == "http" else Simulator


@pytest.fixture
def simulator(simulate: Callable[..., Simulator]) -> Simulator:
    """Return a simulated Bedrock whose SCP allows Tokyo alone; `set_scps` changes that."""
    return simulate(TOKYO_ONLY)


@pytest.fixture
def client(simulator: Simulator) -> Any:
    """Return a plain boto3 client of `bedrock-runtime` in Tokyo, attached to the simulator."""
    return simulator.session(TOKYO).client("bedrock-runtime")


@pytest.fixture
def guarded(client: Any) -> Any:
    """Return the same client, guarded."""
    return bedrock_guard.guard(client)
