"""docs/simulator.md runs: its files are written, its tests and scripts run, its commands typed."""

import re
from pathlib import Path
from typing import get_args

import click
import pytest

from bedrock_guard.cli._commands import commands
from bedrock_guard.simulator import PolicyType
from bedrock_guard.simulator._dispatch import _OPERATIONS
from bedrock_guard.simulator._fault import FaultKind
from cli.simulating import simulating

pytest_plugins = ["pytester"]

PAGE = (Path(__file__).parents[2] / "docs" / "simulator.md").read_text(encoding="utf-8")
FILES = re.findall(r"<!-- file (\S+) -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
SCRIPTS = re.findall(r"(?<!-->\n)```python\n(.*?)```", PAGE, re.DOTALL)
OPTIONS = [
    option for each in commands.commands["simulate"].params if isinstance(each, click.Option) for option in each.opts
]


@pytest.fixture(autouse=True)
def folder(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with the files of the page, and work there, as a stranger who has no credentials."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL_BEDROCK"):
        monkeypatch.delenv(name)
    for name, text in FILES:
        pytester.path.joinpath(name).write_text(text, encoding="utf-8")
    pytester.syspathinsert()
    return pytester.path


def test_tests(pytester: pytest.Pytester) -> None:
    """The test file passes, whole."""
    count = sum(text.count("\ndef test_") for name, text in FILES if name.startswith("test_"))

    pytester.runpytest("-p", "no:asyncio", "-p", "no:hypothesispytest").assert_outcomes(passed=count)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: re.sub(r"\W+", " ", script)[-40:])
def test_script(script: str) -> None:
    """Each script runs on its own, and what it asserts holds."""
    exec(compile(script, "docs/simulator.md", "exec"), {})


def test_command() -> None:
    """`bedrock-guard simulate` prints what the page shows, but for the port, of which the test takes a free one."""
    (shown,) = re.findall(
        r"```console\n\$ bedrock-guard simulate --scp tokyo-only.json --port 8080\n(.*?)```", PAGE, re.DOTALL
    )
    with simulating("--scp", "tokyo-only.json") as running:
        printed = "".join(running.output.readline() for _ in shown.splitlines())

    assert re.sub(r":\d+\n", ":8080\n", printed) == shown


@pytest.mark.parametrize(
    "names",
    [
        OPTIONS,
        get_args(FaultKind),
        [operation for operation, _ in _OPERATIONS.values()],
        [name for name in PolicyType if name not in ("service_control_policy", "unknown")],
    ],
)
def test_everything_is_in_the_page(names: list[str]) -> None:
    """Every option, every kind of fault, every operation, every type of policy."""
    assert [name for name in names if not re.search(rf"\b{re.escape(name.strip('-'))}\b", PAGE)] == []
