"""The script of `--verify-script` runs, and botocore accepts each of its calls."""

import json
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from bedrock_guard import scp
from bedrock_guard.cli._commands import run
from bedrock_guard.cli._verify_script import context_entries
from cli.asking import TOKYO, Captured, asked, refused, write
from policies import JP_CLAUDE, TOKYO_ONLY, region_deny

MODEL = botocore.session.get_session().get_service_model("iam").operation_model("SimulateCustomPolicy")
SHAPE: Any = MODEL.input_shape
# In place of the AWS CLI, as a function that bash inherits: it keeps the documents and the words of each call, and
# answers with the next line of its input.
STAND_IN = """() {
  file=${6#file://}
  [ -e "kept-${file##*/}" ] || cp "$file" "kept-${file##*/}"
  printf '%s\\0' "$@" >> calls
  read -r answer && echo "$answer"
}"""
WORDS = 16
# More answers than the script has questions.
ALWAYS = [True] * 5000


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path("deny.json"), TOKYO_ONLY)
    run(["fix", "--region", TOKYO, "--scp", "deny.json", "--verify-script", "verify.sh", JP_CLAUDE])


def _run(answers: Iterable[bool]) -> subprocess.CompletedProcess[str]:
    Path("answers").write_text("".join(f"{answer}\n" for answer in answers), encoding="utf-8")
    Path("calls").unlink(missing_ok=True)
    with Path("answers").open(encoding="utf-8") as file:
        return subprocess.run(
            ["bash", "verify.sh"],
            stdin=file,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "BASH_FUNC_aws%%": STAND_IN},
        )


def _calls() -> list[dict[str, Any]]:
    """Return the parameters of each call, as the AWS CLI reads its options."""
    words = Path("calls").read_text(encoding="utf-8").split("\0")[:-1]
    return [_parameters(words[start : start + WORDS]) for start in range(0, len(words), WORDS)]


def _parameters(words: list[str]) -> dict[str, Any]:
    assert words[:2] == ["iam", "simulate-custom-policy"]
    given = dict(zip(words[2::2], words[3::2], strict=True))
    documents = Path(given["--ordered-organization-policy-input-list"]).name
    return {
        "PolicyInputList": [given["--policy-input-list"]],
        "OrderedOrganizationPolicyInputList": json.loads(Path(f"kept-{documents}").read_text(encoding="utf-8")),
        "ActionNames": [given["--action-names"]],
        "ResourceArns": [given["--resource-arns"]],
        "ContextEntries": json.loads(given["--context-entries"]),
    }


def _decided(parameters: dict[str, Any]) -> bool:
    """Return what the documents of one call say to it."""
    levels = [level["ServiceControlPolicyInputList"] for level in parameters["OrderedOrganizationPolicyInputList"]]
    context = {entry["ContextKeyName"]: entry["ContextKeyValues"][0] for entry in parameters["ContextEntries"]}
    [action], [resource] = parameters["ActionNames"], parameters["ResourceArns"]
    return scp.evaluate(levels, action=action, resource=resource, context=context).result is scp.Result.ALLOWED


@pytest.mark.skipif(
    "OrderedOrganizationPolicyInputList" not in SHAPE.members,
    reason="this botocore (before 1.43.60) does not know that IAM simulates SCPs",
)
def test_accepted_by_botocore() -> None:
    """The validator of botocore accepts every call."""
    _run(ALWAYS)
    reports = [ParamValidator().validate(parameters, SHAPE) for parameters in _calls()]

    assert len(reports) > 100
    assert [report.generate_report() for report in reports if report.has_errors()] == []


def test_agreement() -> None:
    """Where each call is answered as the documents in it say, the script agrees: exit status 0."""
    _run(ALWAYS)
    answers = [_decided(parameters) for parameters in _calls()]
    ended = _run(answers)

    assert ended.returncode == 0
    assert ended.stdout == f"AWS agrees with all {len(answers)} claims.\n"
    assert set(answers) == {True, False}


