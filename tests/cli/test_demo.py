"""The demonstration: the whole story, on a machine without credentials and without a network."""

import json
import subprocess
import sys

import pytest

from bedrock_guard.cli._commands import run
from policies import JP_CLAUDE


def test_story_is_told_from_the_denial_to_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    """The SCP, AWS's error, ours below it, the log line, the edit, the answer; the exit status is 0."""
    status = run(["demo"])
    shown = capsys.readouterr().out
    in_order = ["allows Tokyo alone", "plain boto3", "guarded", "bedrock_guard.denied", "ArnNotLike", "simulated reply"]
    places = [shown.rindex(words) for words in in_order]

    assert status == 0
    assert places == sorted(places)


def test_data_is_the_same_story(capsys: pytest.CaptureFixture[str]) -> None:
    """The edit is the diagnosis's first remedy, and the log has its key."""
    run(["demo", "--json"])
    told = json.loads(capsys.readouterr().out)

    assert told["diagnosis"]["requested_model_id"] == JP_CLAUDE
    assert told["edit"] == told["diagnosis"]["remedies"][0]["paste"]
    assert told["log"].startswith(f"bedrock_guard.denied {told['diagnosis']['key']} ")
    assert "\n" not in told["log"].rstrip()
    assert "simulated reply" in told["answer"]


def test_it_runs_without_credentials_and_settings() -> None:
    """As somebody runs it who has no AWS account: in an environment that is empty."""
    code = "from bedrock_guard.cli import main; import sys; sys.argv = ['bedrock-guard', 'demo']; main()"
    done = subprocess.run([sys.executable, "-c", code], env={}, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert "simulated reply" in done.stdout
