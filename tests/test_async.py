"""The asynchronous twin does for clients of aiobotocore what the guard does for those of boto3."""

import asyncio
import contextlib
import copy
import functools
import inspect
import logging
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from aiobotocore.client import AioBaseClient
from aiobotocore.session import AioSession, get_session
from botocore.exceptions import ClientError

import bedrock_guard
from bedrock_guard import Event, ScpDeniedError, _guard, _resolver
from bedrock_guard._aio import AsyncGuardedClient
from bedrock_guard._client import GuardedClient
from bedrock_guard.simulator import Simulator
from conftest import TOKYO
from policies import GLOBAL_CLAUDE, HELLO, JAPAN_ONLY, JP_CLAUDE, NOVA
from transports import in_process, transport  # noqa: F401 (in the process and over HTTP)

NEW = "jp.anthropic.claude-newer-than-the-catalogue-v1:0"
JAPAN = ("ap-northeast-1", "ap-northeast-3")

Way = Callable[[AioSession], Any]


@contextlib.asynccontextmanager
async def by_client(session: AioSession) -> AsyncIterator[Any]:
    async with session.create_client("bedrock-runtime", region_name=TOKYO) as client:
        yield bedrock_guard.guard(client)


@contextlib.asynccontextmanager
async def by_session(session: AioSession) -> AsyncIterator[Any]:
    bedrock_guard.guard(session)
    async with session.create_client("bedrock-runtime", region_name=TOKYO) as client:
        yield client


@contextlib.asynccontextmanager
async def by_process(_: AioSession) -> AsyncIterator[Any]:
    bedrock_guard.install()
    async with get_session().create_client("bedrock-runtime", region_name=TOKYO) as client:
        yield client


@pytest.fixture
def simulator(simulator: Simulator) -> Any:
    """Return a Bedrock that answers every session, with a profile that the catalogue lacks."""
    simulator.add_inference_profile(NEW, TOKYO, list(JAPAN))
    with simulator.installed():
        yield simulator


@pytest.fixture(params=[by_client, by_session, by_process], ids=lambda way: way.__name__)
async def guarded(request: pytest.FixtureRequest, simulator: Simulator) -> AsyncIterator[Any]:
    """Return a client guarded in each of the ways there are."""
    async with request.param(get_session()) as client:
        yield client


@pytest.fixture
async def client(simulator: Simulator) -> AsyncIterator[Any]:
    """Return a plain client."""
    async with get_session().create_client("bedrock-runtime", region_name=TOKYO) as client:
        yield client


async def denied(client: Any, model_id: str = JP_CLAUDE) -> ScpDeniedError:
    """Return the error of a `converse` that an SCP denies."""
    with pytest.raises(ScpDeniedError) as caught:
        await client.converse(modelId=model_id, messages=HELLO)
    return caught.value


async def test_allowed_call_answers(guarded: Any) -> None:
    """Nothing is changed on an answer."""
    answer = await guarded.converse(modelId=NOVA, messages=HELLO)

    assert answer["stopReason"] == "end_turn"


async def test_stream_is_passed_on(guarded: Any) -> None:
    """The events of a streamed answer arrive."""
    answer = await guarded.converse_stream(modelId=NOVA, messages=HELLO)
    events = [next(iter(event)) async for event in answer["stream"]]

    assert (events[0], events[-1]) == ("messageStart", "metadata")


async def test_denial_is_explained(guarded: Any) -> None:
    """With the same words in the same places as for a synchronous client."""
    error = await denied(guarded)
    aws: Any = error.__cause__

    assert isinstance(error, guarded.exceptions.AccessDeniedException)
    assert type(aws) is guarded.exceptions.AccessDeniedException
    assert str(error) == f"{aws}\n{error.diagnosis.message}"
    assert error.response["Error"]["Message"] == f"{aws.response['Error']['Message']}\n{error.diagnosis.message}"
    assert type(copy.copy(error)) is ScpDeniedError


