"""`bedrock-guard fix`: the smallest edit of SCPs that lets a call pass, and its proof."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from bedrock_guard import scp
from bedrock_guard.cli._files import replace_all
from bedrock_guard.cli._notes import scps_as_data, slips_as_data
from bedrock_guard.cli._outcome import helps, items, lines
from bedrock_guard.cli._output import echo_json, json_option
from bedrock_guard.cli._questions import Question, asking, bad_input, require_model_ids
from bedrock_guard.cli._sources import Scps
from bedrock_guard.cli._verify_script import verify_script
from bedrock_guard.scp._outcome import Repair

DENIED = 1
_STDOUT = "-"
# What AWS Control Tower calls the SCPs that it manages.
# https://docs.aws.amazon.com/controltower/latest/userguide/scp-considerations.html
_CONTROL_TOWER = "aws-guardrails-"


@click.command()
@click.argument("models", metavar="[MODEL]...", nargs=-1)
@asking
@click.option("--profiles", metavar="PATTERN", multiple=True, help="One edit for a family of profiles, such as 'jp.*'.")
@click.option(
    "--widen",
    is_flag=True,
    help="Let the lists of Regions grow, instead of exempting the profile; what that opens is told.",
)
@click.option("--write", is_flag=True, help="Write the edited documents to their files.")
@click.option("--proof", metavar="FILE", type=Path, help="Write every request tried to FILE.")
@click.option(
    "--verify-script",
    "script",
    metavar="[FILE]",
    is_flag=False,
    flag_value=_STDOUT,
    help="Write the same checks as calls of AWS's policy simulator; without FILE, print them alone.",
)
@json_option
def fix(
    asked: Question,
    *,
    models: tuple[str, ...],
    profiles: tuple[str, ...],
    widen: bool,
    write: bool,
    proof: Path | None,
    script: str | None,
    as_json: bool,
) -> int:
    """
    Find the smallest edit of SCPs that lets calls pass.

    It comes with the proof of what else it changes. MODEL is an ID, an ARN, or a pattern such as 'jp.*', which --profiles takes too. The exit status is 1 where a call
    would still be denied or, as far as the caller was described, may be.
    """
    if not models and not profiles:
        raise click.UsageError("say what is to pass: a MODEL, or --profiles PATTERN")
    require_model_ids(models)
    with bad_input():
        repair = _repair(asked, (*models, *profiles), widen=widen)
    _write_files(asked.scps, repair, proof, script)
    written = _write(asked.scps, repair) if write else []
    if script == _STDOUT:
        _hand_over_script(asked.scps, repair, script)
    elif as_json:
        _echo_data(asked, repair, written)
    else:
        told = lines(asked, repair, (*models, *profiles), proof)
        click.echo("\n".join([*told, *items("Written", written or ["nothing"] if write else [])]))
    return 0 if helps(repair) else DENIED


def _repair(asked: Question, models: Sequence[str], *, widen: bool) -> Repair:
    managed = [
        (level, document)
        for level, each in enumerate(asked.scps.levels)
        for document, content in enumerate(each.documents)
        if content.name.startswith(_CONTROL_TOWER)
    ]
    return scp.repair(asked.scps.texts, models, asked.region, widen=widen, managed=managed, **asked.keywords)


def _write_files(scps: Scps, repair: Repair, proof: Path | None, script: str | None) -> None:
    if proof:
        _save(proof, json.dumps(repair.proof.to_dict(), indent=2) + "\n")
    if script and script != _STDOUT:
        _hand_over_script(scps, repair, script)


def _hand_over_script(scps: Scps, repair: Repair, file: str) -> None:
    """Print the script, or write it to *file*, and say on standard error how long it takes: hours, for a family."""
    script = verify_script(repair, scps.texts)
    if file == _STDOUT:
        click.echo(script.text, nl=False)
    else:
        _save(Path(file), script.text)
    click.echo(f"bedrock-guard: a script of {script.effort}", err=True)


def _write(scps: Scps, repair: Repair) -> list[str]:
    """Write each edited document to its file, all or none; return the names of the files. None where it helps not."""
    if not helps(repair):
        return []
    texts = _edited_texts(scps, repair)
    try:
        replace_all(texts)
    except OSError as error:
        raise click.UsageError(f"{error.filename}: cannot be written: {error.strerror}; no file was changed") from None
    return [str(path) for path in texts]


def _edited_texts(scps: Scps, repair: Repair) -> dict[Path, str]:
    """Return what each file that *repair* edits is to hold."""
    documents = [document for level in scps.levels for document in level.documents]
    texts = [str(policy) for policies in repair.levels for policy in policies]
    edited = [document for document, text in zip(documents, texts, strict=True) if text != document.text]
    if without := [document.name for document in edited if document.path is None or not document.path.is_file()]:
        raise click.UsageError(f"--write: {', '.join(without)} came from no file")
    paths = {document.path for document in edited}
    files: dict[Path, str] = {}
    for document, text in zip(documents, texts, strict=True):
        if document.path and document.path in paths and files.setdefault(document.path, text) != text:
            raise click.UsageError(f"--write: {document.path} stands at several levels, which need different edits")
    return files


def _save(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise click.UsageError(f"{path}: cannot be written: {reason}") from None


def _echo_data(asked: Question, repair: Repair, written: Sequence[str]) -> None:
    echo_json(
        {
            "region": asked.region,
            "scps": scps_as_data(asked.scps),
            **repair.to_dict(),
            "written": list(written),
            "lint": slips_as_data(asked.scps),
        }
    )
