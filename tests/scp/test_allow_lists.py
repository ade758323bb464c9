"""`repair` of Allow-lists: the missing Allow lets pass whom the list lets call in the source Region, and nobody else."""

from typing import Any

import pytest

from bedrock_guard import scp
from bedrock_guard._catalog import embedded
from bedrock_guard.scp._caller import caller_of
from bedrock_guard.scp._calls import calls
from bedrock_guard.scp._grid import grid
from bedrock_guard.scp._proof import prove
from policies import GLOBAL_CLAUDE, JP_CLAUDE, NOVA
from scp.asking import INVOKE, ROLE, allow, policy
from scp.test_check import OSAKA, TOKYO
from scp.test_repair import EXEMPTION, KEY, REGION

TAGGED = {"StringEquals": {"aws:PrincipalTag/ai": "true"}}
HERE = {"StringEquals": {REGION: TOKYO}}


@pytest.mark.parametrize(
    ("kept", "options"),
    [
        (TAGGED, {"context": {"aws:PrincipalTag/ai": "true"}}),
        (TAGGED, {}),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, {"context": {"aws:MultiFactorAuthPresent": "true"}}),
        ({"StringLike": {"aws:PrincipalArn": "*/app", "aws:SourceVpce": ["a", "b"]}}, {"context": {"aws:SourceVpce": "a"}}),
    ],
)  # fmt: skip
def test_missing_allow_keeps_the_other_conditions(kept: dict[str, Any], options: dict[str, Any]) -> None:
    """Whom the list allows nothing in the source Region, it allows nothing in the destination either."""
    allowed = policy(allow(Action="bedrock:*", Condition={**kept, "StringEqualsIgnoreCase": {REGION: TOKYO}}))
    repaired = scp.repair([[allowed]], JP_CLAUDE, TOKYO, principal_arn=ROLE, **options)
    document: Any = repaired.levels[0][0]

    assert document["Statement"][1]["Condition"] == {**kept, "ArnLike": {KEY: EXEMPTION}}
    assert repaired.is_complete
    assert (
        repaired.opens[-1]
        == f"that only as Statement[1] asks of {', '.join(key for keys in kept.values() for key in keys)}"
    )


def test_kept_condition_shares_its_operator() -> None:
    """An operator stands once, whatever its case; what stood there on the profile is written anew."""
    arns = {"arnlike": {"aws:PrincipalArn": ROLE, KEY.lower(): "arn:aws:bedrock:*:*:inference-profile/jp.*"}}
    allowed = policy(allow(Action="bedrock:*", Condition={**HERE, **arns}), allow(Resource="*:inference-profile/*"))
    [step] = scp.repair([[allowed]], JP_CLAUDE, TOKYO, principal_arn=ROLE).documents
    document: Any = step.after

    assert document["Statement"][2]["Condition"] == {"arnlike": {"aws:PrincipalArn": ROLE, KEY: EXEMPTION}}


def test_missing_allow_keeps_the_conditions_that_open_least() -> None:
    """Of several statements that allow the call in the source Region, the one with the most conditions is kept to."""
    tagged = {"StringEquals": {**HERE["StringEquals"], **TAGGED["StringEquals"]}}
    elsewhere = {
        "StringEquals": {
            REGION: "eu-west-1",
            "aws:PrincipalTag/ai": "true",
            "aws:PrincipalAccount": "111122223333",
        }
    }
    levels = [[policy(*(allow(Action="bedrock:*", Condition=each) for each in (HERE, tagged, elsewhere)))]]
    repaired = scp.repair(levels, JP_CLAUDE, TOKYO, principal_arn=ROLE, context={"aws:PrincipalTag/ai": "true"})
    document: Any = repaired.levels[0][0]

    assert document["Statement"][3]["Condition"] == {**TAGGED, "ArnLike": {KEY: EXEMPTION}}


def test_missing_allow_stands_beside_the_statement_that_it_is_like() -> None:
    """What variables mean is for the version of the document to say, and another may have none."""
    other = policy(allow(Action="s3:*"), version="2008-10-17")
    repaired = scp.repair([[other, policy(allow(Action="bedrock:*", Condition=HERE))]], JP_CLAUDE, TOKYO)

    assert [(each.document, each.statement) for each in repaired.edits] == [(1, "Statement[1]")]