@pytest.mark.parametrize("operation", ["converse_stream", "invoke_model", "invoke_model_with_response_stream"])
async def test_every_operation_is_explained(guarded: Any, operation: str) -> None:
    """A denied stream is denied before it begins."""
    arguments: dict[str, Any] = {"body": "{}"} if "invoke" in operation else {"messages": HELLO}
    with pytest.raises(ScpDeniedError) as caught:
        await getattr(guarded, operation)(modelId=JP_CLAUDE, **arguments)

    assert caught.value.diagnosis.requested_model_id == JP_CLAUDE


async def test_is_still_asynchronous(guarded: Any) -> None:
    """Tracers tell the two kinds apart by the coroutine function."""
    assert isinstance(guarded, AioBaseClient)
    assert inspect.iscoroutinefunction(guarded._make_api_call)


async def test_synchronous_class_is_never_in_front(guarded: Any) -> None:
    """It would let every error pass."""
    classes = type(guarded).__mro__

    assert AsyncGuardedClient in classes
    assert GuardedClient not in classes


async def test_class_and_names_are_the_same(guarded: Any, client: Any) -> None:
    """Name of the class and public names are those of the plain client."""
    assert type(guarded).__name__ == type(client).__name__
    assert [name for name in dir(guarded) if name[0] != "_"] == [name for name in dir(client) if name[0] != "_"]


@pytest.mark.parametrize("way", [by_client, by_session, by_process], ids=lambda way: way.__name__)
async def test_client_that_a_tracer_has_wrapped_is_guarded(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, way: Way
) -> None:
    """Also where the wrapper only returns the coroutine, and so is no coroutine function itself."""
    seen: list[str] = []
    unwrapped = AioBaseClient._make_api_call

    @functools.wraps(unwrapped)
    def traced(self: Any, operation_name: str, api_params: Any) -> Any:
        seen.append(operation_name)
        return unwrapped(self, operation_name, api_params)

    monkeypatch.setattr(AioBaseClient, "_make_api_call", traced)
    async with way(get_session()) as client:
        await denied(client)

    assert seen == ["Converse"]


async def test_client_patched_on_the_instance_is_guarded(client: Any) -> None:
    """A tracer above the guard sees the explained error."""
    seen: list[BaseException] = []
    unwrapped = client.converse

    async def converse(**kwargs: Any) -> Any:
        try:
            return await unwrapped(**kwargs)
        except Exception as error:
            seen.append(error)
            raise

    client.converse = converse
    error = await denied(bedrock_guard.guard(client))

    assert seen == [error]


async def test_paginator_is_guarded(guarded: Any) -> None:
    """A page that is denied is explained as a call is."""

    def deny(**_: Any) -> Any:
        text = "User: me is not authorized to perform: bedrock:ListAsyncInvokes with an explicit deny in a "
        error = {"Code": "AccessDeniedException", "Message": f"{text}service control policy"}
        return _Http(), {"Error": error, "ResponseMetadata": {}}

    guarded.meta.events.register_first("before-call.bedrock-runtime.ListAsyncInvokes", deny)
    with pytest.raises(ScpDeniedError):
        async for _ in guarded.get_paginator("list_async_invokes").paginate():
            pass


class _Http:
    status_code = 403


async def test_guarded_twice_is_explained_once(guarded: Any) -> None:
    """Guarding again reconfigures."""
    told: list[Event] = []
    error = await denied(bedrock_guard.guard(guarded, hook=told.append))

    assert str(error).count(f"[{error.diagnosis.key}]") == 1
    assert [event.diagnosis.key for event in told] == [error.diagnosis.key]
    assert [each for each in type(guarded).__mro__ if each is AsyncGuardedClient] == [AsyncGuardedClient]


async def test_many_calls_at_once(guarded: Any) -> None:
    """Each gets the error of its own call."""
    models = [JP_CLAUDE, GLOBAL_CLAUDE] * 32
    errors = await asyncio.gather(*(denied(guarded, model_id) for model_id in models))

    assert [error.diagnosis.requested_model_id for error in errors] == models


