"""
What must hold for any policies: on random ones, `--fuzz-cases N` of them (100,000 unless told).

Every request that is put to policies counts as a case. All is seeded: a failure comes again.
"""

from random import Random
from typing import Any

import pytest

from bedrock_guard import scp
from bedrock_guard.scp._patterns import glob, tokens_of
from scp.cases import hierarchy
from scp.regional import KEY, Case, case, request, written
from scp.test_unknown import check

PER_HIERARCHY = 100
BLOCKS = range(10)


@pytest.fixture
def hierarchies(request: pytest.FixtureRequest) -> int:
    """Return the number of hierarchies for one block of one test, out of two tests."""
    return int(request.config.getoption("--fuzz-cases")) // (2 * len(BLOCKS) * PER_HIERARCHY)


@pytest.mark.parametrize("block", BLOCKS)
def test_three_valued_answers_are_consistent(block: int, hierarchies: int) -> None:
    """No value of an unknown key changes a definite answer; all missing keys make an open one definite."""
    for number in range(hierarchies):
        draw = Random(f"unknown {block} {number}")
        policies = scp.load(hierarchy(draw))
        for _ in range(PER_HIERARCHY):
            check(draw, policies)


@pytest.mark.parametrize("block", BLOCKS)
def test_repair_lets_the_call_pass_and_changes_nothing_else(block: int, hierarchies: int) -> None:
    """A repaired hierarchy never denies the call, and never changes a request outside it."""
    passed = 0
    for number in range(hierarchies):
        draw = Random(f"repair {block} {number}")
        passed += repaired_well(draw, case(draw))

    assert passed > hierarchies / 3


def repaired_well(draw: Random, case: Case) -> bool:
    """Assert what every repair must keep to, and return whether it lets the call of *case* pass."""
    widen = draw.random() < 0.2
    texts = [[written(draw, document) for document in level] for level in case.levels]
    repair = scp.repair(texts, case.model_id, case.source, widen=widen, **case.options)
    reports = scp.check_all(repair.levels, case.source, [case.model_id], **case.options)

    assert repair.proof.passes is all(report.verdict == "allowed" for report in reports)
    assert repair.proof.passes or repair.obstacles
    assert widen or not repair.proof.changed
    assert bool(repair.opens) is bool(repair.edits)
    assert all("opens" in each.instead or "owner" in each.instead for each in repair.obstacles)
    keeps_the_text(texts, repair, widen=widen)
    keeps_the_rest(draw, case, repair)
    return repair.proof.passes


def keeps_the_text(texts: list[list[str]], repair: scp.Repair, *, widen: bool) -> None:
    """Assert that only edited documents change, and that these lose no character."""
    edited = {(each.level, each.document) for each in repair.edits}

    for level, policies in enumerate(texts):
        for number, before in enumerate(policies):
            after = str(repair.levels[level][number])

            assert (before != after) is ((level, number) in edited)
            assert widen or is_within(before, after)


def is_within(before: str, after: str) -> bool:
    """Return whether *after* is *before* with characters put in."""
    rest = iter(after)
    return all(character in rest for character in before)


def keeps_the_rest(draw: Random, case: Case, repair: scp.Repair) -> None:
    """Assert that requests outside the call are answered as before, and none is newly denied."""
    before, after = scp.load(case.levels), scp.load(repair.levels)
    widened = {region for edit in repair.edits if edit.kind == "widen" for region in edit.values}
    for _ in range(PER_HIERARCHY):
        beside = request(draw, case)
        old, new = scp.evaluate(before, **beside), scp.evaluate(after, **beside)
        if is_inside(case, beside) or beside["context"]["aws:RequestedRegion"] in widened:
            assert new.result == "allowed" or old.result != "allowed"
        else:
            assert new == old


def is_inside(case: Case, beside: dict[str, Any]) -> bool:
    """Return whether the request *beside* goes through the profile of *case* from its source Region, or is its check."""
    through = glob(tokens_of(f"arn:aws:bedrock:{case.source}:*:inference-profile/{case.model_id}"))
    return through(beside["context"].get(KEY, "")) or through(beside["resource"])
