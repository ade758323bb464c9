"""
Answers in three values are sound, and say what they lack: checked on random policies and requests.

Any key but aws:PrincipalArn may turn out to have any value; that one is taken to be no service-linked role.
"""

from random import Random
from typing import Any

import pytest

from bedrock_guard import scp
from scp.cases import KEYS, hierarchy, request

SEEDS = range(10)
HIERARCHIES = 100
REQUESTS = 5


def completed(draw: Random, asked: dict[str, Any], keys: frozenset[str]) -> dict[str, Any]:
    """Return *asked* with a value, or nothing, for each of *keys*."""
    given = {key.name: draw.choice(key.in_requests) for key in KEYS if key.name in keys and draw.random() < 0.7}
    return {**asked, "context": {**asked["context"], **given}}


def check(draw: Random, policies: scp.Hierarchy) -> None:
    """Assert what every answer must keep to, for one random request with some keys unknown."""
    asked = request(draw)
    known = {key.lower() for key in asked["context"]}
    unknown = frozenset(key.name for key in KEYS if key.name.lower() not in known and draw.random() < 0.7)
    decision = scp.evaluate(policies, **asked, unknown=unknown)
    final = scp.evaluate(policies, **completed(draw, asked, unknown))
    better = scp.evaluate(policies, **completed(draw, asked, decision.missing), unknown=unknown - decision.missing)

    assert final.result in decision.possible
    assert better.result in decision.possible
    assert "unknown" not in {final.result, better.result}
    assert decision.missing <= unknown
    assert (decision.result == "unknown") is bool(decision.missing)
    assert decision.result == "unknown" or decision.possible == {decision.result}


@pytest.mark.parametrize("seed", SEEDS)
def test_no_value_changes_a_definite_answer_and_all_missing_make_it_definite(seed: int) -> None:
    """A definite answer stands whatever an unknown key holds; an open one is settled by the keys it names."""
    draw = Random(seed)
    for _ in range(HIERARCHIES):
        policies = scp.load(hierarchy(draw))
        for _ in range(REQUESTS):
            check(draw, policies)
