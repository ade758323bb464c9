"""Whose requests the simulator answers."""

import threading
from contextlib import ExitStack, nullcontext, suppress
from typing import Any

import boto3
import botocore.session
import pytest
from botocore import handlers
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError
from moto import mock_aws

from bedrock_guard.simulator import Simulator
from bedrock_guard.simulator._adapters import _SERVICES
from policies import HELLO, JAPAN_ONLY, JP_CLAUDE, NOVA, TOKYO_ONLY

TOKYO = "ap-northeast-1"


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set made-up credentials, and keep the default session of each test to itself."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made-up")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)


def answers(client: Any) -> bool:
    """Tell whether a call is answered, which without a simulator would fail for want of an endpoint."""
    return bool(client.converse(modelId=NOVA, messages=HELLO)["stopReason"])


def runtime(session: Any) -> Any:
    """Return a client that would reach nothing if it were not for a simulator."""
    config = Config(retries={"total_max_attempts": 1})
    return session.client("bedrock-runtime", region_name=TOKYO, endpoint_url="http://127.0.0.1:9", config=config)


def is_simulated(client: Any) -> bool:
    """Tell whether a simulator answers *client*: nothing else listens where it would send."""
    try:
        return answers(client)
    except EndpointConnectionError:
        return False


def test_session_made_by_the_simulator(simulator: Simulator) -> None:
    """Both services of its clients are answered."""
    session = simulator.session(TOKYO)

    assert answers(session.client("bedrock-runtime"))
    assert session.client("bedrock").list_foundation_models()["modelSummaries"]


def test_boto3_session(simulator: Simulator) -> None:
    """The clients that it makes afterwards are answered."""
    session = boto3.Session()
    simulator.attach(session)

    assert answers(runtime(session))


def test_botocore_session(simulator: Simulator) -> None:
    """As well as boto3's."""
    session = botocore.session.get_session()
    simulator.attach(session)

    assert answers(session.create_client("bedrock-runtime", region_name=TOKYO))


def test_client_that_exists(simulator: Simulator) -> None:
    """That client alone is answered."""
    session = boto3.Session()
    client, other = runtime(session), runtime(session)
    simulator.attach(client)

    assert answers(client)
    assert not is_simulated(other)


def test_other_services_are_left_alone(simulator: Simulator) -> None:
    """A client of another service still goes to the network."""
    config = Config(retries={"total_max_attempts": 1})
    client: Any = simulator.session(TOKYO).client("sts", endpoint_url="http://127.0.0.1:9", config=config)

    with pytest.raises(EndpointConnectionError):
        client.get_caller_identity()


def test_last_one_attached_answers() -> None:
    """A second simulator takes over, and the first hears nothing more."""
    first, second = Simulator(TOKYO_ONLY), Simulator(JAPAN_ONLY)
    session = first.session(TOKYO)
    second.attach(session)

    session.client("bedrock-runtime").converse(modelId=JP_CLAUDE, messages=HELLO)
    session.client("bedrock").list_inference_profiles()

    assert (len(first.requests), len(second.requests)) == (0, 2)


def test_attached_goes_before_installed() -> None:
    """The nearest wins, and it alone counts the request."""
    near, far = Simulator(), Simulator()
    with far.installed():
        session = boto3.Session()
    near.attach(session)

    assert answers(runtime(session))
    assert (len(near.requests), len(far.requests)) == (1, 0)


def test_one_simulator_is_installed_at_a_time(simulator: Simulator) -> None:
    """A second one is refused, and the first goes on; afterwards another may follow."""
    with simulator.installed():
        with pytest.raises(RuntimeError, match="already"), Simulator().installed():
            pass
        assert answers(runtime(boto3.Session()))
    with Simulator().installed():
        assert answers(runtime(boto3.Session()))


