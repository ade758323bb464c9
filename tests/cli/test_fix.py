"""`bedrock-guard fix`."""

import json
from pathlib import Path
from typing import Any

import pytest

from bedrock_guard.cli._commands import run
from cli.asking import TOKYO, Captured, asked, refused, write
from policies import GLOBAL_CLAUDE, JAPAN_ONLY, JP_CLAUDE, TOKYO_ONLY, region_deny

EXEMPTION = f"arn:aws:bedrock:{TOKYO}:*:inference-profile/{JP_CLAUDE}"


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    write(Path("deny.json"), TOKYO_ONLY)


def _fix(capsys: Captured, *arguments: str) -> tuple[int, str]:
    return asked(capsys, "fix", "--region", TOKYO, *arguments)


def _statement(file: str) -> dict[str, Any]:
    statement: dict[str, Any] = json.loads(Path(file).read_text(encoding="utf-8"))["Statement"][0]
    return statement


def _words(text: str) -> str:
    return " ".join(text.split())


def test_edit(capsys: Captured) -> None:
    """The edit is shown as the lines that go and come, under the document and the statement."""
    status, text = _fix(capsys, "--scp", "deny.json", JP_CLAUDE)

    assert status == 0
    assert "--- root deny.json   Sid DenyOutsideTokyo" in text.splitlines()
    assert [line for line in text.splitlines() if line.startswith("+") and EXEMPTION in line]


def test_told(capsys: Captured) -> None:
    """What it opens, what stays, the size and the assumptions are told."""
    _, text = _fix(capsys, "--scp", "deny.json", JP_CLAUDE)
    first_words = {line.split()[0] for line in text.splitlines() if line}

    assert {"Opens", "Unchanged", "Size", "Assumes", "After"} <= first_words


def test_width(capsys: Captured) -> None:
    """All but what is to be pasted fits in 80 columns."""
    _, text = _fix(capsys, "--scp", "deny.json", JP_CLAUDE, GLOBAL_CLAUDE)

    assert max(len(line) for line in text.splitlines() if line[:1] not in "+-") <= 80


def test_minified(capsys: Captured) -> None:
    """A document in one line is shown indented, so that the edit can be seen."""
    policy = region_deny(TOKYO)
    policy["Statement"][0]["NotAction"] += [f"service{number}:*" for number in range(50)]
    Path("deny.json").write_text(json.dumps(policy), encoding="utf-8")
    _, text = _fix(capsys, "--scp", "deny.json", JP_CLAUDE)

    assert max(map(len, text.splitlines())) < 200


def test_nothing_to_fix(capsys: Captured) -> None:
    """A call that passes needs no edit."""
    write(Path("japan.json"), JAPAN_ONLY)
    status, text = _fix(capsys, "--scp", "japan.json", JP_CLAUDE)

    assert (status, text.splitlines()[-1]) == (0, "Nothing to fix.")


def test_nothing_is_written_unasked(capsys: Captured) -> None:
    """Without --write the files stay as they are."""
    _fix(capsys, "--scp", "deny.json", JP_CLAUDE)

    assert json.loads(Path("deny.json").read_text(encoding="utf-8")) == TOKYO_ONLY


def test_write(capsys: Captured) -> None:
    """--write writes the file, and the call passes from then on."""
    status, text = _fix(capsys, "--scp", "deny.json", "--write", JP_CLAUDE)

    assert (status, text.splitlines()[-1]) == (0, "Written    deny.json")
    assert _statement("deny.json")["Condition"]["ArnNotLike"] == {"bedrock:InferenceProfileArn": EXEMPTION}
    assert run(["check", "--region", TOKYO, "--scp", "deny.json", JP_CLAUDE]) == 0


def test_layout(capsys: Captured) -> None:
    """What is not edited keeps its layout, line ends included."""
    text = json.dumps(TOKYO_ONLY, indent=4).replace("\n", "\r\n") + "\r\n"
    Path("deny.json").write_bytes(text.encode())
    _fix(capsys, "--scp", "deny.json", "--write", JP_CLAUDE)
    written = Path("deny.json").read_bytes().decode()

    rest = iter(line.rstrip(",") for line in written.split("\r\n"))
    assert all(line.rstrip(",") in rest for line in text.split("\r\n"))
    assert written.endswith("}\r\n")


def test_two_levels(capsys: Captured) -> None:
    """Every document that denies is edited, at every level."""
    write(Path("account.json"), region_deny(TOKYO))
    _fix(capsys, "--scp", "deny.json", "--scp", "account=account.json", "--write", JP_CLAUDE)

    assert ["ArnNotLike" in _statement(file)["Condition"] for file in ("deny.json", "account.json")] == [True, True]


