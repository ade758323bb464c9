"""The script that makes a newer catalogue, run against a Bedrock that offers what the embedded one holds."""

import runpy
import sys
from pathlib import Path

import pytest

from bedrock_guard._catalog import Catalog, embedded, load
from bedrock_guard.simulator import Simulator
from conftest import TOKYO

SCRIPT = Path(__file__).parent.parent / "scripts" / "make_catalog.py"


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalog:
    """Return the snapshot that the live API of Tokyo makes."""
    out = tmp_path / "catalog.json"
    monkeypatch.setattr(sys, "argv", [SCRIPT.name, "live", str(out), "--region", TOKYO])
    with Simulator().installed():
        runpy.run_path(str(SCRIPT), run_name="__main__")
    return load(out)


def test_live_snapshot_has_the_routes_of_its_region(made: Catalog) -> None:
    """Every profile that Tokyo offers, with the destinations from there and from nowhere else."""
    offered = embedded().profiles_from(TOKYO)

    assert {each.id: each.routes for each in made.profiles.values()} == {
        each.id: {TOKYO: each.routes[TOKYO]} for each in offered
    }
    assert {each.id for each in made.profiles.values() if each.is_global} == {
        each.id for each in offered if each.is_global
    }


def test_live_snapshot_has_the_models_of_its_region(made: Catalog) -> None:
    """Those in-Region, with what they take and give."""
    known = embedded().models
    in_region = {model_id: model for model_id, model in made.models.items() if model.in_region}

    assert set(in_region) == {model_id for model_id, model in known.items() if TOKYO in model.in_region}
    for model_id, model in in_region.items():
        assert (model.inputs, model.outputs, model.streaming) == (
            known[model_id].inputs,
            known[model_id].outputs,
            known[model_id].streaming,
        )


def test_live_snapshot_is_of_today_and_knows_the_cities(made: Catalog) -> None:
    """Its date is what people see beside a destination list."""
    assert made.as_of > embedded().as_of
    assert made.cities["ap-northeast-3"] == "Osaka"
