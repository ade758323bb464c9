"""The second request: each operation, plain and streaming, synchronous and asynchronous."""

import gc
import io
import json
import mmap
import tempfile
import weakref
from typing import Any, Literal, TypeAlias

import pytest
from botocore import UNSIGNED
from botocore.config import Config

import bedrock_guard
from bedrock_guard import Fallback, ScpDeniedError
from bedrock_guard._calls import _headers
from bedrock_guard._fallback import Body
from bedrock_guard.simulator import Fault, Simulator
from conftest import TOKYO
from fallbacks.cases import APAC_NOVA, BODY, MISTRAL, Clock, ask, asynchronous, deny_models, guarded, models, told
from policies import CLAUDE, GLOBAL_CLAUDE, HELLO, JAPAN_ONLY, JP_CLAUDE, NOVA, TOKYO_ONLY, region_deny
from signing import is_signed

Mode: TypeAlias = Literal["legacy", "standard", "adaptive"]

OUTPUT: Any = {"s3OutputDataConfig": {"s3Uri": "s3://bucket"}}
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("converse", {"messages": HELLO}),
    ("converse_stream", {"messages": HELLO}),
    ("invoke_model", {"body": BODY}),
    ("invoke_model_with_response_stream", {"body": BODY}),
    ("start_async_invoke", {"modelInput": json.loads(BODY), "outputDataConfig": OUTPUT}),
]


def read(response: Any) -> None:
    """Read the stream of *response*, where it has one."""
    for name in ("stream", "body"):
        list(response.get(name) or ())


async def read_async(response: Any) -> None:
    """Read the stream of *response*, where it has one."""
    if "stream" in response:
        assert [event async for event in response["stream"]]
    elif hasattr(response.get("body"), "read"):
        assert await response["body"].read()
    elif "body" in response:
        assert [event async for event in response["body"]]


@pytest.mark.parametrize(("operation", "given"), CALLS, ids=[name for name, _ in CALLS])
def test_operation_is_served_and_then_remembered(simulator: Simulator, operation: str, given: Any) -> None:
    """Two requests, then one for each call."""
    client = guarded(simulator)
    responses = [getattr(client, operation)(modelId=APAC_NOVA, **given) for _ in range(3)]
    for response in responses:
        read(response)

    assert [told(response)["served_model_id"] for response in responses] == [NOVA] * 3
    assert [told(response)["remembered"] for response in responses] == [False, True, True]
    assert models(simulator) == [APAC_NOVA, NOVA, NOVA, NOVA]


@pytest.mark.parametrize(("operation", "given"), CALLS, ids=[name for name, _ in CALLS])
async def test_asynchronous_operation_is_served(simulator: Simulator, operation: str, given: Any) -> None:
    """The same conversation, awaited."""
    async with asynchronous(simulator) as client:
        responses = [await getattr(client, operation)(modelId=APAC_NOVA, **given) for _ in range(2)]
        for response in responses:
            await read_async(response)

    assert [told(response)["remembered"] for response in responses] == [False, True]
    assert models(simulator) == [APAC_NOVA, NOVA, NOVA]


def test_parameters_are_those_of_the_first_but_for_the_model() -> None:
    """Body for body, as boto3 serializes them."""
    simulator = Simulator(TOKYO_ONLY, keep_bodies=True)
    given: Any = {"inferenceConfig": {"maxTokens": 7}, "system": [{"text": "Be brief."}], "requestMetadata": {"a": "b"}}
    ask(guarded(simulator), APAC_NOVA, **given)
    first, second = (entry.body for entry in simulator.requests)

    assert first == second
    assert b"maxTokens" in (first or b"")


def test_callers_parameters_are_left_alone(simulator: Simulator) -> None:
    """Whatever `adapt` does to what it is given."""

    def adapt(_: str, params: dict[str, Any]) -> dict[str, Any]:
        params["messages"][0]["content"].append({"text": "Be brief."})
        return params

    messages: Any = [{"role": "user", "content": [{"text": "Hello"}]}]
    client = guarded(simulator, Fallback(NOVA, adapt=adapt))
    client.converse(modelId=JP_CLAUDE, messages=messages)

    assert messages == HELLO


class Text(str):
    """A text that can be watched."""

    __slots__ = ("__weakref__",)


