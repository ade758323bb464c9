"""`bedrock-guard demo`: the whole story on this machine, without an AWS account and without a network."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from botocore.exceptions import ClientError

from bedrock_guard._api import guard
from bedrock_guard.cli._output import echo_json, heading, json_option
from bedrock_guard.simulator import Simulator

REGION = "ap-northeast-1"
MODEL = "jp.anthropic.claude-sonnet-4-5-20250929-v1:0"
TOKYO_ONLY: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "DenyOutsideTokyo",
            "Effect": "Deny",
            "NotAction": ["iam:*", "organizations:*", "sts:*", "support:*"],
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": [REGION]}},
        }
    ],
}


@click.command()
@json_option
def demo(*, as_json: bool) -> None:
    """
    Show an SCP that blocks a call, and the edit that lets it pass.

    The SCP allows Tokyo alone. Nothing is sent to AWS: Amazon Bedrock and the organization are simulated.
    """
    simulator = Simulator(TOKYO_ONLY)
    plain = _denied(simulator.session(REGION).client("bedrock-runtime"))
    client = guard(simulator.session(REGION).client("bedrock-runtime"))
    with _logged() as log:
        explained = _denied(client)
    diagnosis = explained.diagnosis
    edit = diagnosis.remedies[0].paste or ""
    simulator.set_scps(_edited(edit))
    answer = _ask(client)
    if as_json:
        told = {"plain": str(plain), "diagnosis": diagnosis.to_dict(), "log": log.getvalue(), "edit": edit}
        echo_json({**told, "answer": answer})
        return
    _tell(plain, explained, log.getvalue(), edit, answer)


def _tell(plain: ClientError, explained: ClientError, log: str, edit: str, answer: str) -> None:
    heading("1. The organization's SCP allows Tokyo alone")
    click.echo(_pretty(TOKYO_ONLY["Statement"][0]))
    heading(f"2. The application is in Tokyo, and calls {MODEL}: plain boto3")
    click.echo(plain)
    heading("3. The same call, guarded")
    click.echo(explained)
    heading("4. What stands in the log")
    click.echo(log, nl=False)
    heading("5. The edit to paste, in the simulated organization's SCP")
    click.echo(_pretty(_edited(edit)["Statement"][0]))
    heading("6. The same call again")
    click.echo(answer)


@contextmanager
def _logged() -> Iterator[io.StringIO]:
    log = io.StringIO()
    handler, logger = logging.StreamHandler(log), logging.getLogger("bedrock_guard")
    logger.addHandler(handler)
    try:
        yield log
    finally:
        logger.removeHandler(handler)


def _ask(client: Any) -> str:
    response = client.converse(modelId=MODEL, messages=[{"role": "user", "content": [{"text": "Hello from Tokyo"}]}])
    return str(response["output"]["message"]["content"][0]["text"])


def _denied(client: Any) -> Any:
    try:
        _ask(client)
    except ClientError as error:
        return error
    raise AssertionError("the simulated SCP denies this call")  # pragma: no cover


def _edited(edit: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json.dumps(TOKYO_ONLY))
    document["Statement"][0]["Condition"] |= json.loads(f"{{{edit}}}")
    return document


def _pretty(statement: dict[str, Any]) -> str:
    """Return *statement* with each of its elements on a row."""
    rows = (f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in statement.items())
    return "{\n" + ",\n".join(rows) + "\n}"
