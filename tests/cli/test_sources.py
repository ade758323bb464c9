"""Where SCPs come from: files, by level."""

import json
from pathlib import Path

import click
import pytest

from bedrock_guard.cli._baseline import added, before
from bedrock_guard.cli._sources import from_files
from cli.asking import write
from policies import JAPAN_ONLY, TOKYO_ONLY

ALLOW_BEDROCK = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "bedrock:*", "Resource": "*"}}


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_one_file() -> None:
    """One file stands beside FullAWSAccess, which is said to be assumed."""
    write(Path("deny.json"), TOKYO_ONLY)

    assert from_files(["deny.json"]).lines() == ["root: deny.json + FullAWSAccess (assumed)"]


def test_levels() -> None:
    """Levels stand in the order in which they are named."""
    write(Path("deny.json"), TOKYO_ONLY)
    scps = from_files(["root=FullAWSAccess", "Workloads=deny.json", "account=FullAWSAccess", "Workloads=FullAWSAccess"])

    assert scps.lines() == ["root: FullAWSAccess", "Workloads: deny.json + FullAWSAccess", "account: FullAWSAccess"]


def test_assumed_at_each_level() -> None:
    """FullAWSAccess is assumed at every level that would allow nothing."""
    write(Path("deny.json"), TOKYO_ONLY)
    scps = from_files(["root=deny.json", "account=deny.json"])

    assert [level.documents[-1].assumed for level in scps.levels] == [True, True]


def test_allow_list() -> None:
    """Nothing is assumed beside an allow-list: it would be one no more."""
    write(Path("allow.json"), ALLOW_BEDROCK)

    assert from_files(["allow.json"]).lines() == ["root: allow.json"]


def test_name_with_equals_sign() -> None:
    """A file whose name holds an equals sign is a file."""
    write(Path("env=prod.json"), TOKYO_ONLY)

    assert from_files(["env=prod.json"]).levels[0].documents[0].path == Path("env=prod.json")


def test_text_is_kept() -> None:
    """The text of a file is kept to the letter, line ends included."""
    text = json.dumps(TOKYO_ONLY, indent=4).replace("\n", "\r\n")
    Path("deny.json").write_bytes(text.encode())

    assert from_files(["deny.json"]).document(0, 0).text == text


@pytest.mark.parametrize("name", ["missing.json", ".", "x" * 5000, "nul\0.json"])
def test_no_such_file(name: str) -> None:
    """What cannot be read is a usage error."""
    with pytest.raises(click.UsageError, match="cannot be read"):
        from_files([name])


def test_place_of_an_error() -> None:
    """An error in a document names its file and its statement."""
    write(Path("bad.json"), {"Version": "2012-10-17", "Statement": [{"Sid": "Odd", "Effect": "Never"}]})

    with pytest.raises(click.UsageError, match=r"bad\.json, Statement\[0\] \(Sid Odd\): Effect: must be Allow or Deny"):
        from_files(["account=bad.json"])


def test_baseline_file() -> None:
    """One old file stands for the one new file."""
    write(Path("deny.json"), TOKYO_ONLY)
    write(Path("old.json"), JAPAN_ONLY)
    old = before(from_files(["deny.json"]), Path("old.json"))

    assert json.loads(old.document(0, 0).text) == JAPAN_ONLY


@pytest.mark.parametrize("absolute", [False, True])
def test_baseline_folder(absolute: bool, tmp_path: Path) -> None:  # noqa: FBT001 (pytest names arguments)
    """In a folder of old files each is looked for under the same path."""
    file = write(tmp_path / "scps" / "deny.json" if absolute else Path("scps/deny.json"), TOKYO_ONLY)
    write(Path("old/scps/deny.json"), JAPAN_ONLY)
    old = before(from_files([file, "account=FullAWSAccess"]), Path("old"))

    assert json.loads(old.document(0, 0).text) == JAPAN_ONLY
    assert [level.name for level in old.levels] == ["root", "account"]


