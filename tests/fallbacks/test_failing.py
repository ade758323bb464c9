"""What the caller sees where the fallback fails as well: never less than the first denial."""

import contextlib
import logging
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)
from botocore.stub import Stubber

import bedrock_guard
from bedrock_guard import Fallback, ScpDeniedError, _events
from bedrock_guard._calls import _call, _candidates, _conduct, _conversation, _headers
from bedrock_guard._fallback import Memory
from bedrock_guard._guard import Guard
from bedrock_guard._switch import Switch
from bedrock_guard.simulator import Fault, Simulator
from calls import sentence
from conftest import TOKYO
from fallbacks.cases import MISTRAL, ask, deny, deny_models, guarded, models, raising, sent
from policies import CLAUDE, GLOBAL_CLAUDE, HELLO, JP_CLAUDE, NOVA, TOKYO_ONLY

# Strands and CrewAI take an error for another failure wherever these stand in its text.
MISREAD = (
    "input is too long",
    "context limit",
    "too many total text bytes",
    "prompt is too long",
    "context length",
    "context_length_exceeded",
    "context window",
    "too many tokens",
    "token limit",
    "maximum length",
    "throttlingexception",
    "timed out",
    "invoketool",
    "overloaded",
)


def failed(client: Any, **given: Any) -> ScpDeniedError:
    """Return the denial that stands."""
    with pytest.raises(ScpDeniedError) as caught:
        ask(client, **given)
    return caught.value


def failing(client: Any, error: Callable[[], Exception], model_id: str = NOVA) -> Any:
    """Let each request for *model_id* raise, before it is sent."""

    def fail(request: Any, **_: Any) -> None:
        if model_id.replace(":", "%3A") in request.url:
            raise error()

    client.meta.events.register_first("before-send.bedrock-runtime", fail)
    return client


def stubbed(client: Any, code: str, message: str, status: int) -> ClientError:
    """Return the error where AWS denies the first choice, then answers the fallback so."""
    with Stubber(client) as stubber, pytest.raises(ClientError) as caught:
        stubber.add_client_error("converse", "AccessDeniedException", sentence(), http_status_code=403)
        stubber.add_client_error("converse", code, message, http_status_code=status)
        client.converse(modelId=JP_CLAUDE, messages=HELLO)
    return caught.value


def denied_once(client: Any, **said: str) -> ClientError:
    """Return the error where AWS denies the first choice alone: whatever else is sent has an answer."""
    answer = {
        "output": {"message": {"role": "assistant", "content": [{"text": "Hello"}]}},
        "stopReason": "end_turn",
        "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
        "metrics": {"latencyMs": 1},
    }
    with Stubber(client) as stubber, pytest.raises(ClientError) as caught:
        stubber.add_client_error("converse", "AccessDeniedException", sentence(**said), http_status_code=403)
        stubber.add_response("converse", answer)
        ask(client)
    return caught.value


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ThrottlingException", 429),
        ("ThrottlingException", 400),
        ("ModelNotReadyException", 429),
        ("ModelTimeoutException", 408),
        ("InternalServerException", 500),
        ("ServiceUnavailableException", 503),
        ("SomethingNew", 599),
        ("SomethingNew", 500),
        ("SomethingNew", 429),
        ("SomethingNew", 408),
        # A gateway in between may give another status.
        ("ModelNotReadyException", 400),
        ("ModelTimeoutException", 400),
        ("InternalServerException", 400),
        ("ServiceUnavailableException", 400),
    ],
)
def test_passing_failure_is_the_callers_to_retry(simulator: Simulator, code: str, status: int) -> None:
    """Class, code and words are AWS's own; the denial is its cause."""
    client = guarded(simulator)
    error = stubbed(client, code, "Try again.", status)

    assert type(error) is client.exceptions.from_code(code)
    assert error.response["Error"] == {"Code": code, "Message": "Try again."}
    assert str(error) == f"An error occurred ({code}) when calling the Converse operation: Try again."
    assert isinstance(error.__cause__, ScpDeniedError)


