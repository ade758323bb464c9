"""The same canned answers for every client, in the process, so that only the client is measured."""

from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.config import Config

REGION = "ap-northeast-1"
PROFILE = "jp.anthropic.claude-sonnet-4-5-20250929-v1:0"
NOVA = "amazon.nova-lite-v1:0"
QUESTION = [{"role": "user", "content": [{"text": "Hello"}]}]
_ANSWER = (
    b'{"output":{"message":{"role":"assistant","content":[{"text":"Hello."}]}},"stopReason":"end_turn",'
    b'"usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2},"metrics":{"latencyMs":1}}'
)
_DENIAL = (
    b'{"Message":"User: arn:aws:iam::111122223333:role/app is not authorized to perform: bedrock:InvokeModel on '
    b"resource: arn:aws:bedrock:ap-northeast-3::foundation-model/anthropic.claude-sonnet-4-5-20250929-v1:0 with an "
    b'explicit deny in a service control policy"}'
)


class _Body:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, *_: Any, **__: Any) -> list[bytes]:
        return [self._content]


def _respond(request: Any, *, denied: bool) -> AWSResponse:
    headers = {"content-type": "application/json", "x-amzn-requestid": "00000000-0000-0000-0000-000000000000"}
    if denied:
        headers["x-amzn-errortype"] = "AccessDeniedException"
    return AWSResponse(request.url, 403 if denied else 200, headers, _Body(_DENIAL if denied else _ANSWER))


def answering(request: Any, **_: Any) -> AWSResponse:
    """Answer a request."""
    return _respond(request, denied=False)


def denying(request: Any, **_: Any) -> AWSResponse:
    """Deny a request as a service control policy does."""
    return _respond(request, denied=True)


def client(handler: Any) -> Any:
    """Return a client of a session of its own, all of whose requests *handler* answers."""
    made = plain_client()
    made.meta.events.register("before-send.bedrock-runtime", handler)
    return made


def plain_client(endpoint_url: str | None = None) -> Any:
    """Return a client of a session of its own, which does not retry."""
    session: Any = boto3.Session(aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="secret", region_name=REGION)
    config = Config(retries={"total_max_attempts": 1})
    return session.client("bedrock-runtime", endpoint_url=endpoint_url, config=config)
