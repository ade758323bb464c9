"""A guarded client is the client that boto3 makes."""

import functools
import inspect
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from botocore.waiter import WaiterModel, create_waiter_with_client

import bedrock_guard
from bedrock_guard import ScpDeniedError
from bedrock_guard.simulator import Simulator
from calls import denied, sentence
from conftest import TOKYO
from policies import CLAUDE, GLOBAL_CLAUDE, HELLO, JAPAN_ONLY, JP_CLAUDE, NOVA
from transports import transport  # noqa: F401 (in the process and over HTTP)


def by_client(simulator: Simulator) -> Any:
    return bedrock_guard.guard(simulator.session(TOKYO).client("bedrock-runtime"))


def by_session(simulator: Simulator) -> Any:
    return bedrock_guard.guard(simulator.session(TOKYO)).client("bedrock-runtime")


def by_botocore_session(simulator: Simulator) -> Any:
    session = botocore.session.Session()
    simulator.attach(session)
    return bedrock_guard.guard(session).create_client("bedrock-runtime", region_name=TOKYO)


def by_process(simulator: Simulator) -> Any:
    bedrock_guard.install()
    return simulator.session(TOKYO).client("bedrock-runtime")


def by_name(_: Simulator) -> Any:
    return bedrock_guard.client(region_name=TOKYO)


WAYS = (by_client, by_session, by_botocore_session, by_process, by_name)


@pytest.fixture(params=WAYS, ids=lambda way: way.__name__)
def guarded(request: pytest.FixtureRequest, simulator: Simulator) -> Iterator[Any]:
    """Return a client guarded in each of the ways there are."""
    with simulator.installed() if request.param is by_name else nullcontext():
        yield request.param(simulator)


def test_is_a_client_of_botocore(guarded: Any) -> None:
    """Libraries that take nothing but a `BaseClient` take it."""
    assert isinstance(guarded, BaseClient)


def test_class_has_the_name_of_boto3s(guarded: Any, client: Any) -> None:
    """Whoever tells services apart by the name of the class still can."""
    plain, own = type(client), type(guarded)

    assert (own.__name__, own.__qualname__, own.__module__) == (plain.__name__, plain.__qualname__, plain.__module__)


def test_dir_is_the_same(guarded: Any, client: Any) -> None:
    """No public name comes or goes."""
    public = [name for name in dir(guarded) if not name.startswith("_")]

    assert public == [name for name in dir(client) if not name.startswith("_")]


def test_methods_are_boto3s_own(guarded: Any, client: Any) -> None:
    """The methods of operations are those that botocore generated, with their lazy documentation."""
    assert guarded.converse.__name__ == client.converse.__name__
    assert inspect.signature(guarded.converse) == inspect.signature(client.converse)
    assert type(guarded.converse.__doc__) is type(client.converse.__doc__)


def test_meta_is_the_same(guarded: Any, client: Any) -> None:
    """What frameworks read off `meta` is there."""
    assert guarded.meta.region_name == TOKYO
    assert guarded.meta.endpoint_url == client.meta.endpoint_url
    assert guarded.meta.service_model.operation_names == client.meta.service_model.operation_names
    assert guarded.meta.method_to_api_mapping == client.meta.method_to_api_mapping


def test_a_call_that_is_allowed_answers(guarded: Any) -> None:
    """Nothing is changed on an answer."""
    answer = guarded.converse(modelId=NOVA, messages=HELLO)

    assert answer["output"]["message"]["content"] == [{"text": f"This is a simulated reply of {NOVA}."}]


def test_a_stream_is_passed_on(guarded: Any) -> None:
    """The events of a streamed answer arrive."""
    stream = guarded.converse_stream(modelId=NOVA, messages=HELLO)["stream"]

    assert [next(iter(event)) for event in stream][-1] == "metadata"