def test_prompt_that_the_fallback_has_served_is_not_kept(simulator: Simulator) -> None:
    """Once the caller is done with it, not even until the next collection."""
    client = guarded(simulator)
    ask(client)
    prompt = Text("Hello")
    watched = weakref.ref(prompt)
    gc.disable()
    try:
        client.converse(modelId=JP_CLAUDE, messages=[{"role": "user", "content": [{"text": prompt}]}])
        del prompt
        kept = watched()
    finally:
        gc.enable()

    assert kept is None


def test_callers_tuples_are_left_alone(simulator: Simulator) -> None:
    """boto3 takes them for lists, and `adapt` may add to them."""

    def adapt(_: str, params: dict[str, Any]) -> dict[str, Any]:
        params["messages"][0]["content"].append({"text": "Be brief."})
        return params

    message: dict[str, Any] = {"role": "user", "content": ({"text": "Hello"},)}
    client = guarded(simulator, Fallback(NOVA, adapt=adapt))
    response = client.converse(modelId=JP_CLAUDE, messages=(message,))

    assert told(response)["served_model_id"] == NOVA
    assert message["content"] == ({"text": "Hello"},)


def test_adapt_changes_what_is_sent() -> None:
    """It is given the candidate and the parameters; the model stays the candidate."""
    simulator = Simulator(TOKYO_ONLY, keep_bodies=True)
    client = guarded(
        simulator,
        Fallback(NOVA, adapt=lambda model_id, params: {**params, "modelId": JP_CLAUDE, "system": [{"text": model_id}]}),
    )
    ask(client)

    assert models(simulator) == [JP_CLAUDE, NOVA]
    assert NOVA.encode() in (simulator.requests[1].body or b"")


@pytest.mark.parametrize("adapt", [lambda *_: None, lambda *_: 1 / 0])
def test_adapt_that_fails_is_a_reason(simulator: Simulator, adapt: Any) -> None:
    """Its candidate is passed over, and the denial stands."""
    with pytest.raises(ScpDeniedError) as caught:
        ask(guarded(simulator, Fallback(NOVA, adapt=adapt)))

    assert "preparing its request raised" in caught.value.diagnosis.passed_over[0].reason


class Pipe(io.RawIOBase):
    """A body that can be read once, and has a length, as boto3 needs."""

    def __init__(self, content: bytes) -> None:
        self._inner = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._inner.read(size)


def unsigned(simulator: Simulator, fallback: Any) -> Any:
    """Return a guarded client that does not sign: signing reads the body, and puts it back."""
    made = simulator.session(TOKYO).client("bedrock-runtime", config=Config(signature_version=UNSIGNED))
    return bedrock_guard.guard(made, fallback=fallback)


def bodies(simulator: Simulator) -> list[bytes | None]:
    """Return what was sent."""
    return [entry.body for entry in simulator.requests]


def test_body_is_sent_whole_each_time() -> None:
    """A seekable one is put back where it stood, also for the third request."""
    simulator = Simulator([TOKYO_ONLY], keep_bodies=True)
    body = io.BytesIO(b"xx" + BODY.encode())
    body.seek(2)
    client = guarded(simulator, ["amazon.nova-micro-v1:0", NOVA])
    with pytest.raises(ScpDeniedError):
        client.invoke_model(modelId=APAC_NOVA, body=io.BytesIO(b"{"))
    client.invoke_model(modelId=APAC_NOVA, body=body)

    assert bodies(simulator)[-1] == BODY.encode()
    assert set(bodies(simulator)) == {b"{", BODY.encode()}


def test_body_that_does_not_say_whether_it_can_seek_is_sent_whole() -> None:
    """An mmap of Python 3.12 has `seek` and `tell` alone, and botocore asks for no more."""
    simulator = Simulator([TOKYO_ONLY], keep_bodies=True)
    with tempfile.TemporaryFile() as file:
        file.write(BODY.encode())
        file.flush()
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as body:
            guarded(simulator).invoke_model(modelId=APAC_NOVA, body=body)

    assert bodies(simulator) == [BODY.encode()] * 2


def test_body_that_cannot_be_read_again_is_a_reason() -> None:
    """Half a request is worse than none."""
    client = unsigned(Simulator([TOKYO_ONLY]), NOVA)
    with pytest.raises(ScpDeniedError) as caught:
        client.invoke_model(modelId=APAC_NOVA, body=Pipe(BODY.encode()))

    assert [each.reason for each in caught.value.diagnosis.passed_over] == [
        "the body was read, and cannot be read again"
    ]