@pytest.mark.parametrize("error_class", [ReadTimeoutError, ConnectTimeoutError])
def test_timeout_is_the_callers_to_retry(simulator: Simulator, error_class: type[BotoCoreError]) -> None:
    """The very exception of botocore."""
    with pytest.raises(error_class) as caught:
        ask(failing(guarded(simulator), lambda: error_class(endpoint_url="https://bedrock.example")))

    assert isinstance(caught.value.__cause__, ScpDeniedError)


@pytest.mark.parametrize(
    ("code", "status"), [("ValidationException", 400), ("AccessDeniedException", 403), ("ModelErrorException", 424)]
)
def test_lasting_failure_leaves_the_denial(simulator: Simulator, code: str, status: int) -> None:
    """With the attempt: its code in the text, AWS's words as data alone."""
    error = stubbed(guarded(simulator), code, "input is too long", status)

    assert isinstance(error, ScpDeniedError)
    assert [(each.model_id, each.error_code) for each in error.diagnosis.attempts] == [(NOVA, code)]
    assert "input is too long" in error.diagnosis.attempts[0].error_message
    assert f"{NOVA} failed ({code})" in " ".join(str(error).split())
    assert f"{NOVA} failed ({code})" in " ".join(error.response["Error"]["Message"].split())
    assert "input is too long" not in str(error) + str(error.response) + str(error.diagnosis)


def test_denial_that_is_left_is_awss_first(simulator: Simulator) -> None:
    """Its class, its words first, its response, and AWS's own error as its cause."""
    client = guarded(simulator)
    error = stubbed(client, "ValidationException", "No.", 400)

    assert isinstance(error, client.exceptions.AccessDeniedException)
    assert error.response["Error"]["Message"].startswith(sentence())
    assert type(error.__cause__) is client.exceptions.AccessDeniedException
    assert error.operation_name == "Converse"


@pytest.mark.parametrize("error", [EndpointConnectionError(endpoint_url="https://x"), RuntimeError("a handler's")])
def test_any_other_exception_is_for_good(simulator: Simulator, error: Exception) -> None:
    """Botocore's own, or a handler's."""
    left = failed(failing(guarded(simulator), lambda: error))

    assert [each.error_code for each in left.diagnosis.attempts] == [type(error).__name__]


def test_timeout_of_a_handlers_own_is_the_callers_to_retry(simulator: Simulator) -> None:
    """That of Python, as a tracer or a proxy raises it."""
    with pytest.raises(TimeoutError) as caught:
        ask(failing(guarded(simulator), TimeoutError))

    assert isinstance(caught.value.__cause__, ScpDeniedError)


def test_fallback_that_has_failed_is_not_advised(simulator: Simulator) -> None:
    """It would be the same again."""
    simulator.set_scps([TOKYO_ONLY, deny_models(NOVA)])
    ours = str(failed(guarded(simulator))).partition("\n")[2]

    assert f"Fallback: {NOVA} failed (AccessDeniedException)." in ours
    assert "Meanwhile" not in ours


def test_narrower_profile_that_has_failed_is_not_advised(simulator: Simulator) -> None:
    """Neither as what to call instead of a global one."""
    with pytest.raises(ScpDeniedError) as caught:
        guarded(simulator, JP_CLAUDE).converse(modelId=GLOBAL_CLAUDE, messages=HELLO)

    assert f"Fallback: {JP_CLAUDE} failed" in str(caught.value)
    assert "If not:" not in str(caught.value)


@pytest.mark.parametrize("number", [1, 2, 3, 8])
def test_what_failed_takes_two_rows_at_most(simulator: Simulator, number: int) -> None:
    """However many were tried, and in 80 columns."""
    candidates = [f"no-such-model-{each}" for each in range(number)]
    rows = str(failed(guarded(simulator, candidates))).splitlines()
    told = rows[next(index for index, row in enumerate(rows) if row.startswith("Fallback: ")) :]

    assert len(told) <= 2
    assert max(map(len, told)) <= 80


