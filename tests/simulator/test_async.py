"""The same answers for aiobotocore."""

import json
from collections.abc import AsyncIterator
from contextlib import closing
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError, EventStreamError

from bedrock_guard.simulator import Fault, Simulator
from policies import CLAUDE, HELLO, JP_CLAUDE, NOVA
from transports import transport  # noqa: F401 (in the process and over HTTP)

aiobotocore_session = pytest.importorskip("aiobotocore.session", reason="the extra `async` is not installed")
aiobotocore_config = pytest.importorskip("aiobotocore.config", reason="the extra `async` is not installed")

TOKYO = "ap-northeast-1"


def make(session: Any, service: str = "bedrock-runtime") -> Any:
    """Return the context of a client that has credentials no one has, and does not retry."""
    return session.create_client(
        service,
        region_name=TOKYO,
        aws_access_key_id="made-up",
        aws_secret_access_key="made-up",
        config=aiobotocore_config.AioConfig(retries={"total_max_attempts": 1}),
    )


@pytest.fixture
async def client(simulator: Simulator) -> AsyncIterator[Any]:
    """Return a client of an attached session."""
    session = aiobotocore_session.get_session()
    simulator.attach(session)
    async with make(session) as client:
        yield client


async def test_call_is_answered(client: Any) -> None:
    """A model in the allowed Region."""
    answer = await client.converse(modelId=NOVA, messages=HELLO)

    assert answer["stopReason"] == "end_turn"


async def test_call_is_denied(client: Any) -> None:
    """A profile that leaves the allowed Region, in the same words."""
    with pytest.raises(
        client.exceptions.AccessDeniedException, match=f"ap-northeast-3::foundation-model/{CLAUDE} with"
    ):
        await client.converse(modelId=JP_CLAUDE, messages=HELLO)


async def test_stream(client: Any) -> None:
    """The events come one by one."""
    answer = await client.converse_stream(modelId=NOVA, messages=HELLO)
    events = [event async for event in answer["stream"]]

    text = "".join(event["contentBlockDelta"]["delta"]["text"] for event in events if "contentBlockDelta" in event)
    assert text == f"This is a simulated reply of {NOVA}."


async def test_body_is_read_in_pieces(client: Any) -> None:
    """A streaming body gives what is asked for, and ends."""
    answer = await client.invoke_model(modelId=NOVA, body=json.dumps({"messages": []}))
    first = await answer["body"].read(10)
    rest = await answer["body"].read()

    assert len(first) == 10
    assert json.loads(first + rest)["stopReason"] == "end_turn"


async def test_client_that_exists(simulator: Simulator) -> None:
    """A client is attached as a session is."""
    async with make(aiobotocore_session.get_session()) as client:
        simulator.attach(client)

        assert await client.converse(modelId=NOVA, messages=HELLO)


async def test_installed_reaches_asynchronous_sessions(simulator: Simulator) -> None:
    """One handler serves both kinds of clients."""
    with simulator.installed():
        async with make(aiobotocore_session.get_session(), "bedrock") as client:
            assert (await client.list_foundation_models())["modelSummaries"]


async def test_error_inside_a_stream(simulator: Simulator, client: Any) -> None:
    """It comes while iterating."""
    simulator.add_fault(Fault("throttling", after=1))
    answer = await client.converse_stream(modelId=NOVA, messages=HELLO)

    with closing(answer["stream"]) as events, pytest.raises(EventStreamError):
        [event async for event in events]


async def test_broken_connections(simulator: Simulator, client: Any) -> None:
    """A whole answer breaks off for the one who sends, a stream for the one who reads."""
    from aiohttp import ClientPayloadError

    simulator.add_fault(Fault("half-written"))

    with pytest.raises(ConnectionClosedError):
        await client.converse(modelId=NOVA, messages=HELLO)
    answer = await client.converse_stream(modelId=NOVA, messages=HELLO)
    with closing(answer["stream"]) as events, pytest.raises(ClientPayloadError):
        [event async for event in events]
    answer = await client.invoke_model(modelId=NOVA, body=b'{"messages": []}')
    with closing(answer["body"]) as body, pytest.raises(ClientPayloadError):
        await body.read()


async def test_waits_are_awaited(simulator: Simulator, client: Any) -> None:
    """A stall of no length changes nothing of what is read."""
    simulator.add_fault(Fault("stall", after=0))

    assert (await client.converse(modelId=NOVA, messages=HELLO))["stopReason"] == "end_turn"
