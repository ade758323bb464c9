"""`bedrock-guard check`."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.asking import TOKYO, Captured, asked, write
from policies import GLOBAL_CLAUDE, JAPAN_ONLY, JP_CLAUDE, NOVA, TOKYO_ONLY, region_deny

ROLE = "arn:aws:iam::111122223333:role/app"


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    write(Path("deny.json"), TOKYO_ONLY)
    write(Path("japan.json"), JAPAN_ONLY)


def _exempting(principal: str) -> dict[str, Any]:
    policy = region_deny(TOKYO)
    policy["Statement"][0]["Condition"]["ArnNotLike"] = {"aws:PrincipalArn": principal}
    return policy


def _check(capsys: Captured, *arguments: str) -> tuple[int, list[str]]:
    status, text = asked(capsys, "check", "--region", TOKYO, *arguments)
    return status, text.splitlines()


def test_matrix(capsys: Captured) -> None:
    """Each profile has a row, each destination Region a column, each denial a footnote."""
    status, lines = _check(capsys, "--scp", "deny.json", JP_CLAUDE, GLOBAL_CLAUDE, NOVA)

    assert status == 1
    assert lines == [
        "SCPs  root: deny.json + FullAWSAccess (assumed)",
        "From ap-northeast-1                            ap-ne-1  ap-ne-3  unspec.",
        "jp.anthropic.claude-sonnet-4-5-*      BLOCKED  ok       DENY 1   -",
        "global.anthropic.claude-sonnet-4-5-*  BLOCKED  ok       -        DENY 1",
        "amazon.nova-lite-v1:0 (in-Region)     allowed  ok       -        -",
        "1  root deny.json, DenyOutsideTokyo: aws:RequestedRegion is not in list",
        "A BLOCKED profile may fail always, or now and then: AWS may route past the",
        "blocked Region.",
    ]


def test_order_of_columns(capsys: Captured) -> None:
    """The source Region comes first, the Region that is none last."""
    models = [model.replace("jp.", "us.") for model in (JP_CLAUDE, GLOBAL_CLAUDE)]
    _, text = asked(capsys, "check", "--region", "us-west-2", "--scp", "deny.json", *models)

    assert text.splitlines()[1].split()[2:] == ["us-w-2", "us-e-1", "us-e-2", "unspec."]


def test_allowed(capsys: Captured) -> None:
    """The exit status is 0 where all calls are allowed."""
    status, lines = _check(capsys, "--scp", "japan.json", JP_CLAUDE)

    assert (status, lines[-1].split()) == (0, ["jp.anthropic.claude-sonnet-4-5-*", "allowed", "ok", "ok"])


def test_depends(capsys: Captured) -> None:
    """What depends on the caller may be denied, so the exit status is 1, and the caller is asked for."""
    write(Path("role.json"), _exempting(ROLE))
    status, lines = _check(capsys, "--scp", "role.json", JP_CLAUDE)

    assert status == 1
    assert lines[2].split()[1:] == ["depends", "ok", "?", "1"]
    assert lines[-1] == "Note  it depends on who calls: say it with --principal"


@pytest.mark.parametrize(
    ("principal", "status"),
    [(ROLE, 0), ("arn:aws:sts::111122223333:assumed-role/app/me", 0), ("arn:aws:iam::111122223333:role/other", 1)],
)
def test_principal(capsys: Captured, principal: str, status: int) -> None:
    """With --principal it does not depend any more; a session is its role."""
    write(Path("role.json"), _exempting(ROLE))

    assert _check(capsys, "--scp", "role.json", "--principal", principal, JP_CLAUDE)[0] == status


@pytest.mark.parametrize(("said", "status"), [("vpce-1", 0), ("vpce-2", 1), ("", 1)])
def test_context(capsys: Captured, said: str, status: int) -> None:
    """What else is known of the caller decides; no value says that there is no such key."""
    condition = {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}
    statement = {"Effect": "Deny", "Action": "bedrock:*", "Resource": "*", "Condition": condition}
    write(Path("endpoint.json"), {"Version": "2012-10-17", "Statement": statement})
    _, unsaid = _check(capsys, "--scp", "endpoint.json", NOVA)

    assert unsaid[-1] == "Note  it depends on aws:SourceVpce: say it with --context"
    assert _check(capsys, "--scp", "endpoint.json", NOVA, "--context", f"aws:SourceVpce={said}")[0] == status


def test_context_of_several_values(capsys: Captured) -> None:
    """A key that is given again has several values."""
    condition = {"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}}
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}
    write(Path("tags.json"), {"Version": "2012-10-17", "Statement": statement})
    question = ["--scp", "tags.json", NOVA, "--context", "aws:TagKeys=a", "--context"]

    assert [_check(capsys, *question, f"aws:TagKeys={other}")[0] for other in ("b", "c")] == [1, 0]


APPLICATION = f"arn:aws:bedrock:{TOKYO}:111122223333:application-inference-profile/abc123"


def test_application_profile(capsys: Captured) -> None:
    """A profile that no catalogue knows is described as the API describes it."""
    models = [f"arn:aws:bedrock:{region}::foundation-model/{NOVA}" for region in (TOKYO, "ap-northeast-3")]
    answer = {
        "inferenceProfileArn": APPLICATION,
        "inferenceProfileId": "abc123",
        "models": [{"modelArn": arn} for arn in models],
        "type": "APPLICATION",
    }
    write(Path("profile.json"), answer)
    _, unknown = _check(capsys, "--scp", "deny.json", APPLICATION)
    status, lines = _check(capsys, "--scp", "deny.json", APPLICATION, "--inference-profile", "profile.json")

    assert unknown[-1] == "Note  say where it routes with --inference-profile"
    assert (status, lines[2].split()[1:]) == (1, ["BLOCKED", "ok", "DENY", "1"])
    assert "is taken to hold the ARN of the application profile" in " ".join(" ".join(lines).split())


def test_levels(capsys: Captured) -> None:
    """Levels that do not fit in one line have a line each."""
    _, lines = _check(
        capsys, "--scp", "deny.json", "--scp", "Workloads=japan.json", "--scp", "account=japan.json", NOVA
    )

    assert lines[:3] == [
        "SCPs  root: deny.json + FullAWSAccess (assumed)",
        "      Workloads: japan.json + FullAWSAccess (assumed)",
        "      account: japan.json + FullAWSAccess (assumed)",
    ]


def test_implicit_deny(capsys: Captured) -> None:
    """A level that allows nothing of the call is named."""
    allow = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}
    write(Path("allow.json"), allow)
    status, lines = _check(capsys, "--scp", "root=FullAWSAccess", "--scp", "Sandbox=allow.json", NOVA)

    assert (status, lines[3]) == (1, "1  Sandbox: no statement allows it")


def test_allow_that_is_not_beside_full_access(capsys: Captured) -> None:
    """Where the Allow statements of a level are all that blocks a call, it is said how to name FullAWSAccess beside them."""
    allow = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    write(Path("allow.json"), {"Version": "2012-10-17", "Statement": allow})
    _, lines = _check(capsys, "--scp", "My OU=allow.json", NOVA)

    assert " ".join(" ".join(lines[4:]).split()) == (
        "Note the files of My OU allow something, so FullAWSAccess was not assumed; if it is attached there: "
        "--scp 'My OU=FullAWSAccess'"
    )
    assert _check(capsys, "--scp", "My OU=allow.json", "--scp", "My OU=FullAWSAccess", NOVA)[0] == 0


def test_allow_beside_a_deny(capsys: Captured) -> None:
    """FullAWSAccess is not spoken of where a Deny statement blocks the call as well."""
    allow, deny = ({"Effect": effect, "Action": "bedrock:List*", "Resource": "*"} for effect in ("Allow", "Deny"))
    write(Path("both.json"), {"Version": "2012-10-17", "Statement": [allow, {**deny, "Action": "bedrock:*"}]})
    _, lines = _check(capsys, "--scp", "both.json", NOVA)

    assert len(lines) == 5


def test_own_arn(capsys: Captured) -> None:
    """A denial of the profile's own ARN is told from one of the model in the source Region."""
    statement = {
        "Sid": "OnlyModels",
        "Effect": "Deny",
        "Action": "bedrock:InvokeModel*",
        "NotResource": "arn:aws:bedrock:*::foundation-model/*",
    }
    write(Path("models.json"), {"Version": "2012-10-17", "Statement": [statement]})
    _, lines = _check(capsys, "--scp", "models.json", JP_CLAUDE)

    assert lines[2].split()[1:] == ["BLOCKED", "DENY", "1", "ok"]
    assert "(the profile's own ARN)" in " ".join(" ".join(lines).split())


