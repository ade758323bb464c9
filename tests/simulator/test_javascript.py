"""A client that nobody here wrote: the AWS SDK for JavaScript, over HTTP."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bedrock_guard.simulator import Fault, Simulator
from policies import CLAUDE, NOVA, TOKYO_ONLY

TOKYO = "ap-northeast-1"
PROJECT = Path(__file__).parents[1] / "javascript"
PAGE = Path(__file__).parents[2] / "docs" / "simulator.md"
NODE = 20  # the oldest that the SDK takes
INSTALL = ("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--prefer-offline")


def run(folder: Path, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run *command*, without this machine's settings for AWS, and return what it printed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return subprocess.run(
        command, cwd=folder, env=kept | environment, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a temporary folder in which the SDK is installed, from the npm registry."""
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("node and npm are not installed: they run the AWS SDK for JavaScript")
    folder = tmp_path_factory.mktemp("javascript")
    version = run(folder, "node", "--version").stdout.strip()
    if int(version.lstrip("v").partition(".")[0]) < NODE:
        pytest.skip(f"Node.js {version} is too old for the AWS SDK for JavaScript, which needs {NODE}")
    for name in ("client.mjs", "package.json"):
        shutil.copy(PROJECT / name, folder)
    try:
        installed = run(folder, *INSTALL)
    except subprocess.TimeoutExpired:
        pytest.skip("npm did not install the AWS SDK for JavaScript within two minutes")
    if installed.returncode:
        pytest.skip(f"npm cannot install the AWS SDK for JavaScript: {' '.join(installed.stderr.split())[-200:]}")
    return folder


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    """Return a Bedrock that allows Tokyo alone, and throttles one model in the midst of its streams."""
    simulator = Simulator(TOKYO_ONLY)
    simulator.add_fault(Fault("throttling", model_id="mistral.*", after=3))
    return simulator


def printed(folder: Path, script: str, simulator: Simulator) -> str:
    """Return what *script* in *folder* prints, of a Bedrock that is *simulator*."""
    with simulator.serving() as url:
        done = run(
            folder,
            "node",
            script,
            AWS_REGION=TOKYO,
            AWS_ACCESS_KEY_ID="AKIAIOSFODNN7EXAMPLE",
            AWS_SECRET_ACCESS_KEY="made-up",
            AWS_ENDPOINT_URL_BEDROCK_RUNTIME=url,
        )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def outcomes(folder: Path, simulator: Simulator) -> Any:
    """Return what the client got."""
    return json.loads(printed(folder, "client.mjs", simulator))


def test_answer(outcomes: Any) -> None:
    """The SDK reads a reply."""
    assert outcomes["converse"] == f"This is a simulated reply of {NOVA}."


def test_stream(outcomes: Any) -> None:
    """The SDK reads a reply in pieces, and the events of another format."""
    assert "".join(outcomes["converseStream"]) == outcomes["converse"]
    assert len(outcomes["converseStream"]) > 1
    assert (outcomes["invokeStream"][0], outcomes["invokeStream"][-1]) == ("messageStart", "metadata")


@pytest.mark.parametrize(
    ("call", "action"), [("denied", "InvokeModel"), ("deniedStream", "InvokeModelWithResponseStream")]
)
def test_denial(outcomes: Any, call: str, action: str) -> None:
    """The SDK reads a denial: its class, its status, its words."""
    error = outcomes[call]

    assert (error["name"], error["status"]) == ("AccessDeniedException", 403)
    assert (
        f"perform: bedrock:{action} on resource: arn:aws:bedrock:ap-northeast-3::foundation-model/{CLAUDE}"
        in error["message"]
    )


def test_error_inside_a_stream(outcomes: Any) -> None:
    """The SDK raises it while iterating."""
    assert outcomes["brokenStream"]["name"] == "ThrottlingException"


def test_http2_is_refused_with_its_reason(outcomes: Any) -> None:
    """The SDK's own default is HTTP/2: it is told that HTTP/1.1 is required, code 13."""
    assert outcomes["http2"]["code"] == "ERR_HTTP2_SESSION_ERROR"
    assert outcomes["http2"]["message"].endswith("code 13")


def test_journal_has_the_requests(outcomes: Any, simulator: Simulator) -> None:
    """Each in the Region it was signed for."""
    assert [(entry.operation, entry.region, entry.status) for entry in simulator.requests] == [
        ("Converse", TOKYO, 200),
        ("ConverseStream", TOKYO, 200),
        ("InvokeModelWithResponseStream", TOKYO, 200),
        ("Converse", TOKYO, 403),
        ("ConverseStream", TOKYO, 403),
        ("ConverseStream", TOKYO, 200),
    ]


def test_example_of_the_documentation(folder: Path) -> None:
    """It prints what its comment says."""
    (script,) = re.findall(r"```js\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (folder / "example.mjs").write_text(script, encoding="utf-8")

    assert printed(folder, "example.mjs", Simulator(TOKYO_ONLY)) == "AccessDeniedException\n"
