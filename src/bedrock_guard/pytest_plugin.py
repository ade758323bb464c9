"""
The fixture `bedrock_simulator`, for whoever has pytest and this package installed.

It imports nothing heavy: pytest loads it in every run, whether a test asks for the fixture or not.
"""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bedrock_guard.simulator import Simulator

# The examples of AWS's documentation: they sign, and let nobody in.
_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
}
_OTHER_CREDENTIALS = (
    *("AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_BEARER_TOKEN_BEDROCK"),
    *("AWS_PROFILE", "AWS_DEFAULT_PROFILE"),  # they go before keys, and a profile may be missing
)
_MARKER = "bedrock_simulator(scps, **options): the fixture bedrock_simulator, with what Simulator takes"


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", _MARKER)


@pytest.fixture(autouse=True)
def _bedrock_simulator_by_mark(request: pytest.FixtureRequest) -> None:
    """Let the marker bring the fixture, before `setup_method` and the test's own fixtures make clients."""
    if request.node.get_closest_marker("bedrock_simulator"):
        request.getfixturevalue("bedrock_simulator")


@pytest.fixture
def bedrock_simulator(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> "Iterator[Simulator]":
    """
    Let a simulated Bedrock answer the clients that are made during the test: by boto3.client, or by a new session.

    Sessions are those of boto3, botocore, aiobotocore or aioboto3. What was made before any test had the fixture goes
    to AWS until it is attached: `bedrock_simulator.attach(my_app.session)`, or `attach(my_app.client)`.
    The environment holds made-up credentials meanwhile. Nothing is denied until `bedrock_simulator.set_scps(...)`;
    names of files are looked up beside the test file, in the root directory of pytest, and in the working directory.
    `@pytest.mark.bedrock_simulator(authorize="routed-destination")` sets what `Simulator` takes, and brings the fixture.
    """
    import boto3  # noqa: PLC0415 (only who asks for the fixture pays)

    from bedrock_guard.simulator._located import LocatedSimulator  # noqa: PLC0415 (as above)

    for name, value in _CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    for name in _OTHER_CREDENTIALS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it may hold other credentials
    marker = request.node.get_closest_marker("bedrock_simulator")
    positional, options = (marker.args, marker.kwargs) if marker else ((), {})
    simulator = LocatedSimulator([request.path.parent, request.config.rootpath], *positional, **options)
    with simulator.installed():
        yield simulator
