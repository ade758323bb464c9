"""
A tripwire on each internal of botocore and boto3 that the guard borrows.

Where one fails with a new botocore, look at what it names before anything else.
"""

import inspect
from typing import Any

import aiobotocore.client
import boto3
import botocore.client
import botocore.errorfactory
import botocore.handlers
import botocore.session
import botocore.signers
from botocore.exceptions import ClientError

EVENT = "creating-client-class.bedrock-runtime"


def test_every_call_goes_through_make_api_call() -> None:
    """`_client.py` and `_aio.py` override it with these parameters."""
    bases: list[Any] = [botocore.client.BaseClient, aiobotocore.client.AioBaseClient]

    for base in bases:
        assert list(inspect.signature(base._make_api_call).parameters) == ["self", "operation_name", "api_params"]


def test_class_event_hands_over_attributes_and_bases() -> None:
    """`_client.py` puts its class first among `base_classes`."""
    seen: dict[str, Any] = {}
    session = boto3.Session(region_name="ap-northeast-1")
    session.events.register(EVENT, lambda **given: seen.update(given))
    session.client("bedrock-runtime")

    assert seen["base_classes"] == [botocore.client.BaseClient]
    assert "converse" in seen["class_attributes"]


def test_builtin_handlers_reach_new_sessions() -> None:
    """`install` appends to them: pairs of an event and a handler, registered by each session that is made."""
    calls: list[str] = []
    spec = (EVENT, lambda **_: calls.append("made"))
    botocore.handlers.BUILTIN_HANDLERS.append(spec)
    try:
        boto3.Session(region_name="ap-northeast-1").client("bedrock-runtime")
    finally:
        botocore.handlers.BUILTIN_HANDLERS.remove(spec)

    assert calls == ["made"]


def test_signer_holds_the_credentials() -> None:
    """`_control.py` hands them on, and `_guard.caller_of` tells callers apart by them."""
    client: Any = boto3.Session(region_name="ap-northeast-1").client("bedrock-runtime")

    assert client._request_signer._credentials.access_key == "AKIAIOSFODNN7EXAMPLE"


def test_session_asks_the_component_for_credentials() -> None:
    """`_control.py` registers a provider of what the client already has."""
    session = botocore.session.Session()

    assert session.get_component("credential_provider")
    assert session.get_component("token_provider")


def test_error_class_is_one_per_session() -> None:
    """`exceptions.py` derives from it, and keeps the derived class on it."""
    session = boto3.Session(region_name="ap-northeast-1")
    first: Any = session.client("bedrock-runtime").exceptions.AccessDeniedException

    assert issubclass(first, ClientError)
    assert first is session.client("bedrock-runtime").exceptions.AccessDeniedException


def test_client_error_takes_a_response_and_a_name() -> None:
    """`exceptions.py` makes its errors so, and sets the text itself."""
    parameters = inspect.signature(ClientError.__init__).parameters

    assert list(parameters) == ["self", "error_response", "operation_name"]