def test_allow_that_depends(capsys: Captured) -> None:
    """An Allow-list that depends on the caller is a footnote, too."""
    allow = {
        "Effect": "Allow",
        "Action": "*",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalArn": ROLE}},
    }
    write(Path("allow.json"), {"Version": "2012-10-17", "Statement": allow})
    _, lines = _check(capsys, "--scp", "allow.json", NOVA)

    assert lines[2].split()[-3:] == ["depends", "?", "1"]
    assert lines[3] == "1  root allow.json, Statement[0]: allowed or not, it depends on aws:PrincipalArn"


@pytest.mark.parametrize("source", ["ap-northeast-1", "us-east-1", "eu-west-1", "ca-central-1"])
def test_width(capsys: Captured, source: str) -> None:
    """All profiles of a Region fit in 80 columns."""
    _, text = asked(capsys, "check", "--region", source, "--scp", "deny.json")

    assert max(map(len, text.splitlines())) <= 80


def test_wide_terminal(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is room, all profiles stand in one matrix."""
    monkeypatch.setenv("COLUMNS", "200")
    _, lines = _check(capsys, "--scp", "deny.json")

    assert [line.startswith("From") for line in lines].count(True) == 1


def test_all_profiles(capsys: Captured) -> None:
    """Without a model, all profiles of the source Region are checked."""
    _, text = asked(capsys, "check", "--region", TOKYO, "--scp", "deny.json", "--json")
    families = {report["model_id"].partition(".")[0] for report in json.loads(text)["reports"]}

    assert families == {"apac", "global", "jp"}


def test_json(capsys: Captured) -> None:
    """--json has the reports, the documents by name, and the slips."""
    status, text = asked(capsys, "check", "--region", TOKYO, "--scp", "deny.json", "--json", JP_CLAUDE)
    data = json.loads(text)

    assert status == 1
    assert data["scps"][0]["documents"][1] == {"name": "FullAWSAccess", "assumed": True}
    assert [report["verdict"] for report in data["reports"]] == ["blocked"]
    assert data["lint"] == []


def test_lint(capsys: Captured) -> None:
    """Slips are told below the matrix, with their place."""
    write(Path("typo.json"), region_deny("ap-norteast-1"))
    _, lines = _check(capsys, "--scp", "account=typo.json", NOVA)

    assert " ".join(" ".join(lines).split()).endswith(
        "Lint account typo.json, DenyOtherRegions: ap-norteast-1 is no Region known on 2026-10-27; "
        "did you mean ap-northeast-1?"
    )


def test_lint_of_a_level(capsys: Captured) -> None:
    """More SCPs than AWS attaches are told of the level."""
    _, lines = _check(capsys, *["--scp", "deny.json"] * 11, NOVA)

    assert any(line.startswith("Lint  root: 12 SCPs at one level") for line in lines)


@pytest.mark.parametrize("action", ["Converse", "bedrock:Converse", "invokemodel", "bedrock:InvokeModel"])
def test_action(capsys: Captured, action: str) -> None:
    """An operation stands for the action that it is authorized as."""
    _, text = asked(capsys, "check", "--region", TOKYO, "--scp", "deny.json", "--json", "--action", action, NOVA)

    assert json.loads(text)["reports"][0]["action"] == "bedrock:InvokeModel"


def test_not_offered(capsys: Captured) -> None:
    """That a policy allows a direct call does not mean that the model is there: a note says so."""
    _, lines = _check(capsys, "--scp", "deny.json", "anthropic.claude-sonnet-4-5-20250929-v1:0")

    assert "is not offered in-Region in ap-northeast-1" in " ".join(" ".join(lines).split())


def test_baseline_worse(capsys: Captured) -> None:
    """A verdict that turns for the worse is printed, and the exit status is 1."""
    status, lines = _check(capsys, "--scp", "deny.json", "--baseline", "japan.json", JP_CLAUDE, GLOBAL_CLAUDE)

    assert status == 1
    assert lines[1:4] == [
        "From ap-northeast-1                                   ap-ne-1  ap-ne-3",
        "jp.anthropic.claude-sonnet-4-5-*  allowed -> BLOCKED  ok       DENY 1*",
        "*  turned",
    ]


def test_baseline_better(capsys: Captured) -> None:
    """A verdict that turns for the better is printed, and is fine."""
    status, lines = _check(capsys, "--scp", "japan.json", "--baseline", "deny.json", JP_CLAUDE)

    assert (status, lines[2].split()[1:]) == (0, ["BLOCKED", "->", "allowed", "ok", "ok*"])


def test_baseline_same(capsys: Captured) -> None:
    """What was denied before is no news: the exit status is 0."""
    write(Path("old.json"), TOKYO_ONLY)
    status, lines = _check(capsys, "--scp", "deny.json", "--baseline", "old.json")

    assert (status, lines[-1]) == (0, "No verdict turns.")


def test_baseline_one_more_region(capsys: Captured) -> None:
    """A profile that is blocked as before, in one more Region, is worse."""
    write(Path("europe.json"), region_deny("eu-west-1"))
    status, lines = _check(capsys, "--scp", "europe.json", "--baseline", "deny.json", JP_CLAUDE)

    assert (status, lines[2].split()[1:]) == (1, ["BLOCKED", "->", "BLOCKED", "DENY", "1*", "DENY", "1"])


def test_baseline_first_scp(capsys: Captured) -> None:
    """The first SCP is compared with none, which is said."""
    Path("old").mkdir()
    status, lines = _check(capsys, "--scp", "deny.json", "--baseline", "old", JP_CLAUDE)

    assert (status, lines[1]) == (1, "Not attached before, as OLD lacks it: deny.json")
    assert lines[3].split()[1:4] == ["allowed", "->", "BLOCKED"]


def test_baseline_first_scp_as_data(capsys: Captured) -> None:
    """A program is told, too."""
    Path("old").mkdir()
    _, text = asked(capsys, "check", "--scp", "deny.json", "--region", TOKYO, "--baseline", "old", "--json", JP_CLAUDE)

    assert json.loads(text)["not_attached_before"] == ["deny.json"]
