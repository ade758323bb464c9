"""What the simulated models answer, in each format."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from bedrock_guard.simulator import Reply, Simulator, ToolUse
from policies import HELLO, JP_CLAUDE, NOVA
from transports import transport  # noqa: F401 (in the process and over HTTP)

TOKYO = "ap-northeast-1"
WEATHER = ToolUse("weather", {"city": "Tokyo"})
ANTHROPIC_BODY = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 100, "messages": []}


@pytest.fixture
def simulator(simulate: Callable[..., Simulator]) -> Simulator:
    """Return a Bedrock that denies nothing."""
    return simulate()


def invoke(client: Any, model_id: str, body: dict[str, Any]) -> Any:
    """Return the body that `invoke_model` answers."""
    return json.loads(client.invoke_model(modelId=model_id, body=json.dumps(body))["body"].read())


def chunks(client: Any, model_id: str, body: dict[str, Any]) -> list[Any]:
    """Return the parts that `invoke_model_with_response_stream` answers."""
    answer = client.invoke_model_with_response_stream(modelId=model_id, body=json.dumps(body))
    return [json.loads(event["chunk"]["bytes"]) for event in answer["body"]]


def test_agent_loop_runs_on_scripted_replies(simulator: Simulator, client: Any) -> None:
    """A tool use, then the answer to its result, then the default again."""
    simulator.script(WEATHER, "Sunny.")

    first = client.converse(modelId=NOVA, messages=HELLO)
    use = first["output"]["message"]["content"][0]["toolUse"]
    result = {"toolResult": {"toolUseId": use["toolUseId"], "content": [{"text": "sun"}]}}
    turns = [*HELLO, first["output"]["message"], {"role": "user", "content": [result]}]
    second = client.converse(modelId=NOVA, messages=turns)

    assert (first["stopReason"], use["name"], use["input"]) == ("tool_use", "weather", {"city": "Tokyo"})
    assert second["output"]["message"]["content"] == [{"text": "Sunny."}]
    assert client.converse(modelId=NOVA, messages=HELLO)["output"]["message"]["content"] == [
        {"text": f"This is a simulated reply of {NOVA}."}
    ]


def test_stop_reason_can_be_scripted(simulator: Simulator, client: Any) -> None:
    """A reply may end for another reason than it implies."""
    simulator.script(Reply("And then", stop_reason="max_tokens"))

    assert client.converse(modelId=NOVA, messages=HELLO)["stopReason"] == "max_tokens"


def test_stream_holds_the_same_reply(simulator: Simulator, client: Any) -> None:
    """The deltas of ConverseStream add up to what Converse would have said."""
    simulator.script(Reply("It is sunny today.", (WEATHER,)))
    events = list(client.converse_stream(modelId=NOVA, messages=HELLO)["stream"])

    deltas = [event["contentBlockDelta"]["delta"] for event in events if "contentBlockDelta" in event]
    assert "".join(delta.get("text", "") for delta in deltas) == "It is sunny today."
    assert len(deltas) == 5
    assert json.loads(deltas[-1]["toolUse"]["input"]) == {"city": "Tokyo"}
    stops = [event["contentBlockStop"]["contentBlockIndex"] for event in events if "contentBlockStop" in event]
    assert stops == [0, 1]
    assert [next(iter(event)) for event in events if "contentBlockDelta" not in event] == [
        *("messageStart", "contentBlockStop", "contentBlockStart", "contentBlockStop", "messageStop", "metadata")
    ]


def test_anthropic_body(simulator: Simulator, client: Any) -> None:
    """Claude answers a message of its own API."""
    simulator.script(Reply("Let me see.", (WEATHER,)))
    answer = invoke(client, JP_CLAUDE, ANTHROPIC_BODY)

    assert [block["type"] for block in answer["content"]] == ["text", "tool_use"]
    assert (answer["role"], answer["stop_reason"]) == ("assistant", "tool_use")
    assert answer["usage"].keys() == {"input_tokens", "output_tokens"}


def test_anthropic_stream(simulator: Simulator, client: Any) -> None:
    """Claude streams the events of its own API, and Bedrock adds its metrics to the last."""
    simulator.script(Reply("Let me see.", (WEATHER,)))
    parts = chunks(client, JP_CLAUDE, ANTHROPIC_BODY)

    assert "".join(part["delta"].get("text", "") for part in parts if part["type"] == "content_block_delta") == (
        "Let me see."
    )
    assert parts[0]["type"] == "message_start"
    assert parts[-1]["type"] == "message_stop"
    assert "amazon-bedrock-invocationMetrics" in parts[-1]


def test_anthropic_stream_ends_for_the_reason_of_the_reply(simulator: Simulator, client: Any) -> None:
    """As Claude's whole answer does."""
    simulator.script(Reply("And then", stop_reason="max_tokens"))
    parts = chunks(client, JP_CLAUDE, ANTHROPIC_BODY)

    assert [part["delta"]["stop_reason"] for part in parts if part["type"] == "message_delta"] == ["max_tokens"]


