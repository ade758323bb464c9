"""What no configuration and no request can bring about, tried on all operations."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

import bedrock_guard
from bedrock_guard import Fallback, ScpDeniedError
from bedrock_guard._catalog import embedded
from bedrock_guard._fallback import Models
from bedrock_guard._identifiers import UNSPECIFIED, ModelIdentifier, ModelKind, parse_model_id, partition_of
from bedrock_guard._profiles import from_catalog
from bedrock_guard.simulator import Simulator
from fallbacks.cases import BODY
from policies import HELLO, region_deny

OPERATIONS: dict[str, dict[str, Any]] = {
    "converse": {"messages": HELLO},
    "converse_stream": {"messages": HELLO},
    "invoke_model": {"body": BODY},
    "invoke_model_with_response_stream": {"body": BODY},
    "start_async_invoke": {"modelInput": {}, "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": "s3://example"}}},
    "count_tokens": {"input": {"converse": {"messages": HELLO}}},
}
CATALOG = embedded()
PASSING = ("ThrottlingException", "ServiceUnavailableException", "InternalServerException")
OTHER_REGION = "eu-west-3"


def outcome(client: Any, operation: str, model_id: str) -> Any:
    """Return the response of a call, or its error."""
    try:
        return getattr(client, operation)(modelId=model_id, **OPERATIONS[operation])
    except ClientError as error:
        return error


def arn_of(model_id: str, region: str) -> str:
    """Return the ARN of a profile or a foundation model in *region*."""
    account = "111122223333" if model_id in CATALOG.profiles else ""
    kind = ModelKind.INFERENCE_PROFILE if account else ModelKind.FOUNDATION_MODEL
    return f"arn:{partition_of(region)}:bedrock:{region}:{account}:{kind}/{model_id}"


def candidates(source: str) -> st.SearchStrategy[str]:
    """Return candidates of all kinds, more of them such as *source* offers."""
    offered = [*(each.id for each in CATALOG.profiles_from(source))]
    offered += [each.id for each in CATALOG.models.values() if source in each.in_region]
    ids = st.sampled_from(sorted(offered)) | st.sampled_from(sorted([*CATALOG.profiles, *CATALOG.models]))
    arns = st.builds(arn_of, ids, st.sampled_from([source, source, OTHER_REGION]))
    return ids | arns | st.just("auto")


@st.composite
def fallbacks(draw: st.DrawFn, profile: str, source: str) -> tuple[Fallback, bool]:
    """Return a configuration for *profile*, and whether it names its candidates by a pattern alone."""
    models = draw(st.lists(candidates(source), min_size=1, max_size=4))
    forms: list[Models] = [models, {"*": models}, {"*": "auto", profile: models}]
    form = draw(st.sampled_from(forms))
    adapt = draw(st.sampled_from([None, lambda _, params: dict(params)]))
    return Fallback(form, adapt=adapt, allow_wider=draw(st.booleans())), form == {"*": models}


@pytest.mark.parametrize("operation", OPERATIONS)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_fallback_stays_within_its_bounds(operation: str, data: st.DataObject) -> None:
    """Never wider, never another embedding model by a pattern, never a loop, and the first denial is always reachable."""
    profile = data.draw(st.sampled_from(sorted(CATALOG.profiles)))
    source = min(CATALOG.profiles[profile].routes)
    requested = data.draw(st.sampled_from([profile, arn_of(profile, source)]))
    fallback, is_by_pattern = data.draw(fallbacks(profile, source))
    simulator = Simulator(region_deny(source))
    client: Any = simulator.session(source).client("bedrock-runtime")
    if not hasattr(client, operation):
        pytest.skip("this botocore knows of no such operation")
    own = outcome(client, operation, requested)
    try:
        bedrock_guard.guard(client, fallback=fallback)
    except ValueError:
        assert not fallback.allow_wider
        return  # refused when configured

    for called in ("converse", operation, operation):  # a count follows its conversation
        before = len(simulator.requests)
        result = outcome(client, called, requested)
        sent = [parse_model_id(str(entry.model_id)) for entry in simulator.requests[before:]]
        assert len({(each.kind, each.id) for each in sent}) == len(sent)  # none twice, under whatever name
        for other in (each for each in sent if each.id != profile):
            assert fallback.allow_wider or is_inside(other, profile, source)
            assert not is_other_embedding(other.id, profile) or (not is_by_pattern and "invoke" in called)
        assert not isinstance(result, ClientError) or called != operation or is_told(result, own)


def is_inside(other: ModelIdentifier, requested: str, source: str) -> bool:
    """Tell whether *other* keeps data where *requested* would have had it, or in *source*."""
    original, profile = (from_catalog(each, source, CATALOG) for each in (requested, other.id))
    if other.region not in (None, source):
        return False
    if profile is None:
        return other.id in CATALOG.models
    if original is None or UNSPECIFIED in original.destination_regions:
        return original is not None
    return set(profile.destination_regions) <= {source, *original.destination_regions}


def is_other_embedding(model_id: str, requested: str) -> bool:
    """Tell whether the vectors of *model_id* cannot be compared with those of *requested*."""
    bare = CATALOG.models.get(model_id) or CATALOG.models.get(model_id.partition(".")[2])
    return bare is not None and "EMBEDDING" in bare.outputs and bare.id != requested.partition(".")[2]


def is_told(error: ClientError, own: Any) -> bool:
    """Tell whether *error* is the denial, stands for it while a fallback fails, or is *own*, the first choice's."""
    if isinstance(error, ScpDeniedError):
        return True
    if isinstance(error.__cause__, ScpDeniedError):
        return error.response["Error"]["Code"] in PASSING
    is_denial = isinstance(own, ClientError) and "service control policy" in str(own)
    return isinstance(own, ClientError) and not is_denial and error.response["Error"] == own.response["Error"]
