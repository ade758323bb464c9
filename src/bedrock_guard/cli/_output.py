"""What the commands share in what they print."""

import json
from typing import Any

import click

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
region_option = click.option("--region", metavar="NAME", help="The Region that is called from, such as ap-northeast-1.")


def echo_json(value: Any) -> None:
    """Print *value* as JSON."""
    click.echo(json.dumps(value, indent=2))


def heading(text: str) -> None:
    """Print *text* so that it stands out, where the terminal can do that."""
    click.echo()
    click.secho(text, bold=True)