def test_caught_as_the_class_of_aws(guarded: Any) -> None:
    """The `except` that every user of boto3 has still catches."""
    with pytest.raises(guarded.exceptions.AccessDeniedException) as caught:
        guarded.converse(modelId=JP_CLAUDE, messages=HELLO)

    assert isinstance(caught.value, ScpDeniedError)


def test_caught_as_client_error(guarded: Any) -> None:
    """So does the `except` of frameworks."""
    with pytest.raises(ClientError) as caught:
        guarded.converse(modelId=JP_CLAUDE, messages=HELLO)

    assert isinstance(caught.value, ScpDeniedError)


def test_caught_as_our_own(guarded: Any) -> None:
    """And so does the one that wants the diagnosis, which is there."""
    with pytest.raises(ScpDeniedError) as caught:
        guarded.converse(modelId=JP_CLAUDE, messages=HELLO)

    assert caught.value.diagnosis.blocked_regions == ("ap-northeast-3",)


@pytest.mark.parametrize("operation", ["converse_stream", "invoke_model", "invoke_model_with_response_stream"])
def test_every_operation_is_explained(guarded: Any, operation: str) -> None:
    """A denied stream is denied before it begins."""
    arguments: dict[str, Any] = {"body": "{}"} if "invoke" in operation else {"messages": HELLO}
    with pytest.raises(ScpDeniedError) as caught:
        getattr(guarded, operation)(modelId=JP_CLAUDE, **arguments)

    assert caught.value.diagnosis.requested_model_id == JP_CLAUDE


def test_aws_own_error_is_the_cause(guarded: Any) -> None:
    """The traceback shows what AWS raised, of the very class that it raised."""
    cause = denied(guarded).__cause__

    assert type(cause) is guarded.exceptions.AccessDeniedException


def test_response_is_as_aws_sent_it_but_for_the_message(guarded: Any) -> None:
    """Code, status, headers and all other members are AWS's, in a copy."""
    error = denied(guarded)
    aws: Any = error.__cause__

    assert error.operation_name == "Converse"
    assert error.response["Error"]["Code"] == "AccessDeniedException"
    assert {**error.response, "Error": {**error.response["Error"], "Message": ""}} == {
        **aws.response,
        "Error": {**aws.response["Error"], "Message": ""},
    }


def test_aws_own_dict_is_not_touched(guarded: Any) -> None:
    """A tracer that holds AWS's own error reads AWS's own words."""
    aws: Any = denied(guarded).__cause__

    assert aws.response["Error"]["Message"].endswith("p-" + aws.response["Error"]["Message"][-8:])
    assert "\n" not in aws.response["Error"]["Message"] + str(aws)


def test_explanation_stands_in_both_places(guarded: Any) -> None:
    """Half of the frameworks show `str(error)` alone, half the message alone: each has AWS's words, then ours."""
    error = denied(guarded)
    aws: Any = error.__cause__

    assert str(error) == f"{aws}\n{error.diagnosis.message}"
    assert error.response["Error"]["Message"] == f"{aws.response['Error']['Message']}\n{error.diagnosis.message}"


def test_aws_message_is_kept_byte_for_byte(guarded: Any) -> None:
    """However odd it is: what stands before our line break is not ours to change."""
    message = sentence() + " \t\x1b[31m\u202e…\r\n "
    with Stubber(guarded) as stubber, pytest.raises(ScpDeniedError) as caught:
        stubber.add_client_error("converse", "AccessDeniedException", message)
        guarded.converse(modelId=JP_CLAUDE, messages=HELLO)

    assert caught.value.response["Error"]["Message"].startswith(message + "\n[")
    assert str(caught.value).startswith(f"{caught.value.__cause__}\n[")


def test_modelled_members_of_the_error_are_kept(guarded: Any) -> None:
    """The member `message`, which Bedrock's own errors have beside `Error`, stays as it was sent."""
    with Stubber(guarded) as stubber, pytest.raises(ScpDeniedError) as caught:
        stubber.add_client_error(
            "converse", "AccessDeniedException", sentence(), modeled_fields={"message": sentence()}
        )
        guarded.converse(modelId=JP_CLAUDE, messages=HELLO)

    response: Any = caught.value.response
    assert response["message"] == sentence()


