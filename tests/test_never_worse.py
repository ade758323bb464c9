"""Nothing of ours hides, replaces or delays AWS's error."""

import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ParamValidationError

import bedrock_guard
from bedrock_guard import _control, _events, _explain, _guard, _resolver, exceptions
from bedrock_guard.simulator import Simulator
from calls import denied, explained, refused, sentence
from conftest import TOKYO
from policies import GLOBAL_CLAUDE, HELLO, JP_CLAUDE, NOVA

SECRET = "what nobody but the caller is to read"


class PlantedError(Exception):
    """A bug of ours."""


def broken(*_: Any, **__: Any) -> Any:
    raise PlantedError(f"{SECRET}\nERROR forged line")


def is_awss_own(error: ClientError, client: Any) -> bool:
    """Tell whether *error* is what botocore raises without us."""
    is_plain = type(error) is client.exceptions.AccessDeniedException and error.__cause__ is None
    return is_plain and "\n" not in str(error) + error.response["Error"]["Message"]


@pytest.mark.parametrize(
    ("where", "name"),
    [
        (_guard, "diagnose"),
        (_guard, "error_text"),
        (_guard, "enriched"),
        (_explain, "parse_model_id"),
        (_explain, "_diagnosis"),
        (exceptions, "_derived"),
        (_events.Teller, "denied"),
        (_guard, "Event"),
    ],
)
def test_bug_of_ours_lets_awss_error_out(
    guarded: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, where: Any, name: str
) -> None:
    """Wherever it is: one line tells of it, by kind and place, and AWS's own exception goes out."""
    monkeypatch.setattr(where, name, broken)
    with caplog.at_level(logging.DEBUG, "bedrock_guard"):
        error = refused(guarded, sentence())
    faults = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]

    assert is_awss_own(error, guarded)
    assert len(faults) == 1
    assert faults[0].startswith("bedrock_guard.failed PlantedError at ")
    assert "test_never_worse.py:" in faults[0]
    assert SECRET not in caplog.text
    assert "\n" not in faults[0]


def test_the_fault_of_ours_is_no_part_of_awss_error(guarded: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its traceback shows botocore's frames alone, and 'during handling of ...' nothing."""
    monkeypatch.setattr(_guard, "diagnose", broken)
    error = refused(guarded, sentence())

    assert error.__context__ is None
    assert error.__cause__ is None


class _RaisingHandler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        raise PlantedError(record.getMessage())


@pytest.fixture
def raising_handler() -> Any:
    """Let a handler of the application raise for each of our records."""
    handler = _RaisingHandler()
    logger = logging.getLogger("bedrock_guard")
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)


@pytest.mark.usefixtures("raising_handler")
def test_log_handler_that_raises_hides_nothing(guarded: Any) -> None:
    """A broken logging configuration costs the explanation at most, never AWS's error."""
    error = refused(guarded, sentence())

    assert isinstance(error, guarded.exceptions.AccessDeniedException)
    assert str(error).startswith("An error occurred (AccessDeniedException)")


@pytest.mark.usefixtures("raising_handler")
def test_hook_and_log_handler_that_raise_hide_nothing(client: Any) -> None:
    """Nor do both together."""
    error = refused(bedrock_guard.guard(client, hook=broken), sentence())

    assert isinstance(error, client.exceptions.AccessDeniedException)


