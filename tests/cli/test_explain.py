"""One message, pasted or piped in."""

import io
import json
import sys
from types import SimpleNamespace

import pytest

from bedrock_guard.cli._commands import run
from calls import sentence
from conftest import TOKYO
from policies import JP_CLAUDE

ASKED = ["--model", JP_CLAUDE, "--region", TOKYO]


def test_denial_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """In full, and the exit status is 1: something is denied."""
    status = run(["explain", sentence(), *ASKED])
    shown = capsys.readouterr().out

    assert status == 1
    assert "blocks ap-northeast-3 (Osaka)" in shown
    assert "Routes to    ap-northeast-1 (Tokyo), ap-northeast-3 (Osaka)" in shown


def test_message_is_read_from_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it holds bytes that are no UTF-8."""
    piped = io.BytesIO(b"\xff\n" + sentence().encode())
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=piped))

    assert run(["explain", "-"]) == 1
    assert "ap-northeast-3" in capsys.readouterr().out


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_message_is_read_as_a_byte_order_mark_has_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    """Windows PowerShell writes UTF-16 into a file."""
    mark = "\ufeff" if encoding.endswith("e") else ""
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO((mark + sentence()).encode(encoding))))

    assert run(["explain", "-"]) == 1
    assert "ap-northeast-3 (Osaka)" in capsys.readouterr().out


def test_text_without_a_denial_is_said_to_be_that(capsys: pytest.CaptureFixture[str]) -> None:
    """And the exit status is 0."""
    assert run(["explain", "Rate exceeded"]) == 0
    assert capsys.readouterr().out == "No authorization failure is in this text.\n"


def test_data_has_the_message_too(capsys: pytest.CaptureFixture[str]) -> None:
    """Under the names of the attributes; null where there is no denial."""
    run(["explain", sentence(), *ASKED, "--json"])
    told = json.loads(capsys.readouterr().out)
    run(["explain", "Rate exceeded", "--json"])
    nothing = json.loads(capsys.readouterr().out)

    assert told["cause"] == "destination-region"
    assert told["message"].startswith(f"[{told['key']}] ")
    assert nothing is None