def test_paginator_is_guarded(guarded: Any) -> None:
    """A page that is denied is explained as a call is."""
    with Stubber(guarded) as stubber, pytest.raises(ScpDeniedError):
        stubber.add_client_error(
            "list_async_invokes", "AccessDeniedException", sentence(action="bedrock:ListAsyncInvokes")
        )
        list(guarded.get_paginator("list_async_invokes").paginate())


def test_paginator_pages(guarded: Any) -> None:
    """Pages that are allowed come one after another."""
    with Stubber(guarded) as stubber:
        stubber.add_response("list_async_invokes", {"nextToken": "more"}, {})
        stubber.add_response("list_async_invokes", {}, {"nextToken": "more"})
        pages = list(guarded.get_paginator("list_async_invokes").paginate())

    assert len(pages) == 2


def _waiter(client: Any, expected: str) -> Any:
    acceptor = {"matcher": "error", "expected": expected, "state": "success"}
    waiter = {"operation": "GetAsyncInvoke", "delay": 0, "maxAttempts": 1, "acceptors": [acceptor]}
    return create_waiter_with_client("Done", WaiterModel({"version": 2, "waiters": {"Done": waiter}}), client)


def test_waiter_reads_the_code(guarded: Any) -> None:
    """A waiter, which decides by the code of an error, decides as before."""
    arn = f"arn:aws:bedrock:{TOKYO}:111122223333:async-invoke/abcdefghijkl"
    with Stubber(guarded) as stubber:
        stubber.add_client_error("get_async_invoke", "AccessDeniedException", sentence())
        _waiter(guarded, "AccessDeniedException").wait(invocationArn=arn)

        stubber.assert_no_pending_responses()


