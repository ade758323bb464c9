"""A memory is keyed by who calls: other callers may be under other policies, one caller is the same everywhere."""

from typing import Any

import pytest
from botocore.credentials import DeferredRefreshableCredentials, RefreshableCredentials

import bedrock_guard
from bedrock_guard._callers import caller_of
from bedrock_guard.simulator import Simulator
from conftest import TOKYO
from fallbacks.cases import ask, models
from policies import JP_CLAUDE, NOVA


@pytest.fixture
def _installed() -> None:
    bedrock_guard.install(fallback=NOVA)


def client_of(simulator: Simulator, **keys: str) -> Any:
    """Return a client of a session of its own."""
    session: Any = simulator.session(TOKYO)
    return session.client("bedrock-runtime", **keys)


class Metadata:
    """A source of credentials that rotate with each refresh."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> dict[str, str]:
        self.asked += 1
        return {
            "access_key": f"ASIAEXAMPLE{self.asked}",
            "secret_key": "secret",
            "token": "token",
            "expiry_time": "2100-01-01T00:00:00+00:00",
        }


@pytest.mark.usefixtures("_installed")
def test_sessions_of_one_caller_are_one(simulator: Simulator) -> None:
    """boto3 wants a session for each thread: each of their calls is one request, the first apart."""
    for _ in range(10):
        ask(client_of(simulator))

    assert models(simulator) == [JP_CLAUDE, *[NOVA] * 10]
    assert [each.calls for each in bedrock_guard.status()] == [10]


@pytest.mark.usefixtures("_installed")
def test_other_keys_are_another_caller(simulator: Simulator) -> None:
    """They may be those of another account."""
    clients = [client_of(simulator), client_of(simulator, aws_access_key_id="AKIAOTHER", aws_secret_access_key="other")]

    assert [ask(client)["remembered"] for client in clients] == [False, False]


@pytest.mark.usefixtures("_installed")
def test_other_api_key_is_another_caller(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Bedrock API key stands in place of the credentials, which may be the same."""
    clients = []
    for key in ("bedrock-api-key-a", "bedrock-api-key-a", "bedrock-api-key-b"):
        monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", key)
        clients.append(client_of(simulator))
    if getattr(clients[0]._request_signer, "_auth_token", None) is None:
        pytest.skip("this botocore knows of no Bedrock API keys")

    assert [ask(client)["remembered"] for client in clients] == [False, True, False]


def test_clients_of_two_regions_are_kept_apart(simulator: Simulator) -> None:
    """What is blocked from one may be open from the other."""
    bedrock_guard.install(fallback=NOVA)
    ask(client_of(simulator))
    simulator.set_scps([])

    assert ask(client_of(simulator, region_name="ap-northeast-3")) is None
    assert ask(client_of(simulator))["remembered"]


def test_temporary_credentials_of_one_caller_are_one(simulator: Simulator) -> None:
    """Each session has them from the same source; another source is another caller."""
    given = {"secret_key": "s", "token": "t", "expiry_time": "2100-01-01T00:00:00+00:00"}
    callers = []
    for key in ("ASIAEXAMPLEA", "ASIAEXAMPLEA", "ASIAEXAMPLEB"):
        client = client_of(simulator)
        metadata = {**given, "access_key": key}
        credentials = RefreshableCredentials.create_from_metadata(metadata, Metadata(), "test")
        client._request_signer._credentials = credentials
        callers.append(caller_of(client))

    assert callers[0] == callers[1] != callers[2]


def test_client_without_credentials_is_nobody(simulator: Simulator) -> None:
    """It does not sign, and is guarded all the same."""
    client = client_of(simulator)
    client._request_signer._credentials = None

    assert caller_of(client) is None


def test_caller_stays_the_same_over_a_refresh(simulator: Simulator) -> None:
    """Temporary credentials change by the hour."""
    source = Metadata()
    client = client_of(simulator)
    expired = {**source(), "expiry_time": "2000-01-01T00:00:00+00:00"}
    credentials = RefreshableCredentials.create_from_metadata(expired, source, "test")
    client._request_signer._credentials = credentials
    before = caller_of(client)
    refreshed = credentials.get_frozen_credentials()

    assert refreshed.access_key == "ASIAEXAMPLE2"
    assert before is not None
    assert caller_of(client) == before


def test_credentials_are_not_fetched_to_tell_callers_apart(simulator: Simulator) -> None:
    """That may take a network; a caller who is not known yet is nobody else."""
    source = Metadata()
    client = client_of(simulator)
    client._request_signer._credentials = DeferredRefreshableCredentials(source, "test")
    unknown = {caller_of(client), caller_of(client)}
    client._request_signer._credentials.get_frozen_credentials()

    assert len(unknown) == 2
    assert source.asked == 1
    assert caller_of(client) == caller_of(client)
    assert caller_of(client) not in unknown