@pytest.mark.parametrize("text", ["You don't have access to the model with the specified model ID.", "Forbidden", ""])
def test_denial_that_names_no_policy_passes_untouched(
    guarded: Any, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    """It is AWS's own, and nothing is logged of it."""
    error = refused(guarded, text)

    assert is_awss_own(error, guarded)
    assert caplog.records == []


def test_denial_that_names_no_policy_asks_nothing(simulator: Simulator, guarded: Any) -> None:
    """No look-up is made, nor waited for, where nothing is to be explained."""
    new = "jp.anthropic.claude-newer-v1:0"
    with simulator.installed():
        error = refused(guarded, sentence(cause="").rstrip(), model_id=new)

    assert is_awss_own(error, guarded)
    assert simulator.requests == []


@pytest.mark.parametrize(
    "code", ["ThrottlingException", "ValidationException", "ModelTimeoutException", "ExpiredTokenException"]
)
def test_other_errors_pass_untouched(guarded: Any, code: str, caplog: pytest.LogCaptureFixture) -> None:
    """The class, the message and the log are as without us."""
    error = refused(guarded, "Something else went wrong.", code=code)

    assert type(error) is guarded.exceptions.from_code(code)
    assert str(error) == f"An error occurred ({code}) when calling the Converse operation: Something else went wrong."
    assert error.__cause__ is None
    assert caplog.records == []


def test_errors_before_the_request_pass_untouched(guarded: Any) -> None:
    """A parameter that is missing is botocore's matter."""
    with pytest.raises(ParamValidationError):
        guarded.converse(messages=HELLO)


def test_errors_of_the_network_pass_untouched(guarded: Any) -> None:
    """No answer is no denial."""

    def fail(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://bedrock-runtime.example")

    guarded.meta.events.register_first("before-send.bedrock-runtime", fail)
    with pytest.raises(EndpointConnectionError):
        guarded.converse(modelId=NOVA, messages=HELLO)


def test_interrupt_is_passed_on(guarded: Any) -> None:
    """Ctrl-C in the middle of a call stays Ctrl-C."""

    def interrupt(**_: Any) -> None:
        raise KeyboardInterrupt

    guarded.meta.events.register_first("before-send.bedrock-runtime", interrupt)
    with pytest.raises(KeyboardInterrupt):
        guarded.converse(modelId=NOVA, messages=HELLO)


def test_hook_that_raises_costs_nothing(client: Any, caplog: pytest.LogCaptureFixture) -> None:
    """The error is explained all the same; one line tells of the hook, without what it said."""
    error = denied(bedrock_guard.guard(client, hook=broken))
    faults = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]

    assert error.diagnosis.key in str(error)
    assert len(faults) == 1
    assert faults[0].startswith("bedrock_guard.hook_failed PlantedError at ")
    assert SECRET not in caplog.text


def test_success_costs_nothing_but_the_call(
    guarded: Any, caplog: pytest.LogCaptureFixture, simulator: Simulator
) -> None:
    """One request, no record, no question, no thread."""
    before = threading.active_count()
    with caplog.at_level(logging.DEBUG, "bedrock_guard"):
        guarded.converse(modelId=NOVA, messages=HELLO)

    assert len(simulator.requests) == 1
    assert [record for record in caplog.records if record.name.startswith("bedrock_guard")] == []
    assert threading.active_count() == before


@pytest.mark.parametrize(
    "message",
    [
        pytest.param("a" * 1_000_000, id="a-megabyte"),
        pytest.param(sentence() * 10_000, id="a-denial-ten-thousand-times"),
        pytest.param(sentence(resource="arn:" * 100_000), id="resource-of-colons"),
        pytest.param(sentence(resource="arn:aws:bedrock:\ud800::foundation-model/\ud800"), id="lone-surrogates"),
        pytest.param("is not authorized to perform: " * 1_000, id="half-sentences"),
    ],
)
def test_monstrous_message_is_survived(guarded: Any, message: str) -> None:
    """Whatever AWS, or who plays AWS, sends: it is the caller's AWS error, with AWS's words first."""
    error = refused(guarded, message)

    assert isinstance(error, guarded.exceptions.AccessDeniedException)
    assert error.response["Error"]["Message"].startswith(message)


def test_explanation_does_not_grow_with_the_message(guarded: Any) -> None:
    """A log's worth of text around AWS's sentence adds nothing to what is said of it."""
    short, long = explained(guarded, sentence()), explained(guarded, f"{sentence()} {'and so on. ' * 10_000}")

    assert long.diagnosis.message == short.diagnosis.message
    assert str(long.diagnosis) == str(short.diagnosis)


@pytest.mark.parametrize(
    "model_id", ["", " ", "\n", "*", "arn:", "arn:aws:bedrock:::", "x" * 3_000, "jp.\ud800.x", "{}", "%s"]
)
def test_odd_model_ids_are_survived(guarded: Any, model_id: str) -> None:
    """What the caller asked for may be anything that botocore lets pass."""
    error = refused(guarded, sentence())
    diagnosis = bedrock_guard.explain(sentence(), model_id=model_id, region_name=TOKYO)

    assert isinstance(error, guarded.exceptions.AccessDeniedException)
    assert diagnosis is not None
    assert diagnosis.summary


def finishes(work: Callable[[], Any]) -> bool:
    """Tell whether *work* comes to an end; what hangs, hangs for good."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(30)
    return not thread.is_alive()


def test_locks_are_not_held_while_a_hook_runs(client: Any) -> None:
    """A hook may make a call that is denied too."""
    keys: list[str] = []

    def hook(event: bedrock_guard.Event) -> None:
        keys.append(event.diagnosis.key)
        if len(keys) < 3:
            denied(client, GLOBAL_CLAUDE)

    bedrock_guard.guard(client, hook=hook)

    assert finishes(lambda: denied(client))
    assert len(keys) == 3


IMPORTS_ON_SUCCESS = """
import sys
import bedrock_guard
from bedrock_guard.simulator import Simulator
client = bedrock_guard.guard(Simulator().session("ap-northeast-1").client("bedrock-runtime"))
before = set(sys.modules)
client.converse(modelId="amazon.nova-lite-v1:0", messages=[{"role": "user", "content": [{"text": "Hello"}]}])
print([name for name in sorted(set(sys.modules) - before) if name.startswith(("bedrock_guard", "tenacity", "cachetools"))])
"""


def test_success_imports_nothing() -> None:
    """Whoever is never denied never pays for what explains a denial."""
    done = subprocess.run([sys.executable, "-c", IMPORTS_ON_SUCCESS], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_patience_is_one_second() -> None:
    """What a first diagnosis may add, network included."""
    config: Any = _control._CONFIG

    assert _resolver.PATIENCE == 1.0
    assert config.connect_timeout <= _resolver.PATIENCE
    assert config.read_timeout <= _resolver.PATIENCE
    assert config.retries["total_max_attempts"] == 1


def test_denial_of_another_service_of_bedrock_is_explained(simulator: Simulator) -> None:
    """The control plane is denied by the same SCPs."""
    session = simulator.session("ap-northeast-3")
    client = bedrock_guard.guard(session.client("bedrock"))
    with pytest.raises(bedrock_guard.ScpDeniedError) as caught:
        client.list_foundation_models()

    assert caught.value.diagnosis.cause == "other"
    assert caught.value.diagnosis.requested_model_id is None
    assert JP_CLAUDE not in str(caught.value)