@pytest.mark.parametrize(
    ("target", "named"),
    [("bedrock-runtime", "not to str"), (boto3.Session, "not to the class Session"), ("sts", "not of sts")],
)
def test_what_cannot_be_attached_is_named(simulator: Simulator, target: Any, named: str) -> None:
    """A typing error is no silent success."""
    if target == "sts":
        target = boto3.client("sts", region_name=TOKYO)

    with pytest.raises(TypeError, match=named):
        simulator.attach(target)


def test_installed_reaches_sessions_made_inside(simulator: Simulator) -> None:
    """The default session and fresh ones, as frameworks make them."""
    with simulator.installed():
        assert answers(runtime(boto3))
        assert answers(runtime(boto3.Session()))


def test_installed_reaches_the_default_session_that_exists(simulator: Simulator) -> None:
    """boto3.client() is answered although its session is older."""
    boto3.setup_default_session()
    with simulator.installed():
        assert answers(runtime(boto3))


def test_client_that_is_kept_follows_the_simulator_of_the_day() -> None:
    """An application that caches its client asks the simulator that is installed now, not that of an earlier test."""
    first, second = Simulator(), Simulator()
    with first.installed():
        client = runtime(boto3.Session())
        assert answers(client)
    with second.installed():
        assert answers(client)

    assert (len(first.requests), len(second.requests)) == (1, 1)


def test_client_that_is_kept_never_reaches_aws(simulator: Simulator) -> None:
    """Where no simulator is installed any more, the error says what to do, and that helps."""
    with simulator.installed():
        client = runtime(boto3.Session())

    with pytest.raises(RuntimeError, match=r"simulator\.attach\(client\)"):
        answers(client)
    simulator.attach(client)
    assert answers(client)


def test_client_that_is_attached_to_the_installed_one_follows_too() -> None:
    """A client of an application, made at import, is attached once, and asks nobody when the test is over."""
    client = runtime(boto3.Session())
    first, second = Simulator(), Simulator()
    with first.installed():
        first.attach(client)
        assert answers(client)
    with second.installed():
        assert answers(client)

    assert (len(first.requests), len(second.requests)) == (1, 1)
    with pytest.raises(RuntimeError, match="no simulator is installed any more"):
        answers(client)


@pytest.mark.parametrize(
    ("service", "operation"), [("bedrock", "list_foundation_models"), ("bedrock-agent", "list_agents")]
)
def test_attached_goes_before_installed_for_every_service(service: Any, operation: str) -> None:
    """Also for those that are not simulated, of a client that was made while another one was installed."""
    near, far = Simulator(), Simulator()
    with far.installed():
        client: Any = boto3.client(service, region_name=TOKYO)
        near.attach(client)
        with suppress(ClientError):
            getattr(client, operation)()

    assert (len(near.requests), len(far.requests)) == (1, 0)


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("bedrock-agent", "list_agents", {}),
        ("bedrock-agent-runtime", "retrieve", {"knowledgeBaseId": "KNOWLEDGE1", "retrievalQuery": {"text": "Hello"}}),
        ("bedrock-agentcore", "list_events", {"memoryId": "m" * 12, "sessionId": "s", "actorId": "a"}),
        ("bedrock-agentcore-control", "list_agent_runtimes", {}),
        ("bedrock-data-automation", "list_data_automation_projects", {}),
        (
            "bedrock-data-automation-runtime",
            "get_data_automation_status",
            {"invocationArn": f"arn:aws:bedrock:{TOKYO}:111122223333:data-automation-invocation/a"},
        ),
    ],
)
def test_rest_of_bedrock_never_reaches_aws(
    simulator: Simulator, service: Any, operation: str, parameters: dict[str, Any]
) -> None:
    """No service of Bedrock is left to the network: what is not simulated says so."""
    if service not in boto3.Session().get_available_services():
        pytest.skip(f"this botocore does not know {service}")
    with simulator.installed():
        client: Any = boto3.client(service, region_name=TOKYO, endpoint_url="http://127.0.0.1:9")

        with pytest.raises(ClientError, match="The simulator does not know this operation") as caught:
            getattr(client, operation)(**parameters)
    assert caught.value.response["Error"]["Code"] == "UnknownOperationException"
    assert simulator.requests[-1].region == TOKYO


