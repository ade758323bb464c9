"""What no configuration and no request can bring about, tried on all operations."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

import bedrock_guard
from bedrock_guard import ScpDeniedError
from bedrock_guard._catalog import embedded
from bedrock_guard._identifiers import UNSPECIFIED
from bedrock_guard._profiles import from_catalog
from bedrock_guard.simulator import Simulator
from policies import HELLO, region_deny

BODY = '{"messages": [{"role": "user", "content": [{"text": "Hello"}]}]}'
OPERATIONS: dict[str, dict[str, Any]] = {
    "converse": {"messages": HELLO},
    "converse_stream": {"messages": HELLO},
    "invoke_model": {"body": BODY},
    "invoke_model_with_response_stream": {"body": BODY},
    "start_async_invoke": {"modelInput": {}, "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": "s3://example"}}},
    "count_tokens": {"input": {"converse": {"messages": HELLO}}},
}
CATALOG = embedded()
IDS = sorted([*CATALOG.profiles, *CATALOG.models])


def outcome(client: Any, operation: str, model_id: str) -> Any:
    """Return the response of a call, or its error."""
    try:
        return getattr(client, operation)(modelId=model_id, **OPERATIONS[operation])
    except ClientError as error:
        return error


@pytest.mark.parametrize("operation", OPERATIONS)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_fallback_stays_within_its_bounds(operation: str, data: st.DataObject) -> None:
    """Never wider, never another embedding model by a pattern, never a loop, and the first denial is always reachable."""
    requested = data.draw(st.sampled_from(sorted(CATALOG.profiles)))
    models = data.draw(st.lists(st.sampled_from([*IDS, "auto"]), min_size=1, max_size=4))
    by_pattern = data.draw(st.booleans())
    source = min(CATALOG.profiles[requested].routes)
    simulator = Simulator(region_deny(source))
    client: Any = simulator.session(source).client("bedrock-runtime")
    if not hasattr(client, operation):
        pytest.skip("this botocore knows of no such operation")
    try:
        bedrock_guard.guard(client, fallback={"*": models} if by_pattern else models)
    except ValueError:
        return  # refused when configured
    found = [outcome(client, operation, requested) for _ in range(2)]
    sent = [str(entry.model_id) for entry in simulator.requests]

    assert sent[0] == requested
    for model_id in set(sent) - {requested}:
        assert is_inside(model_id, requested, source)
        assert not (by_pattern and is_other_embedding(model_id, requested) and "invoke" in operation)
    assert max(map(sent.count, sent)) <= 2  # each candidate once, in each of two calls
    assert all(is_told(each) for each in found if isinstance(each, ClientError))


def is_inside(model_id: str, requested: str, source: str) -> bool:
    """Tell whether *model_id* keeps data where *requested* would have had it, or in *source*."""
    original, profile = (from_catalog(each, source, CATALOG) for each in (requested, model_id))
    if profile is None:
        return model_id in CATALOG.models
    if original is None or UNSPECIFIED in original.destination_regions:
        return original is not None
    return set(profile.destination_regions) <= {source, *original.destination_regions}


def is_other_embedding(model_id: str, requested: str) -> bool:
    """Tell whether the vectors of *model_id* cannot be compared with those of *requested*."""
    bare = CATALOG.models.get(model_id) or CATALOG.models.get(model_id.partition(".")[2])
    return bare is not None and "EMBEDDING" in bare.outputs and bare.id != requested.partition(".")[2]


def is_told(error: ClientError) -> bool:
    """Tell whether *error* is the denial, stands for it, or is no denial at all."""
    return (
        isinstance(error, ScpDeniedError) or isinstance(error.__cause__, ScpDeniedError) or "Denied" not in str(error)
    )
