"""What a model cannot take of a request that was made for another, by the catalogue and the body formats."""

from typing import Any

import pytest

from bedrock_guard._catalog import embedded
from bedrock_guard._fallback import Candidate
from bedrock_guard._fallback._fit import Fit, fit_of, is_other_embedding, misfit
from policies import CLAUDE, HELLO, NOVA

ENGLISH, MULTILINGUAL = "cohere.embed-english-v3", "cohere.embed-multilingual-v3"
MULTIMODAL = "amazon.nova-2-multimodal-embeddings-v1:0"
RERANK = "amazon.rerank-v1:0"  # answers in text, and does not stream
QWEN = "qwen.qwen3-32b-v1:0"  # takes text alone
IMAGE: Any = {"messages": [{"role": "user", "content": [{"image": {}}]}]}


def fit(model_id: str = NOVA, original: str = CLAUDE, operation: str = "Converse", candidate: str = "") -> Fit:
    """Return how *model_id* fits requests made for *original*."""
    return fit_of(operation, Candidate(candidate or model_id), original, model_id, embedded())


@pytest.mark.parametrize(
    ("model_id", "kinds"),
    [
        (QWEN, {"image", "video", "audio"}),
        (NOVA, {"audio"}),
        ("mistral.voxtral-mini-3b-2507", {"image", "video"}),
        (MULTIMODAL, set()),
        ("mistral.of-tomorrow", set()),
    ],
)
def test_each_kind_of_content_has_its_modality(model_id: str, kinds: set[str]) -> None:
    """Audio goes as audio or as speech; nothing is known of what the catalogue lacks."""
    assert set(fit(model_id).blocks) - {"reasoningContent"} == kinds


@pytest.mark.parametrize(
    ("operation", "body", "conversation"),
    [
        ("Converse", None, None),
        ("ConverseStream", "it does not stream", "it does not stream"),
        ("InvokeModel", None, None),
        ("InvokeModelWithResponseStream", "it does not stream", "it does not stream"),
    ],
)
def test_model_that_does_not_stream_fits_what_does_not(operation: str, body: Any, conversation: Any) -> None:
    """Each operation is judged for itself."""
    found = fit(RERANK, RERANK, operation)

    assert (found.body, found.conversation) == (body, conversation)


@pytest.mark.parametrize(
    ("original", "model_id", "is_same"),
    [
        (CLAUDE, "anthropic.claude-3-haiku-20240307-v1:0", True),
        (CLAUDE, "anthropic.something-else-v1:0", False),
        (NOVA, "amazon.nova-premier-v1:0", True),
        (NOVA, "amazon.nova-micro-v1:0", True),
        (NOVA, "amazon.nova-pro-v1:0", True),
        (NOVA, "amazon.nova-2-lite-v1:0", True),
        (NOVA, "amazon.nova-canvas-v1:0", False),
        (NOVA, "amazon.nova-2-sonic-v1:0", False),
        ("meta.llama3-8b-instruct-v1:0", "meta.llama4-scout-17b-instruct-v1:0", True),
        ("openai.gpt-oss-20b-1:0", QWEN, True),
        (QWEN, "qwen.qwen3-embedding-v1:0", False),
        (ENGLISH, "cohere.embed-v4:0", False),
        (ENGLISH, MULTILINGUAL, True),
        ("ai21.jamba-1-5-large-v1:0", "ai21.jamba-1-5-large-v1:0", True),
        ("ai21.jamba-1-5-large-v1:0", "deepseek.r1-v1:0", False),
    ],
)
def test_bodies_of_one_format(original: str, model_id: str, is_same: Any) -> None:
    """Any other model has a format of its own."""
    assert (fit(model_id, original, "InvokeModel").body is None) == is_same


@pytest.mark.parametrize(
    ("original", "model_id", "is_other"),
    [
        (ENGLISH, MULTILINGUAL, True),
        (ENGLISH, ENGLISH, False),
        (ENGLISH, "cohere.embed-of-tomorrow", True),
        ("cohere.embed-of-tomorrow", "cohere.embed-of-tomorrow", False),
        (CLAUDE, NOVA, False),
    ],
)
def test_other_embedding_model(original: str, model_id: str, is_other: Any) -> None:
    """One that the catalogue lacks goes by its name."""
    assert is_other_embedding(original, model_id, embedded()) == is_other


def test_variables_of_a_prompt_go_to_a_prompt() -> None:
    """No other model takes them."""
    prompt = "arn:aws:bedrock:ap-northeast-1:111122223333:prompt/ABCDEFGHIJ:1"

    assert "promptVariables" not in fit("ABCDEFGHIJ:1", candidate=prompt).fields
    assert "promptVariables" in fit().fields


@pytest.mark.parametrize(
    ("original", "is_refused"), [("amazon.titan-text-express-v1", False), ("deepseek.r1-v1:0", True)]
)
def test_signed_reasoning_is_that_of_a_provider_not_of_a_family(original: str, is_refused: Any) -> None:
    """Another family of the same one may take it."""
    assert ("reasoningContent" in fit(NOVA, original).blocks) == is_refused


@pytest.mark.parametrize("reasoning", [{"reasoningText": {"text": "Hm."}}, {"reasoningText": "?"}, {}, None])
def test_reasoning_that_is_not_signed_is_no_reason(reasoning: Any) -> None:
    """It is text like other text."""
    messages = [*HELLO, {"role": "assistant", "content": [{"reasoningContent": reasoning}]}]

    assert misfit(fit(), "Converse", {"messages": messages}) is None


def test_fields_that_are_empty_are_no_reason() -> None:
    """Frameworks send them so."""
    assert misfit(fit(), "Converse", {"messages": HELLO, "additionalModelRequestFields": {}}) is None


@pytest.mark.parametrize(
    ("operation", "params", "reason"),
    [
        ("Converse", IMAGE, "it takes no image"),
        ("CountTokens", {"input": {"converse": IMAGE}}, "it takes no image"),
        ("CountTokens", {"input": {"converse": {"messages": HELLO}}}, None),
        ("CountTokens", {"input": {"invokeModel": {"body": b"{}"}}}, "body"),
        ("InvokeModel", {"body": b"{}"}, "body"),
        ("InvokeModelWithResponseStream", {"body": b"{}"}, "body"),
        ("StartAsyncInvoke", {"modelInput": {}}, "body"),
    ],
)
def test_conversation_is_judged_by_what_it_holds_and_a_body_by_its_format(
    operation: str, params: Any, reason: str | None
) -> None:
    """A count is of either."""
    found = misfit(fit(QWEN), operation, params)

    assert found == (fit(QWEN).body if reason == "body" else reason)


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("Converse", {"messages": 3}),
        ("Converse", {"messages": [3]}),
        ("Converse", {"messages": [{"content": 3}]}),
        ("Converse", {"messages": [{"content": [3]}]}),
        ("Converse", {"messages": None, "system": None}),
        ("CountTokens", {}),
        ("CountTokens", {"input": 3}),
        ("CountTokens", {"input": {"converse": 3}}),
    ],
)
def test_what_is_malformed_is_botocores_to_say(operation: str, params: Any) -> None:
    """It raises nothing here."""
    assert misfit(fit(NOVA, NOVA), operation, params) is None
