"""Where a model may run, as the catalogue has it."""

import json

import pytest

from bedrock_guard._catalog import embedded
from bedrock_guard.cli._commands import run
from conftest import TOKYO
from policies import CLAUDE, GLOBAL_CLAUDE, JP_CLAUDE, NOVA


def routes(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, list[str]]:
    """Return the destination Regions by source Region that the command prints for *arguments*."""
    assert run(["routes", *arguments, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)

    return {each["source_region"]: each["destination_regions"] for each in told["routes"]}


def test_profile_from_one_region(capsys: pytest.CaptureFixture[str]) -> None:
    """Its destinations when called from there; an ARN names its own Region."""
    arn = f"arn:aws:bedrock:{TOKYO}:111122223333:inference-profile/{JP_CLAUDE}"

    assert routes(capsys, JP_CLAUDE, "--region", TOKYO) == {TOKYO: [TOKYO, "ap-northeast-3"]}
    assert routes(capsys, arn) == {TOKYO: [TOKYO, "ap-northeast-3"]}


def test_profile_from_everywhere(capsys: pytest.CaptureFixture[str]) -> None:
    """Each source Region that offers it has its own destinations."""
    assert set(routes(capsys, JP_CLAUDE)) == set(embedded().profiles[JP_CLAUDE].routes)


def test_global_profile_runs_anywhere(capsys: pytest.CaptureFixture[str]) -> None:
    """As policies see it: the source Region, and no Region."""
    assert routes(capsys, GLOBAL_CLAUDE, "--region", TOKYO) == {TOKYO: [TOKYO, "unspecified"]}


def test_foundation_model_stays_in_its_region(capsys: pytest.CaptureFixture[str]) -> None:
    """Wherever it is in-Region."""
    assert routes(capsys, NOVA, "--region", TOKYO) == {TOKYO: [TOKYO]}


def test_table_names_places_and_the_date(capsys: pytest.CaptureFixture[str]) -> None:
    """For people."""
    run(["routes", JP_CLAUDE, "--region", TOKYO])
    shown = capsys.readouterr().out

    assert "ap-northeast-1 (Tokyo), ap-northeast-3 (Osaka)" in " ".join(shown.split())
    assert f"Catalogue of {embedded().as_of}." in shown


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["jp.anthropic.claude-sonnet-4-5-20250929-v1"], f"did you mean {JP_CLAUDE}?"),
        (["nothing.like-it"], "is not in the catalogue of"),
        ([CLAUDE, "--region", TOKYO], f"is not offered from {TOKYO}"),
        ([CLAUDE], "is not offered in-Region anywhere"),
        ([CLAUDE, "--region", TOKYO], f"inference profiles of it: {GLOBAL_CLAUDE}, {JP_CLAUDE}"),
        (
            ["arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc123def456"],
            "an application inference profile is known to your account alone",
        ),
    ],
)
def test_what_the_catalogue_cannot_answer_is_said(
    arguments: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """In one line, with what comes near."""
    assert run(["routes", *arguments]) == 2
    told = capsys.readouterr().err

    assert problem in told
    assert told.count("\n") == 1
