"""What is logged and kept: no content of a request, no forged line, and one warning for one wall."""

import asyncio
import contextlib
import gc
import io
import json
import logging
import subprocess
import sys
import threading
import unicodedata
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bedrock_guard
from bedrock_guard import Event, Fallback, ScpDeniedError, _events
from bedrock_guard.simulator import Fault, Simulator
from calls import denied, explained, refused, sentence
from conftest import TOKYO
from policies import GLOBAL_CLAUDE, JP_CLAUDE, NOVA

PROMPT = "the prompt that nobody else may read"
SECRETS = (PROMPT, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "AKIAIOSFODNN7EXAMPLE")
OFF = Fallback(NOVA, enabled=False)
ASKED: Any = [{"role": "user", "content": [{"text": PROMPT}]}]


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the warnings of the guard, so far."""
    return [each.getMessage() for each in caplog.records if each.levelno == logging.WARNING]


@pytest.mark.parametrize("fallback", [None, NOVA])
def test_no_content_is_logged(client: Any, caplog: pytest.LogCaptureFixture, fallback: str | None) -> None:
    """Not at DEBUG, not in an attribute of a record, not in what a hook is given, not in the diagnosis."""
    events: list[Event] = []
    bedrock_guard.guard(client, hook=events.append, fallback=fallback)
    with caplog.at_level(logging.DEBUG, "bedrock_guard"):
        for operation, content in (
            ("converse", {"messages": ASKED, "system": [{"text": PROMPT}]}),
            ("converse_stream", {"messages": ASKED}),
            ("invoke_model", {"body": json.dumps({"messages": ASKED})}),
        ):
            try:
                getattr(client, operation)(modelId=JP_CLAUDE, **content)
            except ScpDeniedError as error:
                events.append(Event("denied", error.diagnosis, operation))
    told = " ".join(str(vars(record)) for record in caplog.records if record.name == "bedrock_guard") + repr(events)

    assert "bedrock_guard.denied" in told
    assert [secret for secret in SECRETS if secret in told] == []


def test_completion_of_a_fallback_is_not_logged(
    simulator: Simulator, client: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither what was asked nor what was answered."""
    simulator.script("a completion that nobody else may read")
    bedrock_guard.guard(client, fallback=NOVA)
    with caplog.at_level(logging.DEBUG, "bedrock_guard"):
        answer = client.converse(modelId=JP_CLAUDE, messages=ASKED)
    told = " ".join(str(vars(record)) for record in caplog.records if record.name == "bedrock_guard")

    assert answer["output"]["message"]["content"] == [{"text": "a completion that nobody else may read"}]
    assert "bedrock_guard.fallback" in told
    assert "nobody else may read" not in told


class Text(str):
    """A text that can be watched."""

    __slots__ = ("__weakref__",)