async def test_scps_that_change_let_the_same_client_pass(simulator: Simulator, guarded: Any) -> None:
    """What was denied is not remembered against the caller."""
    await denied(guarded)
    simulator.set_scps(JAPAN_ONLY)

    assert (await guarded.converse(modelId=JP_CLAUDE, messages=HELLO))["stopReason"] == "end_turn"


async def test_unknown_profile_is_looked_up(
    simulator: Simulator, guarded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the caller's credentials, by a synchronous client in a thread."""
    monkeypatch.setattr(_resolver, "PATIENCE", 60.0)  # however slow the machine
    profile = (await denied(guarded, NEW)).diagnosis.profile

    assert profile is not None
    assert (profile.origin, profile.destination_regions) == ("live", JAPAN)
    assert [entry.operation for entry in simulator.requests] == ["Converse", "ListInferenceProfiles"]


async def test_look_up_is_signed_with_the_clients_own_credentials(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that the client was made with."""
    import botocore.handlers

    monkeypatch.setattr(_resolver, "PATIENCE", 60.0)  # however slow the machine

    seen: list[str] = []

    def watch(request: Any, **_: Any) -> None:
        seen.append(str(request.headers["Authorization"]))

    handlers = [("before-send.bedrock", watch), *botocore.handlers.BUILTIN_HANDLERS]
    monkeypatch.setattr(botocore.handlers, "BUILTIN_HANDLERS", handlers)
    keys = {"aws_access_key_id": "AKIACLIENTSOWN", "aws_secret_access_key": "x"}
    session = bedrock_guard.guard(get_session())
    async with session.create_client("bedrock-runtime", region_name=TOKYO, **keys) as client:
        await denied(client, NEW)

    assert ["AKIACLIENTSOWN" in each for each in seen] == [True]
    assert len(simulator.requests) == 2


@in_process  # the simulator tells the Region by the host
async def test_look_up_with_an_api_key(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller who has no IAM credentials at all, of a session that is guarded."""
    from botocore.config import Config

    if not hasattr(Config(), "auth_scheme_preference"):
        pytest.skip("this botocore knows of no Bedrock API keys")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "bedrock-api-key-of-the-caller")
    monkeypatch.delenv("AWS_ENDPOINT_URL_BEDROCK")
    session = bedrock_guard.guard(get_session())
    async with session.create_client("bedrock-runtime", region_name=TOKYO) as client:
        error = await denied(client, NEW)

    assert error.diagnosis.profile is not None
    assert [entry.operation for entry in simulator.requests] == ["Converse", "ListInferenceProfiles"]


class _Gate:
    """A control client that answers no sooner than it is let."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.reached = threading.Event()

    def get_paginator(self, _: str) -> Any:
        self.reached.set()
        self.opened.wait(60)
        raise TimeoutError


async def test_event_loop_goes_on_while_a_look_up_hangs(client: Any) -> None:
    """Other coroutines run meanwhile, and one of them may even be what ends the wait."""
    gate = _Gate()
    bedrock_guard.guard(client, control_client=gate)
    call = asyncio.create_task(denied(client, NEW))
    assert await asyncio.to_thread(gate.reached.wait, 30)

    assert (await client.converse(modelId=NOVA, messages=HELLO))["stopReason"] == "end_turn"
    assert not call.done()

    gate.opened.set()

    assert (await call).diagnosis.profile is None


@in_process  # aiobotocore itself connects with the help of the default executor
async def test_executor_that_is_shut_down_hides_nothing(guarded: Any) -> None:
    """A program that is ending has no default executor any more; the explanation does without."""
    await asyncio.get_running_loop().shutdown_default_executor()

    assert (await denied(guarded)).diagnosis.requested_model_id == JP_CLAUDE


@in_process  # aiobotocore itself connects with the help of the default executor
async def test_executor_that_is_full_delays_nothing(guarded: Any) -> None:
    """Whatever the application keeps its default executor busy with, a denial does not queue behind it."""
    busy = threading.Event()
    executor = ThreadPoolExecutor(1)
    loop = asyncio.get_running_loop()
    loop.set_default_executor(executor)
    blocking = loop.run_in_executor(None, busy.wait, 60)
    error = await asyncio.wait_for(denied(guarded), 30)
    busy.set()

    assert error.diagnosis.requested_model_id == JP_CLAUDE
    assert await blocking


async def test_cancelled_call_is_cancelled(client: Any) -> None:
    """While a look-up hangs, the caller may go."""
    gate = _Gate()
    bedrock_guard.guard(client, control_client=gate)
    call = asyncio.create_task(denied(client, NEW))
    await asyncio.to_thread(gate.reached.wait, 30)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    gate.opened.set()


class PlantedError(Exception):
    """A bug of ours."""


@pytest.mark.parametrize("where", ["diagnose", "enriched"])
async def test_bug_of_ours_lets_awss_error_out(
    guarded: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, where: str
) -> None:
    """One line tells of it, and AWS's own exception goes out."""

    def broken(*_: Any, **__: Any) -> Any:
        raise PlantedError

    monkeypatch.setattr(_guard, where, broken)
    with pytest.raises(ClientError) as caught:
        await guarded.converse(modelId=JP_CLAUDE, messages=HELLO)
    faults = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]

    assert type(caught.value) is guarded.exceptions.AccessDeniedException
    assert caught.value.__cause__ is None
    assert len(faults) == 1
    assert faults[0].startswith("bedrock_guard.failed PlantedError at ")


