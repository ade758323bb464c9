"""The group of all commands, and what becomes of their errors: one line, no traceback."""

import os
import sys
from importlib.metadata import version

import click

from bedrock_guard._text import clean
from bedrock_guard.cli.check import check
from bedrock_guard.cli.demo import demo
from bedrock_guard.cli.explain import explain
from bedrock_guard.cli.fix import fix
from bedrock_guard.cli.routes import routes
from bedrock_guard.cli.simulate import simulate

BAD_INPUT = 2
INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(version("bedrock-guard"), prog_name="bedrock-guard")
def commands() -> None:
    """
    Service control policies that block Amazon Bedrock cross-Region inference: explained, checked, simulated.

    Exit status: 0 fine, 1 something is denied, 2 bad input.
    """


for command in (check, demo, explain, fix, routes, simulate):
    commands.add_command(command)


def run(arguments: list[str]) -> int:
    """Run the command that *arguments* name, and return its exit status."""
    try:
        return int(commands.main(arguments, prog_name="bedrock-guard", standalone_mode=False) or 0)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return BAD_INPUT
    except click.ClickException as error:
        click.echo(f"bedrock-guard: {clean(' '.join(error.format_message().split()))}", err=True)
        return BAD_INPUT
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except OSError as error:  # of what is read and bound, the commands have told already
        return _unwritten(error)


def _unwritten(error: OSError) -> int:
    """Say that the output cannot be written, and keep Python from trying that once more when it ends."""
    # https://docs.python.org/3/library/signal.html#note-on-sigpipe
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    click.echo(f"bedrock-guard: output: cannot be written: {error.strerror}", err=True)
    return BAD_INPUT