def test_other_fallback_than_the_one_that_failed_is_advised(simulator: Simulator) -> None:
    """There is still something to do."""
    simulator.set_scps([TOKYO_ONLY, deny_models(MISTRAL)])
    ours = str(failed(guarded(simulator, MISTRAL))).partition("\n")[2]

    assert f'Meanwhile, for Converse: fallback="{NOVA}"' in ours


def test_next_candidate_is_tried(simulator: Simulator) -> None:
    """Each once, in order."""
    client = failing(guarded(simulator, [MISTRAL, NOVA]), lambda: RuntimeError("no"), MISTRAL)

    assert ask(client)["served_model_id"] == NOVA
    assert models(simulator) == [JP_CLAUDE, MISTRAL, NOVA]


def test_throttled_and_then_failed_for_good_is_worth_a_retry(simulator: Simulator) -> None:
    """The one that may serve later decides."""
    simulator.add_fault(Fault("throttling", model_id=MISTRAL))
    client = failing(guarded(simulator, [MISTRAL, NOVA]), lambda: RuntimeError("no"))
    with pytest.raises(client.exceptions.ThrottlingException) as caught:
        ask(client)

    assert isinstance(caught.value.__cause__, ScpDeniedError)
    assert [each.model_id for each in caught.value.__cause__.diagnosis.attempts] == [MISTRAL, NOVA]


def test_last_of_the_passing_failures_is_the_callers(simulator: Simulator) -> None:
    """The earlier ones are attempts of the denial."""
    client = guarded(simulator, [MISTRAL, NOVA])
    answering(client, MISTRAL, "ThrottlingException")
    answering(client, NOVA, "ServiceUnavailableException")
    with pytest.raises(ClientError, match="ServiceUnavailableException") as caught:
        ask(client)

    assert isinstance(caught.value.__cause__, ScpDeniedError)


@pytest.mark.parametrize(
    "name", ["ThrottlingException", "ContextWindowOverflowError", "OverloadedError", "InvokeToolError"]
)
def test_text_has_no_word_that_frameworks_misread(simulator: Simulator, name: str) -> None:
    """Whatever the attempts were called."""
    simulator.add_fault(Fault("throttling", model_id=MISTRAL))
    client = failing(guarded(simulator, [MISTRAL, NOVA]), lambda: type(name, (Exception,), {})("Too many tokens"))
    with pytest.raises(ClientError) as caught:
        ask(client)
    left = caught.value.__cause__
    assert isinstance(left, ScpDeniedError)
    text = f"{left} {left.response} {left.diagnosis}".lower()

    assert [word for word in MISREAD if word in text] == []
    assert [each.error_code for each in left.diagnosis.attempts] == ["ThrottlingException", name]


def test_while_degraded_a_throttled_fallback_is_the_same(simulator: Simulator) -> None:
    """The denial that is remembered is the cause."""
    client = guarded(simulator)
    ask(client)
    simulator.add_fault(Fault("throttling", model_id=NOVA))
    with pytest.raises(client.exceptions.ThrottlingException) as caught:
        ask(client)

    assert isinstance(caught.value.__cause__, ScpDeniedError)
    assert JP_CLAUDE not in models(simulator)[1:]


def test_while_degraded_a_fallback_that_fails_leaves_the_first_denial(simulator: Simulator) -> None:
    """It is raised again, with the attempt, for one request."""
    client = guarded(simulator)
    ask(client)
    simulator.set_scps([TOKYO_ONLY, deny_models(NOVA)])
    error = failed(client)

    assert error.diagnosis.blocked_regions == ("ap-northeast-3",)
    assert [each.error_code for each in error.diagnosis.attempts] == ["AccessDeniedException"]
    assert len(simulator.requests) == 3


