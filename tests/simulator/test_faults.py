"""What goes wrong, by rule and by seed."""

from collections import Counter
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, EventStreamError, ResponseStreamingError
from urllib3.exceptions import ProtocolError

from bedrock_guard.simulator import Drop, Fault, Pause, Request, Response, Simulator
from bedrock_guard.simulator._wire import broken_after
from policies import HELLO, JP_CLAUDE, NOVA
from transports import transport  # noqa: F401 (in the process and over HTTP)

TOKYO = "ap-northeast-1"


@pytest.fixture
def simulator(simulate: Callable[..., Simulator]) -> Simulator:
    """Return a Bedrock that denies nothing."""
    return simulate()


@pytest.fixture
def client(simulator: Simulator) -> Any:
    """Return a client that does not retry."""
    return simulator.session(TOKYO).client("bedrock-runtime", config=Config(retries={"total_max_attempts": 1}))


@pytest.mark.parametrize(
    ("kind", "code", "status"),
    [
        ("throttling", "ThrottlingException", 429),
        ("model-access", "AccessDeniedException", 403),
        ("model-not-ready", "ModelNotReadyException", 429),
        ("model-timeout", "ModelTimeoutException", 408),
        ("model-error", "ModelErrorException", 424),
        ("validation", "ValidationException", 400),
        ("internal-error", "InternalServerException", 500),
        ("service-unavailable", "ServiceUnavailableException", 503),
    ],
)
def test_error_comes_as_the_api_has_it(simulator: Simulator, client: Any, kind: Any, code: str, status: int) -> None:
    """Each has the code and the status of the API's documentation."""
    simulator.add_fault(Fault(kind))

    with pytest.raises(client.exceptions.from_code(code)) as caught:
        client.converse(modelId=NOVA, messages=HELLO)

    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert simulator.requests[-1].error == code


def test_retry_gets_through(simulator: Simulator) -> None:
    """What happens once is over when botocore asks again."""
    simulator.add_fault(Fault("dropped", times=1))
    client: Any = simulator.session(TOKYO).client("bedrock-runtime")

    assert client.converse(modelId=NOVA, messages=HELLO)["ResponseMetadata"]["RetryAttempts"] == 1


def test_rule_is_about_what_it_matches(simulator: Simulator, client: Any) -> None:
    """Operation, model and Region are patterns, and all of them must match."""
    simulator.add_fault(Fault("throttling", operation="Converse", model_id="jp.*", region="ap-*"))
    simulator.add_fault(Fault("throttling", region="us-*"))

    assert client.converse(modelId=NOVA, messages=HELLO)
    assert stream(client, JP_CLAUDE)
    with pytest.raises(client.exceptions.ThrottlingException):
        client.converse(modelId=JP_CLAUDE, messages=HELLO)


def test_denial_is_late_too(simulator: Simulator, client: Any) -> None:
    """What befalls the connection befalls every answer."""
    simulator.set_scps([[]])
    simulator.add_fault(Fault("dropped", times=1))

    with pytest.raises(ConnectionClosedError):
        converse(client)
    with pytest.raises(client.exceptions.AccessDeniedException):
        converse(client)


def test_denied_request_meets_no_error(simulator: Simulator, client: Any) -> None:
    """Policies come first, and a rule is not used up by what they deny."""
    simulator.set_scps([[]])
    simulator.add_fault(Fault("throttling", times=1))

    with pytest.raises(client.exceptions.AccessDeniedException):
        client.converse(modelId=NOVA, messages=HELLO)
    simulator.set_scps(())
    with pytest.raises(client.exceptions.ThrottlingException):
        client.converse(modelId=NOVA, messages=HELLO)
    assert client.converse(modelId=NOVA, messages=HELLO)


def test_errors_follow_one_another(simulator: Simulator, client: Any) -> None:
    """One request gets one error, and uses up that rule alone."""
    simulator.add_fault(Fault("throttling", times=1))
    simulator.add_fault(Fault("internal-error", times=1))

    for error in (client.exceptions.ThrottlingException, client.exceptions.InternalServerException):
        with pytest.raises(error):
            client.converse(modelId=NOVA, messages=HELLO)
    assert client.converse(modelId=NOVA, messages=HELLO)


def test_faults_can_be_cleared(simulator: Simulator, client: Any) -> None:
    """After that nothing goes wrong."""
    simulator.add_fault(Fault("internal-error"))
    simulator.clear_faults()

    assert client.converse(modelId=NOVA, messages=HELLO)


def test_probability_follows_the_seed() -> None:
    """The same seed gives the same order of luck and misfortune, and about as much as was asked for."""

    def statuses(seed: int) -> list[int]:
        simulator = Simulator(seed=seed)
        simulator.add_fault(Fault("throttling", probability=0.3))
        request = Request("GET", "https://bedrock.ap-northeast-1.amazonaws.com/foundation-models/x", {})
        return [simulator.respond(request).status for _ in range(200)]

    assert statuses(1) == statuses(1) != statuses(2)
    assert 30 < Counter(statuses(1))[429] < 90


