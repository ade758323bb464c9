"""What is said of a fallback when it is configured, rather than at three in the morning."""

import re
from typing import Any

import pytest

from bedrock_guard import Fallback
from bedrock_guard._catalog import embedded
from bedrock_guard._fallback import review
from bedrock_guard._fallback._boundary import crosses
from bedrock_guard._profiles import InferenceProfile, Origin, Scope
from conftest import TOKYO
from fallbacks.cases import APAC_NOVA
from policies import GLOBAL_CLAUDE, JP_CLAUDE, NOVA

ELSEWHERE = "meta.llama3-8b-instruct-v1:0"  # not in Tokyo


def warnings(models: Any) -> list[str]:
    """Return what is warned of where *models* are configured in Tokyo."""
    return list(review(Fallback(models), TOKYO, embedded()))


@pytest.mark.parametrize("candidate", [ELSEWHERE, f"arn:aws:bedrock:{TOKYO}::foundation-model/{ELSEWHERE}"])
def test_model_that_is_not_in_the_region_is_warned_of(candidate: str) -> None:
    """By its id or its ARN: the catalogue may be old, so it is tried all the same."""
    (warning,) = warnings([candidate, NOVA])

    assert warning.startswith(f"{candidate} is not in-Region in {TOKYO}")


def test_candidate_is_warned_of_once() -> None:
    """However many models it is for."""
    assert len(warnings({JP_CLAUDE: ELSEWHERE, "apac.*": [NOVA, ELSEWHERE]})) == 1


@pytest.mark.parametrize("models", ["auto", ["auto"], {"jp.*": "auto"}, {JP_CLAUDE: "auto", "apac.*": NOVA}])
def test_auto_that_has_nothing_is_warned_of(models: Any) -> None:
    """For any model, for a pattern, and for one whose neighbours have more."""
    (warning,) = warnings(models)

    assert warning.startswith(f'"auto" from {TOKYO} has nothing for ')


@pytest.mark.parametrize("models", [{APAC_NOVA: "auto"}, {GLOBAL_CLAUDE: "auto"}, {JP_CLAUDE: ["auto", NOVA]}])
def test_auto_that_has_something_is_not(models: Any) -> None:
    """The model itself, a narrower profile of it, or what comes after it."""
    assert warnings(models) == []


def test_auto_of_a_pattern_is_told_of_what_the_pattern_covers() -> None:
    """And of nothing else."""
    (warning,) = warnings({"jp.anthropic.claude-haiku-4*": "auto"})

    assert warning.endswith("has nothing for jp.anthropic.claude-haiku-4-5-20251001-v1:0")


def test_auto_says_how_many_it_has_nothing_for() -> None:
    """Three by name."""
    (warning,) = warnings("auto")
    found = re.search(r"has nothing for ([^ ,]+, [^ ,]+, [^ ,]+) and (\d+) more$", warning)
    profiles = [each.id for each in embedded().profiles_from(TOKYO)]
    alone = [each for each in profiles if warnings({each: "auto"})]

    assert found is not None
    assert found[1].split(", ") == alone[:3]
    assert int(found[2]) == len(alone) - 3


def test_original_is_known_by_its_arn_too() -> None:
    """What is wider than it is refused."""
    requested = f"arn:aws:bedrock:{TOKYO}:111122223333:inference-profile/{JP_CLAUDE}"
    with pytest.raises(ValueError, match="any commercial Region"):
        warnings({requested: GLOBAL_CLAUDE})


@pytest.mark.parametrize(
    "requested",
    [
        f"arn:aws:bedrock:{TOKYO}:111122223333:application-inference-profile/abcdefghijkl",
        "global.anthropic.claude-of-tomorrow-v1:0",
        "global.*",
    ],
)
def test_original_that_is_not_known_leaves_it_open(requested: str) -> None:
    """Whether a candidate is wider shows when the routes of the original are looked up."""
    assert warnings({requested: JP_CLAUDE}) == []


@pytest.mark.parametrize(
    ("original", "candidate", "is_inside"),
    [
        (("us-east-1", "us-west-2"), ("us-east-1", "us-east-2"), True),
        (("us-east-1", "us-west-2"), ("us-east-2",), True),
        (None, ("us-east-2",), True),
        (None, ("us-east-1", "us-east-2"), False),
        (("us-east-1", "us-west-2"), ("us-west-1",), False),
    ],
)
def test_source_region_is_always_inside(original: Any, candidate: tuple[str, ...], is_inside: Any) -> None:
    """The request enters there, whether or not the original may run there."""
    source = "us-east-2"

    def profile(regions: tuple[str, ...]) -> InferenceProfile:
        return InferenceProfile("us.x", Scope.GEOGRAPHIC, "x.y", source, regions, Origin.LIVE, "2026-01-01")

    reason = crosses("us.x.y", original and profile(original), source, profile(candidate))

    assert (reason is None) == is_inside