class _Refreshing:
    """Credentials that were good for the call, and whose refresh fails, or hangs."""

    def __init__(self, *, hangs: bool) -> None:
        self.hangs = hangs
        self.asked = 0
        self.given_up = asyncio.Event()

    async def get_frozen_credentials(self) -> Any:
        self.asked += 1
        if self.hangs:
            try:
                await asyncio.Event().wait()
            finally:
                self.given_up.set()
        raise PlantedError


@pytest.mark.parametrize("hangs", [True, False])
@pytest.mark.parametrize(("model_id", "asked"), [(JP_CLAUDE, 0), (NEW, 1)])
async def test_credentials_are_asked_for_a_look_up_alone(
    client: Any, model_id: str, asked: int, *, hangs: bool
) -> None:
    """What the catalogue answers needs none; and a refresh that fails or hangs costs the route at most."""
    credentials = _Refreshing(hangs=hangs)
    bedrock_guard.guard(client)

    def expire(**_: Any) -> None:
        client._request_signer._credentials = credentials

    client.meta.events.register("after-call.bedrock-runtime.Converse", expire)
    error = await denied(client, model_id)

    assert credentials.asked == asked
    assert (error.diagnosis.profile is None) == bool(asked)
    if asked and hangs:  # nothing of it is left in the caller's loop
        await asyncio.wait_for(credentials.given_up.wait(), 30)


async def test_uninstall_reaches_asynchronous_sessions(simulator: Simulator) -> None:
    """A session made while it was installed makes plain clients afterwards."""
    bedrock_guard.install()
    session = get_session()
    bedrock_guard.uninstall()
    async with session.create_client("bedrock-runtime", region_name=TOKYO) as client:
        assert not isinstance(client, AsyncGuardedClient)

    assert simulator.requests == []


async def test_both_kinds_in_one_process(guarded: Any, simulator: Simulator) -> None:
    """A synchronous client beside an asynchronous one: each has its own class in front."""
    synchronous = bedrock_guard.guard(simulator.session(TOKYO)).client("bedrock-runtime")
    with pytest.raises(ScpDeniedError) as caught:
        synchronous.converse(modelId=JP_CLAUDE, messages=HELLO)

    assert caught.value.diagnosis == (await denied(guarded)).diagnosis