def test_fallback_denied_while_degraded_costs_no_further_request(simulator: Simulator) -> None:
    """One request for each call from then on."""
    client = guarded(simulator)
    ask(client)
    simulator.set_scps([TOKYO_ONLY, deny_models(NOVA)])
    failed(client)
    before = len(simulator.requests)
    for _ in range(4):
        failed(client)

    assert len(simulator.requests) == before + 4


def test_candidate_denied_while_degraded_costs_one_request_in_all(simulator: Simulator) -> None:
    """The next one serves from then on."""
    client = guarded(simulator, [MISTRAL, NOVA])
    ask(client)
    simulator.set_scps([TOKYO_ONLY, deny_models(MISTRAL)])
    for _ in range(3):
        ask(client)

    assert sent(simulator) == [(JP_CLAUDE, 403), (MISTRAL, 200), (MISTRAL, 403), *[(NOVA, 200)] * 3]


def test_denial_is_remembered_where_the_fallback_may_serve_later(simulator: Simulator) -> None:
    """The retry of a caller who was throttled goes straight to it."""
    client = guarded(simulator)
    simulator.add_fault(Fault("throttling", model_id=NOVA, times=1))
    with pytest.raises(client.exceptions.ThrottlingException):
        ask(client)

    assert ask(client)["remembered"]
    assert models(simulator) == [JP_CLAUDE, NOVA, NOVA]


def test_candidate_denied_in_the_chain_costs_one_request_in_all(simulator: Simulator) -> None:
    """From the second call on, the next one is asked at once."""
    simulator.set_scps([TOKYO_ONLY, deny_models(MISTRAL)])
    client = guarded(simulator, [MISTRAL, NOVA])
    for _ in range(5):
        ask(client)

    assert sent(simulator) == [(JP_CLAUDE, 403), (MISTRAL, 403), *[(NOVA, 200)] * 5]


def test_candidate_that_failed_lately_is_tried_after_the_others(simulator: Simulator) -> None:
    """What AWS refuses it may be what was sent: a policy may ask for a guardrail."""
    client = guarded(simulator, MISTRAL)
    ask(client)
    simulator.set_scps([TOKYO_ONLY, deny_models(MISTRAL)])
    failed(client)
    simulator.set_scps([TOKYO_ONLY])

    assert ask(client)["served_model_id"] == MISTRAL


SECRET: Any = [{"role": "user", "content": "a secret"}]  # no list, so botocore quotes it


def test_callers_own_mistake_is_botocores_to_tell_while_degraded(simulator: Simulator) -> None:
    """No model would take it, and no SCP has anything to do with it."""
    client = guarded(simulator, [MISTRAL, NOVA])
    ask(client)
    with pytest.raises(ParamValidationError):
        client.converse(modelId=JP_CLAUDE, messages=SECRET)

    assert len(simulator.requests) == 2


def test_callers_own_mistake_is_botocores_to_tell_in_a_drill(simulator: Simulator) -> None:
    """As it is without one."""
    client = guarded(simulator, [MISTRAL, NOVA])
    with bedrock_guard.drill(client, blocked="ap-northeast-3"), pytest.raises(ParamValidationError):
        client.converse(modelId=JP_CLAUDE, messages=SECRET)

    assert simulator.requests == []


@pytest.mark.parametrize("code", ["ExpiredTokenException", "InvalidSignatureException", "UnrecognizedClientException"])
@pytest.mark.parametrize("is_remembered", [True, False])
def test_credentials_that_hold_no_longer_are_the_callers_to_renew(
    simulator: Simulator, code: str, *, is_remembered: bool
) -> None:
    """They are the same for every model, and a denial would hide it."""
    client = guarded(simulator, [MISTRAL, NOVA])
    if is_remembered:
        ask(client)
    answering(client, MISTRAL, code)
    answering(client, JP_CLAUDE, code) if is_remembered else None
    with pytest.raises(ClientError) as caught:
        ask(client)

    assert (caught.value.response["Error"]["Code"], NOVA in models(simulator)) == (code, False)


