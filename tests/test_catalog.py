"""The dated catalogue, and the profiles that are read from it or from the live API."""

import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bedrock_guard
from bedrock_guard._catalog import Catalog, embedded, load
from bedrock_guard._identifiers import UNSPECIFIED
from bedrock_guard._profiles import from_api, from_catalog
from calls import denied
from conftest import TOKYO
from policies import CLAUDE, GLOBAL_CLAUDE, JP_CLAUDE

SNAPSHOT: dict[str, Any] = {
    "format": 1,
    "as_of": "2030-01-31",
    "routes": [{"ap-northeast-1": ["ap-northeast-1", "ap-northeast-3"]}],
    "profiles": {JP_CLAUDE: {"routes": 0}},
    "models": {},
    "cities": {"ap-northeast-1": "Tokyo", "ap-northeast-3": "Osaka"},
}


def written(path: Path, snapshot: Any) -> Path:
    """Write *snapshot* below *path*."""
    file = path / "catalog.json"
    file.write_text(snapshot if isinstance(snapshot, str) else json.dumps(snapshot), encoding="utf-8")
    return file


def test_geographic_profile_has_its_route() -> None:
    """Per source Region, in alphabetical order, with its date and origin."""
    profile = from_catalog(JP_CLAUDE, TOKYO, embedded())

    assert profile is not None
    assert profile.destination_regions == ("ap-northeast-1", "ap-northeast-3")
    assert (profile.scope, profile.origin, profile.as_of) == ("geographic", "catalog", embedded().as_of)
    assert (profile.model_id, profile.resource) == (CLAUDE, f"inference-profile/{JP_CLAUDE}")


def test_global_profile_names_no_region_but_its_source() -> None:
    """Where it may run is not enumerated by AWS, and not by us."""
    profile = from_catalog(GLOBAL_CLAUDE, TOKYO, embedded())

    assert profile is not None
    assert profile.scope == "global"
    assert profile.destination_regions == (TOKYO, UNSPECIFIED)


@pytest.mark.parametrize(("profile_id", "source"), [("jp.anthropic.none", TOKYO), (JP_CLAUDE, "us-east-1"), ("", "")])
def test_what_the_catalogue_lacks_is_not_guessed(profile_id: str, source: str) -> None:
    """Neither from a prefix nor from another source Region."""
    assert from_catalog(profile_id, source, embedded()) is None


def test_routes_depend_on_the_source_region() -> None:
    """One profile has other destinations from another source, and a source is not always among them."""
    routes = [profile.routes for profile in embedded().profiles.values() if not profile.is_global]

    assert any(len(set(route.values())) > 1 for route in routes)
    assert any(source not in to for route in routes for source, to in route.items())


def test_destinations_are_sorted_and_single() -> None:
    """For every profile and source Region of the catalogue."""
    for profile in embedded().profiles.values():
        for destinations in profile.routes.values():
            assert list(destinations) == sorted(set(destinations))


def test_every_geographic_profile_has_a_destination() -> None:
    """A route that leads nowhere would be a slip of the snapshot."""
    empty = [
        profile.id
        for profile in embedded().profiles.values()
        if not profile.is_global and not all(profile.routes.values())
    ]

    assert empty == []


def test_every_region_has_a_city() -> None:
    """People read Osaka, not ap-northeast-3 alone."""
    catalog = embedded()
    regions = {region for profile in catalog.profiles.values() for to in profile.routes.values() for region in to} | {
        region for profile in catalog.profiles.values() for region in profile.routes
    }

    assert sorted(regions - set(catalog.cities)) == []


def test_date_is_a_day() -> None:
    """What users see of its age."""
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", embedded().as_of)


def test_profiles_of_a_source_region_leave_out_what_is_retired() -> None:
    """A source Region from which a profile can no longer be called is still known for a denial."""
    catalog = embedded()
    retired = [(each.id, source) for each in catalog.profiles.values() for source in each.retired_sources]

    assert retired
    for id_, source in retired:
        assert id_ not in [profile.id for profile in catalog.profiles_from(source)]
        assert from_catalog(id_, source, catalog) is not None


def test_file_is_shipped_and_small() -> None:
    """It is read when it is first needed, and so is kept small."""
    data = resources.files("bedrock_guard").joinpath("catalog.json").read_bytes()

    assert len(data) < 150_000
    assert json.loads(data)["format"] == 1


