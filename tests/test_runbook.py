"""The fields that the runbook's query, filter and table name are those of a log line as AWS Lambda prints it."""

import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest

import bedrock_guard
from calls import denied
from policies import HELLO, JP_CLAUDE, NOVA

RUNBOOK = (Path(__file__).parent.parent / "docs" / "runbook.md").read_text(encoding="utf-8")
FIELDS = sorted(
    set(re.findall(r"(?:\$\.|`|\s|\()bedrock_guard\.((?!status)[a-z_]+(?:\.[a-z0-9_]+)*)(?=[,`)\s])", RUNBOOK))
)
EVENTS = {"denied", "fallback", "fallback_failed", "recovered"}


def printed(record: logging.LogRecord) -> dict[str, Any]:
    """Return *record* as a JSON formatter prints it: what is extra stands beside the message."""
    line = {"level": record.levelname, "message": record.getMessage(), "bedrock_guard": vars(record)["bedrock_guard"]}
    told: dict[str, Any] = json.loads(json.dumps(line))
    return told


def field(line: dict[str, Any], path: str) -> Any:
    """Return the field at *path*, as CloudWatch Logs finds it: a number is a place in a list."""
    value: Any = line["bedrock_guard"]
    for name in path.split("."):
        value = value[int(name)] if name.isdecimal() else value[name]
    return value


@pytest.fixture
def lines(client: Any, caplog: pytest.LogCaptureFixture) -> dict[str, dict[str, Any]]:
    """Return the line of a denial, of a fallback, and of a fallback that fails, by event."""
    bedrock_guard.guard(client, fallback=NOVA).converse(modelId=JP_CLAUDE, messages=HELLO)
    denied(bedrock_guard.guard(client, fallback="amazon.titan-embed-text-v2:0"))
    told = [printed(record) for record in caplog.records if hasattr(record, "bedrock_guard")]
    return {line["bedrock_guard"]["event"]: line for line in told}


@pytest.mark.parametrize("path", [path for path in FIELDS if path not in EVENTS])
def test_field_is_in_the_log_line(lines: dict[str, dict[str, Any]], path: str) -> None:
    """Of the line of a fallback, which has all of them."""
    assert field(lines["fallback"], path) is not None


def test_filter_counts_denials_and_failures_alone(lines: dict[str, dict[str, Any]]) -> None:
    """As its pattern reads: the event is one of two, and it is no drill."""
    pattern = re.search(r"FilterPattern: '(.*)'", RUNBOOK)
    assert pattern is not None
    wanted = set(re.findall(r'event = "([a-z_]+)"', pattern[1]))

    assert "$.bedrock_guard.drill IS FALSE" in pattern[1]
    assert wanted == {"denied", "fallback_failed"}
    assert wanted <= set(lines)
    assert [field(lines[event], "drill") for event in sorted(wanted)] == [False, False]


def test_key_is_the_same_everywhere(lines: dict[str, dict[str, Any]]) -> None:
    """In the message, in the field, and for a denial and its fallback."""
    keys = {field(line, "key") for line in lines.values()}

    assert len(keys) == 1
    assert all(key in line["message"] for key in keys for line in lines.values())


def test_every_event_is_in_the_table() -> None:
    """With its level."""
    assert set(re.findall(r"^\| `bedrock_guard\.([a-z_]+)` \| WARNING", RUNBOOK, re.MULTILINE)) == EVENTS