def test_missing_credentials_are_the_callers_to_find(simulator: Simulator) -> None:
    """As botocore says it."""
    client = guarded(simulator, [MISTRAL, NOVA])
    failing(client, NoCredentialsError, MISTRAL)
    with pytest.raises(NoCredentialsError):
        ask(client)


def test_mistake_of_the_users_hook_is_the_candidates(simulator: Simulator) -> None:
    """The next one may do better; what was sent goes neither to the hook nor into the error."""
    told: list[bedrock_guard.Event] = []
    adapt = lambda model_id, params: params | ({"messages": SECRET} if model_id == MISTRAL else {})  # noqa: E731
    client = guarded(simulator, Fallback([MISTRAL, NOVA], adapt=adapt), hook=told.append)
    served = ask(client)

    assert (served["served_model_id"], told[-1].diagnosis.attempts[0].error_code) == (NOVA, "ParamValidationError")
    assert "a secret" not in repr(told)


def test_error_holds_nothing_that_botocore_quotes(simulator: Simulator) -> None:
    """The class of its error says what happened; the prompt is not to be pickled or logged with it."""
    client = guarded(simulator, Fallback(MISTRAL, adapt=lambda _, params: params | {"messages": SECRET}))
    diagnosis = failed(client).diagnosis

    assert [each.error_code for each in diagnosis.attempts] == ["ParamValidationError"]
    assert "a secret" not in repr(diagnosis)


def test_hook_is_not_given_awss_words_on_a_fallback(simulator: Simulator) -> None:
    """They may repeat what was sent; the error has them as data."""
    told: list[bedrock_guard.Event] = []
    client = guarded(simulator, hook=told.append)
    error: Any = stubbed(client, "ValidationException", "Malformed: a secret", 400)

    assert "a secret" in error.diagnosis.attempts[0].error_message
    assert (told[-1].name, "a secret" in repr(told)) == ("fallback_failed", False)


def answering(client: Any, model_id: str, code: str, operation: str = "Converse") -> list[str]:
    """Let each request for *model_id* be answered with *code*, and return a list of these answers."""
    answers: list[str] = []

    def refuse() -> Exception:
        answers.append(code)
        response: Any = {"Error": {"Code": code, "Message": "No."}, "ResponseMetadata": {"HTTPStatusCode": 400}}
        return ClientError(response, operation)

    failing(client, refuse, model_id)
    return answers


@pytest.mark.parametrize(
    ("code", "times"),
    [
        ("AccessDeniedException", 1),
        ("ResourceNotFoundException", 1),
        ("ValidationException", 3),
        ("ModelErrorException", 3),
        ("ThrottlingException", 3),
    ],
)
def test_candidate_is_left_out_where_it_fails_whatever_is_sent(simulator: Simulator, code: str, times: int) -> None:
    """What AWS says of one request tells nothing of the next."""
    client = guarded(simulator, [MISTRAL, NOVA])
    answers = answering(client, MISTRAL, code)
    for _ in range(3):
        ask(client)

    assert len(answers) == times


@pytest.mark.parametrize(
    ("code", "times"), [("ValidationException", 1), ("ThrottlingException", 3), ("ModelErrorException", 3)]
)
def test_count_is_left_to_the_first_choice_where_the_fallback_cannot_count(
    simulator: Simulator, code: str, times: int
) -> None:
    """Throttled, it may count the next."""
    client = guarded(simulator)
    if not hasattr(client, "count_tokens"):
        pytest.skip("this botocore knows of no such operation")
    ask(client)
    answers = answering(client, NOVA, code, "CountTokens")
    for _ in range(3):
        with contextlib.suppress(ClientError):
            client.count_tokens(modelId=CLAUDE, input={"converse": {"messages": HELLO}})

    assert len(answers) == times


