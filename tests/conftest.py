"""Fixtures that all tests share: a Bedrock under a Tokyo-only SCP, and a process that keeps nothing of a test."""

import os
from collections.abc import Iterator
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.loaders import create_loader

import bedrock_guard
from bedrock_guard.simulator import Simulator
from policies import TOKYO_ONLY
from transports import OVER_HTTP, Server, over_http

TOKYO = "ap-northeast-1"


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", "in_process: a test that makes no sense over HTTP")


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


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let what meets the network be tested over HTTP as well."""
    is_marked = metafunc.definition.get_closest_marker("in_process")
    if "transport" in metafunc.fixturenames and metafunc.module.__name__ in OVER_HTTP and not is_marked:
        metafunc.parametrize("transport", ["in-process", "http"], indirect=True)


@pytest.fixture
def transport(request: pytest.FixtureRequest) -> str:
    """Return how clients reach the simulator: `in-process` or `http`."""
    return getattr(request, "param", "in-process")


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Return an HTTP server, for the simulators of all tests."""
    from bedrock_guard.simulator._server import serving

    server = Server()
    with serving(server.respond, "127.0.0.1", 0, TOKYO) as server.url:
        yield server


@pytest.fixture
def simulator(transport: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    """Return a simulated Bedrock whose SCP allows Tokyo alone; `set_scps` changes that."""
    if transport == "http":
        return over_http(request.getfixturevalue("server"), monkeypatch, TOKYO_ONLY)
    return Simulator(TOKYO_ONLY)


@pytest.fixture
def client(simulator: Simulator) -> Any:
    """Return a plain boto3 client of `bedrock-runtime` in Tokyo, attached to the simulator."""
    return simulator.session(TOKYO).client("bedrock-runtime")


@pytest.fixture
def guarded(client: Any) -> Any:
    """Return the same client, guarded."""
    return bedrock_guard.guard(client)