def test_new_document() -> None:
    """A document that the old folder lacks was not attached then."""
    write(Path("deny.json"), TOKYO_ONLY)
    write(Path("new.json"), TOKYO_ONLY)
    write(Path("old/deny.json"), TOKYO_ONLY)
    old = before(from_files(["deny.json", "account=new.json"]), Path("old"))

    assert old.lines() == ["root: old/deny.json + FullAWSAccess (assumed)", "account: FullAWSAccess (assumed)"]


def test_allow_list_before() -> None:
    """What is assumed now need not have been: an old Allow-list stood alone."""
    write(Path("scp.json"), TOKYO_ONLY)
    write(Path("old.json"), ALLOW_BEDROCK)

    assert before(from_files(["scp.json"]), Path("old.json")).lines() == ["root: old.json"]


def test_baseline_of_several() -> None:
    """One old file is no answer for several new ones."""
    write(Path("deny.json"), TOKYO_ONLY)
    write(Path("other.json"), TOKYO_ONLY)

    with pytest.raises(click.UsageError, match="give the folder"):
        before(from_files(["deny.json", "account=other.json"]), Path("deny.json"))


def test_baseline_of_one_file_at_two_levels() -> None:
    """One old file is the old text wherever the new file stands."""
    write(Path("deny.json"), TOKYO_ONLY)
    write(Path("old.json"), JAPAN_ONLY)
    old = before(from_files(["deny.json", "account=deny.json"]), Path("old.json"))

    assert [json.loads(old.document(level, 0).text) for level in (0, 1)] == [JAPAN_ONLY] * 2


def test_baseline_of_no_file() -> None:
    """Policies that are no files have no old ones."""
    with pytest.raises(click.UsageError, match="no --scp file to compare"):
        before(from_files(["FullAWSAccess"]), Path("old.json"))


def test_error_in_the_baseline() -> None:
    """An error in an old document names the old file."""
    write(Path("deny.json"), TOKYO_ONLY)
    write(Path("old.json"), {"Version": "2012-10-17"})

    with pytest.raises(click.UsageError, match=r"^old\.json: Statement: missing"):
        before(from_files(["deny.json"]), Path("old.json"))


def test_first_documents() -> None:
    """Against a folder that holds none of the files, none was attached."""
    write(Path("deny.json"), TOKYO_ONLY)
    Path("old").mkdir()
    new = from_files(["deny.json"])
    old = before(new, Path("old"))

    assert old.lines() == ["root: FullAWSAccess (assumed)"]
    assert added(new, old) == ["deny.json"]


def test_baseline_that_does_not_exist() -> None:
    """A folder that is not there is surely the wrong one."""
    write(Path("deny.json"), TOKYO_ONLY)

    with pytest.raises(click.UsageError, match="cannot be read"):
        before(from_files(["deny.json"]), Path("old"))


@pytest.mark.parametrize("absolute", [False, True])
def test_baseline_of_a_file_outside(absolute: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:  # noqa: FBT001 (pytest names arguments)
    """Where a file lies outside the current folder, no path of it can be looked for in the old one."""
    write(tmp_path / "new/deny.json", TOKYO_ONLY)
    write(tmp_path / "old/deny.json", JAPAN_ONLY)
    monkeypatch.chdir(tmp_path / "old")
    new = from_files([str(tmp_path / "new/deny.json") if absolute else "../new/deny.json"])

    with pytest.raises(click.UsageError, match="is outside the current folder"):
        before(new, Path())


def test_baseline_through_the_parent_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A detour through the folder above ends at the same path."""
    write(tmp_path / "new/deny.json", TOKYO_ONLY)
    write(tmp_path / "old/deny.json", JAPAN_ONLY)
    monkeypatch.chdir(tmp_path / "new")
    old = before(from_files(["../new/deny.json"]), Path("../old"))

    assert json.loads(old.document(0, 0).text) == JAPAN_ONLY


@pytest.mark.parametrize("baseline", [".", "scp.json", "../new", "../link"])
def test_baseline_that_is_the_new_file(baseline: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file that is compared with itself would pass whatever it denies."""
    write(tmp_path / "new/scp.json", TOKYO_ONLY)
    (tmp_path / "link").symlink_to(tmp_path / "new")
    monkeypatch.chdir(tmp_path / "new")

    with pytest.raises(click.UsageError, match="is the --scp file itself"):
        before(from_files(["scp.json"]), Path(baseline))