def test_body_that_can_be_read_once_is_not_lent() -> None:
    """`adapt` might read it, and nothing would be left for the first choice."""
    simulator = Simulator([TOKYO_ONLY], keep_bodies=True)
    client = unsigned(simulator, Fallback(NOVA, adapt=lambda _, params: {**params, "body": params["body"].read()}))
    client.invoke_model(modelId=APAC_NOVA, body=io.BytesIO(BODY.encode()))
    simulator.set_scps([])
    client.invoke_model(modelId=APAC_NOVA, body=Pipe(BODY.encode()))

    assert models(simulator) == [APAC_NOVA, NOVA, APAC_NOVA]
    assert bodies(simulator)[-1] == BODY.encode()


def test_body_whose_place_cannot_be_told_is_a_reason() -> None:
    """An error of its own kind is no place."""

    class Odd(Pipe):
        def seekable(self) -> bool:
            raise RuntimeError("not now")

    client = unsigned(Simulator([TOKYO_ONLY]), NOVA)
    with pytest.raises(ScpDeniedError) as caught:
        client.invoke_model(modelId=APAC_NOVA, body=Odd(BODY.encode()))

    assert "cannot be read again" in caught.value.diagnosis.passed_over[0].reason


def test_body_that_was_read_while_the_switch_was_asked_is_a_reason(simulator: Simulator) -> None:
    """The first choice had it, whatever was found out before."""
    client = unsigned(simulator, Fallback(NOVA, enabled=lambda: True))
    client._bedrock_guard.switch._now = clock = Clock()
    ask(client)
    clock.time += 1
    with pytest.raises(ScpDeniedError) as caught:
        client.invoke_model(modelId=APAC_NOVA, body=Pipe(BODY.encode()))

    assert [each.reason for each in caught.value.diagnosis.passed_over] == [
        "the body was read, and cannot be read again"
    ]


def test_adapt_may_read_the_body() -> None:
    """It stands where the caller had it, and is put back after."""
    simulator = Simulator([TOKYO_ONLY], keep_bodies=True)
    read: list[bytes] = []

    def adapt(_: str, params: dict[str, Any]) -> dict[str, Any]:
        read.append(params["body"].read())
        return params

    guarded(simulator, Fallback(NOVA, adapt=adapt)).invoke_model(modelId=APAC_NOVA, body=io.BytesIO(BODY.encode()))

    assert read == [BODY.encode()]
    assert bodies(simulator) == [BODY.encode()] * 2


def test_adapt_may_give_a_body_in_place_of_one_that_was_read() -> None:
    """What it gives is sent."""
    simulator = Simulator([TOKYO_ONLY], keep_bodies=True)
    fallback = Fallback(NOVA, adapt=lambda _, params: {**params, "body": BODY})
    unsigned(simulator, fallback).invoke_model(modelId=APAC_NOVA, body=Pipe(b"{}"))

    assert bodies(simulator)[-1] == BODY.encode()
    assert models(simulator) == [APAC_NOVA, NOVA]


def test_start_async_invoke_has_a_token_of_its_own(simulator: Simulator) -> None:
    """One token is one request: the caller's is the first's, and each repetition gives the second the same."""
    seen: list[str] = []
    client = guarded(simulator)
    client.meta.events.register(
        "before-call.bedrock-runtime.StartAsyncInvoke",
        lambda params, **_: seen.append(json.loads(params["body"])["clientRequestToken"]),
    )
    given: Any = {"modelInput": {"messages": []}, "outputDataConfig": OUTPUT}
    client.start_async_invoke(modelId=APAC_NOVA, clientRequestToken="mine", **given)
    client.start_async_invoke(modelId=APAC_NOVA, clientRequestToken="mine", **given)
    client.start_async_invoke(modelId=APAC_NOVA, **given)

    assert seen[0] == "mine"
    assert seen[1] == seen[2] != "mine"
    assert len(set(seen)) == 3


def test_token_is_each_candidates_own(simulator: Simulator) -> None:
    """Two candidates are two requests."""
    seen: list[str] = []
    simulator.set_scps([TOKYO_ONLY, deny_models("amazon.nova-micro-v1:0")])
    client = guarded(simulator, ["amazon.nova-micro-v1:0", NOVA])
    client.meta.events.register(
        "before-call.bedrock-runtime.StartAsyncInvoke",
        lambda params, **_: seen.append(json.loads(params["body"])["clientRequestToken"]),
    )
    given: Any = {"modelInput": {"messages": []}, "outputDataConfig": OUTPUT}
    client.start_async_invoke(modelId=APAC_NOVA, clientRequestToken="mine", **given)
    client.start_async_invoke(modelId=APAC_NOVA, clientRequestToken="another", **given)

    assert len(seen) == len(set(seen)) == 4


