"""Bad input gets one line that says what, where and what to do, and exit status 2; never a traceback."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bedrock_guard.cli._commands import commands, run
from cli.asking import TOKYO, Captured, refused, write
from policies import JP_CLAUDE, TOKYO_ONLY

FILE = ["--scp", "scp.json"]
ASK = ["--region", TOKYO, JP_CLAUDE]
# One folder and one capture serve all examples: each writes its file anew and reads what was printed.
EACH = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path("scp.json"), TOKYO_ONLY)


@pytest.mark.parametrize("name", sorted(commands.commands))
def test_help(capsys: Captured, name: str) -> None:
    """Every command has help, within 80 columns."""
    assert run([name, "--help"]) == 0

    text = capsys.readouterr().out
    assert text.startswith(f"Usage: bedrock-guard {name}")
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("command", ["check", "fix"])
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([*ASK], "say which SCPs"),
        ([*ASK, *FILE, "--account", "111122223333"], "say which SCPs"),
        ([*ASK, "--account", "12"], "--account: must be 12 digits"),
        ([*FILE, JP_CLAUDE], "Missing option '--region'"),
        ([*FILE, "--region", "Tokyo", JP_CLAUDE], "--region: Tokyo is not the name of a Region"),
        ([*FILE, "--region", TOKYO, "claude"], "claude: no model ID"),
        ([*FILE, "--region", TOKYO, "xx.*"], "matches xx.*"),
        ([*FILE, *ASK, "--principal", "me"], "--principal: must be the ARN"),
        ([*FILE, *ASK, "--action", "no such"], "--action: 'no such' is none of InvokeModel"),
        ([*FILE, *ASK, "--action", "InvokeModle"], "InvokeModelWithResponseStream, Converse, ConverseStream"),
        ([*FILE, *ASK, "--action", "s3:GetObject"], "--action: 's3:GetObject' is none of"),
        ([*FILE, *ASK, "--context", "vpce-1"], "--context: vpce-1: write KEY=VALUE"),
        ([*FILE, *ASK, "--context", "=x"], "--context: =x: write KEY=VALUE"),
        ([*FILE, *ASK, "--context", "AWS:RequestedRegion=x"], "--context: AWS:RequestedRegion is set by the call"),
        ([*FILE, *ASK, "--inference-profile", "none.json"], "none.json: cannot be read: No such file"),
        ([*FILE, *ASK, "--inference-profile", "scp.json"], "scp.json: not what `aws bedrock get-inference-profile`"),
        ([*ASK, "--scp", "none.json"], "none.json: cannot be read: No such file"),
        ([*ASK, *FILE, "--scp", "scp.json="], "cannot be read"),
        ([*ASK, "--scp", "."], "cannot be read: Is a directory"),
    ],
)
def test_arguments(capsys: Captured, command: str, arguments: list[str], said: str) -> None:
    """Each bad argument is named."""
    assert said in refused(capsys, command, *arguments)


STATEMENT = TOKYO_ONLY["Statement"][0]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "scp.json: not JSON"),
        (b"Version: 2012-10-17", "scp.json: not JSON"),
        (b"\xff\xfe{\x00}\x00", "scp.json: not UTF-8 text, so no JSON: save it as UTF-8"),
        (b"[]", "scp.json: must be an object, not a list"),
        (b"null", "scp.json: must be an object, not null"),
        (b"{}", "scp.json: Statement: missing"),
        (b'{"Statement": []}', "scp.json: Statement: must not be empty"),
        (b'{"Statement": [1]}', "scp.json, Statement[0]: must be an object, not a number"),
        (b'{"Version": "2012-10-17", "Version": "2012-10-17"}', "scp.json: Version stands twice"),
        (b" " * 10_000_000, "scp.json: longer than 1,000,000 characters"),
        (b"[" * 500_000, "scp.json: nested too deeply"),
        (
            json.dumps({"Statement": {**STATEMENT, "Principal": "*"}}).encode(),
            "Principal: not in a service control policy",
        ),
        (
            json.dumps({"Statement": {**STATEMENT, "Condition": {"Like": {}}}}).encode(),
            "Condition.Like: no such operator",
        ),
    ],
)
def test_documents(capsys: Captured, content: bytes, said: str) -> None:
    """Each malformed document is named, with the statement and the field."""
    Path("scp.json").write_bytes(content)

    assert said in refused(capsys, "check", *FILE, *ASK)


@pytest.mark.parametrize("name", ["nul\0", "x" * 5000, "none/such", "", ".", "/dev/full"])
@pytest.mark.parametrize("option", ["check --baseline", "fix --proof", "fix --verify-script"])
def test_files(capsys: Captured, option: str, name: str) -> None:
    """A file name that can be none is answered, or refused in one line."""
    command, option = option.split()

    assert _is_tidy(capsys, command, *FILE, *ASK, option, name)


def test_control_characters(capsys: Captured) -> None:
    """What a document brings cannot drive the terminal."""
    statement = {**STATEMENT, "Sid": "\x1b[2J\u202e\nForged"}
    write(Path("scp.json"), {"Version": "2012-10-17", "Statement": [statement]})
    run(["check", *FILE, *ASK])
    printed = capsys.readouterr()

    assert not {"\x1b", "\u202e"} & set(printed.out + printed.err)
    assert "\nForged" not in printed.out


def _is_tidy(capsys: Captured, *arguments: str) -> bool:
    status = run(list(arguments))
    printed = capsys.readouterr()
    return status in (0, 1) or (status, printed.out, printed.err.count("\n")) == (2, "", 1)


@EACH
@given(st.binary() | st.text().map(str.encode))
def test_any_bytes(capsys: Captured, content: bytes) -> None:
    """Any file is answered, or refused in one line."""
    Path("scp.json").write_bytes(content)

    assert _is_tidy(capsys, "check", *FILE, *ASK)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["Deny", "*", "bedrock:*"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["StringEquals", "aws:RequestedRegion", "ArnNotLike", "x"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@EACH
@given(JSON)
def test_any_json(capsys: Captured, value: Any) -> None:
    """Any JSON is answered, or refused in one line."""
    Path("scp.json").write_text(json.dumps(value), encoding="utf-8")

    assert _is_tidy(capsys, "check", *FILE, *ASK)


FIELDS = ["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"]
KINDS = ["String", "Numeric", "Date", "Bool", "Binary", "IpAddress", "NotIpAddress", "Arn", "Null"]
OPERATORS = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "", "ForAnyValue:", "ForAllValues:"]),
    st.sampled_from(KINDS),
    st.sampled_from(["", "Equals", "NotEquals", "Like", "NotLike", "LessThan", "EqualsIgnoreCase"]),
    st.sampled_from(["", "", "IfExists"]),
)
KEYS = st.sampled_from(["aws:RequestedRegion", "bedrock:InferenceProfileArn", "aws:PrincipalArn", "x"])
VALUES = JSON | st.sampled_from(
    ["true", "10.0.0.0/33", "2026-13-01", "QQ=", "${aws:username", "${x, 'y'}", "ap-*", "arn:*"]
)
CONDITIONS = st.dictionaries(OPERATORS, st.dictionaries(KEYS, VALUES, max_size=2), min_size=1, max_size=2)


@EACH
@given(st.sampled_from(["check", "fix"]), st.sampled_from(FIELDS), JSON)
def test_any_field(capsys: Captured, command: str, field: str, value: Any) -> None:
    """Any value of any field is answered, or refused in one line."""
    document = {"Version": "2012-10-17", "Statement": [{**STATEMENT, field: value}]}
    Path("scp.json").write_text(json.dumps(document), encoding="utf-8")

    assert _is_tidy(capsys, command, *FILE, *ASK)


@settings(EACH, max_examples=200)
@given(st.sampled_from(["check", "fix"]), CONDITIONS)
def test_any_condition(capsys: Captured, command: str, condition: Any) -> None:
    """Any value of any operator is answered, or refused in one line."""
    document = {"Version": "2012-10-17", "Statement": [{**STATEMENT, "Condition": condition}]}
    Path("scp.json").write_text(json.dumps(document), encoding="utf-8")

    assert _is_tidy(capsys, command, *FILE, *ASK)


DESCRIPTION = {
    "inferenceProfileArn": f"arn:aws:bedrock:{TOKYO}:111122223333:inference-profile/jp.a",
    "inferenceProfileId": "jp.a",
    "models": [{"modelArn": f"arn:aws:bedrock:{TOKYO}::foundation-model/a"}],
    "type": "SYSTEM_DEFINED",
}
ARNS = st.sampled_from(["arn:aws:bedrock:*::foundation-model/a", "arn:aws:bedrock:::foundation-model/*", "a"])


@EACH
@given(
    st.sampled_from([*DESCRIPTION]), JSON | st.fixed_dictionaries({"modelArn": JSON | ARNS}).map(lambda each: [each])
)
def test_any_description(capsys: Captured, field: str, value: Any) -> None:
    """Any description of a profile is taken, or refused in one line."""
    Path("profile.json").write_text(json.dumps({**DESCRIPTION, field: value}), encoding="utf-8")

    assert _is_tidy(capsys, "check", *FILE, "--region", TOKYO, "jp.*", "--inference-profile", "profile.json")


@pytest.mark.parametrize("arn", ["arn:aws:bedrock:*::foundation-model/a", "arn:aws:bedrock:::foundation-model/*"])
def test_wildcard_in_a_description(capsys: Captured, arn: str) -> None:
    """A wildcard would end up in a policy, and open more than is said."""
    Path("profile.json").write_text(json.dumps({**DESCRIPTION, "models": [{"modelArn": arn}]}), encoding="utf-8")

    assert "profile.json: not what" in refused(capsys, "fix", *FILE, *ASK, "--inference-profile", "profile.json")


@EACH
@given(
    st.text(),
    st.sampled_from(["--scp", "--region", "--principal", "--context", "--action", "--account", "--baseline", "MODEL"]),
)
def test_any_argument(capsys: Captured, text: str, option: str) -> None:
    """Any text for an option is answered, or refused in one line."""
    arguments = {"--scp": "scp.json", "--region": TOKYO, "MODEL": JP_CLAUDE} | {option: text}
    model = arguments.pop("MODEL")
    words = [
        word for name, value in arguments.items() for word in (name, value) if (name, option) != ("--scp", "--account")
    ]

    assert _is_tidy(capsys, "check", *words, "--", model)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("arguments", [["demo"], ["demo", "--json"], ["explain", "Rate exceeded"], ["--help"]])
def test_output_that_cannot_be_written(arguments: list[str]) -> None:
    """A full disk is told of in one line, whichever the command, and not once more when Python ends."""
    code = f"import sys; sys.argv = {['bedrock-guard', *arguments]}; from bedrock_guard.cli import main; main()"
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([sys.executable, "-c", code], stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert done.returncode == 2
    assert done.stderr == "bedrock-guard: output: cannot be written: No space left on device\n"
