"""Type-checked by mypy, never run: what users' own type checkers see."""

from typing import TYPE_CHECKING

import boto3

import bedrock_guard
from bedrock_guard import Cause, Diagnosis, Event, InferenceDeniedError, ScpDeniedError

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from types_boto3_bedrock_runtime import BedrockRuntimeClient
    from types_boto3_bedrock_runtime.type_defs import ConverseResponseTypeDef
    from typing_extensions import assert_type


def count(event: Event) -> None:
    """Take an event, as a hook does."""
    assert_type(event.diagnosis, Diagnosis)


def call_a_client() -> "ConverseResponseTypeDef":
    """Have a guarded client typed as `boto3.client` types it, for users of types-boto3."""
    client: BedrockRuntimeClient = boto3.client("bedrock-runtime")
    assert_type(bedrock_guard.guard(client), "BedrockRuntimeClient")
    assert_type(bedrock_guard.client(), "BedrockRuntimeClient")
    assert_type(bedrock_guard.client("bedrock-runtime", region_name="ap-northeast-1"), "BedrockRuntimeClient")
    guarded = bedrock_guard.guard(client, resolve="catalog", catalog="newer.json", hook=count)
    return guarded.converse(modelId="amazon.nova-lite-v1:0", messages=[])


def guard_a_session() -> "BedrockRuntimeClient":
    """Have a session keep its type too."""
    session = bedrock_guard.guard(boto3.Session(region_name="ap-northeast-1"), fallback=["amazon.nova-lite-v1:0"])
    assert_type(session, boto3.Session)
    return session.client("bedrock-runtime")


def catch_an_error(error: "ClientError") -> str | None:
    """Have `isinstance` make the diagnosis visible, whichever class was caught."""
    if isinstance(error, ScpDeniedError):
        assert_type(error.diagnosis, Diagnosis)
        assert_type(error.diagnosis.cause, Cause)
        return error.diagnosis.key
    if isinstance(error, InferenceDeniedError):
        return error.diagnosis.source_region
    return error.response["Error"]["Code"]


def explain_a_text() -> str:
    """Have the result of `explain` looked at before it is used."""
    diagnosis = bedrock_guard.explain("text", model_id=None, region_name="ap-northeast-1")
    assert_type(diagnosis, Diagnosis | None)
    bedrock_guard.install(hook=print, fallback={"jp.*": "amazon.nova-lite-v1:0"})
    bedrock_guard.uninstall()
    return diagnosis.summary if diagnosis else ""


bedrock_guard.guard(boto3.Session(), resolve="always")  # type: ignore[arg-type]
bedrock_guard.install(hook=7)  # type: ignore[arg-type]
bedrock_guard.explain(b"bytes")  # type: ignore[arg-type]
