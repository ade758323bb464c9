"""
A tripwire on each internal of botocore and boto3 that the guard borrows.

Where one fails with a new botocore, look at what it names before anything else.
"""

import inspect
from typing import Any

import aiobotocore.client
import aiobotocore.credentials
import aiobotocore.signers
import boto3
import botocore.client
import botocore.config
import botocore.handlers
import botocore.session
import botocore.signers
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from botocore.tokens import FrozenAuthToken

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
    """`_control.py` hands them on, and `_callers.py` tells callers apart by them."""
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


def test_class_of_a_client_can_be_replaced() -> None:
    """`_client.guard_client` gives a client that exists a class derived from its own: its layout must allow that."""
    client: Any = boto3.Session(region_name="ap-northeast-1").client("bedrock-runtime")
    own = type(client)
    client.__class__ = type(own.__name__, (own,), {})

    assert isinstance(client, own)
    assert client.meta.service_model.service_name == "bedrock-runtime"


def test_methods_of_operations_are_in_the_class_of_the_client() -> None:
    """They call `self._make_api_call`, which is why `_client.py` overrides that and none of them."""
    client: Any = boto3.Session(region_name="ap-northeast-1").client("bedrock-runtime")
    seen: list[Any] = []
    client._make_api_call = lambda *values: seen.append(values)
    client.converse(modelId="x")

    assert "converse" in vars(type(client))
    assert seen == [("Converse", {"modelId": "x"})]


def test_first_of_two_handlers_with_one_id_stays() -> None:
    """`_client.guard_session` takes the older one away first; `install` relies on the older one where it is the same."""
    seen: list[str] = []
    events = boto3.Session(region_name="ap-northeast-1").events
    for name in ("first", "second"):
        events.register("test", lambda name=name, **_: seen.append(name), unique_id="id")
    events.emit("test")
    events.unregister("test", unique_id="id")
    events.unregister("test", unique_id="id")
    events.emit("test")

    assert seen == ["first"]


def test_default_session_is_an_attribute_of_boto3() -> None:
    """`_client.install` looks there, and `_api.client` after `boto3.client` has made it."""
    assert boto3.DEFAULT_SESSION is None

    boto3.client("bedrock-runtime", region_name="ap-northeast-1")

    assert isinstance(boto3.DEFAULT_SESSION, boto3.Session)


def test_session_of_boto3_wraps_one_of_botocore() -> None:
    """`_control._credentials_of` and `_client._region_of` look into it."""
    session: Any = boto3.Session(region_name="ap-northeast-1")
    client = session.client("bedrock-runtime")
    core: Any = session._session

    assert core._credentials is client._request_signer._credentials
    assert core.get_config_variable("region") == "ap-northeast-1"
    assert isinstance(core, botocore.session.Session)


def test_provider_that_is_registered_is_asked() -> None:
    """`_control._fresh_session`: the client that is made signs with the very object, and with the token."""
    credentials, token = Credentials("AKIAGIVEN", "secret"), FrozenAuthToken("given")
    session = botocore.session.Session()
    session.register_component("credential_provider", _Given(credentials))
    session.register_component("token_provider", _Given(token))
    client: Any = session.create_client("bedrock", region_name="ap-northeast-1")

    assert client._request_signer._credentials is credentials
    assert client._request_signer._auth_token is token


class _Given:
    def __init__(self, value: Any) -> None:
        self.load_credentials = lambda: value
        self.load_token = lambda **_: value


def test_signer_of_aiobotocore_holds_the_credentials() -> None:
    """`_control.frozen_credentials` asks them for what is valid now."""
    assert inspect.iscoroutinefunction(aiobotocore.credentials.AioCredentials.get_frozen_credentials)
    assert issubclass(aiobotocore.signers.AioRequestSigner, botocore.signers.RequestSigner)


def test_classes_of_aiobotocore_say_so() -> None:
    """`_client._front_for` tells the two kinds of clients apart by the module of a base class."""
    assert aiobotocore.client.AioBaseClient.__module__.partition(".")[0] == "aiobotocore"
    assert botocore.client.BaseClient.__module__.partition(".")[0] == "botocore"


def test_configuration_tells_how_a_client_signs() -> None:
    """`_control._config_of` takes it over where code chose a Bedrock API key."""
    config: Any = botocore.config.Config(signature_version="bearer")
    session = boto3.Session(region_name="ap-northeast-1")
    plain: Any = session.client("bedrock-runtime").meta.config
    chosen: Any = session.client("bedrock-runtime", config=config).meta.config

    assert plain.signature_version == "v4"
    assert chosen.signature_version == "bearer"
    assert getattr(plain, "auth_scheme_preference", None) is None


def test_control_plane_has_what_is_asked() -> None:
    """`_resolver.py` pages through one operation, and calls another."""
    client: Any = boto3.Session(region_name="ap-northeast-1").client("bedrock")
    listed = client.meta.service_model.operation_model("ListInferenceProfiles")
    got = client.meta.service_model.operation_model("GetInferenceProfile")

    assert client.can_paginate("list_inference_profiles")
    assert "typeEquals" in listed.input_shape.members
    assert "inferenceProfileIdentifier" in got.input_shape.members
    for shape in (got.output_shape, listed.output_shape.members["inferenceProfileSummaries"].member):
        assert {"inferenceProfileId", "models", "type"} <= set(shape.members)


def test_headers_can_be_seen_before_they_are_signed() -> None:
    """`_headers.py` keeps those of the first request of a call."""
    seen: list[Any] = []
    client: Any = boto3.Session(region_name="ap-northeast-1").client("bedrock-runtime")
    client.meta.events.register("before-sign.bedrock-runtime", lambda request, **_: seen.append(dict(request.headers)))
    client.generate_presigned_url("converse", Params={"modelId": "x"})

    assert len(seen) == 1
    assert "Authorization" not in seen[0]


def test_error_keeps_its_text_in_its_arguments() -> None:
    """`exceptions.py` puts the longer text there, which `str()` then gives."""
    error = ClientError({"Error": {"Code": "C", "Message": "M"}}, "Converse")
    error.args = ("longer",)

    assert str(error) == "longer"
    assert (error.operation_name, error.response["Error"]["Code"]) == ("Converse", "C")