def test_newer_snapshot_is_used(client: Any, tmp_path: Path) -> None:
    """`catalog=PATH` brings another one, and the message names its date."""
    error = denied(bedrock_guard.guard(client, catalog=written(tmp_path, SNAPSHOT)))

    assert error.diagnosis.profile is not None
    assert error.diagnosis.profile.as_of == "2030-01-31"
    assert "catalogue of 2030-01-31" in " ".join(error.diagnosis.message.split())


@pytest.mark.parametrize(
    "snapshot",
    [
        "",
        "[]",
        "null",
        "no JSON",
        "[" * 100_000,
        {},
        {**SNAPSHOT, "format": 2},
        {**SNAPSHOT, "routes": []},
        {**SNAPSHOT, "profiles": {JP_CLAUDE: {}}},
        {**SNAPSHOT, "models": {CLAUDE: {"in_region": []}}},
        {key: value for key, value in SNAPSHOT.items() if key != "cities"},
    ],
    ids=range(11),
)
def test_file_that_is_no_snapshot_is_refused(tmp_path: Path, snapshot: Any) -> None:
    """In one line that names it."""
    path = written(tmp_path, snapshot)
    with pytest.raises(ValueError, match="is no catalogue made by") as caught:
        load(path)

    assert str(path) in str(caught.value)


def test_file_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    """As `open` would say."""
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "nothing.json")


def _answer(*regions: str, **changes: Any) -> dict[str, Any]:
    models = [{"modelArn": f"arn:aws:bedrock:{region}::foundation-model/{CLAUDE}"} for region in regions]
    return {"inferenceProfileId": JP_CLAUDE, "type": "SYSTEM_DEFINED", "models": models, **changes}


@pytest.mark.parametrize(
    ("regions", "scope", "destinations"),
    [
        (("ap-northeast-3", "ap-northeast-1"), "geographic", ("ap-northeast-1", "ap-northeast-3")),
        (("", "ap-northeast-1"), "global", ("ap-northeast-1", "unspecified")),
        (("",), "global", ("unspecified",)),
        (("ap-northeast-1",), "in-region", ("ap-northeast-1",)),
        (("us-east-1",), "geographic", ("us-east-1",)),
    ],
)
def test_live_answer_is_taken_at_its_word(regions: tuple[str, ...], scope: str, destinations: tuple[str, ...]) -> None:
    """Destinations are the Regions of the models' ARNs; none is `unspecified`."""
    profile = from_api(_answer(*regions), TOKYO, "2030-01-31")

    assert profile is not None
    assert (profile.scope, profile.destination_regions) == (scope, destinations)
    assert (profile.origin, profile.as_of, profile.source_region) == ("live", "2030-01-31", TOKYO)


def test_live_application_profile_names_its_own_kind() -> None:
    """Its ARN is another."""
    profile = from_api(_answer(TOKYO, type="APPLICATION", inferenceProfileId="abc"), TOKYO, "2030-01-31")

    assert profile is not None
    assert profile.resource == "application-inference-profile/abc"


def test_live_answer_without_models_is_none() -> None:
    """It says nothing of a route."""
    assert from_api(_answer(), TOKYO, "2030-01-31") is None


@given(st.sampled_from(sorted(embedded().profiles)), st.data())
def test_live_and_catalogue_agree_in_form(profile_id: str, data: st.DataObject) -> None:
    """What the API would answer for a profile of the catalogue is read as the catalogue has it."""
    catalog: Catalog = embedded()
    source = data.draw(st.sampled_from(sorted(catalog.profiles[profile_id].routes)))
    known = from_catalog(profile_id, source, catalog)
    assert known is not None
    arns = [
        f"arn:aws:bedrock:{'' if region == UNSPECIFIED else region}::foundation-model/{known.model_id}"
        for region in known.destination_regions
    ]
    models = [{"modelArn": arn} for arn in arns]
    answer = {"inferenceProfileId": profile_id, "type": "SYSTEM_DEFINED", "models": models}
    live = from_api(answer, source, known.as_of)

    assert live is not None
    assert (live.id, live.model_id, live.resource) == (known.id, known.model_id, known.resource)
    assert live.destination_regions == tuple(sorted(known.destination_regions))
