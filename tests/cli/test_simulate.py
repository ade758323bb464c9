"""`bedrock-guard simulate`, in a process of its own, as it is used."""

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack, closing
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bedrock_guard.cli._commands import run
from bedrock_guard.cli.simulate import _until_signalled
from bedrock_guard.simulator._adapters import new_session
from cli.asking import TOKYO, Captured, refused, write
from cli.simulating import MAIN, simulating
from policies import CLAUDE, HELLO, JAPAN_ONLY, JP_CLAUDE, NOVA, TOKYO_ONLY

WITHOUT_EXTRA = f"import sys; sys.modules['uvicorn'] = None; {MAIN}"
SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


def test_what_to_set_is_printed() -> None:
    """Two lines that a shell takes, with one URL for both services, on loopback."""
    with simulating() as running:
        lines = [running.output.readline().rstrip() for _ in range(4)]

    assert lines[0] == "SCPs  root: FullAWSAccess"
    names, urls = zip(*(line.removeprefix("export ").split("=") for line in lines[1:3]), strict=True)
    assert names == ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "AWS_ENDPOINT_URL_BEDROCK")
    assert urls[0] == urls[1]
    assert urls[0].startswith("http://127.0.0.1:")


def test_requests_are_told(tmp_path: Path) -> None:
    """As lines of JSON: what was asked, and which authorization was denied."""
    with simulating("--json", "--scp", write(tmp_path / "scp.json", TOKYO_ONLY), "--reply", "Hi.") as running:
        client = running.client(running.event()["url"])
        answer = client.converse(modelId=NOVA, messages=HELLO)
        with pytest.raises(client.exceptions.AccessDeniedException):
            client.converse(modelId=JP_CLAUDE, messages=HELLO)
        allowed, denied = running.event(), running.event()

    assert answer["output"]["message"]["content"] == [{"text": "Hi."}]
    assert (allowed["operation"], allowed["model_id"], allowed["status"]) == ("Converse", NOVA, 200)
    assert denied["denied"]["resource"] == f"arn:aws:bedrock:ap-northeast-3::foundation-model/{CLAUDE}"


def test_requests_are_told_to_people(tmp_path: Path) -> None:
    """In a line each."""
    with simulating("--scp", write(tmp_path / "scp.json", TOKYO_ONLY)) as running:
        lines = [running.output.readline() for _ in range(4)]
        client = running.client(lines[1].strip().rpartition("=")[2])
        with pytest.raises(client.exceptions.AccessDeniedException):
            client.converse(modelId=JP_CLAUDE, messages=HELLO)
        told = running.output.readline()

    assert told == (
        f"403  Converse {JP_CLAUDE} from {TOKYO}  AccessDeniedException: "
        f"bedrock:InvokeModel on arn:aws:bedrock:ap-northeast-3::foundation-model/{CLAUDE}\n"
    )


def test_answer_that_was_lost_is_told_to_people() -> None:
    """Its status is not all there is to say; of what is not simulated, method and path."""
    with simulating("--fault", '{"kind": "dropped", "operation": "Converse", "times": 1}') as running:
        lines = [running.output.readline() for _ in range(4)]
        url = lines[1].strip().rpartition("=")[2]
        assert running.client(url).converse(modelId=NOVA, messages=HELLO)["ResponseMetadata"]["RetryAttempts"] == 1
        with pytest.raises(ClientError):
            new_session(TOKYO).client("bedrock", endpoint_url=url).list_guardrails()
        told = [running.output.readline() for _ in range(3)]

    assert told == [
        f"200  Converse {NOVA} from {TOKYO}  broken off\n",
        f"200  Converse {NOVA} from {TOKYO}\n",
        f"404  Unknown GET /guardrails from {TOKYO}  UnknownOperationException\n",
    ]


class Stdout(StringIO):
    """Edits *path* when the command is ready, and asks it twice: the second answer is later than a look at the file."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self.events: list[str] = []

    def write(self, text: str) -> int:
        """Take note of what is told."""
        told = json.loads(text) if text.strip() else {"event": "end of line"}
        self.events += [told["event"]] if text.strip() else []
        if told["event"] == "ready":
            write(self._path, JAPAN_ONLY)
            client: Any = new_session(TOKYO).client("bedrock-runtime", endpoint_url=told["url"])
            client.converse(modelId=NOVA, messages=HELLO)
            client.converse(modelId=NOVA, messages=HELLO)
        if self.events.count("request") == 2:
            raise KeyboardInterrupt
        return len(text)


def test_scp_that_is_edited_at_the_start_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also between the reading and the first look whether it has changed."""
    path = tmp_path / "scp.json"
    stdout = Stdout(path)
    monkeypatch.setattr(sys, "stdout", stdout)

    assert run(["simulate", "--json", "--port", "0", "--scp", write(path, TOKYO_ONLY)]) == 0
    assert stdout.events == ["ready", "request", "scps", "request"]


