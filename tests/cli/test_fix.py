"""`bedrock-guard fix`."""

import codecs
import errno
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bedrock_guard.cli._commands import run
from cli.asking import TOKYO, Captured, asked, refused, write
from policies import GLOBAL_CLAUDE, JAPAN_ONLY, JP_CLAUDE, TOKYO_ONLY, region_deny

LONG = region_deny(TOKYO, sid="Long" * 300)
EXEMPTION = f"arn:aws:bedrock:{TOKYO}:*:inference-profile/{JP_CLAUDE}"


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    write(Path("deny.json"), TOKYO_ONLY)


def allowing(action: str, **elements: str) -> dict[str, Any]:
    """Return an Allow-list of *action*."""
    return {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action, "Resource": "*", **elements}}


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


def test_tabs(capsys: Captured) -> None:
    """A document that is indented with tabs is shown indented with blanks, and keeps its tabs."""
    Path("deny.json").write_text(json.dumps(TOKYO_ONLY, indent="\t"), encoding="utf-8")
    _, text = _fix(capsys, "--scp", "deny.json", "--write", JP_CLAUDE)

    assert ("?" in text, "\t" in text) == (False, False)
    assert f'+{" " * 20}"bedrock:InferenceProfileArn": "{EXEMPTION}"' in text.splitlines()
    assert "\t\t\t\t" in Path("deny.json").read_text(encoding="utf-8")


def test_two_statements(capsys: Captured) -> None:
    """Two places of one document stand apart."""
    statements = [region_deny(TOKYO, sid=sid)["Statement"][0] for sid in ("First", "Second")]
    write(Path("deny.json"), {"Version": "2012-10-17", "Statement": statements})
    _, text = _fix(capsys, "--scp", "deny.json", JP_CLAUDE)
    _, _, shown = text.partition("--- root deny.json   Sid First, Sid Second\n")
    first, second = shown.partition("\n\n")[0].split("\n...\n")

    assert [part.count(EXEMPTION) for part in (first, second)] == [1, 1]


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


def test_one_file_that_needs_two_texts(capsys: Captured) -> None:
    """A file that stands at two levels and would have to be edited otherwise at each is not written."""
    write(Path("list.json"), allowing("s3:*"))
    write(Path("models.json"), allowing("bedrock:*", Resource="arn:aws:bedrock:*::foundation-model/*"))
    levels = ["--scp", "root=list.json", "--scp", "account=list.json", "--scp", "account=models.json"]
    line = refused(capsys, "fix", "--region", TOKYO, *levels, "--write", JP_CLAUDE)

    assert "list.json stands at several levels, which need different edits" in line
    assert json.loads(Path("list.json").read_text(encoding="utf-8")) == allowing("s3:*")


def test_all_files_or_none(capsys: Captured) -> None:
    """Where the disk is full before the last file is written, the first is as it was, and nothing is left behind."""
    write(Path("long.json"), LONG)
    line = _refused_on_a_small_disk(capsys, "--scp", "deny.json", "--scp", "account=long.json")

    assert "long.json: cannot be written: File too large; no file was changed" in line
    assert [json.loads(Path(name).read_text(encoding="utf-8")) for name in ("deny.json", "long.json")] == [
        TOKYO_ONLY,
        LONG,
    ]
    assert sorted(path.name for path in Path().iterdir()) == ["deny.json", "long.json"]