@pytest.fixture
def _counting() -> Iterator[None]:
    """Free by counting references alone: what is in a cycle stays."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def failing(client: Any, prompt: str) -> None:
    """Ask with *prompt*, and forget the denial."""
    with contextlib.suppress(ScpDeniedError):
        client.converse(modelId=JP_CLAUDE, messages=[{"role": "user", "content": [{"text": prompt}]}])
        pytest.fail("the call was not denied")


@pytest.mark.usefixtures("_counting")
@pytest.mark.parametrize("fallback", [None, OFF, "amazon.titan-embed-text-v2:0", "no-such-model"])
def test_prompt_is_not_kept(client: Any, fallback: Any) -> None:
    """Once caller and error are gone, so is the prompt, whether or not a fallback was passed over, or failed."""
    prompt = Text(PROMPT)
    watched = weakref.ref(prompt)
    failing(bedrock_guard.guard(client, fallback=fallback), prompt)
    del prompt

    assert watched() is None


@pytest.mark.usefixtures("_counting")
@pytest.mark.parametrize("fallback", [None, OFF, "amazon.titan-embed-text-v2:0"])
async def test_prompt_is_not_kept_by_the_asynchronous_twin(simulator: Simulator, fallback: Any) -> None:
    """The same, awaited."""
    session: Any = pytest.importorskip("aiobotocore.session", reason="the extra `async` is not installed").get_session()
    simulator.attach(session)
    prompt = Text(PROMPT)
    watched = weakref.ref(prompt)
    async with session.create_client("bedrock-runtime", region_name=TOKYO) as client:
        bedrock_guard.guard(client, fallback=fallback)
        with contextlib.suppress(ScpDeniedError):
            await client.converse(modelId=JP_CLAUDE, messages=[{"role": "user", "content": [{"text": prompt}]}])
            pytest.fail("the call was not denied")
        del prompt
        for thread in threading.enumerate():
            if thread.name.startswith("bedrock_guard-explain"):
                thread.join()
        await asyncio.sleep(0)

        assert watched() is None


def test_what_was_explained_is_kept_within_bounds(guarded: Any) -> None:
    """However many walls there are: text by text, the oldest go."""
    for number in range(300):
        explained(guarded, sentence(principal=f"arn:aws:iam::111122223333:role/app-{number}"))

    assert len(guarded._bedrock_guard._diagnosed) <= 256


@pytest.mark.parametrize("text", [PROMPT, f"{PROMPT}\n{sentence()}", f"{sentence()}\n{PROMPT}"])
def test_text_that_was_explained_is_not_kept(text: str) -> None:
    """A log, or an error that quotes a prompt, may hold anything."""
    watchable = Text(text)
    watched = weakref.ref(watchable)
    diagnosis = bedrock_guard.explain(watchable)
    del watchable
    gc.collect()

    assert watched() is None
    assert PROMPT not in repr(diagnosis)


def test_error_that_quotes_a_prompt_is_not_kept(guarded: Any) -> None:
    """AWS's other errors may quote what was sent, and pass by without leaving a trace in the guard."""
    refused(guarded, f"Malformed input request: {PROMPT}", code="ValidationException")
    refused(guarded, f"Access denied to {PROMPT}")

    assert PROMPT not in repr(vars(guarded._bedrock_guard))


HOSTILE = [
    "\nERROR root: forged",
    "\r\nERROR root: forged",
    "\x1b[2J\x1b[31mforged",
    "\u202eforged",
    "\u2028forged",
    "\x85forged",
    "\x00forged",
    "%s %(name)s {0} {key}",
    "\udcff",
]


def is_safe(text: str) -> bool:
    """Tell whether *text* can neither forge a line nor drive a terminal."""
    return not any(unicodedata.category(each)[0] == "C" or each in "\u2028\u2029" for each in text)


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("part", ["principal", "resource", "policy", "model"])
def test_message_cannot_forge_a_log_line(
    client: Any, caplog: pytest.LogCaptureFixture, hostile: str, part: str
) -> None:
    """Whatever a part of it holds, one denial is one line, in characters that are safe to print."""
    bedrock_guard.guard(client, resolve="catalog")
    parts = {
        "principal": {"principal": f"arn:aws:iam::111122223333:user/{hostile}"},
        "resource": {"resource": f"arn:aws:bedrock:ap-northeast-3::foundation-model/anthropic.claude{hostile}"},
        "policy": {"cause": f"with an explicit deny in a service control policy: arn:aws:organizations::1:p-{hostile}"},
    }
    model_id = f"jp.anthropic.claude{hostile}" if part == "model" else JP_CLAUDE
    message = sentence(**parts.get(part, {}))
    with caplog.at_level(logging.DEBUG, "bedrock_guard"):
        diagnosis = bedrock_guard.explain(message, model_id, TOKYO)
        if part != "model":  # botocore would refuse most of them before they are sent
            refused(client, message)
    lines = [record.getMessage() for record in caplog.records if record.name == "bedrock_guard"]

    assert diagnosis is not None
    assert all(is_safe(line) for line in lines)
    assert is_safe(diagnosis.summary)
    assert all(is_safe(row) for row in (diagnosis.message + "\n" + str(diagnosis)).split("\n"))
    assert not any(row.startswith("ERROR") for row in str(diagnosis).split("\n"))


