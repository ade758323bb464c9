"""The fields that the runbook's query, filter and table name are those of a log line as AWS Lambda prints it."""

import json
import logging
import re
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import bedrock_guard
from bedrock_guard._fallback._memory import LONGEST
from calls import denied
from policies import HELLO, JP_CLAUDE, NOVA

RUNBOOK = (Path(__file__).parent.parent / "docs" / "runbook.md").read_text(encoding="utf-8")
EVENTS = {"denied", "fallback", "fallback_failed", "recovered"}
FIELDS = set(re.findall(r"bedrock_guard\.([a-z0-9_.]*[a-z0-9_])\b(?!\()", RUNBOOK)) - EVENTS
QUERY = "".join(re.findall(r"^```text\n(filter ispresent\(bedrock_guard.*?)^```", RUNBOOK, re.MULTILINE | re.DOTALL))
RESOURCES = [dict(re.findall(r"(\w+): (.+)", text)) for text in RUNBOOK.split("    Type: AWS::")[1:]]
PATTERNS = {each["MetricName"]: each["FilterPattern"].strip("'{} ") for each in RESOURCES if "FilterPattern" in each}
ALARMS = {each["MetricName"]: each for each in RESOURCES if "Threshold" in each}


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


def matches(pattern: str, line: dict[str, Any]) -> bool:
    """Tell whether *line* matches *pattern*, a filter of CloudWatch Logs that joins comparisons."""

    def compared(comparison: re.Match[str]) -> str:
        path, truth, text = comparison.groups()
        return str(field(line, path) is (truth == "TRUE") if truth else field(line, path) == text)

    joined = re.sub(r'\$\.bedrock_guard\.([\w.]+) (?:IS (TRUE|FALSE)|= "(\w+)")', compared, pattern)
    return bool(eval(joined.replace("&&", "and").replace("||", "or")))


def told(
    client: Any, caplog: pytest.LogCaptureFixture, rehearsal: Callable[[], AbstractContextManager[None]]
) -> dict[str, dict[str, Any]]:
    """Return the line of a denial, of a fallback, and of a fallback that fails, by event."""
    caplog.clear()
    bedrock_guard.guard(client, fallback=NOVA)
    with rehearsal():
        client.converse(modelId=JP_CLAUDE, messages=HELLO)
    bedrock_guard.guard(client, fallback="amazon.titan-embed-text-v2:0")
    with rehearsal():
        denied(client)
    lines = [printed(record) for record in caplog.records if hasattr(record, "bedrock_guard")]
    return {field(line, "event"): line for line in lines}


@pytest.fixture
def lines(client: Any, caplog: pytest.LogCaptureFixture) -> dict[str, dict[str, Any]]:
    """Return the lines of AWS's denials."""
    return told(client, caplog, nullcontext)


@pytest.fixture
def rehearsed(client: Any, caplog: pytest.LogCaptureFixture) -> dict[str, dict[str, Any]]:
    """Return the lines of a drill."""
    return told(client, caplog, partial(bedrock_guard.drill, client, blocked="ap-northeast-3"))


@pytest.mark.parametrize("path", sorted(FIELDS))
def test_field_is_in_the_log_line(lines: dict[str, dict[str, Any]], path: str) -> None:
    """Of the line of a fallback, which has all of them."""
    assert field(lines["fallback"], path) is not None


def test_query_shows_what_an_operator_needs() -> None:
    """One row for each event and key, those of a drill apart."""
    shown, by = QUERY.split("\n    by ")

    assert by.startswith("bedrock_guard.event, bedrock_guard.drill, bedrock_guard.key\n")
    assert set(re.findall(r"latest\(bedrock_guard\.([\w.]+)\)", shown)) == {
        "requested_model_id",
        "served_model_id",
        "cause",
        "blocked_regions.0",
        "denial.policy_arn",
    }


@pytest.mark.parametrize(("metric", "is_drill"), [("Denials", False), ("Drills", True)])
def test_filter_counts_denials_and_failures(
    lines: dict[str, dict[str, Any]], rehearsed: dict[str, dict[str, Any]], metric: str, *, is_drill: bool
) -> None:
    """Of a drill, or of AWS: neither filter counts what the other does."""
    counted = [line for line in (*lines.values(), *rehearsed.values()) if matches(PATTERNS[metric], line)]
    told = sorted((field(line, "event"), field(line, "drill")) for line in counted)

    assert told == [("denied", is_drill), ("fallback_failed", is_drill)]


def test_alarm_holds_from_one_probe_to_the_next() -> None:
    """However long the pause between them, so that OK does not come and go."""
    alarm = ALARMS["Denials"]

    assert int(alarm["Period"]) * int(alarm["EvaluationPeriods"]) > LONGEST
    assert alarm["DatapointsToAlarm"] == "1"


def test_drill_rings_too() -> None:
    """By a filter and an alarm of its own."""
    assert ALARMS.keys() == PATTERNS.keys() == {"Denials", "Drills"}


def test_key_is_the_same_everywhere(lines: dict[str, dict[str, Any]]) -> None:
    """In the message, in the field, and for a denial and its fallback."""
    keys = {field(line, "key") for line in lines.values()}

    assert len(keys) == 1
    assert all(key in line["message"] for key in keys for line in lines.values())


def test_every_event_is_in_the_table() -> None:
    """With its level."""
    assert set(re.findall(r"^\| `bedrock_guard\.([a-z_]+)` \| WARNING", RUNBOOK, re.MULTILINE)) == EVENTS


def test_running_fleet_is_turned_off_by_its_flag() -> None:
    """That comes first: nobody changes the environment of a process that runs."""
    rows = RUNBOOK.partition("## 2. Turn it off")[2].partition("\n\nNobody")[0].split("\n| ")[3:]

    assert [("enabled=" in row, "that start with it" in row) for row in rows] == [
        (True, False),
        (False, True),
        (False, True),
    ]