def test_effort(capsys: Captured) -> None:
    """How many calls that is, and how long they take, is said by `fix`, in the script, and before it asks."""
    capsys.readouterr()
    run(["fix", "--region", TOKYO, "--scp", "deny.json", "--verify-script", "verify.sh", "--profiles", "jp.*"])
    ended = _run([])
    calls = Path("verify.sh").read_text(encoding="utf-8").count("\ncheck ")
    effort = f"{calls:,} calls in turn, roughly {calls // 60} min at 1 s each"

    assert capsys.readouterr().err == f"bedrock-guard: a script of {effort}\n"
    assert f"\n# {effort}.\n" in Path("verify.sh").read_text(encoding="utf-8")
    assert ended.stderr == f"Asking AWS: {effort}\n"


def test_disagreement() -> None:
    """Where AWS answers otherwise, the script says where, and its exit status is 1."""
    ended = _run(ALWAYS)

    assert ended.returncode == 1
    assert "AWS disagrees (old documents): allowed is True, not False: bedrock:InvokeModel on arn:aws:" in ended.stdout


def test_call_itself() -> None:
    """The first claims are about the call: Osaka is denied before, nothing after; and none is made twice."""
    text = Path("verify.sh").read_text(encoding="utf-8")
    claims = [line for line in text.splitlines() if line.startswith("check ")]

    assert [claim.split()[1:3] for claim in claims[:6]] == [
        ["old", "True"],
        ["old", "True"],
        ["old", "False"],
        ["new", "True"],
        ["new", "True"],
        ["new", "True"],
    ]
    assert len(claims) == len(set(claims))


def test_refusal() -> None:
    """Where AWS cannot be asked, the exit status is 2."""
    assert _run([]).returncode == 2


def test_every_key() -> None:
    """Every call gives the Region that is asked, and no key twice."""
    _run(ALWAYS)
    keys = [[entry["ContextKeyName"] for entry in parameters["ContextEntries"]] for parameters in _calls()]

    assert all("aws:RequestedRegion" in names for names in keys)
    assert all(len(names) == len(set(names)) for names in keys)


def test_too_many_levels(capsys: Captured) -> None:
    """AWS simulates seven levels: more are refused."""
    levels = [word for number in range(8) for word in ("--scp", f"level{number}=deny.json")]

    assert "at most 7 levels" in refused(capsys, "fix", "--region", TOKYO, *levels, JP_CLAUDE, "--verify-script")


def test_left_out(capsys: Captured) -> None:
    """Answers that depend on a caller who was not described are no claims: they are counted."""
    policy = region_deny(TOKYO)
    policy["Statement"][0]["Condition"]["ArnNotLike"] = {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}
    write(Path("role.json"), policy)
    capsys.readouterr()
    question = ["fix", "--region", TOKYO, "--scp", "role.json", JP_CLAUDE]
    _, text = asked(capsys, *question, "--proof", "proof.json", "--verify-script")
    cells = json.loads(Path("proof.json").read_text(encoding="utf-8"))["cells"]
    undecided = sum([cell["before"], cell["after"]].count("unknown") for cell in cells)

    # And the call itself, in Osaka, before the edit.
    assert f"# {undecided + 1} more answers depend on the caller" in text


def test_printed_alone(capsys: Captured) -> None:
    """Without a file the script is all that is printed."""
    capsys.readouterr()
    _, text = asked(capsys, "fix", "--region", TOKYO, "--scp", "deny.json", JP_CLAUDE, "--verify-script")

    assert text == Path("verify.sh").read_text(encoding="utf-8")


def test_entries() -> None:
    """A key that is absent is left out; the others have the type that AWS asks for."""
    context = {
        "a:b": "x",
        "aws:SourceIp": "10.0.0.1",
        "aws:SecureTransport": "true",
        "aws:TagKeys": ["p", "q"],
        "a:c": (),
    }

    assert [(entry["ContextKeyName"], entry["ContextKeyType"]) for entry in context_entries(context)] == [
        ("a:b", "string"),
        ("aws:SourceIp", "ip"),
        ("aws:SecureTransport", "boolean"),
        ("aws:TagKeys", "stringList"),
    ]