@given(principal=st.text(max_size=30), tail=st.text(max_size=30))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_log_line_is_safe_for_any_message(
    guarded: Any, caplog: pytest.LogCaptureFixture, principal: str, tail: str
) -> None:
    """Also for those that nobody thought of."""
    caplog.clear()
    refused(guarded, f"{sentence(principal=principal)}{tail}")

    assert all(is_safe(record.getMessage()) for record in caplog.records if record.name == "bedrock_guard")


def test_code_of_a_failed_fallback_cannot_forge_a_log_line(client: Any, caplog: pytest.LogCaptureFixture) -> None:
    """It comes from outside as well."""
    bedrock_guard.guard(client, fallback=NOVA)

    def answer(params: dict[str, Any], **_: Any) -> Any:
        if NOVA.replace(":", "%3A") not in params["url_path"]:
            return None
        error = {"Code": "Oops\nERROR root: forged\x1b[31m", "Message": "no"}
        return type("Http", (), {"status_code": 418})(), {"Error": error, "ResponseMetadata": {"HTTPStatusCode": 418}}

    client.meta.events.register_first("before-call.bedrock-runtime.Converse", answer)
    error = denied(client)
    lines = [record.getMessage() for record in caplog.records if record.name == "bedrock_guard"]

    assert [line.split()[0] for line in lines] == ["bedrock_guard.denied", "bedrock_guard.fallback_failed"]
    assert all(is_safe(line) for line in lines)
    assert all(is_safe(row) for row in error.diagnosis.message.split("\n"))