def test_anthropic_ids(simulator: Simulator, client: Any) -> None:
    """Each message and each tool use has its own, in Claude's form."""
    simulator.script(WEATHER, WEATHER)
    first, second = (invoke(client, JP_CLAUDE, ANTHROPIC_BODY) for _ in range(2))

    assert first["id"].startswith("msg_bdrk_")
    assert first["content"][0]["id"].startswith("toolu_bdrk_")
    assert first["id"] != second["id"]
    assert first["content"][0]["id"] != second["content"][0]["id"]


def test_nova_body_and_stream(client: Any) -> None:
    """Nova's format is that of Converse."""
    body = {"messages": HELLO, "inferenceConfig": {"maxTokens": 10}}
    parts = chunks(client, NOVA, body)

    assert invoke(client, NOVA, body)["output"]["message"]["content"][0]["text"].endswith(f"{NOVA}.")
    assert parts[0] == {"messageStart": {"role": "assistant"}}
    assert "usage" in parts[-1]["metadata"]


@pytest.mark.parametrize(
    ("model_id", "body", "problem"),
    [
        (JP_CLAUDE, {"messages": []}, r"required key \[anthropic_version\] not found"),
        (NOVA, ANTHROPIC_BODY, r"extraneous key \[anthropic_version\] is not permitted"),
        (NOVA, {}, r"required key \[messages\] not found"),
    ],
)
def test_body_of_another_model_is_malformed(
    simulator: Simulator, client: Any, model_id: str, body: dict[str, Any], problem: str
) -> None:
    """Formats are not portable, and a refused body uses up no reply."""
    simulator.script("Kept.")
    for call in (client.invoke_model, client.invoke_model_with_response_stream):
        with pytest.raises(client.exceptions.ValidationException, match=f"Malformed input request: #: {problem}"):
            call(modelId=model_id, body=json.dumps(body))

    assert client.converse(modelId=NOVA, messages=HELLO)["output"]["message"]["content"] == [{"text": "Kept."}]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_body_that_is_no_json_object_is_refused(client: Any, body: bytes) -> None:
    """Rubbish is an error of the API."""
    with pytest.raises(client.exceptions.ValidationException):
        client.invoke_model(modelId=NOVA, body=body)


def test_other_models_echo(simulator: Simulator, client: Any) -> None:
    """A model whose format is not known answers what it was sent, which is no reply and uses up none."""
    body = {"prompt": "Hello"}
    simulator.script("Kept.")
    elsewhere = simulator.session("us-east-1").client("bedrock-runtime")

    assert invoke(client, "zai.glm-4.7", body) == body
    assert invoke(elsewhere, "amazon.nova-2-multimodal-embeddings-v1:0", body) == body
    assert chunks(client, "zai.glm-4.7", body)[0]["prompt"] == "Hello"
    assert client.converse(modelId=NOVA, messages=HELLO)["output"]["message"]["content"] == [{"text": "Kept."}]


