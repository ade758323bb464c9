"""docs/check.md runs: its files are written, its commands typed, its answers compared."""

import re
import shlex
from pathlib import Path

import click
import pytest

from bedrock_guard.cli._commands import commands
from cli.asking import Captured, asked

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "check.md").read_text(encoding="utf-8")
FILES = re.findall(r"<!-- file (\S+) -->\n```json\n(.*?)```", PAGE, re.DOTALL)
SESSIONS = re.findall(r"```console\n\$ (bedrock-guard [^\n]*)\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize(("command", "answer"), SESSIONS)
def test_session(capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, answer: str) -> None:
    """A command answers as the page says."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    for name, text in FILES:
        Path(name).write_text(text, encoding="utf-8")

    assert asked(capsys, *shlex.split(command)[1:])[1] == answer


def test_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    """What the page shows of the library runs, and prints the edited document."""
    [program] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    for name, text in FILES:
        Path(name).write_text(text, encoding="utf-8")
    exec(compile(program, "docs/check.md", "exec"), {})

    assert '"ArnNotLike"' in capsys.readouterr().out


@pytest.mark.parametrize("name", ["check", "fix"])
def test_options(name: str) -> None:
    """Every option of the two commands stands in the page."""
    options = [
        option for each in commands.commands[name].params for option in each.opts if isinstance(each, click.Option)
    ]

    assert [option for option in options if f"{option}" not in PAGE] == []


def test_workflow() -> None:
    """What the workflow and the hook type are options that exist."""
    typed = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", PAGE)) - {"--ordered-organization-policy-input-list"}
    known = {option for name in ("check", "fix") for each in commands.commands[name].params for option in each.opts}

    assert typed <= known


def test_hook() -> None:
    """The pre-commit hook runs `check`, with what the command line needs."""
    hook = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")

    assert "entry: bedrock-guard check\n" in hook
    assert 'additional_dependencies: ["click>=8.1", "rich>=13"]' in hook
