"""Files of SCPs, and the command line that asks about them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bedrock_guard.cli._commands import run

TOKYO = "ap-northeast-1"
Captured = pytest.CaptureFixture[str]


def write(path: Path, document: Mapping[str, Any]) -> str:
    """Write *document* to *path*, and return that as an argument."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return str(path)


def asked(capsys: Captured, *arguments: str) -> tuple[int, str]:
    """Run bedrock-guard, and return its exit status and what it printed."""
    status = run(list(arguments))
    return status, capsys.readouterr().out


def refused(capsys: Captured, *arguments: str) -> str:
    """Run bedrock-guard, and return the one line that it has for bad input."""
    status = run(list(arguments))
    printed = capsys.readouterr()

    assert (status, printed.out, printed.err.count("\n")) == (2, "", 1)
    return printed.err
