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
from fallbacks.cases import APAC_NOVA, MISTRAL
from policies import CLAUDE, GLOBAL_CLAUDE, JP_CLAUDE, NOVA

ACCOUNT = f"arn:aws:bedrock:{TOKYO}:111122223333"
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


@pytest.mark.parametrize(
    ("key", "advice"),
    [
        (CLAUDE, f'{GLOBAL_CLAUDE}, {JP_CLAUDE}: key that, or "*.{CLAUDE}"'),
        (f"arn:aws:bedrock:{TOKYO}::foundation-model/{NOVA}", f'{APAC_NOVA}: key that, or "*.{NOVA}"'),
        (
            "anthropic.claude-sonnet-4-5*",
            f'{GLOBAL_CLAUDE}, {JP_CLAUDE}: key that, or "*.anthropic.claude-sonnet-4-5*"',
        ),
    ],
)
def test_key_of_a_bare_model_is_warned_of(key: str, advice: str) -> None:
    """With what to write in its place."""
    (warning,) = warnings({key: MISTRAL, "global.openai.*": MISTRAL})

    assert warning == (
        f"{key} is keyed by the bare model, which is never routed; calls through a profile ask for {advice}"
    )


@pytest.mark.parametrize("key", ["jp.anthropc.*", "*.anthropc.*", "us.*", f"us.{CLAUDE}", MISTRAL])
def test_key_that_no_profile_of_the_region_matches_is_warned_of(key: str) -> None:
    """Mistyped, of another Region, or of a model that has none."""
    (warning,) = warnings({key: NOVA})

    assert warning.startswith(f"{key} matches no inference profile that can be called from {TOKYO} (catalogue of ")
    assert warning.endswith("; prefixes there: apac, global, jp)")


@pytest.mark.parametrize("key", ["jp.anthropc.*", MISTRAL])
def test_key_that_matches_nowhere_is_warned_of_beside_others(key: str) -> None:
    """It cannot be for another Region."""
    assert len(warnings({key: NOVA, "jp.*": NOVA})) == 1


def test_key_for_another_region_is_not_warned_of_beside_others() -> None:
    """One mapping may be for clients in many Regions."""
    assert warnings({"us.*": NOVA, f"eu.{CLAUDE}": NOVA, "jp.*": NOVA}) == []


@pytest.mark.parametrize(
    "key",
    [
        "*",
        "*claude*",
        "*.anthropic.*",
        JP_CLAUDE,
        f"{ACCOUNT}:inference-profile/{JP_CLAUDE}",
        "jp.anthropic.claude-of-tomorrow-v1:0",
        "anthropic.claude-of-tomorrow-v1:0",
        f"{ACCOUNT}:application-inference-profile/abcdefghijkl",
        "arn:aws:bedrock:*:application-inference-profile/*",
        "arn:*:inference-profile/jp.*",
        "abcdef*",
        f"{ACCOUNT}:prompt/ABCDEFGHIJ:1",
        f"{ACCOUNT}:default-prompt-router/anthropic.claude:1",
        "my-provisioned-model",
    ],
)
def test_key_that_may_be_asked_for_is_not_warned_of(key: str) -> None:
    """Nor one of which the catalogue knows nothing: it is dated, the user is not."""
    assert warnings({key: NOVA}) == []


@pytest.mark.parametrize("pattern", ["jp.anthropic.*", "jp.*"])
def test_candidate_that_is_wider_than_all_that_a_pattern_matches_is_warned_of(pattern: str) -> None:
    """It would be passed over with each call."""
    (warning,) = warnings({pattern: APAC_NOVA})

    assert warning.startswith(f"{APAC_NOVA} serves nothing that {pattern} matches: it may route to ap-northeast-2, ")


def test_candidate_that_is_inside_one_of_them_is_not() -> None:
    """It serves that one."""
    assert warnings({"*.anthropic.*": APAC_NOVA}) == []


def test_candidate_that_may_be_wider_is_not() -> None:
    """The user has let it."""
    assert list(review(Fallback({"jp.*": APAC_NOVA}, allow_wider=True), TOKYO, embedded())) == []


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
