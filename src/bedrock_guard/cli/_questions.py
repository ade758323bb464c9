"""What `check` and `fix` both ask with: the SCPs, the source Region, the caller, the action."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import click

from bedrock_guard._identifiers import ModelKind, is_region, parse_model_id
from bedrock_guard.cli._matrix import wrapped
from bedrock_guard.cli._organization import from_organization
from bedrock_guard.cli._sources import Scps, from_files
from bedrock_guard.scp._authorizations import action_of

# What the library calls an argument, and what the command line does.
_ARGUMENTS = {
    "action:": "--action:",
    "region:": "--region:",
    "principal_arn:": "--principal:",
    "account_id:": "--account:",
    "model_id:": "MODEL:",
}

_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option("--region", metavar="NAME", required=True, help="The Region that is called from."),
    click.option(
        "--scp",
        "files",
        metavar="[LEVEL=]FILE",
        multiple=True,
        help="An SCP and where it is attached, from the root to the account; LEVEL is root if left out. "
        "FullAWSAccess names AWS's own, which is assumed where a level would allow nothing.",
    ),
    click.option("--account", metavar="ID", help="Read the SCPs above this account from AWS Organizations."),
    click.option("--principal", metavar="ARN", help="Who calls: a role, a session of one, a user."),
    click.option(
        "--action",
        default="InvokeModel",
        show_default=True,
        metavar="NAME",
        help="The API operation that is called, or its IAM action.",
    ),
)


def asking(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give *command* the options that both commands have."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True)
class Question:
    """What is asked about, whatever the models: the values of the shared options."""

    scps: Scps
    region: str
    principal_arn: str | None
    action: str

    @property
    def keywords(self) -> dict[str, Any]:
        """The keyword arguments of `scp.check` and its kin."""
        return {
            "action": self.action,
            "principal_arn": self.principal_arn,
            "account_id": self.scps.account_id,
            "management_account": self.scps.management_account,
        }


def question(files: Sequence[str], account: str | None, region: str, principal: str | None, action: str) -> Question:
    """Return what the shared options ask; raise click.UsageError where that cannot be."""
    if bool(files) == bool(account):
        raise click.UsageError("say which SCPs: --scp FILE (repeatable), or --account ID to read the organization")
    if account and not re.fullmatch("[0-9]{12}", account):
        raise click.UsageError("--account: must be 12 digits")
    if not is_region(region):
        raise click.UsageError(f"--region: {region} is not the name of a Region")
    with bad_input():
        asked = action_of(action)
    scps = from_organization(account, region) if account else from_files(files)
    return Question(scps, region, principal, asked)


def require_model_ids(models: Sequence[str]) -> None:
    """Raise click.UsageError where one of *models* can be no model ID, ARN or pattern."""
    for model in models:
        if parse_model_id(model).kind is ModelKind.UNKNOWN and not {"*", "?"} & set(model):
            raise click.UsageError(f"{model}: no model ID, nor an inference profile's; see bedrock-guard routes --help")


@contextmanager
def bad_input() -> Iterator[None]:
    """Turn what the library says of an argument into the command line's words."""
    try:
        yield
    except ValueError as error:
        text = str(error)
        for name, option in _ARGUMENTS.items():
            if text.startswith(name):
                text = option + text[len(name) :]
        raise click.UsageError(text) from None


def heading(asked: Question) -> list[str]:
    """Return the lines that stand above every answer: the SCPs asked, and whom they do not concern."""
    lines = wrapped(f"SCPs  {asked.scps.line()}", "      ")
    if asked.scps.management_account:
        # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
        lines += wrapped("This is the management account: SCPs do not affect it.")
    return lines


def scps_as_data(scps: Scps) -> list[dict[str, Any]]:
    """Return the levels of *scps* for JSON."""
    return [
        {"level": level.name, "documents": [{"name": each.name, "assumed": each.assumed} for each in level.documents]}
        for level in scps.levels
    ]
