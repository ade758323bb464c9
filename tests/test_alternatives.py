"""Which models stay inside: never a Region that the original would not have used."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_guard._alternatives import MOST, alternatives, same_model
from bedrock_guard._catalog import Catalog, Model, Profile, embedded
from bedrock_guard._identifiers import UNSPECIFIED
from bedrock_guard._profiles import InferenceProfile, from_catalog
from conftest import TOKYO
from policies import CLAUDE, GLOBAL_CLAUDE, JP_CLAUDE, NOVA

OSAKA = "ap-northeast-3"


def model(id_: str, *regions: str, inputs: str = "TEXT", outputs: str = "TEXT", legacy: bool = False) -> Model:
    """Return a model with on-demand throughput in *regions*."""
    return Model(id_, frozenset(regions), frozenset(inputs.split()), frozenset(outputs.split()), True, legacy)  # noqa: FBT003


def catalog(*entries: Model | Profile) -> Catalog:
    """Return a catalogue of *entries*."""
    models = {entry.id: entry for entry in entries if isinstance(entry, Model)}
    profiles = {entry.id: entry for entry in entries if isinstance(entry, Profile)}
    return Catalog("2030-01-31", profiles, models, {})


def profile(id_: str, *destinations: str, retired: bool = False) -> Profile:
    """Return a profile that routes from Tokyo to *destinations*, globally to none."""
    sources = frozenset({TOKYO}) if retired else frozenset()
    return Profile(id_, not destinations, {TOKYO: destinations}, sources)


def original(entry: Profile) -> InferenceProfile:
    """Return *entry* as it was asked for, from Tokyo."""
    found = from_catalog(entry.id, TOKYO, catalog(entry))

    assert found is not None
    return found


WIDE = profile("apac.x.one", TOKYO, OSAKA, "ap-southeast-1")
NARROW = profile("jp.x.one", TOKYO, OSAKA)
OUTSIDE = profile("au.x.one", TOKYO, "ap-southeast-2")
GLOBAL = profile("global.x.one")


def test_same_model_comes_first_bare_then_through_a_narrower_profile() -> None:
    """What changes least is offered first."""
    data = catalog(model("x.one", TOKYO), model("x.two", TOKYO), WIDE, NARROW)

    assert alternatives("x.one", original(WIDE), TOKYO, ("ap-southeast-1",), data) == ("x.one", "jp.x.one", "x.two")


def test_wider_profile_is_not_offered() -> None:
    """Nor one that routes elsewhere."""
    data = catalog(model("x.one"), WIDE, NARROW, OUTSIDE, GLOBAL)

    assert same_model("x.one", original(NARROW), TOKYO, (OSAKA,), data) == []


def test_profile_that_meets_the_same_wall_is_not_offered() -> None:
    """A narrower one that routes to the blocked Region as well helps nobody."""
    data = catalog(model("x.one"), WIDE, NARROW)

    assert same_model("x.one", original(WIDE), TOKYO, (OSAKA,), data) == []


def test_any_geographic_profile_is_inside_a_global_one() -> None:
    """It might have run there anyway."""
    data = catalog(model("x.one"), WIDE, NARROW, OUTSIDE, GLOBAL, profile("global.x.two"))

    assert set(same_model("x.one", original(GLOBAL), TOKYO, (UNSPECIFIED,), data)) == {WIDE.id, NARROW.id, OUTSIDE.id}


def test_profile_that_can_no_longer_be_called_is_not_offered() -> None:
    """From this source Region it is retired."""
    data = catalog(model("x.one"), WIDE, profile(NARROW.id, TOKYO, OSAKA, retired=True))

    assert same_model("x.one", original(WIDE), TOKYO, ("ap-southeast-1",), data) == []


def test_profile_is_not_offered_where_the_original_is_not_known() -> None:
    """What is inside cannot be told."""
    assert same_model("x.one", None, TOKYO, (OSAKA,), catalog(model("x.one"), NARROW)) == []


@pytest.mark.parametrize(
    "other",
    [
        model("x.two", OSAKA),
        model("x.two", TOKYO, legacy=True),
        model("x.two", TOKYO, inputs="IMAGE"),
        model("x.two", TOKYO, outputs="IMAGE"),
        model("x.two", TOKYO, outputs="TEXT IMAGE"),
    ],
    ids=["elsewhere", "legacy", "other-inputs", "other-outputs", "more-outputs"],
)
def test_model_that_cannot_take_over_is_not_offered(other: Model) -> None:
    """In-Region, current, with what the original takes and gives."""
    assert alternatives("x.one", None, TOKYO, (OSAKA,), catalog(model("x.one"), other)) == ()


def test_model_that_takes_more_is_offered() -> None:
    """Whoever sent text may send it there."""
    data = catalog(model("x.one"), model("x.two", TOKYO, inputs="TEXT IMAGE"))

    assert alternatives("x.one", None, TOKYO, (OSAKA,), data) == ("x.two",)


def test_other_embeddings_are_not_offered() -> None:
    """Their vectors cannot be compared with those stored."""
    data = catalog(model("x.one", outputs="EMBEDDING"), model("x.two", TOKYO, outputs="EMBEDDING"))

    assert alternatives("x.one", None, TOKYO, (OSAKA,), data) == ()


def test_model_that_is_not_known_has_none() -> None:
    """What it takes and gives is not known either."""
    assert alternatives("x.new", None, TOKYO, (OSAKA,), catalog(model("x.two", TOKYO))) == ()


def test_at_most_five() -> None:
    """For a person to choose from."""
    data = catalog(model("x.one"), *(model(f"x.other-{number}", TOKYO) for number in range(9)))

    assert len(alternatives("x.one", None, TOKYO, (OSAKA,), data)) == MOST == 5


def test_nothing_of_claude_stays_in_tokyo() -> None:
    """Known of the catalogue: Claude is in-Region nowhere, so that another model is what is left."""
    found = from_catalog(JP_CLAUDE, TOKYO, embedded())

    assert same_model(CLAUDE, found, TOKYO, (OSAKA,), embedded()) == []
    assert alternatives(CLAUDE, found, TOKYO, (OSAKA,), embedded())[0] == NOVA


def test_japan_is_narrower_than_the_world() -> None:
    """Known of the catalogue: the profile for Japan is what a global denial leaves."""
    found = from_catalog(GLOBAL_CLAUDE, TOKYO, embedded())

    assert same_model(CLAUDE, found, TOKYO, (UNSPECIFIED,), embedded()) == [JP_CLAUDE]


@given(data=st.data())
def test_no_alternative_is_ever_wider(data: st.DataObject) -> None:
    """For every profile of the catalogue, from every source Region, whatever is blocked."""
    known = embedded()
    entry = data.draw(st.sampled_from(list(known.profiles.values())))
    source = data.draw(st.sampled_from(sorted(entry.routes)))
    asked = from_catalog(entry.id, source, known)
    assert asked is not None
    blocked = data.draw(st.sampled_from(asked.destination_regions))
    inside = {*asked.destination_regions, source}
    for model_id in alternatives(entry.model_id, asked, source, (blocked,), known):
        through = from_catalog(model_id, source, known)
        if through is None:
            assert source in known.models[model_id].in_region
        else:
            assert blocked not in through.destination_regions
            assert UNSPECIFIED in inside or set(through.destination_regions) <= inside