def test_fallback_that_never_serves_is_not_remembered(simulator: Simulator) -> None:
    """A first choice that may be allowed again is not passed by for nothing."""
    simulator.set_scps([TOKYO_ONLY, deny_models(NOVA)])
    client = guarded(simulator)
    failed(client)
    simulator.set_scps([])

    assert ask(client) is None
    assert bedrock_guard.status() == []


def test_fallback_that_never_serves_is_not_remembered_beside_one_that_does(simulator: Simulator) -> None:
    """Whatever else is degraded."""
    simulator.set_scps([TOKYO_ONLY, deny_models(MISTRAL)])
    client = guarded(simulator, {GLOBAL_CLAUDE: NOVA, JP_CLAUDE: MISTRAL})
    ask(client, model_id=GLOBAL_CLAUDE)
    failed(client)

    assert [each.requested_model_id for each in bedrock_guard.status()] == [GLOBAL_CLAUDE]


@pytest.mark.parametrize("fallback", [JP_CLAUDE, {JP_CLAUDE: JP_CLAUDE}, {"jp.*": [JP_CLAUDE, JP_CLAUDE]}])
def test_model_is_no_fallback_of_itself(simulator: Simulator, fallback: Any) -> None:
    """No loop, whatever the configuration."""
    error = failed(guarded(simulator, fallback))

    assert error.diagnosis.attempts == ()
    assert models(simulator) == [JP_CLAUDE]


def test_arn_of_the_first_choice_is_no_fallback_of_it(simulator: Simulator) -> None:
    """Nor is one candidate asked twice under two names."""
    arn = f"arn:aws:bedrock:{TOKYO}:111122223333:inference-profile/{JP_CLAUDE}"
    simulator.set_scps([TOKYO_ONLY, deny_models(NOVA)])
    failed(guarded(simulator, [arn, NOVA, f"arn:aws:bedrock:{TOKYO}::foundation-model/{NOVA}"]))

    assert models(simulator) == [JP_CLAUDE, NOVA]


@pytest.mark.parametrize(
    "cause",
    [
        "because no resource-based policy allows the bedrock:InvokeModel action",
        "with an explicit deny in an identity-based policy",
        "with an explicit deny in a resource control policy",
    ],
)
def test_other_policies_are_not_its_business(simulator: Simulator, cause: str) -> None:
    """Nothing else is sent."""
    assert not isinstance(denied_once(guarded(simulator), cause=cause), ScpDeniedError)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("bedrock:InvokeModel", f"arn:aws:bedrock:{TOKYO}::foundation-model/x.y"),
        ("bedrock:CallWithBearerToken", "*"),
        ("bedrock:ApplyGuardrail", "arn:aws:bedrock:us-east-1:111122223333:guardrail-profile/us.guardrail.v1:0"),
        ("bedrock:CountTokens", "arn:aws:bedrock:ap-northeast-3::foundation-model/x.y"),
    ],
)
def test_same_wall_for_every_model_is_not_run_into_twice(simulator: Simulator, action: str, resource: str) -> None:
    """Another model would be denied alike."""
    error = denied_once(guarded(simulator), action=action, resource=resource)

    assert isinstance(error, ScpDeniedError)
    assert error.diagnosis.attempts == ()


@pytest.mark.parametrize("kind", ["throttling", "model-access", "internal-error"])
def test_failures_that_are_no_denial_pass_untouched(kind: Any) -> None:
    """The first choice's own exception, without ado."""
    simulator = Simulator()
    simulator.add_fault(Fault(kind, model_id=JP_CLAUDE))
    with pytest.raises(ClientError) as caught:
        ask(guarded(simulator))

    assert caught.value.__cause__ is None
    assert set(models(simulator)) == {JP_CLAUDE}


def test_global_profile_falls_back_too(simulator: Simulator) -> None:
    """Cause `global-routing`."""
    answer = ask(guarded(simulator), GLOBAL_CLAUDE)

    assert answer["blocked_regions"] == ["unspecified"]


def test_profile_that_is_denied_itself_falls_back_too(simulator: Simulator) -> None:
    """Cause `inference-profile`."""
    simulator.set_scps([deny("inference-profile/jp.*")])

    assert ask(guarded(simulator))["served_model_id"] == NOVA


