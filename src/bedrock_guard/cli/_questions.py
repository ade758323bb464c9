"""What `check` and `fix` both ask with: the SCPs, the source Region, the caller, the action."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click

from bedrock_guard._identifiers import ModelKind, is_region, parse_model_id
from bedrock_guard._profiles import InferenceProfile
from bedrock_guard.cli._described import context_from, profile_from
from bedrock_guard.cli._organization import from_organization
from bedrock_guard.cli._sources import Scps, from_files
from bedrock_guard.scp._authorizations import action_of
from bedrock_guard.scp._facts import ContextValue

# What the library calls an argument, and what the command line does.
_ARGUMENTS = {
    "action:": "--action:",
    "region:": "--region:",
    "principal_arn:": "--principal:",
    "account_id:": "--account:",
    "model_id:": "MODEL:",
    "context:": "--context:",
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
        "--context",
        metavar="KEY=VALUE",
        multiple=True,
        help="What else is known of the caller, such as aws:SourceVpce=vpce-1; without VALUE, that there is no such key.",
    ),
    click.option(
        "--inference-profile",
        "described",
        metavar="FILE",
        multiple=True,
        type=Path,
        help="A profile that the catalogue lacks, as `aws bedrock get-inference-profile` prints it.",
    ),
    click.option(
        "--action",
        default="InvokeModel",
        show_default=True,
        metavar="NAME",
        help="The API operation that is called, or its IAM action.",
    ),
)


@dataclass(frozen=True)
class Question:
    """What is asked about, whatever the models: the values of the shared options."""

    scps: Scps
    region: str
    principal_arn: str | None
    action: str
    context: Mapping[str, ContextValue]
    profiles: Sequence[InferenceProfile]

    @property
    def keywords(self) -> dict[str, Any]:
        """The keyword arguments of `scp.check` and its kin."""
        return {
            "action": self.action,
            "principal_arn": self.principal_arn,
            "account_id": self.scps.account_id,
            "management_account": self.scps.management_account,
            "context": self.context,
            "profiles": self.profiles,
        }


def asking(command: Callable[..., int]) -> Callable[..., int]:
    """Give *command* the options that both commands have, as a Question, its first argument."""

    @wraps(command)
    def ask(
        *,
        files: Sequence[str],
        account: str | None,
        region: str,
        principal: str | None,
        action: str,
        context: Sequence[str],
        described: Sequence[Path],
        **others: Any,
    ) -> int:
        if not is_region(region):
            raise click.UsageError(f"--region: {region} is not the name of a Region")
        with bad_input():
            asked_action = action_of(action)
        profiles = [profile_from(path, region) for path in described]
        known = context_from(context)
        return command(
            Question(_scps(files, account, region), region, principal, asked_action, known, profiles), **others
        )

    for option in reversed(_OPTIONS):
        ask = option(ask)
    return ask


def _scps(files: Sequence[str], account: str | None, region: str) -> Scps:
    if bool(files) == bool(account):
        raise click.UsageError("say which SCPs: --scp FILE (repeatable), or --account ID to read the organization")
    if account and not re.fullmatch("[0-9]{12}", account):
        raise click.UsageError("--account: must be 12 digits")
    return from_organization(account, region) if account else from_files(files)


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