def test_one_file_at_two_levels(capsys: Captured) -> None:
    """A file that stands at two levels is edited once."""
    status, _ = _fix(capsys, "--scp", "deny.json", "--scp", "account=deny.json", "--write", JP_CLAUDE)

    assert status == 0
    assert _statement("deny.json")["Condition"]["ArnNotLike"] == {"bedrock:InferenceProfileArn": EXEMPTION}


def test_family(capsys: Captured) -> None:
    """--profiles makes one edit for a family, and lists what it covers today."""
    status, text = _fix(capsys, "--scp", "deny.json", "--profiles", "jp.*")

    assert status == 0
    assert "inference-profile/jp.*" in text
    assert "jp.amazon.nova-2-lite-v1:0" in _words(text).partition("Covers")[2]


def test_cannot(capsys: Captured) -> None:
    """What no edit repairs is said, and the exit status is 1."""
    statement = {"Sid": "NoModels", "Effect": "Deny", "Action": "bedrock:InvokeModel*", "Resource": "*"}
    write(Path("models.json"), {"Version": "2012-10-17", "Statement": [statement]})
    status, text = _fix(capsys, "--scp", "models.json", JP_CLAUDE)

    assert status == 1
    assert "Not edited root models.json, NoModels:" in _words(text)


def test_control_tower(capsys: Captured) -> None:
    """A document that Control Tower owns by its name is not edited."""
    write(Path("aws-guardrails-abc.json"), TOKYO_ONLY)
    status, text = _fix(capsys, "--scp", "aws-guardrails-abc.json", JP_CLAUDE)

    assert (status, "Control Tower" in text, "+++" in text) == (1, True, False)


def test_not_written(capsys: Captured) -> None:
    """Nothing is written where a call would still be denied."""
    write(Path("aws-guardrails-abc.json"), TOKYO_ONLY)
    arguments = ["--scp", "deny.json", "--scp", "account=aws-guardrails-abc.json", "--write"]
    status, text = _fix(capsys, *arguments, JP_CLAUDE)

    assert (status, text.splitlines()[-1]) == (1, "Written    nothing")
    assert json.loads(Path("deny.json").read_text(encoding="utf-8")) == TOKYO_ONLY


def test_over_quota(capsys: Captured) -> None:
    """An edit that would not fit is not written."""
    policy = region_deny(TOKYO)
    size = len(json.dumps(policy, separators=(",", ":")))
    policy["Statement"][0]["Sid"] += "x" * (10_200 - size)
    text = json.dumps(policy)
    Path("deny.json").write_text(text, encoding="utf-8")
    status, answer = _fix(capsys, "--scp", "deny.json", "--write", JP_CLAUDE)

    assert (status, "over the quota of 10,240" in _words(answer)) == (1, True)
    assert Path("deny.json").read_text(encoding="utf-8") == text


def test_widen(capsys: Captured) -> None:
    """--widen lets the list of Regions grow, and says what else changes."""
    status, text = _fix(capsys, "--scp", "deny.json", "--widen", JP_CLAUDE)

    assert (status, "ap-northeast-3" in text) == (0, True)


def test_proof(capsys: Captured) -> None:
    """--proof lists every request that was tried."""
    _, text = _fix(capsys, "--scp", "deny.json", "--proof", "proof.json", JP_CLAUDE)
    proof = json.loads(Path("proof.json").read_text(encoding="utf-8"))

    assert len(proof["cells"]) == proof["unchanged"] + len(proof["opened"])
    assert f"({proof['unchanged']}; list: proof.json)" in _words(text)


@pytest.mark.parametrize("option", ["--proof", "--verify-script"])
def test_no_such_folder(capsys: Captured, option: str) -> None:
    """A file that cannot be written is named."""
    line = refused(capsys, "fix", "--region", TOKYO, "--scp", "deny.json", JP_CLAUDE, option, "none/file")

    assert "none/file: cannot be written" in line


def test_json(capsys: Captured) -> None:
    """--json has the edited documents and the proof."""
    status, text = _fix(capsys, "--scp", "deny.json", "--json", JP_CLAUDE)
    data = json.loads(text)

    assert (status, data["verdict"], data["proof"]["passes"]) == (0, "allowed", True)
    assert EXEMPTION in data["documents"][0]["after"]


def test_what_is_to_pass(capsys: Captured) -> None:
    """Something has to be asked for."""
    assert "MODEL, or --profiles PATTERN" in refused(capsys, "fix", "--region", TOKYO, "--scp", "deny.json")