def test_adapt_is_given_what_the_caller_gave(simulator: Simulator) -> None:
    """Not the token that botocore has made for the first request."""
    given: list[set[str]] = []

    def adapt(_: str, params: dict[str, Any]) -> dict[str, Any]:
        given.append(set(params))
        return params

    client = guarded(simulator, Fallback(NOVA, adapt=adapt))
    client.start_async_invoke(modelId=APAC_NOVA, modelInput={"messages": []}, outputDataConfig=OUTPUT)

    assert given == [{"modelId", "modelInput", "outputDataConfig"}]


def test_first_request_generates_a_token_that_the_second_does_not_take(simulator: Simulator) -> None:
    """What botocore writes into the parameters of the first is not for the second."""
    seen: list[str] = []
    client = guarded(simulator)
    client.meta.events.register(
        "before-call.bedrock-runtime.StartAsyncInvoke",
        lambda params, **_: seen.append(json.loads(params["body"])["clientRequestToken"]),
    )
    client.start_async_invoke(modelId=APAC_NOVA, modelInput={"messages": []}, outputDataConfig=OUTPUT)

    assert len(set(seen)) == 2


def test_headers_that_a_framework_hands_over_once(simulator: Simulator) -> None:
    """A handler claims the first request of each call, as pydantic-ai's `extra_headers` does."""
    seen: list[tuple[str, Any]] = []
    claimed: set[int] = set()

    def claim(context: dict[str, Any], **_: Any) -> None:
        if not claimed:
            claimed.add(id(context))
            context["extra_headers"] = {"x-team": "search"}

    def give(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        params["headers"].update(context.pop("extra_headers", {}))

    client = guarded(simulator)
    client.meta.events.register_first("provide-client-params.bedrock-runtime", claim)
    client.meta.events.register("before-call.bedrock-runtime", give)
    client.meta.events.register_first(
        "before-send.bedrock-runtime",
        lambda request, **_: seen.append((request.url.split("/model/")[1], request.headers.get("x-team"))),
    )
    ask(client)

    assert [team for _, team in seen] == [b"search", b"search"] or [team for _, team in seen] == ["search", "search"]
    assert len({url for url, _ in seen}) == 2


def test_headers_of_parameters_are_each_requests_own(simulator: Simulator) -> None:
    """What `adapt` takes away stays away."""
    seen: list[bool] = []

    def adapt(_: str, params: dict[str, Any]) -> dict[str, Any]:
        del params["guardrailIdentifier"], params["guardrailVersion"]
        return params

    client = guarded(simulator, Fallback(NOVA, adapt=adapt))
    client.meta.events.register_first(
        "before-send.bedrock-runtime",
        lambda request, **_: seen.append("X-Amzn-Bedrock-GuardrailIdentifier" in request.headers),
    )
    client.invoke_model(modelId=APAC_NOVA, body=BODY, guardrailIdentifier="abc123", guardrailVersion="1")

    assert seen == [True, False]


def test_headers_of_accept_and_content_type_are_parameters_too(simulator: Simulator) -> None:
    """On the first denial as while it is remembered."""
    seen: list[tuple[bool, bool]] = []

    def adapt(_: str, params: dict[str, Any]) -> dict[str, Any]:
        return {name: params[name] for name in ("modelId", "body")}

    client = guarded(simulator, Fallback(NOVA, adapt=adapt))
    client.meta.events.register_first(
        "before-send.bedrock-runtime",
        lambda request, **_: seen.append(("accept" in request.headers, "content-type" in request.headers)),
    )
    for _ in range(2):
        client.invoke_model(modelId=APAC_NOVA, body=BODY, accept="application/json", contentType="application/json")

    assert seen == [(True, True), (False, False), (False, False)]


def giving(client: Any, **headers: str) -> Any:
    """Let a handler give headers to the first request of each call, and return those of all requests."""
    seen: list[dict[str, str]] = []

    def give(request: Any, **_: Any) -> None:
        if "jp." in request.url or "apac." in request.url:
            for name, value in headers.items():
                request.headers[name.replace("_", "-")] = value

    client.meta.events.register("before-sign.bedrock-runtime", give)

    def see(request: Any, **_: Any) -> None:
        texts = (
            (name, value.decode() if isinstance(value, bytes) else value) for name, value in request.headers.items()
        )
        seen.append({name.lower(): value for name, value in texts})

    client.meta.events.register_first("before-send.bedrock-runtime", see)
    return seen


@pytest.mark.parametrize("name", ["X-Amzn-Bedrock-Trace", "X-Amz-Meta-Team", "Accept-Language", "Content-Language"])
def test_header_of_any_name_is_given_again(simulator: Simulator, name: str) -> None:
    """A guardrail that a gateway adds holds for the fallback too."""
    client = guarded(simulator)
    seen = giving(client, **{name: "given"})
    ask(client)

    assert [headers.get(name.lower()) for headers in seen] == ["given", "given"]


def test_header_of_a_parameter_that_adapt_leaves_out_is_left_out(simulator: Simulator) -> None:
    """The hook has the last word on parameters."""

    def adapt(_: str, params: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in params.items() if name != "trace"}

    client = guarded(simulator, Fallback(NOVA, adapt=adapt))
    seen = giving(client, x_team="search")
    client.invoke_model(modelId=APAC_NOVA, body=BODY, trace="ENABLED")

    assert ["x-amzn-bedrock-trace" in headers for headers in seen] == [True, False]
    assert [headers["x-team"] for headers in seen] == ["search", "search"]


def signed(client: Any) -> list[bool]:
    """Return, of each request that leaves the machine, whether AWS would find its signature right."""
    seen: list[bool] = []
    client.meta.events.register_first(
        "before-send.bedrock-runtime", lambda request, **_: seen.append(is_signed(request))
    )
    return seen


@pytest.mark.parametrize("operation", [ask, lambda client: client.invoke_model(modelId=APAC_NOVA, body=BODY)])
def test_each_request_is_signed_for_itself(simulator: Simulator, operation: Any) -> None:
    """What signing and sending add to the first request is never taken over: AWS would refuse the second."""
    client = guarded(simulator)
    seen = signed(client)
    operation(client)

    assert seen == [True, True]


async def test_each_asynchronous_request_is_signed_for_itself(simulator: Simulator) -> None:
    """So it is in aiobotocore."""
    async with asynchronous(simulator) as client:
        seen = signed(client)
        await client.converse(modelId=JP_CLAUDE, messages=HELLO)

    assert seen == [True, True]


@pytest.mark.parametrize("mode", ["legacy", "standard", "adaptive"])
def test_retries_of_botocore_are_signed_for_themselves(simulator: Simulator, mode: Mode) -> None:
    """A call that is throttled, and not denied, is sent again by botocore as without us."""
    config = Config(retries={"mode": mode, "total_max_attempts": 2})
    client = bedrock_guard.guard(simulator.session(TOKYO).client("bedrock-runtime", config=config), fallback=MISTRAL)
    simulator.add_fault(Fault("throttling", times=1))
    seen = signed(client)
    ask(client, NOVA)

    assert seen == [True, True]


@pytest.mark.parametrize("mode", ["legacy", "standard"])
def test_retries_of_botocore_are_given_nothing(simulator: Simulator, mode: Mode) -> None:
    """A handler that gives a header once gives it once, as without us."""
    config = Config(retries={"mode": mode, "total_max_attempts": 2})
    client = bedrock_guard.guard(simulator.session(TOKYO).client("bedrock-runtime", config=config), fallback=MISTRAL)
    simulator.add_fault(Fault("throttling", times=1))
    handed, seen = ["one"], []

    def give(request: Any, **_: Any) -> None:
        if handed:
            request.headers["x-team"] = handed.pop()

    client.meta.events.register_first("before-sign.bedrock-runtime", give)
    client.meta.events.register_first(
        "before-send.bedrock-runtime", lambda request, **_: seen.append("x-team" in request.headers)
    )
    ask(client, NOVA)

    assert seen == [True, False]


def test_headers_of_a_call_are_not_those_of_another_that_its_handler_makes(simulator: Simulator) -> None:
    """What a handler or the user's hook asks AWS meanwhile is a call of its own."""
    client = guarded(simulator)
    teams: list[tuple[str, str | None]] = []

    def list_first(**_: Any) -> None:
        client.list_async_invokes()

    def give(request: Any, operation_name: str, **_: Any) -> None:
        if operation_name == "ListAsyncInvokes":
            request.headers["x-team"] = "search"

    client.meta.events.register("provide-client-params.bedrock-runtime.Converse", list_first)
    client.meta.events.register_first("before-sign.bedrock-runtime", give)
    client.meta.events.register_first(
        "before-send.bedrock-runtime",
        lambda request, **_: teams.append((request.url.rpartition("/")[2], request.headers.get("x-team"))),
    )
    ask(client, NOVA)

    assert [(path, bool(team)) for path, team in teams] == [("async-invoke", True), ("converse", False)]


@pytest.mark.parametrize(
    "name",
    [
        "amz-sdk-invocation-id",
        "amz-sdk-request",
        "authorization",
        "content-length",
        "expect",
        "transfer-encoding",
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-security-token",
    ],
)
def test_header_that_signing_or_sending_adds_is_not_given_again(name: str) -> None:
    """A request that lacks it has a reason to."""
    given: dict[str, str] = {}
    _headers._give([(name.title(), "first"), ("X-Team", "search")], given, is_adapted=False)

    assert given == {"X-Team": "search"}


def test_header_that_a_request_has_is_its_own(simulator: Simulator) -> None:
    """It is neither replaced nor sent twice."""
    handed, seen = ["one", "two"], []
    client = guarded(simulator)
    client.meta.events.register(
        "before-sign.bedrock-runtime", lambda request, **_: request.headers.add_header("x-turn", handed.pop(0))
    )
    client.meta.events.register_first(
        "before-send.bedrock-runtime", lambda request, **_: seen.append(request.headers["x-turn"])
    )
    ask(client)

    assert [value.decode() if isinstance(value, bytes) else value for value in seen] == ["one", "two"]


@pytest.mark.parametrize("following", [ask, lambda client: client.list_async_invokes()], ids=["same", "other"])
def test_header_of_one_call_is_not_the_next_calls(simulator: Simulator, following: Any) -> None:
    """Once a call has ended, nothing of it is left, whatever operation comes next."""
    handed, seen = ["one"], []

    def give(request: Any, **_: Any) -> None:
        if handed:
            request.headers["x-team"] = handed.pop()

    client = guarded(simulator)
    client.meta.events.register_first("before-sign.bedrock-runtime", give)
    client.meta.events.register_first(
        "before-send.bedrock-runtime", lambda request, **_: seen.append("x-team" in request.headers)
    )
    ask(client)
    following(client)

    assert seen == [True, True, False]


# CountTokens follows its conversation.

HAIKU = "anthropic.claude-3-haiku-20240307-v1:0"
SEOUL = "ap-northeast-2"


@pytest.fixture
def seoul() -> Simulator:
    """Return a Bedrock under an SCP that allows Seoul alone, where some Claude is in-Region."""
    return Simulator(region_deny(SEOUL))


def in_seoul(simulator: Simulator, fallback: Any) -> Any:
    """Return a guarded client in Seoul."""
    return bedrock_guard.guard(simulator.session(SEOUL).client("bedrock-runtime"), fallback=fallback)


def count(client: Any, model_id: str) -> Any:
    """Count the tokens of a greeting."""
    if not hasattr(client, "count_tokens"):
        pytest.skip("this botocore knows of no CountTokens")
    return told(client.count_tokens(modelId=model_id, input={"converse": {"messages": HELLO}}))


PROFILE_ARN = f"arn:aws:bedrock:{SEOUL}:111122223333:inference-profile/{GLOBAL_CLAUDE}"
MODEL_ARN = f"arn:aws:bedrock:{SEOUL}::foundation-model/{CLAUDE}"


@pytest.mark.parametrize(
    ("asked", "counted"),
    [
        (GLOBAL_CLAUDE, CLAUDE),
        (GLOBAL_CLAUDE, GLOBAL_CLAUDE),
        (GLOBAL_CLAUDE, MODEL_ARN),
        (GLOBAL_CLAUDE, PROFILE_ARN),
        (PROFILE_ARN, PROFILE_ARN),
        (PROFILE_ARN, CLAUDE),
    ],
)
def test_tokens_are_counted_by_whom_the_conversation_went_to(seoul: Simulator, asked: str, counted: str) -> None:
    """Whether the count names the profile or its model, by its id or its ARN."""
    client = in_seoul(seoul, HAIKU)
    ask(client, asked)
    answer = count(client, counted)

    assert answer["served_model_id"] == HAIKU
    assert models(seoul) == [asked, HAIKU, HAIKU]


def test_tokens_are_counted_by_the_model_that_served_not_the_first_in_the_list(seoul: Simulator) -> None:
    """The conversation passed that one over."""
    image: Any = [{"role": "user", "content": [{"image": {"format": "png", "source": {"bytes": b"png"}}}]}]
    client = in_seoul(seoul, ["qwen.qwen3-32b-v1:0", HAIKU])
    client.converse(modelId=GLOBAL_CLAUDE, messages=image)

    assert count(client, CLAUDE)["served_model_id"] == HAIKU
    assert models(seoul) == [GLOBAL_CLAUDE, HAIKU, HAIKU]


def test_tokens_that_the_fallback_cannot_count_are_the_first_choices(simulator: Simulator) -> None:
    """It is asked once; from then on each count is one request."""
    client = guarded(simulator)
    ask(client)

    assert [count(client, CLAUDE) for _ in range(3)] == [None] * 3
    assert models(simulator)[2:] == [NOVA, CLAUDE, CLAUDE, CLAUDE]


def test_tokens_are_counted_by_the_model_of_a_profile_that_served(simulator: Simulator) -> None:
    """Counting is not done through profiles; `adapt` is told the candidate that the user named."""
    seen: list[str] = []

    def adapt(model_id: str, params: dict[str, Any]) -> dict[str, Any]:
        seen.append(model_id)
        return params

    profile = "jp.anthropic.claude-haiku-4-5-20251001-v1:0"
    simulator.set_scps(JAPAN_ONLY)
    client = guarded(simulator, Fallback(profile, adapt=adapt))
    ask(client, GLOBAL_CLAUDE)
    count(client, CLAUDE)

    assert models(simulator)[:3] == [GLOBAL_CLAUDE, profile, profile.removeprefix("jp.")]
    assert seen == [profile, profile]


def test_candidates_are_weighed_for_each_operation(simulator: Simulator) -> None:
    """A conversation goes where a body does not, though one denial is remembered for both."""
    client = guarded(simulator, [MISTRAL, NOVA])
    response = client.converse(modelId=APAC_NOVA, messages=HELLO), client.invoke_model(modelId=APAC_NOVA, body=BODY)

    assert [(told(each)["served_model_id"], told(each)["remembered"]) for each in response] == [
        (MISTRAL, False),
        (NOVA, True),
    ]


def test_candidate_that_fails_one_operation_for_good_is_asked_for_others(simulator: Simulator) -> None:
    """What cannot count can converse."""
    client = guarded(simulator)
    ask(client)
    count(client, CLAUDE)

    assert ask(client)["served_model_id"] == NOVA


def test_count_that_is_not_denied_is_no_probe(simulator: Simulator) -> None:
    """It proves nothing about the conversation that it follows."""
    client = guarded(simulator, Fallback(NOVA, remember=1e-9, probes=1))
    ask(client)
    count(client, CLAUDE)

    assert [each.requested_model_id for each in client._bedrock_guard.memory.status()] == [JP_CLAUDE]


def test_count_alone_never_falls_back(simulator: Simulator) -> None:
    """Without a conversation that was denied, it is nobody's to follow."""
    client = guarded(simulator)

    assert count(client, CLAUDE) is None
    assert models(simulator) == [CLAUDE]


def test_body_that_cannot_be_put_back_is_sent_once() -> None:
    """The first request that needs it has it, whichever that is."""
    body = Body(Pipe(BODY.encode()))

    assert [body.take(), body.take()] == [True, False]


def test_body_that_is_closed_meanwhile_is_not_sent_again() -> None:
    """It cannot be put back, and that is no error of the caller's."""
    body = Body(file := io.BytesIO(BODY.encode()))
    first = body.take()
    file.close()

    assert [first, body.take()] == [True, False]


def test_body_with_nothing_but_read_is_sent_once() -> None:
    """Whatever else it lacks."""

    class Reader:
        def read(self) -> bytes:
            return b""

    body = Body(Reader())

    assert [body.take(), body.take()] == [True, False]


def test_fallback_model_may_be_an_arn(simulator: Simulator) -> None:
    """Any form that the API takes."""
    arn = f"arn:aws:bedrock:{TOKYO}::foundation-model/{MISTRAL}"

    assert ask(guarded(simulator, arn))["served_model_id"] == arn
