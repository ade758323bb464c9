"""`bedrock-guard simulate` in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from bedrock_guard.simulator._adapters import new_session
from cli.asking import TOKYO

MAIN = "import sys; from bedrock_guard.cli import main; sys.argv[0] = 'bedrock-guard'; main()"
# Whoever runs the tests in the background of a shell has told them to ignore Ctrl-C.
HEED = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"


class Running:
    """The command while it runs."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        self.process = process
        self.output: IO[str] = process.stdout

    def event(self) -> Any:
        """Return what is told next, of a command that prints JSON."""
        return json.loads(self.output.readline())

    def client(self, url: str) -> Any:
        """Return a client of it."""
        return new_session(TOKYO).client("bedrock-runtime", endpoint_url=url)


@contextmanager
def simulating(*arguments: str) -> Iterator[Running]:
    """Run the command on a free port; end it in any case."""
    command = [sys.executable, "-c", f"{HEED}; {MAIN}", "simulate", "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield Running(process)
        finally:
            process.kill()