def test_edited_scp_is_read_again(tmp_path: Path) -> None:
    """While it runs; one that is broken changes nothing but a line of complaint."""
    path = tmp_path / "scp.json"
    with simulating("--json", "--scp", write(path, TOKYO_ONLY)) as running:
        client = running.client(running.event()["url"])
        path.write_text("{", encoding="utf-8")
        assert running.process.stderr is not None
        complaint = running.process.stderr.readline()
        with pytest.raises(client.exceptions.AccessDeniedException):
            client.converse(modelId=JP_CLAUDE, messages=HELLO)
        write(path, JAPAN_ONLY)
        told = [running.event()["event"], running.event()["event"]]

        assert client.converse(modelId=JP_CLAUDE, messages=HELLO)
    assert complaint.startswith("bedrock-guard: scp.json: not JSON")
    assert complaint.endswith("; the SCPs stay as they were\n")
    assert told == ["request", "scps"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals to send")
@pytest.mark.parametrize("sent", SIGNALS)
@pytest.mark.parametrize("busy", [False, True], ids=["idle", "busy"])
def test_signal_ends_it(sent: signal.Signals, *, busy: bool) -> None:
    """With status 0 and no word, also while an answer is stalled."""
    with simulating("--json", "--fault", '{"kind": "stall", "seconds": 600, "after": 1}') as running:
        client = running.client(running.event()["url"])
        with ExitStack() as stack:
            if busy:
                stream = client.converse_stream(modelId=NOVA, messages=HELLO)["stream"]
                next(iter(stack.enter_context(closing(stream))))
                running.event()
            running.process.send_signal(sent)
            output, errors = running.process.communicate(timeout=30)

    assert (running.process.returncode, output, errors) == (0, "", "")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGHUP")
def test_signal_that_is_ignored_stays_ignored() -> None:
    """Nohup says so before the command starts."""
    previous = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    went_on = False
    try:
        with _until_signalled():
            signal.raise_signal(signal.SIGHUP)
            went_on = True
    finally:
        signal.signal(signal.SIGHUP, previous)

    assert went_on


def test_port_that_is_taken(capsys: Captured) -> None:
    """Is named, with the option that says another."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])

        assert f"--host 127.0.0.1 --port {port}: cannot listen there:" in refused(capsys, "simulate", "--port", port)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--scp", "no.json"], "no.json: cannot be read: No such file"),
        (["--region", "Tokyo"], "--region: Tokyo is not the name of a Region"),
        (["--account", "12"], "--account: must be 12 digits"),
        (["--principal", "me"], "--principal: must be the ARN of"),
        (["--account", "1" * 12, "--principal", f"arn:aws:iam::{'2' * 12}:role/a"], "--principal: is not of account 1"),
        (["--host", "no such host"], "--host no such host --port"),
        (["--authorize", "sometimes"], "'sometimes' is not one of"),
        (["--fault", "["], "not JSON"),
        (["--fault", "[]"], 'must be an object with a "kind"'),
        (["--fault", '{"kind": "flood"}'], "no fault is called 'flood': one of throttling"),
        (["--fault", '{"kind": ["latency"]}'], "no fault is called"),
        (["--fault", '{"kind": "latency", "operation": "converse"}'], "latency befalls no operation called 'converse'"),
        (["--fault", '{"kind": "latency", "second": 1}'], "the members of a fault are kind, operation"),
        (["--fault", '{"kind": "latency", "seconds": "1"}'], "seconds of a fault is a number of seconds, not '1'"),
        (["--fault", '{"kind": "latency", "times": true}'], "times of a fault is a count, not True"),
        (["--fault", '{"kind": "latency", "probability": 7}'], "probability of a fault is a number from 0 to 1"),
    ],
)
def test_bad_input(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: Any, said: str
) -> None:
    """Gets one line, before anything listens."""
    monkeypatch.chdir(tmp_path)

    assert said in refused(capsys, "simulate", *arguments)


def test_missing_extra_is_named() -> None:
    """In one line, with the command that installs it."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_EXTRA, "simulate"], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "bedrock-guard: uvicorn is not installed; the HTTP server needs: "
        'python -m pip install "bedrock-guard[simulator]"\n'
    )