def test_denial_is_one_line_with_the_facts(guarded: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Key, profile, source Region, policy and blocked Region."""
    explained(guarded, sentence())
    key = explained(guarded, sentence()).diagnosis.key

    assert warnings(caplog) == [
        f"bedrock_guard.denied {key} {JP_CLAUDE} from {TOKYO}: SCP p-example1 blocks ap-northeast-3"
    ]


def test_record_has_the_same_facts_as_json(guarded: Any, caplog: pytest.LogCaptureFixture) -> None:
    """In one extra, under the names of `Diagnosis.to_dict()`, and nothing but JSON primitives."""
    error = denied(guarded)
    facts: dict[str, Any] = vars(caplog.records[0])["bedrock_guard"]
    again: dict[str, Any] = json.loads(json.dumps(facts))

    assert again == facts
    assert error.diagnosis.to_dict().items() <= facts.items()
    assert facts["event"] == "denied"
    assert facts["operation_name"] == "Converse"
    assert facts["suppressed"] == 0
    assert facts["blocked_regions"] == ["ap-northeast-3"]
    assert {type(value) for value in _values(facts)} <= {str, int, float, bool, type(None)}


def _values(value: Any) -> list[Any]:
    if type(value) is dict:
        return [each for item in value.values() for each in _values(item)]
    if type(value) is list:
        return [each for item in value for each in _values(item)]
    return [value]


def test_one_wall_warns_once(guarded: Any, caplog: pytest.LogCaptureFixture) -> None:
    """However often it is met."""
    for _ in range(5):
        denied(guarded)

    assert len(warnings(caplog)) == 1


def test_warning_says_how_many_were_passed_over(
    guarded: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When it is due again."""
    for _ in range(3):
        denied(guarded)
    monkeypatch.setattr(_events, "QUIET", 0)
    denied(guarded)
    denied(guarded)

    assert [line.partition("ap-northeast-3")[2] for line in warnings(caplog)] == [
        "",
        " (2 more in the last five minutes)",
        "",
    ]
    assert [vars(each)["bedrock_guard"]["suppressed"] for each in caplog.records] == [0, 2, 0]


def test_quiet_lasts_five_minutes() -> None:
    """As promised."""
    assert _events.QUIET == 5 * 60


def test_each_wall_warns(guarded: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Another model, or another Region, is another key."""
    denied(guarded, JP_CLAUDE)
    denied(guarded, GLOBAL_CLAUDE)

    assert len(warnings(caplog)) == 2


def test_each_guard_warns(simulator: Simulator, caplog: pytest.LogCaptureFixture) -> None:
    """Two parts of one process do not silence one another; two clients of one session share a quiet."""
    session = bedrock_guard.guard(simulator.session(TOKYO))
    denied(session.client("bedrock-runtime"))
    denied(session.client("bedrock-runtime"))
    denied(bedrock_guard.guard(simulator.session(TOKYO)).client("bedrock-runtime"))

    assert len(warnings(caplog)) == 2


def test_threads_warn_once(guarded: Any, caplog: pytest.LogCaptureFixture) -> None:
    """And count exactly."""
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: denied(guarded), range(64)))

    assert len(warnings(caplog)) == 1


def test_many_keys_are_not_kept_for_ever(
    guarded: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever makes up policies cannot fill the memory."""
    monkeypatch.setattr(_events, "_MOST_KEYS", 8)
    for number in range(40):
        explained(
            guarded, sentence(cause=f"with an explicit deny in a service control policy: arn:aws:x::1:p/{number}")
        )

    assert len(guarded._bedrock_guard.teller._quiet._told) <= 8
    assert len(warnings(caplog)) == 40


def test_hook_is_told_every_time(client: Any) -> None:
    """A metric counts each denied call, with the diagnosis that the caller got."""
    events: list[Event] = []
    bedrock_guard.guard(client, hook=events.append)
    errors = [denied(client) for _ in range(3)]

    assert [event.diagnosis for event in events] == [error.diagnosis for error in errors]
    assert {(event.name, event.operation_name) for event in events} == {("denied", "Converse")}


def test_passing_failures_are_not_told(simulator: Simulator, guarded: Any, caplog: pytest.LogCaptureFixture) -> None:
    """Throttling is none of the guard's matters."""
    simulator.add_fault(Fault("throttling", times=1))
    with contextlib.suppress(ClientError):  # botocore may try again, or not
        guarded.converse(modelId=NOVA, messages=ASKED)

    assert [record for record in caplog.records if record.name == "bedrock_guard"] == []


def test_handler_of_the_application_gets_the_record(guarded: Any) -> None:
    """Standard logging, under the name of the package: a formatter prints it as any other."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    logger = logging.getLogger("bedrock_guard")
    logger.addHandler(handler)
    try:
        key = denied(guarded).diagnosis.key
    finally:
        logger.removeHandler(handler)

    assert stream.getvalue().startswith(f"WARNING bedrock_guard bedrock_guard.denied {key} ")
    assert stream.getvalue().count("\n") == 1


PROGRAM = """
import bedrock_guard
from bedrock_guard.simulator import Simulator
deny = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}
client = bedrock_guard.guard(Simulator(deny).session("ap-northeast-1").client("bedrock-runtime"))
try:
    client.converse(modelId="jp.anthropic.claude-sonnet-4-5-20250929-v1:0", messages=[])
except bedrock_guard.ScpDeniedError:
    print("denied")
"""


def test_program_without_logging_prints_nothing_more() -> None:
    """A library does not write to anybody's terminal on its own."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)

    assert (done.stdout, done.stderr) == ("denied\n", "")


def test_credentials_are_not_in_the_guard(client: Any) -> None:
    """What it is given to remember shows none of them."""
    guarded = bedrock_guard.guard(client)
    denied(guarded)

    assert [secret for secret in SECRETS if secret in repr(vars(guarded._bedrock_guard))] == []
    assert boto3.DEFAULT_SESSION is None
