"""A clock that the test winds, clients with a fallback, and what was sent."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from botocore.config import Config

import bedrock_guard
from bedrock_guard import Fallback
from bedrock_guard.simulator import Simulator
from conftest import TOKYO
from policies import HELLO, JP_CLAUDE, NOVA

MISTRAL = "mistral.magistral-small-2509"
APAC_NOVA = "apac.amazon.nova-lite-v1:0"
BODY = '{"messages": [{"role": "user", "content": [{"text": "Hello"}]}]}'


NO_RETRIES = Config(retries={"total_max_attempts": 1})


class Clock:
    """A clock that stands still until it is wound."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


def guarded(simulator: Simulator, fallback: Any = NOVA, clock: Clock | None = None, **options: Any) -> Any:
    """Return a client in Tokyo with *fallback*, whose memory goes by *clock*."""
    made = simulator.session(TOKYO).client("bedrock-runtime", config=NO_RETRIES)
    client: Any = bedrock_guard.guard(made, fallback=fallback, **options)
    if clock is not None:
        client._bedrock_guard.memory.now = clock
    return client


@asynccontextmanager
async def asynchronous(simulator: Simulator, fallback: Any = NOVA) -> AsyncIterator[Any]:
    """Give the same as a client of aiobotocore."""
    session: Any = pytest.importorskip("aiobotocore.session", reason="the extra `async` is not installed").get_session()
    simulator.attach(session)
    async with session.create_client("bedrock-runtime", region_name=TOKYO) as client:
        yield bedrock_guard.guard(client, fallback=fallback)


def ask(client: Any, model_id: str = JP_CLAUDE, **given: Any) -> Any:
    """Ask *model_id*, and return what the guard told of the answer, None where it had nothing to do."""
    return told(client.converse(modelId=model_id, messages=HELLO, **given))


def told(response: Any) -> Any:
    """Return what the guard says in *response*."""
    return response["ResponseMetadata"].get("BedrockGuard")


def sent(simulator: Simulator) -> list[tuple[str, int]]:
    """Return the model and the status of each request."""
    return [(str(entry.model_id), entry.status) for entry in simulator.requests]


def models(simulator: Simulator) -> list[str]:
    """Return the model of each request."""
    return [str(entry.model_id) for entry in simulator.requests]


def deny(*resources: str) -> dict[str, Any]:
    """Return a policy that denies everything on *resources*, in Tokyo."""
    arns = [f"arn:aws:bedrock:{TOKYO}:*:{resource}" for resource in resources]
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": arns}]}


def deny_models(*model_ids: str) -> dict[str, Any]:
    """Return a policy that denies foundation models in Tokyo."""
    return deny(*(f"foundation-model/{model_id}" for model_id in model_ids))


def with_settings(models: Any = NOVA, **settings: Any) -> Fallback:
    """Return a `Fallback` of 300 seconds and one probe."""
    return Fallback(models, **{"remember": 300, "probes": 1, **settings})


def raising(*_: Any, **__: Any) -> Any:
    """Be a bug of ours."""
    raise PlantedError


class PlantedError(Exception):
    """A bug of ours."""