def test_no_service_of_bedrock_is_forgotten() -> None:
    """A new one would go to AWS."""
    services = boto3.Session().get_available_services()

    assert {service for service in services if service.startswith("bedrock")} <= set(_SERVICES)


@pytest.mark.parametrize("moto_is_first", [True, False])
def test_moto_has_the_other_services(simulator: Simulator, *, moto_is_first: bool) -> None:
    """Told to let Bedrock pass, it answers beside the simulator, whichever of the two came first."""
    config: Any = {"core": {"passthrough": {"services": ["bedrock", "bedrockruntime"]}}}
    contexts: list[Any] = [simulator.installed(), mock_aws(config=config)]
    with ExitStack() as stack:
        for context in contexts[::-1] if moto_is_first else contexts:
            stack.enter_context(context)

        assert boto3.client("sts", region_name=TOKYO).get_caller_identity()["Account"]
        assert answers(boto3.client("bedrock-runtime", region_name=TOKYO))
        assert boto3.client("bedrock", region_name=TOKYO).list_foundation_models()["modelSummaries"]


@pytest.mark.parametrize("moto_is_first", [True, False])
@pytest.mark.parametrize("way", ["installed", "attached"])
def test_moto_has_the_rest_of_bedrock(simulator: Simulator, way: str, *, moto_is_first: bool) -> None:
    """What is not simulated is left to who simulates it, told nothing of it."""
    context = simulator.installed() if way == "installed" else nullcontext()
    contexts: list[Any] = [context, mock_aws()]
    with ExitStack() as stack:
        for each in contexts[::-1] if moto_is_first else contexts:
            stack.enter_context(each)
        session = boto3.Session() if way == "installed" else simulator.session(TOKYO)

        assert session.client("bedrock-agent", region_name=TOKYO).list_agents()["agentSummaries"] == []


def test_default_session_that_was_replaced_is_left_alone(simulator: Simulator) -> None:
    """The one that was there at first sends to the network again."""
    boto3.setup_default_session()
    older = boto3.DEFAULT_SESSION
    with simulator.installed():
        boto3.setup_default_session()

    assert not is_simulated(runtime(older))
    assert not is_simulated(runtime(boto3))


@pytest.mark.parametrize("is_older", [True, False])
def test_installed_leaves_nothing_behind(simulator: Simulator, *, is_older: bool) -> None:
    """After the context neither a new session nor the default one is answered."""
    before = list(handlers.BUILTIN_HANDLERS)
    if is_older:
        boto3.setup_default_session()
    with simulator.installed():
        runtime(boto3)

    assert before == handlers.BUILTIN_HANDLERS
    assert not is_simulated(runtime(boto3))
    assert not is_simulated(runtime(boto3.Session()))


def test_changing_scps_under_threads(simulator: Simulator) -> None:
    """While eight threads call, each answer is that of one whole set of SCPs, and every request is in the journal."""
    client: Any = simulator.session(TOKYO).client("bedrock-runtime")
    outcomes: list[str] = []

    def call() -> None:
        for _ in range(25):
            try:
                outcomes.append(client.converse(modelId=JP_CLAUDE, messages=HELLO)["stopReason"])
            except ClientError as error:
                outcomes.append(error.response["Error"]["Code"])

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        simulator.set_scps(JAPAN_ONLY)
        simulator.set_scps(TOKYO_ONLY)
    for thread in threads:
        thread.join()

    assert set(outcomes) <= {"end_turn", "AccessDeniedException"}
    assert len(outcomes) == len(simulator.requests) == 200
    assert len({entry.request_id for entry in simulator.requests}) == 200