def _refused_on_a_small_disk(capsys: Captured, *arguments: str) -> str:
    """Return the line of a --write where files of some 1,000 characters fit, and longer ones do not."""
    resource = pytest.importorskip("resource")
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(json.dumps(LONG, indent=2)) + 50, most))
    try:
        return refused(capsys, "fix", "--region", TOKYO, *arguments, "--write", JP_CLAUDE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


def test_written_files_go_back(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the second file cannot take its place, the first gets its old text back."""
    write(Path("account.json"), TOKYO_ONLY)
    replace = Path.replace

    def refusing(path: Path, target: Path) -> Path:
        if target.name == "account.json":
            raise OSError(errno.EBUSY, "Device or resource busy", str(path))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", refusing)
    line = refused(
        capsys, "fix", "--region", TOKYO, "--scp", "deny.json", "--scp", "a=account.json", "--write", JP_CLAUDE
    )

    assert "account.json: cannot be written: Device or resource busy; no file was changed" in line
    assert json.loads(Path("deny.json").read_text(encoding="utf-8")) == TOKYO_ONLY
    assert sorted(path.name for path in Path().iterdir()) == ["account.json", "deny.json"]


def test_link_stays(capsys: Captured) -> None:
    """What a link leads to is written, in its own folder; the link stays one."""
    write(Path("scps/real.json"), TOKYO_ONLY)
    Path("link.json").symlink_to("scps/real.json")
    _fix(capsys, "--scp", "link.json", "--write", JP_CLAUDE)

    assert Path("link.json").is_symlink()
    assert "ArnNotLike" in _statement("scps/real.json")["Condition"]


def test_mode_stays(capsys: Captured) -> None:
    """Who may read the file may read it still."""
    Path("deny.json").chmod(0o640)
    _fix(capsys, "--scp", "deny.json", "--write", JP_CLAUDE)

    assert Path("deny.json").stat().st_mode & 0o777 == 0o640


def test_protected_file_stays(capsys: Captured) -> None:
    """A file that may not be written is not replaced either."""
    Path("deny.json").chmod(0o444)
    if os.access("deny.json", os.W_OK):
        pytest.skip("who runs this may write any file")
    line = refused(capsys, "fix", "--region", TOKYO, "--scp", "deny.json", "--write", JP_CLAUDE)

    assert "deny.json: cannot be written: Permission denied; no file was changed" in line


def test_byte_order_mark_stays(capsys: Captured) -> None:
    """A file that begins with a byte order mark, as editors on Windows write it, is read, and keeps it."""
    Path("deny.json").write_text(json.dumps(TOKYO_ONLY), encoding="utf-8-sig")
    status, text = _fix(capsys, "--scp", "deny.json", "--write", JP_CLAUDE)
    written = Path("deny.json").read_bytes()

    assert (status, text.splitlines()[-1]) == (0, "Written    deny.json")
    assert written.startswith(codecs.BOM_UTF8 + b"{")
    assert "ArnNotLike" in json.loads(written.decode("utf-8-sig"))["Statement"][0]["Condition"]


def test_pipe_is_not_written(capsys: Captured) -> None:
    """What came through a pipe has no file to be written to."""
    reading, writing = os.pipe()
    os.write(writing, json.dumps(TOKYO_ONLY).encode())
    os.close(writing)
    line = refused(capsys, "fix", "--region", TOKYO, "--scp", f"/dev/fd/{reading}", "--write", JP_CLAUDE)
    os.close(reading)

    assert "came from no file" in line


def test_proof_into_a_pipe(capsys: Captured) -> None:
    """--proof and --verify-script write to whatever takes text, a pipe too."""
    reading, writing = os.pipe()
    arguments = ["--scp", "deny.json", "--verify-script", f"/dev/fd/{writing}", JP_CLAUDE]
    with ThreadPoolExecutor(1) as pool, os.fdopen(reading) as file:
        read = pool.submit(file.read)
        status, _ = _fix(capsys, *arguments)
        os.close(writing)
        text = read.result()

    assert (status, text.splitlines()[0]) == (0, "#!/usr/bin/env bash")


def test_family(capsys: Captured) -> None:
    """--profiles makes one edit for a family, and lists what it covers today."""
    status, text = _fix(capsys, "--scp", "deny.json", "--profiles", "jp.*")

    assert status == 0
    assert "inference-profile/jp.*" in text
    assert "jp.amazon.nova-2-lite-v1:0" in _words(text).partition("Covers")[2]


def test_family_of_one(capsys: Captured) -> None:
    """What a pattern covers today is listed even where it is one profile, for AWS may add others."""
    _, text = _fix(capsys, "--scp", "deny.json", "--profiles", "jp.amazon.*")

    assert "Covers today jp.amazon.nova-2-lite-v1:0 Opens" in _words(text)


def test_no_family(capsys: Captured) -> None:
    """Models that are named cover nothing but themselves."""
    assert "Covers" not in _fix(capsys, "--scp", "deny.json", JP_CLAUDE, GLOBAL_CLAUDE)[1]


def test_nothing_to_edit(capsys: Captured) -> None:
    """Where a denial is for the caller to tell of, no edit is made, and it is said once what it depends on."""
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    condition = {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}
    write(Path("root.json"), {"Version": "2012-10-17", "Statement": {**statement, "Condition": condition}})
    status, text = _fix(capsys, "--scp", "root.json", JP_CLAUDE)

    assert (status, text.splitlines()[-2:]) == (
        1,
        [
            "Nothing to edit: a call may be denied, see below.",
            "Note  it depends on who calls: say it with --principal",
        ],
    )


def test_cannot(capsys: Captured) -> None:
    """What no edit repairs is said, and the exit status is 1."""
    statement = {"Sid": "NoModels", "Effect": "Deny", "Action": "bedrock:InvokeModel*", "Resource": "*"}
    write(Path("models.json"), {"Version": "2012-10-17", "Statement": [statement]})
    status, text = _fix(capsys, "--scp", "models.json", JP_CLAUDE)

    assert status == 1
    assert "Not edited root models.json, NoModels:" in _words(text)
    assert text.splitlines()[-1] == "After      a call is still denied"


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
    assert "After an SCP would be over its quota" in _words(answer)
    assert Path("deny.json").read_text(encoding="utf-8") == text


def test_widen(capsys: Captured) -> None:
    """--widen lets the list of Regions grow, and says what that opens."""
    status, text = _fix(capsys, "--scp", "deny.json", "--widen", JP_CLAUDE)

    assert status == 0
    assert 'Opens ap-northeast-3, for everything that "DenyOutsideTokyo" denies there Changes' in _words(text)


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