def test_titan_embeds_by_the_text(simulator: Simulator, client: Any) -> None:
    """The same text has the same vector, another text another; no scripted reply is used up."""
    simulator.script("Kept.")
    model_id = "amazon.titan-embed-text-v2:0"
    first, again, other = (
        invoke(client, model_id, {"inputText": text, "dimensions": 256})["embedding"] for text in ("a", "a", "b")
    )

    assert len(first) == 256
    assert first == again != other
    assert client.converse(modelId=NOVA, messages=HELLO)["output"]["message"]["content"] == [{"text": "Kept."}]


@pytest.mark.parametrize(
    ("model_id", "body", "size"),
    [
        ("amazon.titan-embed-text-v1", {"inputText": "a"}, 1536),
        ("amazon.titan-embed-text-v2:0", {"inputText": "a"}, 1024),
        ("cohere.embed-multilingual-v3", {"texts": ["a"]}, 1024),
        ("cohere.embed-v4:0", {"texts": ["a"]}, 1536),
        ("cohere.embed-v4:0", {"texts": ["a"], "output_dimension": 512}, 512),
    ],
)
def test_vector_has_the_length_of_the_model(client: Any, model_id: str, body: dict[str, Any], size: int) -> None:
    """That of default, or the one that was asked for: a vector store takes no other."""
    answer = invoke(client, model_id, body)
    (vector,) = answer["embeddings"] if "embeddings" in answer else [answer["embedding"]]

    assert len(vector) == size


def test_image_is_embedded(simulator: Simulator) -> None:
    """By the multimodal model of Titan, also without a text."""
    client = simulator.session("us-east-1").client("bedrock-runtime")

    assert len(invoke(client, "amazon.titan-embed-image-v1", {"inputImage": "aGk="})["embedding"]) == 1024


def test_cohere_embeds_every_text(client: Any) -> None:
    """One vector a text, by type where a type is asked for."""
    model_id, body = "cohere.embed-multilingual-v3", {"texts": ["a", "b"], "input_type": "search_query"}

    assert len(invoke(client, model_id, body)["embeddings"]) == 2
    assert invoke(client, model_id, {**body, "embedding_types": ["float"]})["embeddings"].keys() == {"float"}


@pytest.mark.parametrize(
    ("model_id", "body"),
    [
        ("amazon.titan-embed-text-v2:0", {}),
        ("amazon.titan-embed-text-v2:0", {"inputText": "a", "dimensions": 3}),
        ("cohere.embed-multilingual-v3", {"texts": "a"}),
    ],
)
def test_embedding_of_a_wrong_body_is_malformed(client: Any, model_id: str, body: dict[str, Any]) -> None:
    """A missing text and a size that does not exist are refused."""
    with pytest.raises(client.exceptions.ValidationException, match="Malformed input request"):
        invoke(client, model_id, body)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (lambda: None, "not NoneType"),
        (lambda: ["a", "b"], "not list"),
        (lambda: Reply(7), "not int"),  # type: ignore[arg-type]  # what is tested
        (lambda: Reply(tool_uses=("weather",)), "not str"),  # type: ignore[arg-type]  # as above
        (lambda: ToolUse("weather", {"at": {1}}), "no JSON object"),
        (lambda: ToolUse("weather", {"at": float("nan")}), "no JSON object"),
        (lambda: ToolUse("weather", "Tokyo"), "no JSON object"),  # type: ignore[arg-type]  # as above
    ],
)
def test_what_is_no_reply_is_refused_at_once(reply: Callable[[], Any], said: str) -> None:
    """Where it is given, and not where the application asks."""
    with pytest.raises(TypeError, match=said):
        Simulator().script(reply())


def test_seed_makes_ids_repeat() -> None:
    """Two simulators of one seed hand out the same ids."""

    def ids(seed: int) -> tuple[str, str]:
        simulator = Simulator(seed=seed)
        simulator.script(WEATHER)
        answer = simulator.session(TOKYO).client("bedrock-runtime").converse(modelId=NOVA, messages=HELLO)
        use = answer["output"]["message"]["content"][0]["toolUse"]
        return use["toolUseId"], answer["ResponseMetadata"]["RequestId"]

    assert ids(1) == ids(1) != ids(2)
