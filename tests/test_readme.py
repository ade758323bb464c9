"""What the READMEs show is what the project prints."""

import json
from pathlib import Path

import pytest

from bedrock_guard.cli._commands import run

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("name", ["README.md", "README.ja.md"])
def test_error_shown_is_the_error_raised(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The error in the README is, row by row, that of the demo."""
    run(["demo"])
    shown = (ROOT / name).read_text(encoding="utf-8").partition("<!-- error -->\n```text\n")[2].partition("\n```")[0]

    assert shown
    assert shown in capsys.readouterr().out


def test_the_attributes_shown_hold(capsys: pytest.CaptureFixture[str]) -> None:
    """The values that the README gives for the attributes of the diagnosis are the demo's."""
    run(["demo", "--json"])
    diagnosis = json.loads(capsys.readouterr().out)["diagnosis"]
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    assert f'diagnosis.cause               # "{diagnosis["cause"]}"' in text
    assert f'diagnosis.blocked_regions     # ("{diagnosis["blocked_regions"][0]}",)' in text
    assert diagnosis["remedies"][0]["paste"] in text
