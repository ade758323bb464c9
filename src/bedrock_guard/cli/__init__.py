"""The command line: `bedrock-guard`, one file a command."""

import sys


def main() -> None:
    """Run `bedrock-guard`: exit status 0 fine, 1 something is denied, 2 bad input."""
    try:
        from bedrock_guard.cli._commands import run  # noqa: PLC0415 (its libraries are an extra)
    except ModuleNotFoundError as error:
        if error.name not in ("click", "rich"):
            raise
        print(  # noqa: T201
            f"bedrock-guard: {error.name} is not installed; the command line needs: "
            'python -m pip install "bedrock-guard[cli]"',
            file=sys.stderr,
        )
        sys.exit(2)
    sys.exit(run(sys.argv[1:]))