def test_stubber_answers(guarded: Any) -> None:
    """A user's own tests with `Stubber` run as before."""
    answer = {"output": {"message": {"role": "assistant", "content": [{"text": "stubbed"}]}}, "stopReason": "end_turn"}
    answer |= {"usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2}, "metrics": {"latencyMs": 1}}
    with Stubber(guarded) as stubber:
        stubber.add_response("converse", answer, {"modelId": NOVA, "messages": HELLO})

        assert guarded.converse(modelId=NOVA, messages=HELLO)["output"]["message"]["content"][0]["text"] == "stubbed"


def test_presigning_works(guarded: Any) -> None:
    """A URL is presigned by the client's own credentials; nothing is called."""
    url = guarded.generate_presigned_url("converse", Params={"modelId": NOVA, "messages": HELLO})

    assert url.startswith(f"{guarded.meta.endpoint_url}/model/amazon.nova-lite-v1%3A0/converse?")
    assert "AKIAIOSFODNN7EXAMPLE" in url


def test_event_handlers_are_called(guarded: Any) -> None:
    """Handlers see one request, and AWS's answer to it without our words."""
    seen: list[Any] = []
    guarded.meta.events.register(
        "before-call.bedrock-runtime.Converse", lambda **event: seen.append(event["model"].name)
    )
    guarded.meta.events.register(
        "after-call.bedrock-runtime.Converse", lambda **event: seen.append(event["parsed"]["Error"]["Message"])
    )
    error = denied(guarded)

    assert seen == ["Converse", error.__cause__.response["Error"]["Message"]]  # type: ignore[union-attr]


def test_handlers_registered_before_guarding_stay(client: Any) -> None:
    """Guarding a client that exists loses no handler."""
    seen: list[str] = []
    client.meta.events.register("before-call.bedrock-runtime.Converse", lambda **_: seen.append("called"))
    denied(bedrock_guard.guard(client))

    assert seen == ["called"]


def test_a_denial_is_one_request(simulator: Simulator, guarded: Any) -> None:
    """Nothing is sent again, and nothing asked, where the catalogue knows the profile."""
    denied(guarded)

    assert [entry.operation for entry in simulator.requests] == ["Converse"]


def _patch_as_openinference_does(client: Any, seen: list[Any]) -> None:
    """Replace `converse` on the instance by a wrapper that is bound to it."""
    unwrapped = client.converse

    @functools.wraps(unwrapped)
    def converse(*args: Any, **kwargs: Any) -> Any:
        try:
            return unwrapped(*args, **kwargs)
        except Exception as error:
            seen.append(error)
            raise

    client.converse = converse


@pytest.mark.parametrize("order", ["tracer-first", "guard-first"])
def test_client_patched_on_the_instance_is_guarded(client: Any, order: str) -> None:
    """A tracer above the guard records one error, the explained one, whoever came first."""
    seen: list[Any] = []
    steps: list[Callable[[], Any]] = [
        lambda: _patch_as_openinference_does(client, seen),
        lambda: bedrock_guard.guard(client),
    ]
    for step in steps if order == "tracer-first" else reversed(steps):
        step()
    error = denied(client)

    assert seen == [error]


@pytest.mark.parametrize("order", ["tracer-first", "guard-first"])
def test_client_whose_calls_are_wrapped_on_the_instance_is_guarded(client: Any, order: str) -> None:
    """A tracer that came first sees each request, one that came later each call, and neither slips past the guard."""
    seen: list[str] = []

    def wrap() -> None:
        unwrapped = client._make_api_call

        def make_api_call(operation_name: str, api_params: Any) -> Any:
            seen.append(api_params["modelId"])
            return unwrapped(operation_name, api_params)

        client._make_api_call = make_api_call

    def guard() -> None:
        bedrock_guard.guard(client, fallback=NOVA)

    for step in (wrap, guard) if order == "tracer-first" else (guard, wrap):
        step()
    response = client.converse(modelId=JP_CLAUDE, messages=HELLO)

    assert response["ResponseMetadata"]["BedrockGuard"]["served_model_id"] == NOVA
    assert seen == ([JP_CLAUDE, NOVA] if order == "tracer-first" else [JP_CLAUDE])


def test_client_keeps_what_hangs_on_it(client: Any) -> None:
    """Guarding in place: attributes that others set stay, and so does the identity."""
    client.my_own = "mine"

    assert bedrock_guard.guard(client) is client
    assert client.my_own == "mine"


@pytest.mark.parametrize("order", ["tracer-first", "guard-first"])
def test_tracer_below_sees_each_real_request(client: Any, monkeypatch: pytest.MonkeyPatch, order: str) -> None:
    """Tracers wrap `BaseClient._make_api_call`: they see the request once, and AWS's own error."""
    seen: list[Any] = []
    base: Any = BaseClient
    unwrapped = base._make_api_call

    def traced(self: Any, operation_name: str, api_params: Any) -> Any:
        try:
            return unwrapped(self, operation_name, api_params)
        except ClientError as error:
            seen.append((operation_name, api_params["modelId"], error))
            raise

    if order == "guard-first":
        bedrock_guard.guard(client)
    monkeypatch.setattr(BaseClient, "_make_api_call", traced)
    error = denied(bedrock_guard.guard(client))

    assert seen == [("Converse", JP_CLAUDE, error.__cause__)]


def test_guarded_twice_is_explained_once(guarded: Any) -> None:
    """Guarding again reconfigures; it never stacks."""
    before = type(guarded)
    error = denied(bedrock_guard.guard(guarded))

    assert type(guarded).__mro__.count(before) == 1
    assert len([each for each in type(guarded).__mro__ if each.__module__.startswith("bedrock_guard")]) == 1
    assert str(error).count(f"[{error.diagnosis.key}]") == 1


def test_a_repeated_guard_leaves_the_class_as_it_is(guarded: Any) -> None:
    """The class of a client that is guarded already needs no other."""
    before = type(guarded)
    bedrock_guard.guard(guarded)

    assert type(guarded) is before


def test_guarded_in_every_way_at_once_is_explained_once(simulator: Simulator) -> None:
    """Process, session and client on top of one another make one guard."""
    bedrock_guard.install()
    client = bedrock_guard.guard(bedrock_guard.guard(simulator.session(TOKYO)).client("bedrock-runtime"))
    error = denied(client)

    assert str(error).count(f"[{error.diagnosis.key}]") == 1
    assert error.__cause__ is not None
    assert error.__cause__.__cause__ is None


def test_two_sessions_raise_two_classes(simulator: Simulator) -> None:
    """Each session has classes of errors of its own; neither catches the other's."""
    one, other = by_client(simulator), by_client(simulator)

    assert isinstance(denied(one), one.exceptions.AccessDeniedException)
    assert not isinstance(denied(one), other.exceptions.AccessDeniedException)
    assert isinstance(denied(other), other.exceptions.AccessDeniedException)


def test_the_class_raised_is_the_same_each_time(guarded: Any) -> None:
    """One class for each session, not one for each error."""
    assert type(denied(guarded)) is type(denied(guarded))
    assert type(denied(guarded)).__name__ == "ScpDeniedError"


def test_clients_of_other_services_are_left_alone(simulator: Simulator) -> None:
    """A guarded session in a guarded process makes the same S3 client as ever."""
    bedrock_guard.install()
    client: Any = bedrock_guard.guard(simulator.session(TOKYO)).client("sts")

    assert type(client).__mro__[1] is BaseClient


def test_scps_that_change_let_the_same_client_pass(simulator: Simulator, guarded: Any) -> None:
    """What was denied is not remembered against the caller."""
    denied(guarded)
    simulator.set_scps(JAPAN_ONLY)

    assert guarded.converse(modelId=JP_CLAUDE, messages=HELLO)["stopReason"] == "end_turn"


def test_threads_share_a_client(guarded: Any) -> None:
    """Each thread gets the error of its own call, and all get one class."""
    models = [JP_CLAUDE, GLOBAL_CLAUDE] * 16
    assert guarded.exceptions  # botocore makes its classes at first use, and threads that race may make them twice
    with ThreadPoolExecutor(16) as pool:
        errors = list(pool.map(lambda model_id: denied(guarded, model_id), models))

    assert [error.diagnosis.requested_model_id for error in errors] == models
    assert len({error.diagnosis.key for error in errors}) == 2
    assert len({type(error) for error in errors}) == 1


def test_client_takes_what_boto3_client_takes(simulator: Simulator) -> None:
    """The service by position, and keywords of `boto3.client`, reach it."""
    config = botocore.config.Config(read_timeout=7)
    with simulator.installed():
        client: Any = bedrock_guard.client(
            "bedrock-runtime", "us-west-2", aws_access_key_id="AKIAANOTHER", aws_secret_access_key="x", config=config
        )

    assert client.meta.region_name == "us-west-2"
    assert client.meta.config.read_timeout == 7
    assert "AKIAANOTHER" in client.generate_presigned_url("converse", Params={"modelId": NOVA, "messages": HELLO})


def test_client_is_of_the_default_session(simulator: Simulator) -> None:
    """`boto3.setup_default_session` counts, as it does for `boto3.client`."""
    with simulator.installed():
        boto3.setup_default_session(region_name="eu-west-3")

        assert bedrock_guard.client().meta.region_name == "eu-west-3"


def test_foundation_model_through_the_guard_is_untouched(simulator: Simulator, guarded: Any) -> None:
    """The request that AWS gets is the one that was made."""
    guarded.converse(modelId=NOVA, messages=HELLO)

    assert [(entry.operation, entry.model_id, entry.status) for entry in simulator.requests] == [
        ("Converse", NOVA, 200)
    ]
    assert CLAUDE not in str(simulator.requests)
