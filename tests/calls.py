"""Calls that are denied, and what AWS says of them."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from bedrock_guard import InferenceDeniedError, ScpDeniedError
from policies import CLAUDE, HELLO, JP_CLAUDE

SCP = "service control policy: arn:aws:organizations::999999999999:policy/o-example/service_control_policy/p-example1"


def sentence(
    *,
    principal: str = "arn:aws:sts::111122223333:assumed-role/app/session",
    action: str = "bedrock:InvokeModel",
    resource: str = f"arn:aws:bedrock:ap-northeast-3::foundation-model/{CLAUDE}",
    cause: str = f"with an explicit deny in a {SCP}",
) -> str:
    """Return AWS's sentence for a denied request."""
    return f"User: {principal} is not authorized to perform: {action} on resource: {resource} {cause}"


def denied(client: Any, model_id: str = JP_CLAUDE) -> ScpDeniedError:
    """Return the error of a `converse` that an SCP denies."""
    with pytest.raises(ScpDeniedError) as caught:
        client.converse(modelId=model_id, messages=HELLO)
    return caught.value


def refused(
    client: Any, message: str, *, code: str = "AccessDeniedException", model_id: str = JP_CLAUDE
) -> ClientError:
    """Return the error of a `converse` that AWS answers with *message*."""
    with Stubber(client) as stubber, pytest.raises(ClientError) as caught:
        stubber.add_client_error("converse", code, message, http_status_code=403)
        client.converse(modelId=model_id, messages=HELLO)
    return caught.value


def explained(client: Any, message: str, *, model_id: str = JP_CLAUDE) -> InferenceDeniedError:
    """Return the same error, where the guard has explained it."""
    error = refused(client, message, model_id=model_id)

    assert isinstance(error, InferenceDeniedError)
    return error