def test_dropped_connection_is_seen_as_one(simulator: Simulator, client: Any) -> None:
    """No answer at all, not even its head."""
    simulator.add_fault(Fault("dropped"))

    with pytest.raises(ConnectionClosedError):
        client.converse(modelId=NOVA, messages=HELLO)


def converse(client: Any) -> Any:
    """Return the answer of a call that is read at once."""
    return client.converse(modelId=NOVA, messages=HELLO)


def invoke(client: Any) -> Any:
    """Return a body that is read when the caller likes."""
    return client.invoke_model(modelId=NOVA, body=b'{"messages": []}')["body"].read()


def stream(client: Any, model_id: str = NOVA) -> Any:
    """Return all events of a stream."""
    with closing(client.converse_stream(modelId=model_id, messages=HELLO)["stream"]) as events:
        return list(events)


@pytest.mark.parametrize(
    ("call", "error"), [(converse, ConnectionClosedError), (invoke, ResponseStreamingError), (stream, ProtocolError)]
)
def test_half_written_response_breaks_off(
    simulator: Simulator, client: Any, call: Callable[[Any], Any], error: type[Exception]
) -> None:
    """The caller sees what he would of a connection that ends: at once, or where he reads."""
    simulator.add_fault(Fault("half-written"))

    with pytest.raises(error):
        call(client)


def test_journal_tells_what_was_lost(simulator: Simulator, client: Any) -> None:
    """A reply that the caller never saw is used up, and its request is marked."""
    simulator.script("Lost.", "Seen.")
    simulator.add_fault(Fault("dropped", times=1))

    with pytest.raises(ConnectionClosedError):
        converse(client)
    assert converse(client)["output"]["message"]["content"] == [{"text": "Seen."}]
    assert [(entry.status, entry.broken_off) for entry in simulator.requests] == [(200, True), (200, False)]


def test_journal_tells_of_an_error_inside_a_stream(simulator: Simulator, client: Any) -> None:
    """As the stream calls it; of one that the end of the connection forestalls, nothing."""
    simulator.add_fault(Fault("half-written", after=1, times=1))
    simulator.add_fault(Fault("validation", after=9, times=2))

    for error in (ProtocolError, EventStreamError):
        with pytest.raises(error):
            stream(client)
    assert stream(client)
    assert [(entry.status, entry.error, entry.broken_off) for entry in simulator.requests] == [
        (200, None, True),
        (200, "validationException", False),
        (200, None, False),
    ]


def test_half_written_stream_gives_what_was_sent(simulator: Simulator, client: Any) -> None:
    """The events before the end are delivered."""
    simulator.add_fault(Fault("half-written", after=2))
    seen: list[Any] = []
    events = client.converse_stream(modelId=NOVA, messages=HELLO)["stream"]

    with pytest.raises(ProtocolError):
        seen.extend(events)
    assert len(seen) == 2


@pytest.mark.parametrize("kind", ["throttling", "validation", "model-error", "internal-error", "service-unavailable"])
def test_error_inside_a_stream(simulator: Simulator, client: Any, kind: Any) -> None:
    """It comes while iterating, after so many events, as botocore's EventStreamError."""
    simulator.add_fault(Fault(kind, after=3))
    seen: list[Any] = []
    stream = client.converse_stream(modelId=NOVA, messages=HELLO)["stream"]
    with closing(stream) as events, pytest.raises(EventStreamError) as caught:
        seen.extend(events)

    assert len(seen) == 3
    assert caught.value.response["Error"]["Code"].endswith("Exception")
    assert isinstance(caught.value, ClientError)


def test_error_inside_a_stream_waits_for_one(simulator: Simulator, client: Any) -> None:
    """An answer that does not stream, a denial and a bad model ID have no inside, and use up nothing."""
    simulator.add_fault(Fault("throttling", after=1, times=1))

    assert converse(client)["stopReason"] == "end_turn"
    with pytest.raises(client.exceptions.ValidationException, match="identifier is invalid"):
        client.converse_stream(modelId="unheard-of", messages=HELLO)
    simulator.set_scps([[]])
    with pytest.raises(client.exceptions.AccessDeniedException):
        client.converse_stream(modelId=NOVA, messages=HELLO)
    simulator.set_scps(())
    with pytest.raises(EventStreamError):
        stream(client)
    assert stream(client)


def test_time_out_of_a_model_comes_inside_the_stream_that_has_a_member_for_it(
    simulator: Simulator, client: Any
) -> None:
    """That of InvokeModelWithResponseStream; ConverseStream has none, and is left alone."""
    simulator.add_fault(Fault("model-timeout", after=1, times=1))

    assert stream(client)
    answer = client.invoke_model_with_response_stream(modelId=NOVA, body=b'{"messages": []}')
    with closing(answer["body"]) as events, pytest.raises(EventStreamError, match="modelTimeoutException"):
        list(events)


