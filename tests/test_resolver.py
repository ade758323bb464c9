"""Inference profiles that the catalogue lacks are asked of the live API: once, and for a second at most."""

import json
import logging
import multiprocessing
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.credentials import RefreshableCredentials
from botocore.stub import Stubber
from botocore.tokens import FrozenAuthToken

import bedrock_guard
from bedrock_guard import Diagnosis, Origin, _control, _resolver
from bedrock_guard._identifiers import parse_model_id
from bedrock_guard.simulator import Fault, PolicyType, Simulator
from calls import denied, explained, refused, sentence
from conftest import TOKYO
from policies import HELLO, JP_CLAUDE, TOKYO_ONLY, region_deny

NEW_MODEL = "anthropic.claude-newer-than-the-catalogue-v1:0"
NEW = f"jp.{NEW_MODEL}"
JAPAN = ("ap-northeast-1", "ap-northeast-3")
ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def unresolved(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return why look-ups failed, as the log says it."""
    start, end = f"bedrock_guard.unresolved inference profiles from {TOKYO}: ", "; the explanation says less"
    told = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    return [text.removeprefix(start).removesuffix(end) for text in told if text.startswith(start)]


def deny_look_ups(simulator: Simulator) -> None:
    """Let an identity-based policy deny every look-up."""
    deny = {
        "Effect": "Deny",
        "Action": ["bedrock:ListInferenceProfiles", "bedrock:GetInferenceProfile"],
        "Resource": "*",
    }
    simulator.set_policies(PolicyType.IDENTITY_BASED, {"Version": "2012-10-17", "Statement": [ALLOW_ALL, deny]})


@pytest.fixture
def simulator(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """Return a Bedrock that has a profile the catalogue lacks, and answers whoever asks, however slow the machine."""
    monkeypatch.setattr(_resolver, "PATIENCE", 60.0)
    simulator.add_inference_profile(NEW, TOKYO, list(JAPAN))
    with simulator.installed():
        yield simulator


def look_ups(simulator: Simulator) -> list[str]:
    """Return the operations of the control plane that were asked."""
    return [entry.operation for entry in simulator.requests if "InferenceProfile" in entry.operation]


def diagnosis(client: Any, model_id: str = NEW) -> Diagnosis:
    """Return what is said of a denied call."""
    return denied(client, model_id).diagnosis


def questions() -> list[threading.Thread]:
    """Return the threads in which questions are asked just now."""
    return [thread for thread in threading.enumerate() if thread.name == "bedrock_guard-resolve"]


def wait_for_questions() -> None:
    """Wait until every question is answered."""
    for thread in questions():
        thread.join(30)


def control_plane(*answers: tuple[int, bytes]) -> Any:
    """Return a client of the control plane that gets *answers* first, and then those of the simulator."""
    client: Any = boto3.client("bedrock", region_name=TOKYO, config=Config(retries={"total_max_attempts": 1}))
    client.meta.events.register("before-send.bedrock.ListInferenceProfiles", _answers(*answers))
    return client


class Gate:
    """A control plane that answers no sooner than it is let."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.reached = threading.Event()
        self.client = control_plane()
        self.client.meta.events.register("before-send.bedrock.ListInferenceProfiles", self._hold)

    def _hold(self, **_: Any) -> None:
        self.reached.set()
        self.opened.wait(60)


@pytest.fixture
def gate(simulator: Simulator) -> Iterator[Gate]:
    """Return a control plane that hangs until its gate is opened."""
    gate = Gate()
    yield gate
    gate.opened.set()
    wait_for_questions()


@pytest.mark.usefixtures("simulator")
@pytest.mark.parametrize("way", ["client", "session", "process"])
def test_unknown_profile_is_looked_up(simulator: Simulator, way: str) -> None:
    """However the client was guarded, the route is the live one, and says so."""
    if way == "process":
        bedrock_guard.install()
    session = boto3.Session(region_name=TOKYO)
    if way == "session":
        bedrock_guard.guard(session)
    client: Any = session.client("bedrock-runtime")
    if way == "client":
        bedrock_guard.guard(client)
    profile = diagnosis(client).profile

    assert profile is not None
    assert (profile.origin, profile.destination_regions) == (Origin.LIVE, JAPAN)
    assert f"live answer of {profile.as_of}" in " ".join(diagnosis(client).message.split())
    assert look_ups(simulator) == ["ListInferenceProfiles"]


def test_known_profile_is_not_looked_up(simulator: Simulator, guarded: Any) -> None:
    """The catalogue answers first."""
    profile = diagnosis(guarded, JP_CLAUDE).profile

    assert profile is not None
    assert profile.origin == "catalog"
    assert look_ups(simulator) == []


def test_one_answer_serves_all_profiles_of_a_region(simulator: Simulator, guarded: Any) -> None:
    """The list holds every route of the source Region."""
    other = f"jp.other.{NEW_MODEL}"
    simulator.add_inference_profile(other, TOKYO, list(JAPAN))

    assert [diagnosis(guarded, model_id).profile is not None for model_id in (NEW, other, NEW)] == [True] * 3
    assert len(look_ups(simulator)) == 1


def test_answer_is_read_to_its_last_page(simulator: Simulator, guarded: Any) -> None:
    """A profile on the second page is found."""
    for number in range(1_001):
        simulator.add_inference_profile(f"jp.anthropic.a-{number:04}", TOKYO, list(JAPAN))
    simulator.add_inference_profile("us.z.last", TOKYO, list(JAPAN))

    assert diagnosis(guarded, "us.z.last").profile is not None
    assert len(look_ups(simulator)) > 1


def test_denial_that_contradicts_the_catalogue_is_looked_up(simulator: Simulator, guarded: Any) -> None:
    """A Region that the catalogue's route lacks tells that the route has changed."""
    simulator.set_scps(region_deny(*JAPAN))
    simulator.add_inference_profile(JP_CLAUDE, TOKYO, [*JAPAN, "ap-southeast-2"])
    said = diagnosis(guarded, JP_CLAUDE)

    assert said.blocked_regions == ("ap-southeast-2",)
    assert said.profile is not None
    assert said.profile.destination_regions == (*JAPAN, "ap-southeast-2")


def test_live_answer_that_is_contradicted_is_not_believed(simulator: Simulator, guarded: Any) -> None:
    """Better no route than one that the denial shows to be another."""
    said = explained(
        guarded, sentence(resource=f"arn:aws:bedrock:eu-west-3::foundation-model/{NEW_MODEL}"), model_id=NEW
    )

    assert said.diagnosis.profile is None
    assert said.diagnosis.blocked_regions == ("eu-west-3",)
    assert look_ups(simulator) == ["ListInferenceProfiles"]


def test_application_profile_is_asked_for_itself(simulator: Simulator, guarded: Any) -> None:
    """Its id says nothing, and its route is in no list of system-defined profiles."""
    arn = f"arn:aws:bedrock:{TOKYO}:111122223333:application-inference-profile/abcdefghijkl"
    explained(guarded, sentence(), model_id=arn)

    assert look_ups(simulator) == ["GetInferenceProfile"]
    assert simulator.requests[-1].model_id == arn


@pytest.mark.parametrize("id_", ["abcdefghijkl", '*", "x'])
def test_application_profile_is_resolved(id_: str) -> None:
    """
    The exemption then names the application profile that was asked for: its ARN is what the condition key holds.

    Whatever the answer calls it: a wildcard would open other profiles.
    """
    arn = f"arn:aws:bedrock:{TOKYO}:111122223333:application-inference-profile/abcdefghijkl"
    control: Any = boto3.client("bedrock", region_name=TOKYO)
    models = [{"modelArn": f"arn:aws:bedrock:{region}::foundation-model/{NEW_MODEL}"} for region in JAPAN]
    answer = {"inferenceProfileName": "mine", "inferenceProfileArn": arn, "inferenceProfileId": id_}
    client = bedrock_guard.guard(boto3.client("bedrock-runtime", region_name=TOKYO), control_client=control)
    with Stubber(control) as stubber:
        stubber.add_response(
            "get_inference_profile",
            {**answer, "models": models, "status": "ACTIVE", "type": "APPLICATION"},
            {"inferenceProfileIdentifier": arn},
        )
        resource = f"arn:aws:bedrock:{JAPAN[-1]}::foundation-model/{NEW_MODEL}"
        said = explained(client, sentence(resource=resource), model_id=arn).diagnosis

    assert said.profile is not None
    assert said.profile.destination_regions == JAPAN
    assert f'"arn:aws:bedrock:{TOKYO}:*:application-inference-profile/abcdefghijkl"' in str(said.remedies[0].paste)


def test_catalogue_alone_forbids_the_network(simulator: Simulator, client: Any) -> None:
    """`resolve="catalog"` makes no call of its own."""
    said = diagnosis(bedrock_guard.guard(client, resolve="catalog"))

    assert said.profile is None
    assert look_ups(simulator) == []


def test_explain_never_asks(simulator: Simulator) -> None:
    """`explain` does not touch the network."""
    assert bedrock_guard.explain(sentence(), model_id=NEW, region_name=TOKYO) is not None
    assert simulator.requests == []


def test_look_up_that_is_denied_goes_on_with_less(simulator: Simulator, guarded: Any) -> None:
    """The denial is explained without a route, and says that the route is not known."""
    deny_look_ups(simulator)
    error = denied(guarded, NEW)

    assert error.diagnosis.profile is None
    assert error.diagnosis.cause == "destination-region"
    assert "where else is not known here" in " ".join(error.diagnosis.message.split())


@pytest.mark.parametrize("way", ["client", "session", "process"])
def test_look_up_that_is_denied_is_not_told_as_a_denial(
    simulator: Simulator, caplog: pytest.LogCaptureFixture, way: str
) -> None:
    """The one denial that the caller met is told; our own question is not the caller's call."""
    told: list[Any] = []
    deny_look_ups(simulator)
    session = boto3.Session(region_name=TOKYO)
    if way == "process":
        bedrock_guard.install(hook=told.append)
        session = boto3.Session(region_name=TOKYO)
    if way == "session":
        bedrock_guard.guard(session, hook=told.append)
    client: Any = session.client("bedrock-runtime")
    if way == "client":
        bedrock_guard.guard(client, hook=told.append)
    denied(client, NEW)
    wait_for_questions()
    denials = [record for record in caplog.records if record.getMessage().startswith("bedrock_guard.denied")]

    assert len(told) == 1
    assert len(denials) == 1


def test_failure_is_kept(simulator: Simulator, guarded: Any) -> None:
    """Who may not ask is not made to ask again with every denied call."""
    deny_look_ups(simulator)
    for _ in range(3):
        denied(guarded, NEW)

    assert look_ups(simulator) == ["ListInferenceProfiles"]


def test_answers_and_failures_are_kept_a_quarter_of_an_hour() -> None:
    """A change is seen in time, and a denied look-up does not become a stampede."""
    assert _resolver.KEPT == 15 * 60


def test_what_was_kept_too_long_is_asked_again(
    simulator: Simulator, guarded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After that time the question that was refused is asked once more."""
    monkeypatch.setattr(_resolver, "KEPT", 0)
    deny_look_ups(simulator)
    denied(guarded, NEW)
    denied(guarded, NEW)

    assert len(look_ups(simulator)) == 2


def test_live_route_grows_old(simulator: Simulator, guarded: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer is kept no longer than that either: the message names the day it is of."""
    monkeypatch.setattr(_resolver, "KEPT", 0)
    denied(guarded, NEW)
    simulator.add_inference_profile(NEW, TOKYO, [*JAPAN, "ap-southeast-2"])
    profile = diagnosis(guarded).profile

    assert profile is not None
    assert profile.destination_regions == (*JAPAN, "ap-southeast-2")


def test_guarding_again_forgets(simulator: Simulator, guarded: Any) -> None:
    """A repeated call replaces all of it, memory included."""
    denied(guarded, NEW)
    denied(bedrock_guard.guard(guarded), NEW)

    assert len(look_ups(simulator)) == 2


def _answers(*bodies: tuple[int, bytes]) -> Callable[..., AWSResponse | None]:
    left = list(bodies)

    def answer(request: Any, **_: Any) -> AWSResponse | None:
        if not left:
            return None
        status, body = left.pop(0)
        kind = {429: "ThrottlingException", 500: "InternalServerException", 400: "ValidationException"}.get(status, "")
        headers: Any = {"x-amzn-errortype": kind} if kind else {}
        return AWSResponse(request.url, status, headers, _Raw(body))

    return answer


class _Raw:
    """A body, as botocore reads it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self._body


RUBBISH = [
    b"",
    b"null",
    b"[]",
    b"{}",
    b"<html>captive portal</html>",
    b"\xff\xfe",
    json.dumps({"inferenceProfileSummaries": None}).encode(),
    json.dumps({"inferenceProfileSummaries": [{}]}).encode(),
    json.dumps(
        {"inferenceProfileSummaries": [{"inferenceProfileId": NEW, "models": [], "type": "APPLICATION"}]}
    ).encode(),
    json.dumps({"inferenceProfileSummaries": [{"inferenceProfileId": NEW, "models": [{}], "type": "x"}]}).encode(),
    json.dumps(
        {"inferenceProfileSummaries": [{"inferenceProfileId": NEW, "models": [{"modelArn": "rubbish"}], "type": "x"}]}
    ).encode(),
    json.dumps(
        {
            "inferenceProfileSummaries": [
                {"inferenceProfileId": NEW, "models": [{"modelArn": 'arn:a:b:\n:\x1b:*/"'}], "type": "SYSTEM_DEFINED"}
            ]
        }
    ).encode(),
]


@pytest.mark.parametrize("body", RUBBISH, ids=range(len(RUBBISH)))
def test_rubbish_is_not_believed(
    simulator: Simulator, client: Any, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """An answer that is none leaves the denial explained, without a route."""
    said = diagnosis(bedrock_guard.guard(client, control_client=control_plane((200, body))))

    assert said.profile is None
    assert said.cause == "destination-region"
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.mark.parametrize("body", [b"", b"{}", b"<html>Log in to the network</html>"])
def test_answer_without_a_list_is_a_failure_that_is_told(
    simulator: Simulator, client: Any, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """As that of a captive portal: it does not say that there is no such profile."""
    diagnosis(bedrock_guard.guard(client, control_client=control_plane((200, body))))

    assert len(unresolved(caplog)) == 1


def test_answer_without_an_end_is_read_to_some_page(simulator: Simulator, client: Any) -> None:
    """Nobody waits for more, and it would not fit into memory."""
    tokens = count()

    def one_more(request: Any, **_: Any) -> AWSResponse:
        page = json.dumps({"inferenceProfileSummaries": [], "nextToken": str(next(tokens))}).encode()
        return AWSResponse(request.url, 200, {}, _Raw(page))  # type: ignore[arg-type]  # a dict does

    control: Any = boto3.client("bedrock", region_name=TOKYO)
    control.meta.events.register("before-send.bedrock.ListInferenceProfiles", one_more)
    diagnosis(bedrock_guard.guard(client, control_client=control))
    wait_for_questions()

    assert next(tokens) == 100


@pytest.mark.parametrize("control", [object(), 7, "bedrock", lambda: None], ids=["object", "int", "str", "function"])
def test_control_client_that_is_none_costs_the_route_alone(client: Any, control: Any) -> None:
    """Whatever it raises is our matter."""
    assert diagnosis(bedrock_guard.guard(client, control_client=control)).profile is None


def test_unreachable_api_costs_the_route_alone(caplog: pytest.LogCaptureFixture) -> None:
    """A network without a way to the control plane."""
    client = bedrock_guard.guard(boto3.client("bedrock-runtime", region_name=TOKYO))
    said = explained(client, sentence(), model_id=NEW).diagnosis

    assert said.profile is None
    assert unresolved(caplog) == ["EndpointConnectionError"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_passing_failure_is_asked_again(simulator: Simulator, client: Any, status: int) -> None:
    """A throttled or broken answer is no answer yet."""
    control = control_plane((status, b"{}"))

    assert diagnosis(bedrock_guard.guard(client, control_client=control)).profile is not None


def test_attempts_are_bounded(simulator: Simulator, client: Any) -> None:
    """Three in all, then the route is not known."""
    requests: list[Any] = []
    control = control_plane(*[(429, b"{}")] * 9)
    control.meta.events.register("before-call.bedrock", lambda **event: requests.append(event))
    said = diagnosis(bedrock_guard.guard(client, control_client=control))
    wait_for_questions()

    assert said.profile is None
    assert 1 < len(requests) <= 3


def test_lasting_failure_is_not_asked_again(simulator: Simulator, guarded: Any) -> None:
    """A denied look-up is one request: more would only be more alerts."""
    deny_look_ups(simulator)
    denied(guarded, NEW)

    assert len(look_ups(simulator)) == 1


def test_hanging_api_is_waited_for_no_longer_than_the_patience(
    client: Any, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The denial goes out without the route while the question is still open."""
    monkeypatch.setattr(_resolver, "PATIENCE", 0.05)
    said = diagnosis(bedrock_guard.guard(client, control_client=gate.client))

    assert said.profile is None
    assert said.blocked_regions == ("ap-northeast-3",)
    assert gate.reached.wait(30)
    assert len(questions()) == 1


def test_hanging_dns_is_waited_for_no_longer_than_the_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """The timeouts of a client do not bound the look-up of a name."""
    opened, reached = threading.Event(), threading.Event()

    def getaddrinfo(*_: Any, **__: Any) -> Any:
        reached.set()
        opened.wait(60)
        raise socket.gaierror

    monkeypatch.setattr(_resolver, "PATIENCE", 0.05)
    monkeypatch.delenv("AWS_ENDPOINT_URL_BEDROCK")
    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    client = bedrock_guard.guard(boto3.client("bedrock-runtime", region_name=TOKYO))
    said = explained(client, sentence(), model_id=NEW).diagnosis

    assert said.profile is None
    assert reached.wait(30)
    assert len(questions()) == 1

    opened.set()
    wait_for_questions()


def test_nothing_waits_after_the_first_second(client: Any, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who comes later, while the question still hangs, does not wait anew."""
    monkeypatch.setattr(_resolver, "PATIENCE", 0.05)
    bedrock_guard.guard(client, control_client=gate.client)
    denied(client, NEW)
    monkeypatch.setattr(_resolver, "PATIENCE", 3_600)
    later = threading.Thread(target=denied, args=(client, NEW), daemon=True)
    later.start()
    later.join(30)

    assert not later.is_alive()
    assert len(questions()) == 1


def test_answer_that_comes_late_stays(client: Any, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first denial goes on without the route; the next one has it."""
    monkeypatch.setattr(_resolver, "PATIENCE", 0.05)
    bedrock_guard.guard(client, control_client=gate.client)
    first = diagnosis(client)
    gate.opened.set()
    wait_for_questions()
    second = diagnosis(client)

    assert first.profile is None
    assert second.profile is not None
    assert second.key == first.key


def test_hanging_question_ends_with_the_process() -> None:
    """A program that is done is not held back by a question of ours."""
    asked, gate = threading.Event(), threading.Event()

    def connect() -> None:
        asked.set()
        gate.wait(60)

    asking = threading.Thread(
        target=_resolver.Resolver().profile, args=(parse_model_id(NEW), TOKYO, connect), kwargs={"caller": None}
    )
    asking.start()
    assert asked.wait(30)

    assert [thread.daemon for thread in questions()] == [True]

    gate.set()
    wait_for_questions()
    asking.join(30)


def test_sixty_four_threads_cause_one_look_up(simulator: Simulator, client: Any, gate: Gate) -> None:
    """All that hit the denial while the question is open wait for the same answer."""
    bedrock_guard.guard(client, control_client=gate.client)
    started = threading.Barrier(65)

    def call(_: int) -> Diagnosis:
        started.wait(30)
        return diagnosis(client)

    with ThreadPoolExecutor(64) as pool:
        results = pool.map(call, range(64))
        started.wait(30)
        assert gate.reached.wait(30)
        gate.opened.set()
        said = list(results)

    assert len(look_ups(simulator)) == 1
    assert len({each.key for each in said}) == 1
    assert said[-1].profile is not None


def test_question_that_hangs_holds_up_no_other(simulator: Simulator, gate: Gate) -> None:
    """No lock is held while one is asked: another source Region is another question."""
    simulator.set_scps(())  # which would deny the look-up in us-west-2 as well
    simulator.add_inference_profile(NEW, "us-west-2", ["us-west-2", "us-east-2"])
    resolver, identifier = _resolver.Resolver(), parse_model_id(NEW)
    hanging = threading.Thread(
        target=resolver.profile, args=(identifier, TOKYO, lambda: gate.client), kwargs={"caller": None}
    )
    hanging.start()
    assert gate.reached.wait(30)
    profile = resolver.profile(
        identifier, "us-west-2", lambda: boto3.client("bedrock", region_name="us-west-2"), caller=None
    )

    assert profile is not None
    assert hanging.is_alive()

    gate.opened.set()
    hanging.join(30)


def _deny_in_a_fork(client: Any, answers: Any) -> None:
    answers.put(denied(client, NEW).diagnosis.profile)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_forked_child_starts_clean(simulator: Simulator, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child has none of the threads that its parent's questions run in, so it asks for itself."""
    monkeypatch.setattr(_resolver, "PATIENCE", 0.05)
    gate = Gate()
    bedrock_guard.guard(client, control_client=gate.client)
    assert diagnosis(client).profile is None

    monkeypatch.setattr(_resolver, "PATIENCE", 30)
    gate.client.meta.events.unregister("before-send.bedrock.ListInferenceProfiles", gate._hold)
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    child = context.Process(target=_deny_in_a_fork, args=(client, answers))
    child.start()
    profile = answers.get(timeout=30)
    child.join(30)

    assert profile is not None
    assert profile.destination_regions == JAPAN

    gate.opened.set()
    wait_for_questions()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_forked_child_finds_no_lock_held(client: Any) -> None:
    """Whatever another thread was about when the process was forked: that thread is not in the child."""
    settings = vars(bedrock_guard.guard(client))["_bedrock_guard"]
    context = multiprocessing.get_context("fork")
    answers = context.Queue()
    with settings.teller._quiet._lock, settings.finder._resolver._lock:
        child = context.Process(target=_deny_in_a_fork, args=(client, answers))
        child.start()
        try:
            profile = answers.get(timeout=30)
        finally:
            child.kill()
            child.join(30)

    assert profile is not None


class _Control:
    """What the look-up was signed with, and what it passed on its way."""

    def __init__(self) -> None:
        self.authorizations: list[str] = []
        self.user_agents: list[str] = []

    def __call__(self, request: Any, **_: Any) -> None:
        self.authorizations.append(_text(request.headers["Authorization"]))
        self.user_agents.append(_text(request.headers["User-Agent"]))


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


@pytest.fixture
def control(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> _Control:
    """Watch every look-up, whoever's session it is from."""
    seen = _Control()
    handlers = botocore.handlers.BUILTIN_HANDLERS
    monkeypatch.setattr(botocore.handlers, "BUILTIN_HANDLERS", [("before-send.bedrock", seen), *handlers])
    return seen


def _refreshable(loaded: list[str]) -> RefreshableCredentials:
    def refresh() -> dict[str, str]:
        loaded.append("refreshed")
        return {
            "access_key": f"ASIAREFRESHED{len(loaded)}",
            "secret_key": "secret",
            "token": "token",
            "expiry_time": "2999-01-01T00:00:00Z",
        }

    return RefreshableCredentials.create_from_metadata(refresh(), refresh, "test")


def test_look_up_is_signed_with_the_clients_own_credentials(control: _Control) -> None:
    """Those that the client was made with, not those that the session or the environment has."""
    session = boto3.Session(region_name=TOKYO)
    client: Any = session.client("bedrock-runtime", aws_access_key_id="AKIACLIENTSOWN", aws_secret_access_key="x")
    denied(bedrock_guard.guard(client), NEW)

    assert ["AKIACLIENTSOWN" in each for each in control.authorizations] == [True]


@pytest.mark.parametrize("way", ["session", "name"])
def test_look_up_from_a_session_is_signed_with_the_clients_own_credentials(control: _Control, way: str) -> None:
    """Also where a guarded session, or `bedrock_guard.client`, made it."""
    keys: dict[str, Any] = {"aws_access_key_id": "AKIACLIENTSOWN", "aws_secret_access_key": "x", "region_name": TOKYO}
    if way == "name":
        client = bedrock_guard.client("bedrock-runtime", **keys)
    else:
        client = bedrock_guard.guard(boto3.Session()).client("bedrock-runtime", **keys)
    denied(client, NEW)

    assert ["AKIACLIENTSOWN" in each for each in control.authorizations] == [True]


@pytest.mark.parametrize("way", ["client", "session"])
def test_refreshable_credentials_stay_shared(control: _Control, way: str) -> None:
    """The very object signs the look-up: nothing is asked for again, and a refresh serves both."""
    loaded: list[str] = []
    core: Any = botocore.session.Session()
    core._credentials = _refreshable(loaded)
    session = boto3.Session(botocore_session=core, region_name=TOKYO)
    client: Any = (bedrock_guard.guard(session) if way == "session" else session).client("bedrock-runtime")
    denied(bedrock_guard.guard(client) if way == "client" else client, NEW)

    assert ["ASIAREFRESHED1/" in each for each in control.authorizations] == [True]
    assert loaded == ["refreshed"]


def test_credentials_are_not_loaded_again(control: _Control, monkeypatch: pytest.MonkeyPatch) -> None:
    """The chain that found the client's credentials is not walked again, where something else may stand now."""
    client: Any = boto3.client("bedrock-runtime", region_name=TOKYO)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIASOMEONEELSE")
    denied(bedrock_guard.guard(client), NEW)

    assert ["AKIAIOSFODNN7EXAMPLE" in each for each in control.authorizations] == [True]


def has_api_keys() -> bool:
    """Tell whether this botocore takes Bedrock API keys."""
    try:
        Config(auth_scheme_preference="httpBearerAuth")  # type: ignore[call-arg,unused-ignore]
    except TypeError:
        return False
    return True


class _Tokens:
    def load_token(self, **_: Any) -> FrozenAuthToken:
        return FrozenAuthToken("bedrock-api-key-of-the-caller")


needs_api_keys = pytest.mark.skipif(not has_api_keys(), reason="this botocore knows of no Bedrock API keys")


@needs_api_keys
@pytest.mark.parametrize("way", ["client", "session"])
def test_api_key_of_the_environment_is_handed_on(
    control: _Control, monkeypatch: pytest.MonkeyPatch, simulator: Simulator, way: str
) -> None:
    """A caller without IAM credentials asks with what he has."""
    simulator.add_inference_profile(NEW, "us-east-1", ["us-east-1", "us-west-2"])
    simulator.set_scps(region_deny("us-east-1"))
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "bedrock-api-key-of-the-caller")
    session = boto3.Session(region_name="us-east-1")
    client: Any = (bedrock_guard.guard(session) if way == "session" else session).client("bedrock-runtime")
    said = diagnosis(bedrock_guard.guard(client) if way == "client" else client)

    assert control.authorizations == ["Bearer bedrock-api-key-of-the-caller"]
    assert said.profile is not None


@needs_api_keys
@pytest.mark.parametrize("setting", [{"signature_version": "bearer"}, {"auth_scheme_preference": "httpBearerAuth"}])
def test_api_key_of_a_framework_is_handed_on(control: _Control, setting: dict[str, str]) -> None:
    """Frameworks give the key to a session of their own, in either of two ways."""
    core = botocore.session.Session()
    core.register_component("token_provider", _Tokens())
    session: Any = boto3.Session(botocore_session=core, region_name=TOKYO)
    settings: Any = setting
    client: Any = session.client("bedrock-runtime", config=Config(**settings))
    explained(bedrock_guard.guard(client), sentence(), model_id=NEW)

    assert control.authorizations == ["Bearer bedrock-api-key-of-the-caller"]


def test_token_that_the_client_does_not_use_is_not_sent(control: _Control) -> None:
    """A profile of IAM Identity Center puts its own token in the same place, and that is no API key."""
    core = botocore.session.Session()
    core.register_component("token_provider", _Tokens())
    session = boto3.Session(botocore_session=core, region_name=TOKYO)
    client: Any = session.client("bedrock-runtime")
    denied(bedrock_guard.guard(client), NEW)

    assert len(control.authorizations) == 1
    assert control.authorizations[0].startswith("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/")


@pytest.mark.parametrize("event", ["before-call", "before-sign", "provide-client-params", "before-send"])
def test_look_up_has_none_of_the_clients_event_handlers(guarded: Any, event: str) -> None:
    """What hangs on the client is for the client's own requests."""
    seen: list[str] = []
    for service in ("*", "bedrock", "bedrock-runtime"):
        guarded.meta.events.register(f"{event}.{service}", lambda **_: seen.append("called"))
    denied(guarded, NEW)
    of_the_call = len(seen)
    denied(guarded, NEW)

    assert len(seen) == 2 * of_the_call


def test_look_up_does_not_eat_a_stubbers_answers(simulator: Simulator, guarded: Any) -> None:
    """A user's `Stubber` hangs on the client."""
    with Stubber(guarded) as stubber:
        said = sentence(resource=f"arn:aws:bedrock:{JAPAN[-1]}::foundation-model/{NEW_MODEL}")
        stubber.add_client_error("converse", "AccessDeniedException", said)
        with pytest.raises(bedrock_guard.ScpDeniedError) as caught:
            guarded.converse(modelId=NEW, messages=HELLO)

        stubber.assert_no_pending_responses()

    assert caught.value.diagnosis.profile is not None
    assert look_ups(simulator) == ["ListInferenceProfiles"]


def test_look_up_is_in_the_source_region(simulator: Simulator) -> None:
    """Routes are per source Region, and the ARN of a profile names its own."""
    simulator.set_scps(region_deny("us-west-2"))
    simulator.add_inference_profile(NEW, "us-west-2", ["us-west-2", "us-east-2"])
    arn = f"arn:aws:bedrock:us-west-2:111122223333:inference-profile/{NEW}"
    client = bedrock_guard.guard(simulator.session(TOKYO).client("bedrock-runtime"))
    resource = f"arn:aws:bedrock:us-east-2::foundation-model/{NEW_MODEL}"
    said = explained(client, sentence(resource=resource), model_id=arn).diagnosis

    assert said.profile is not None
    assert said.profile.destination_regions == ("us-east-2", "us-west-2")
    assert [entry.region for entry in simulator.requests] == ["us-west-2"]


def test_what_went_wrong_is_logged_by_its_name(
    simulator: Simulator, guarded: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Who wonders why there is no route finds the reason, once, without AWS's words."""
    deny_look_ups(simulator)
    for _ in range(3):
        denied(guarded, NEW)

    assert unresolved(caplog) == ["AccessDeniedException"]


def test_question_that_hangs_is_logged_once(
    client: Any, gate: Gate, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """By whoever goes on without its answer first."""
    monkeypatch.setattr(_resolver, "PATIENCE", 0.05)
    bedrock_guard.guard(client, control_client=gate.client)
    for _ in range(3):
        denied(client, NEW)

    assert unresolved(caplog) == ["TimeoutError"]


def test_thread_that_cannot_start_costs_the_route_alone(
    client: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A process that has as many as it may."""

    def refuse(*_: Any) -> None:
        raise RuntimeError("can't start new thread")

    bedrock_guard.guard(client)
    monkeypatch.setattr(threading.Thread, "start", refuse)

    assert diagnosis(client).profile is None
    assert unresolved(caplog) == ["RuntimeError"]


def test_patience_is_a_second_from_the_question_on() -> None:
    """Whoever comes later waits for what is left of it."""
    before = time.monotonic()
    question = _resolver._Question(TOKYO, dict)
    after = time.monotonic()

    assert before + 1 <= question._deadline <= after + 1


def test_failure_that_took_all_the_patience_is_not_asked_again(
    simulator: Simulator, guarded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for the next answer."""
    monkeypatch.setattr(_resolver, "PATIENCE", 0.0)
    simulator.add_fault(Fault("throttling", operation="ListInferenceProfiles"))
    denied(guarded, NEW)
    wait_for_questions()

    assert len(look_ups(simulator)) == 1


@pytest.mark.parametrize("odd", [{"bad": 1}, None, {"models": [{"modelArn": "arn"}]}, {"models": None}])
def test_item_of_a_new_form_costs_itself_alone(client: Any, odd: Any) -> None:
    """The others are read all the same."""
    good = {
        "inferenceProfileId": NEW,
        "models": [{"modelArn": f"arn:aws:bedrock:{region}::foundation-model/{NEW_MODEL}"} for region in JAPAN],
        "type": "SOMETHING_NEW",
    }
    body = json.dumps({"inferenceProfileSummaries": [odd, good]}).encode()
    said = diagnosis(bedrock_guard.guard(client, control_client=control_plane((200, body))))

    assert said.profile is not None
    assert said.profile.destination_regions == JAPAN


def test_what_one_caller_is_denied_another_may_be_told(simulator: Simulator) -> None:
    """Of one guard: a process may have clients of many accounts."""
    session: Any = bedrock_guard.guard(boto3.Session(region_name=TOKYO))
    clients = [
        session.client("bedrock-runtime"),
        session.client("bedrock-runtime", aws_access_key_id="AKIAOTHER", aws_secret_access_key="other"),
    ]
    deny_look_ups(simulator)
    first = diagnosis(clients[0])
    allow = {"Version": "2012-10-17", "Statement": [ALLOW_ALL]}
    simulator.set_policies(PolicyType.IDENTITY_BASED, allow)

    assert first.profile is None
    assert diagnosis(clients[0]).profile is None
    assert diagnosis(clients[1]).profile is not None


@pytest.mark.parametrize(
    "settings",
    [
        {"use_fips_endpoint": True},
        {"use_dualstack_endpoint": True},
        {"proxies": {"https": "http://127.0.0.1:9"}},
        {"proxies_config": {"proxy_use_forwarding_for_https": True}},
        {"client_cert": "/client.pem"},
    ],
)
def test_question_goes_the_way_of_the_clients_requests(settings: dict[str, Any]) -> None:
    """To the endpoints and by the proxies that its owner has chosen."""
    session = boto3.Session(region_name="us-east-1")
    client: Any = session.client("bedrock-runtime", config=Config(**settings), verify="/ca.pem")
    control = _control.control_client(client, "us-east-1")
    kept = {name: getattr(control.meta.config, name) for name in settings}

    assert kept == settings
    assert control._endpoint.http_session._verify == "/ca.pem"


def test_context_of_another_http_session_is_not_handed_on() -> None:
    """Aiobotocore's for httpx has one in the place of a path, which botocore cannot take."""
    client: Any = boto3.client("bedrock-runtime", region_name="us-east-1")
    client._endpoint.http_session._verify = ssl.create_default_context()
    control = _control.control_client(client, "us-east-1")

    assert not isinstance(control._endpoint.http_session._verify, ssl.SSLContext)


def test_code_of_a_failure_cannot_forge_a_log_line(
    simulator: Simulator, client: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever answers in the control plane's place may send anything as a code."""
    forged = json.dumps({"__type": "Oops\nERROR root forged\x1b[31m\u202e"}).encode()
    control = control_plane((418, forged))
    denied(bedrock_guard.guard(client, control_client=control), NEW)
    (told,) = unresolved(caplog)

    assert told.isprintable()


def test_refusal_of_a_denial_that_names_no_policy_is_not_looked_up(simulator: Simulator, guarded: Any) -> None:
    """Nothing is asked where nothing will be said."""
    refused(guarded, "You don't have access to the model with the specified model ID.", model_id=NEW)

    assert simulator.requests == []
    assert TOKYO_ONLY