@pytest.mark.parametrize(
    ("statement", "options", "reason"),
    [
        (allow(Condition={"StringEquals": {**HERE["StringEquals"], **TAGGED["StringEquals"]}}), {"context": {"aws:PrincipalTag/ai": []}}, "asks of aws:PrincipalTag/ai does not hold"),
        (allow(Condition={**HERE, "ArnLike": {"aws:PrincipalArn": "*:role/ml-*"}}), {}, "asks of aws:PrincipalArn does not hold"),
        (allow(Condition={**HERE, "ArnLikeIfExists": {KEY: "arn:aws:bedrock:*:*:inference-profile/us.*"}}), {}, f"asks of {KEY} does not hold"),
        (allow(Condition={**HERE, "StringEquals": {"aws:PrincipalTag/home": "${aws:RequestedRegion}"}}), {"context": {"aws:PrincipalTag/home": TOKYO}}, "asks of aws:PrincipalTag/home does not hold"),
        (allow(Action="bedrock:InvokeModelWithResponseStream"), {}, f"its actions leave {INVOKE} out"),
        (allow(NotAction=["bedrock:*"]), {}, f"its actions leave {INVOKE} out"),
        (allow(Resource="arn:aws:bedrock:*::foundation-model/amazon.*"), {}, "it lists resources or profiles, and not these"),
        (allow(Resource="arn:aws:bedrock:*:*:*/${aws:PrincipalTag/model}", Condition=HERE), {}, "it lists resources or profiles, and not these"),
        (allow(NotResource="arn:aws:bedrock:*::foundation-model/anthropic.*"), {}, "it lists resources or profiles, and not these"),
        (allow(Resource=[f"arn:aws:bedrock:{TOKYO}:*:*", "arn:aws:bedrock:*::foundation-model/amazon.*"]), {"model_ids": "jp.*"}, "may be less than jp.* stands for"),
    ],
)  # fmt: skip
def test_allow_list_closed_for_more_than_the_region_is_left_to_its_owner(
    statement: dict[str, Any], options: dict[str, Any], reason: str
) -> None:
    """Who may call, what and how is what such a list is for; only Regions are for an edit to add."""
    levels = [[policy(statement), policy(allow(Action="s3:*"))]]
    repaired = scp.repair(levels, **{"model_ids": JP_CLAUDE, "region": TOKYO, "principal_arn": ROLE, **options})
    [obstacle] = repaired.obstacles

    assert (repaired.edits, repaired.is_complete) == ((), False)
    assert reason in obstacle.reason
    assert "ask its owner" in obstacle.instead


def test_direct_call_keeps_to_what_an_allow_list_says_of_profiles() -> None:
    """An Allow of the model alone would let it be called through any profile, which the list does not."""
    statement = allow(Condition={**HERE, "Null": {KEY: "true"}})
    [obstacle] = scp.repair([[policy(statement)]], NOVA, OSAKA).obstacles

    assert "it lists resources or profiles" in obstacle.reason


LIMITED = policy(allow(Condition={"StringEquals": {REGION: TOKYO, "aws:PrincipalTag/ai": "true"}}))
TAG: dict[str, Any] = {"aws:PrincipalTag/ai": "true"}


def test_proof_tries_callers_without_what_the_caller_was_described_by() -> None:
    """A key that policies ask about is left out, and given another value; others make no difference."""
    proof = scp.repair([[LIMITED]], JP_CLAUDE, TOKYO, principal_arn=ROLE, context={**TAG, "aws:SourceVpc": "a"}).proof
    values = {each.group: each.context.get("aws:PrincipalTag/ai") for each in proof.cells}

    assert values["the call, without aws:PrincipalTag/ai"] is None
    assert values["the call, with another aws:PrincipalTag/ai"] == "false"
    assert not any(group.endswith("aws:SourceVpc") for group in values)


def test_proof_sees_an_allow_that_opens_the_call_to_more_callers() -> None:
    """Whom the list allows the call in no Region is not among those whom the edit is to let pass."""
    catalog = embedded()
    wide = policy(*LIMITED["Statement"], allow(Action=INVOKE, Condition={"ArnLike": {KEY: EXEMPTION}}))
    before, after = scp.load([[LIMITED]]), scp.load([[wide]])
    asked = calls([JP_CLAUDE], TOKYO, catalog, ())
    requests = grid(asked, INVOKE, caller_of(ROLE, None, TAG), (before, after), catalog)
    reports = scp.check_all([[wide]], TOKYO, [JP_CLAUDE], principal_arn=ROLE, context=TAG)
    proof = prove(before, after, requests, asked, reports, is_open=False)

    assert proof.passes
    assert "the call, without aws:PrincipalTag/ai" in {each.group for each in proof.changed}
    assert all(each.context.get("aws:PrincipalTag/ai") == "true" for each in proof.opened)


def test_allow_of_a_list_that_says_nothing_of_inference_is_for_every_caller() -> None:
    """There are no conditions that the new statement could keep, and that is said."""
    repaired = scp.repair([[policy(allow(Action="s3:*"))]], JP_CLAUDE, TOKYO, principal_arn=ROLE)

    assert repaired.is_complete
    assert repaired.opens[-1].startswith("that for every caller")


def test_what_is_not_edited_is_not_said_to_open() -> None:
    """Of two calls, the list allows one in the source Region, and only what is added for that one is told."""
    approved = {"ArnLikeIfExists": {KEY: "arn:aws:bedrock:*:*:inference-profile/jp.*"}}
    repaired = scp.repair([[policy(allow(Condition={**HERE, **approved}))]], [JP_CLAUDE, GLOBAL_CLAUDE], TOKYO)

    assert (len(repaired.edits), len(repaired.obstacles)) == (1, 1)
    assert [each.partition(" in ")[0] for each in repaired.opens] == [f"{INVOKE} through inference-profile/{JP_CLAUDE}"]