# A bug of ours never hides what AWS said.

PLACES: list[tuple[Any, str]] = [
    (_candidates, "candidates_for"),
    (_candidates, "option_of"),
    (_candidates, "prepare"),
    (_candidates, "parse_model_id"),
    (_candidates, "PassedOver"),
    (_candidates.Trial, "next"),
    (_candidates.Trial, "failed"),
    (_conversation, "weighed"),
    (_conversation, "denied_error"),
    (_conversation, "enriched"),
    (_conversation, "with_failures"),
    (_conversation, "Evidence"),
    (_conversation, "Event"),
    (_conversation, "leaves_others"),
    (_conversation._Talk, "_note_unusable"),
    (_conversation._Talk, "_remembered"),
    (_conversation._Talk, "_after_denial"),
    (_conduct, "Body"),
    (_conduct, "Trial"),
    (_conduct.Conduct, "_has_others"),
    (_conduct.Conduct, "route"),
    (_conduct.Conduct, "served"),
    (_conduct.Conduct, "probed_well"),
    (_call, "caller_of"),
    (_headers, "_give"),
    (Guard, "explained"),
    (Memory, "route"),
    (Memory, "denied"),
    (Memory, "served"),
    (Memory, "unusable"),
    (Memory, "released"),
    (Memory, "probed_well"),
    (Switch, "known"),
    (_events.Teller, "fallback"),
    (_events.Teller, "fallback_failed"),
    (_events.Teller, "listens"),
    (_events.Teller, "recovered"),
]


def outcome(client: Any) -> str:
    """Return what the caller sees: an answer, or AWS's own code."""
    try:
        client.converse(modelId=JP_CLAUDE, messages=HELLO)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "answer"


@pytest.mark.parametrize(
    ("where", "name"), PLACES, ids=[f"{getattr(where, '__name__', where)}.{name}" for where, name in PLACES]
)
@pytest.mark.parametrize("state", ["first", "remembered", "probe", "denied probe", "allowed", "all denied"])
def test_bug_of_ours_leaves_awss_answer(
    monkeypatch: pytest.MonkeyPatch, simulator: Simulator, where: Any, name: str, state: str
) -> None:
    """Wherever it is planted, the caller has an answer or AWS's denial, and never the bug."""
    client = guarded(simulator, Fallback([MISTRAL, NOVA], remember=300, probes=1))
    if state in ("remembered", "probe", "denied probe"):
        ask(client)
    if state in ("probe", "denied probe"):
        client._bedrock_guard.memory.now = lambda: 1e12
    if state in ("probe", "allowed"):
        simulator.set_scps([])
    if state == "all denied":
        simulator.set_scps([TOKYO_ONLY, deny_models(NOVA, MISTRAL)])
    monkeypatch.setattr(where, name, raising)

    assert outcome(client) in ("answer", "AccessDeniedException")
    assert outcome(client) in ("answer", "AccessDeniedException")


def test_bug_of_ours_is_logged_without_what_it_says(
    monkeypatch: pytest.MonkeyPatch, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    """Its kind and its place."""
    client = guarded(simulator)
    monkeypatch.setattr(_candidates, "candidates_for", raising)
    error = failed(client)
    faults = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]

    assert error.diagnosis.attempts == ()
    assert [fault.startswith("bedrock_guard.failed PlantedError at ") for fault in faults] == [True]


def test_interrupt_during_the_fallback_is_passed_on(simulator: Simulator) -> None:
    """Ctrl-C stays Ctrl-C."""

    def interrupt(request: Any, **_: Any) -> None:
        if NOVA.replace(":", "%3A") in request.url:
            raise KeyboardInterrupt

    client = guarded(simulator)
    client.meta.events.register_first("before-send.bedrock-runtime", interrupt)
    with pytest.raises(KeyboardInterrupt):
        ask(client)
