"""`bedrock-guard explain`: one message, explained."""

import sys
from codecs import BOM_UTF16_BE, BOM_UTF16_LE

import click

from bedrock_guard import _api
from bedrock_guard.cli._output import echo_json, json_option, region_option

DENIED = 1


@click.command()
@click.argument("text")
@click.option("--model", metavar="ID", help="The model ID or ARN that was asked for.")
@region_option
@json_option
def explain(text: str, model: str | None, region: str | None, *, as_json: bool) -> int:
    """
    Explain TEXT, an error message of AWS.

    As it was logged, printed or shown by the console; - reads it from standard input. The exit status is 1 where a denial is in it.
    """
    if text == "-":
        if sys.stdin is None:
            raise click.UsageError("standard input is closed: give the message as an argument")
        text = _decoded(sys.stdin.buffer.read())
    diagnosis = _api.explain(text, model_id=model, region_name=region)
    if as_json:
        echo_json(diagnosis and {**diagnosis.to_dict(), "message": diagnosis.message})
    else:
        click.echo(diagnosis or "No authorization failure is in this text.")
    return DENIED if diagnosis else 0


def _decoded(text: bytes) -> str:
    """Return *text*, which Windows PowerShell writes as UTF-16."""
    return text.decode("utf-16" if text.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8", errors="replace")
