"""Whatever is sent, the answer is one of the API's."""

import json
from typing import Any
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from bedrock_guard.simulator import Request, Simulator
from bedrock_guard.simulator._dispatch import _OPERATIONS
from policies import JP_CLAUDE, NOVA, TOKYO_ONLY

HOST = "https://bedrock-runtime.ap-northeast-1.amazonaws.com"
SIMULATOR = Simulator(TOKYO_ONLY)

names = st.sampled_from(
    [
        "modelId",
        "messages",
        "inputText",
        "texts",
        "dimensions",
        "embedding_types",
        "anthropic_version",
        "max_tokens",
        "modelSource",
        "copyFrom",
        "clientRequestToken",
        "description",
        "inferenceProfileName",
        "jobName",
        "roleArn",
        "input",
        "outputDataConfig",
    ]
)
identifiers = st.sampled_from(
    [
        *(NOVA, JP_CLAUDE, "amazon.titan-embed-text-v2:0", "cohere.embed-multilingual-v3", "zai.glm-4.7"),
        *("arn:aws:bedrock:ap-northeast-1:111122223333:custom-model/a", "arn:aws", "arn::::::", ""),
    ]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | identifiers,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
    max_leaves=8,
)
bodies = st.binary(max_size=20) | st.dictionaries(names, values, max_size=6).map(lambda body: json.dumps(body).encode())
queries = st.dictionaries(
    st.sampled_from(["maxResults", "nextToken", "type", "sortOrder", "submitTimeAfter", "byProvider"]), st.text()
)


@given(
    st.sampled_from([*_OPERATIONS, "POST /", "GET /{}/{}", "DELETE /model/{}"]),
    identifiers | st.text(),
    queries,
    bodies,
    st.sampled_from(
        ["", "Bearer", "Bearer x", "AWS4-HMAC-SHA256 Credential=A/20260101/eu-west-1/bedrock/aws4_request"]
    ),
)
def test_every_request_is_answered(
    template: str, identifier: str, query: dict[str, str], body: bytes, authorization: str
) -> None:
    """No input makes the core fail: the status is one of the API's, and errors carry a code and a message."""
    method, path = template.split(" ")
    path = path.replace("{}", quote(identifier, safe=""))
    search = "&".join(f"{name}={quote(value)}" for name, value in query.items())
    request = Request(method, f"{HOST}{path}?{search}", {"authorization": authorization}, body)

    response = SIMULATOR.respond(request)

    assert response.status in {200, 201, 400, 403, 404}
    if response.status >= 400:
        answer: dict[str, Any] = json.loads(b"".join(part for part in response.body if isinstance(part, bytes)))
        assert response.headers["x-amzn-errortype"]
        assert answer.keys() <= {"message", "Message", "__type"}
