"""The candidates that a configuration names for a requested model, and their order."""

from collections.abc import Sequence
from typing import Any

import pytest

from bedrock_guard import Fallback
from bedrock_guard._fallback import Candidate, candidates_for
from fallbacks.cases import APAC_NOVA, MISTRAL
from policies import CLAUDE, GLOBAL_CLAUDE, JP_CLAUDE, NOVA


def named(models: Any, requested: str = JP_CLAUDE, same_model: Sequence[str] = ()) -> list[str]:
    """Return the model IDs of the candidates."""
    return [each.model_id for each in candidates_for(Fallback(models), requested, lambda: same_model)]


def test_order_is_the_users() -> None:
    """Each is named once, where it stands first, and "auto" where it stands."""
    models = [MISTRAL, "auto", NOVA, MISTRAL, CLAUDE]

    assert named(models, same_model=[CLAUDE, JP_CLAUDE]) == [MISTRAL, CLAUDE, NOVA]


def test_model_is_named_as_it_was_written_first() -> None:
    """By its id or its ARN."""
    arn = f"arn:aws:bedrock:ap-northeast-1::foundation-model/{NOVA}"

    assert named([arn, NOVA]) == [arn]
    assert named([NOVA, arn]) == [NOVA]


def test_models_of_two_kinds_are_two() -> None:
    """Their ids alone tell nothing."""
    arns = [f"arn:aws:bedrock:ap-northeast-1:111122223333:{kind}/abc" for kind in ("imported-model", "custom-model")]

    assert named(arns) == arns


def test_exact_model_comes_before_a_pattern() -> None:
    """Wherever it stands."""
    assert named({"*": MISTRAL, JP_CLAUDE: NOVA}) == [NOVA]


def test_first_pattern_that_matches_counts_alone() -> None:
    """As written."""
    models = {"us.*": APAC_NOVA, "jp.*": NOVA, "*": MISTRAL}

    assert named(models) == [NOVA]
    assert named(models, GLOBAL_CLAUDE) == [MISTRAL]


def test_pattern_minds_the_case() -> None:
    """As the API does."""
    assert named({"JP.*": NOVA}) == []


def test_model_that_no_key_matches_has_none() -> None:
    """The rest of the application is left alone."""
    assert named({"us.*": NOVA, GLOBAL_CLAUDE: NOVA}) == []


@pytest.mark.parametrize(
    ("models", "candidate"),
    [
        (NOVA, Candidate(NOVA, is_literal=True, is_auto=False)),
        ([NOVA], Candidate(NOVA, is_literal=True, is_auto=False)),
        ({JP_CLAUDE: NOVA}, Candidate(NOVA, is_literal=True, is_auto=False)),
        ({"jp.*": NOVA}, Candidate(NOVA, is_literal=False, is_auto=False)),
        ("auto", Candidate(CLAUDE, is_literal=False, is_auto=True)),
        ({JP_CLAUDE: "auto"}, Candidate(CLAUDE, is_literal=False, is_auto=True)),
    ],
)
def test_who_has_written_it(models: Any, candidate: Candidate) -> None:
    """The user in full, by a pattern, or nobody."""
    assert candidates_for(Fallback(models), JP_CLAUDE, lambda: [CLAUDE]) == [candidate]


def test_longest_model_id() -> None:
    """As many characters as the API takes."""
    assert named("x" * 2048) == ["x" * 2048]


def test_name_that_is_formed_like_a_regions_is_a_model_id() -> None:
    """A provisioned model may have any."""
    assert named("my-model-1") == ["my-model-1"]


def test_models_are_those_that_were_checked() -> None:
    """What the user does to his own list or mapping afterwards is nothing to the fallback."""
    models: Any = [NOVA]
    by_request: Any = {JP_CLAUDE: [NOVA]}
    as_list, as_mapping = Fallback(models), Fallback(by_request)
    models.append(None)
    by_request[JP_CLAUDE].append(None)
    by_request[None] = None

    assert candidates_for(as_list, JP_CLAUDE, list) == candidates_for(as_mapping, JP_CLAUDE, list) == [Candidate(NOVA)]


def test_equal_models_are_one_configuration() -> None:
    """Whatever sequence they came in."""
    assert Fallback([NOVA, MISTRAL]) == Fallback((NOVA, MISTRAL)) != Fallback([MISTRAL, NOVA])


def test_bytes_are_no_list_of_models() -> None:
    """The message shows them."""
    models: Any = b"amazon.nova-lite-v1:0"
    with pytest.raises(TypeError, match="not b'amazon"):
        Fallback(models)


def test_arn_is_read_to_its_end() -> None:
    """Nothing that no ARN holds is sent."""
    with pytest.raises(ValueError, match="is no model ID"):
        Fallback(f"arn:aws:bedrock:ap-northeast-1::foundation-model/{NOVA} ")
