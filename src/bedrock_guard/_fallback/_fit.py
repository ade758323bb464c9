"""Whether another model can take the request as it is: what is certain to fail there is not sent."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bedrock_guard._catalog import Model
from bedrock_guard._fallback._configuration import Candidate

# Content blocks of Converse, and the modality that a model must take for each.
# https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html
_MODALITIES = {"image": {"IMAGE"}, "video": {"VIDEO"}, "audio": {"AUDIO", "SPEECH"}}

# Bodies of InvokeModel that several models share; any other model has a format of its own.
# https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html
_FORMATS = {
    "anthropic": re.compile(r"anthropic\.claude-"),
    "nova": re.compile(r"amazon\.nova-(2-)?(micro|lite|pro|premier)-"),
    "llama": re.compile(r"meta\.llama"),
    "openai": re.compile(r"openai\.gpt-oss-|qwen\.qwen3-"),
    "cohere-embed-v3": re.compile(r"cohere\.embed-(english|multilingual)-v3"),
}
_BODY_OPERATIONS = frozenset({"InvokeModel", "InvokeModelWithResponseStream", "StartAsyncInvoke"})
_STREAMING = frozenset({"ConverseStream", "InvokeModelWithResponseStream"})


def misfit(
    operation_name: str,
    params: Mapping[str, Any],
    candidate: Candidate,
    *,
    original_model_id: str,
    candidate_model_id: str,
    known: Model | None,
) -> str | None:
    """
    Return why *candidate* cannot take *params*, or None where nothing speaks against it.

    *known* is its foundation model in the catalogue; a model that the catalogue lacks is tried: the catalogue is
    dated, the user is not.
    """
    if operation_name in _STREAMING and known is not None and not known.streaming:
        return "it does not stream"
    conversation = _conversation(operation_name, params)
    if conversation is None:
        return _other_body(candidate, original_model_id, candidate_model_id, known)
    return _other_conversation(conversation, original_model_id, candidate_model_id, known)


def is_other_embedding(original_model_id: str, candidate_model_id: str, known: Model | None) -> bool:
    """Tell whether the candidate is another embedding model: its vectors cannot be compared with those stored."""
    return known is not None and "EMBEDDING" in known.outputs and candidate_model_id != original_model_id


def _conversation(operation_name: str, params: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the parameters in the form of Converse, or None where there is a body in the model's own format."""
    if operation_name in _BODY_OPERATIONS:
        return None
    if operation_name != "CountTokens":
        return params
    counted = params.get("input")
    conversation = counted.get("converse") if isinstance(counted, Mapping) else None
    return conversation if isinstance(conversation, Mapping) else None


def _other_body(
    candidate: Candidate, original_model_id: str, candidate_model_id: str, known: Model | None
) -> str | None:
    if _format(original_model_id) != _format(candidate_model_id):
        return "its body has another format"
    if is_other_embedding(original_model_id, candidate_model_id, known) and not candidate.is_literal:
        return "it is another embedding model, and only a pattern names it"
    return None


def _format(model_id: str) -> str:
    return next((name for name, pattern in _FORMATS.items() if pattern.match(model_id)), model_id)


def _other_conversation(
    conversation: Mapping[str, Any], original_model_id: str, candidate_model_id: str, known: Model | None
) -> str | None:
    is_other_provider = _provider(original_model_id) != _provider(candidate_model_id)
    if is_other_provider and conversation.get("additionalModelRequestFields"):
        return "additionalModelRequestFields are those of another provider"
    kinds = set(_content_kinds(conversation.get("messages")))
    if is_other_provider and "signed reasoning" in kinds:
        return "the messages hold signed reasoning of another provider"
    if known is None:
        return None
    if "TEXT" not in known.outputs:
        return "it does not converse"
    return next((f"it takes no {kind}" for kind in sorted(kinds) if _is_lacking(kind, known)), None)


def _is_lacking(kind: str, known: Model) -> bool:
    return kind in _MODALITIES and known.inputs.isdisjoint(_MODALITIES[kind])


def _content_kinds(messages: Any) -> Iterator[str]:
    """Yield the kinds of all content blocks, those inside tool results included; what is malformed is AWS's to judge."""
    for message in messages if isinstance(messages, list | tuple) else ():
        yield from _block_kinds(message.get("content") if isinstance(message, Mapping) else None)


def _block_kinds(blocks: Any) -> Iterator[str]:
    for block in blocks if isinstance(blocks, list | tuple) else ():
        if not isinstance(block, Mapping):
            continue
        yield from block
        if _is_signed(block.get("reasoningContent")):
            yield "signed reasoning"
        result = block.get("toolResult")
        if isinstance(result, Mapping):
            yield from _block_kinds(result.get("content"))


def _is_signed(reasoning: Any) -> bool:
    # https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ReasoningContentBlock.html
    if not isinstance(reasoning, Mapping):
        return False
    text = reasoning.get("reasoningText")
    return "redactedContent" in reasoning or (isinstance(text, Mapping) and bool(text.get("signature")))


def _provider(model_id: str) -> str:
    return model_id.partition(".")[0]
