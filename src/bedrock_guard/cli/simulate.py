"""`bedrock-guard simulate`: Bedrock under SCPs over HTTP, on this machine, until it is stopped."""

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import fields
from queue import Empty, SimpleQueue
from typing import Any

import click

from bedrock_guard._identifiers import is_region
from bedrock_guard._text import clean
from bedrock_guard.cli._output import json_option
from bedrock_guard.cli._questions import bad_input
from bedrock_guard.cli._sources import FULL_AWS_ACCESS, from_files
from bedrock_guard.cli._watch import Watch
from bedrock_guard.simulator import Fault, JournalEntry, Simulator
from bedrock_guard.simulator._call import UNKNOWN

_Journal = SimpleQueue[JournalEntry]
_VARIABLES = ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "AWS_ENDPOINT_URL_BEDROCK")
# Windows has no SIGHUP, by which a terminal that is closed tells.
_ENDINGS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
_WATCH = 1  # seconds between two looks at the files


@click.command()
@click.option(
    "--scp", "files", metavar="[LEVEL=]FILE", multiple=True, help="An SCP, as in check. Read again when edited."
)
@click.option("--account", metavar="ID", help="The account that calls: the principal's, or 111122223333, if left out.")
@click.option("--principal", metavar="ARN", help="Who calls: a role (if left out, one of the account), or a user.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Others than loopback let other machines in.")
@click.option(
    "--region",
    metavar="NAME",
    default="us-east-1",
    show_default=True,
    help="The source Region of requests with a Bedrock API key; others are signed for theirs.",
)
@click.option("--reply", "replies", metavar="TEXT", multiple=True, help="What the first request gets, the second, ...")
@click.option(
    "--fault",
    "faults",
    metavar="JSON",
    multiple=True,
    callback=lambda _context, _option, values: [_fault(value) for value in values],
    help='What goes wrong, such as \'{"kind": "throttling", "times": 2}\'.',
)
@click.option(
    "--authorize",
    type=click.Choice(["every-destination", "routed-destination"]),
    default="every-destination",
    help="Whether every destination Region must be allowed, or only the one that is routed to, so that denials come and go.",
)
@json_option
def simulate(
    *,
    files: tuple[str, ...],
    account: str | None,
    principal: str | None,
    port: int,
    host: str,
    region: str,
    replies: tuple[str, ...],
    faults: list[Fault],
    authorize: Any,
    as_json: bool,
) -> None:
    """
    Answer as Amazon Bedrock does under SCPs, over HTTP.

    Any AWS SDK can ask, until Ctrl-C. Each request is printed as it is answered; with --json, as a line of JSON.
    """
    files, journal = files or (FULL_AWS_ACCESS,), _Journal()
    watch = Watch(from_files(files))
    scps = from_files(files)  # after the watch began: an edit between the two is seen
    _require_region(region)
    with bad_input():
        simulator = Simulator(
            scps.texts, account_id=account, principal_arn=principal, authorize=authorize, hook=journal.put
        )
        for fault in faults:
            simulator.add_fault(fault)
    simulator.script(*replies)
    tell = _tell_json if as_json else _tell
    with _until_signalled(), ExitStack() as stack:
        url = _listen(stack, simulator, host, port, region)
        tell("ready", {"url": url, "environment": dict.fromkeys(_VARIABLES, url), "scps": scps.line()})
        _follow(simulator, files, watch, journal, tell)
    while not journal.empty():
        tell("request", journal.get().to_dict())


def _listen(stack: ExitStack, simulator: Simulator, host: str, port: int, region: str) -> str:
    try:
        return stack.enter_context(simulator.serving(host=host, port=port, region_name=region))
    except ModuleNotFoundError as error:
        raise click.UsageError(str(error)) from None
    except (OSError, UnicodeError) as error:
        raise click.UsageError(f"--host {host} --port {port}: cannot listen there: {error}") from None


@contextmanager
def _until_signalled() -> Iterator[None]:
    """End the block, and no more than that, on SIGTERM and SIGHUP as on SIGINT; what nohup ignores stays ignored."""
    heeded = [ending for ending in _ENDINGS if signal.getsignal(ending) is not signal.SIG_IGN]
    previous = {ending: signal.signal(ending, signal.default_int_handler) for ending in heeded}
    try:
        with suppress(KeyboardInterrupt):
            yield
    finally:
        for ending, handler in previous.items():
            signal.signal(ending, handler)


def _follow(
    simulator: Simulator, files: tuple[str, ...], watch: Watch, journal: _Journal, tell: Callable[[str, Any], None]
) -> None:
    """Print the journal, and read the files again when they change, for ever."""
    while True:
        with suppress(Empty):
            tell("request", journal.get(timeout=_WATCH).to_dict())
        if watch.sees_an_edit():
            _reload(simulator, files, tell)


def _reload(simulator: Simulator, files: tuple[str, ...], tell: Callable[[str, Any], None]) -> None:
    try:
        scps = from_files(files)
    except click.ClickException as error:  # an editor may be at work
        click.echo(f"bedrock-guard: {clean(error.format_message())}; the SCPs stay as they were", err=True)
    else:
        simulator.set_scps(scps.texts)
        tell("scps", {"scps": scps.line()})


def _tell_json(event: str, facts: dict[str, Any]) -> None:
    click.echo(json.dumps({"event": event, **facts}))


def _tell(event: str, facts: dict[str, Any]) -> None:
    lines = [_request(facts)] if event == "request" else [f"SCPs  {facts['scps']}"]
    if event == "ready":
        lines += [*(f"export {name}={value}" for name, value in facts["environment"].items()), "Ctrl-C stops it."]
    click.echo("\n".join(map(clean, lines)))


def _request(facts: dict[str, Any]) -> str:
    asked = facts["target"] if facts["operation"] == UNKNOWN else facts["model_id"]
    call = " ".join(filter(None, [facts["operation"], asked, "from", facts["region"]]))
    end = "broken off" if facts["broken_off"] else None
    return "  ".join(filter(None, [str(facts["status"]), call, _error(facts), end]))


def _error(facts: dict[str, Any]) -> str | None:
    denied = facts["denied"]
    return f"{facts['error']}: {denied['action']} on {denied['resource']}" if denied else facts["error"]


def _fault(text: str) -> Fault:
    try:
        members = json.loads(text)
    except (RecursionError, ValueError) as error:
        raise click.BadParameter(f"{text}: not JSON: {error}") from None
    if not isinstance(members, dict) or "kind" not in members:
        raise click.BadParameter(f'{text}: must be an object with a "kind"')
    names = [field.name for field in fields(Fault)]
    if not members.keys() <= set(names):
        raise click.BadParameter(f"{text}: the members of a fault are {', '.join(names)}")
    try:
        return Fault(**members)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _require_region(region: str) -> None:
    if not is_region(region):
        raise click.UsageError(f"--region: {region} is not the name of a Region")