def test_errors_inside_streams_follow_one_another(simulator: Simulator, client: Any) -> None:
    """One stream ends with one error, and uses up that rule alone."""
    simulator.add_fault(Fault("throttling", after=1, times=1))
    simulator.add_fault(Fault("validation", after=2, times=1))

    for name in ("throttlingException", "validationException"):
        with pytest.raises(EventStreamError, match=name):
            stream(client)
    assert stream(client)


@pytest.mark.parametrize("kind", ["model-access", "model-not-ready", "model-timeout", "model-error"])
def test_errors_of_models_befall_only_calls_of_one(simulator: Simulator, client: Any, kind: Any) -> None:
    """The control plane has no such errors."""
    simulator.add_fault(Fault(kind, times=1))

    assert simulator.session(TOKYO).client("bedrock").get_foundation_model(modelIdentifier=NOVA)
    assert client.list_async_invokes()["asyncInvokeSummaries"] == []
    with pytest.raises(client.exceptions.ClientError):
        converse(client)


@pytest.mark.parametrize("fault", [Fault("dropped"), Fault("half-written", after=0)])
def test_late_end_of_a_stream_that_has_not_begun_is_that_of_the_call(
    simulator: Simulator, client: Any, fault: Fault
) -> None:
    """A wait before it changes nothing: there is no head, so there is no stream to read."""
    simulator.add_fault(Fault("latency", seconds=0.001))
    simulator.add_fault(fault)

    with pytest.raises(ConnectionClosedError):
        client.converse_stream(modelId=NOVA, messages=HELLO)


def test_end_is_seen_after_the_waits_before_it() -> None:
    """By the one that sends, unless the head of a stream has been sent; waits after the end are nobody's."""
    response = Response(200, {}, (Pause(1), b"a", Pause(2), Drop(), Pause(4)))

    assert broken_after(response, streamed=False) == 3
    assert broken_after(response, streamed=True) is None
    assert broken_after(Response(200, {}, (Pause(1), Drop())), streamed=True) == 1
    assert broken_after(Response(200, {}, (Pause(1), b"a")), streamed=False) is None


def parts(*faults: Fault, operation: str = "converse-stream") -> tuple[Any, ...]:
    """Return the parts of a response under *faults*, each chunk as `None`."""
    simulator = Simulator()
    for fault in faults:
        simulator.add_fault(fault)
    url = f"https://bedrock-runtime.{TOKYO}.amazonaws.com/model/{NOVA}/{operation}"
    response: Response = simulator.respond(Request("POST", url, {}, b"{}"))
    return tuple(None if isinstance(part, bytes) else part for part in response.body)


def test_latency_and_stalls_are_for_the_adapter_to_wait() -> None:
    """The core says where and how long, and does not wait itself."""
    assert parts(Fault("latency", seconds=5))[:2] == (Pause(5), None)
    assert parts(Fault("stall", seconds=7, after=2))[:4] == (None, None, Pause(7), None)


def test_latency_comes_before_all_that_goes_wrong() -> None:
    """Whatever the order in which the rules were added."""
    assert parts(Fault("latency", seconds=5), Fault("dropped")) == (Pause(5), Drop())


def test_wait_is_no_chunk() -> None:
    """A stall does not shift the place of what goes wrong after so many chunks, and lasts in half an answer too."""
    stall = Fault("stall", seconds=7, after=1)

    assert parts(stall, Fault("throttling", after=2)) == (None, Pause(7), None, None)
    assert parts(stall, Fault("half-written", after=2)) == (None, Pause(7), None, Drop())
    assert parts(Fault("stall", seconds=7), Fault("half-written"), operation="converse") == (Pause(7), None, Drop())


def test_waits_in_process(simulator: Simulator, client: Any) -> None:
    """A latency and a stall of no length change nothing of what is read."""
    simulator.add_fault(Fault("latency"))
    simulator.add_fault(Fault("stall", after=1))

    assert len(stream(client)) > 3
    assert converse(client)["stopReason"] == "end_turn"


def test_impossible_faults_are_refused() -> None:
    """A typing error, an error that no stream can hold, and what befalls no operation."""
    with pytest.raises(ValueError, match="one of throttling"):
        Fault("throtling")  # type: ignore[arg-type]  # what is tested
    with pytest.raises(ValueError, match="model-access"):
        Fault("model-access", after=1)
    with pytest.raises(ValueError, match="'converse': Converse, ConverseStream"):
        Simulator().add_fault(Fault("throttling", operation="converse"))
    with pytest.raises(ValueError, match="model-error befalls no operation called 'List"):
        Simulator().add_fault(Fault("model-error", operation="List*"))
    with pytest.raises(TypeError, match="not str"):
        Simulator().add_fault("throttling")  # type: ignore[arg-type]  # as above
