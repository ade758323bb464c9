"""Whether another model can take the request as it is: what is certain to fail there is not sent."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bedrock_guard._catalog import Catalog, Model
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
# A provider and the name that its models share, such as amazon.nova.
_FAMILY = re.compile(r"([a-z0-9-]+)\.([a-z]+)")
_BODY_OPERATIONS = frozenset({"InvokeModel", "InvokeModelWithResponseStream", "StartAsyncInvoke"})
_STREAMING = frozenset({"ConverseStream", "InvokeModelWithResponseStream"})


def misfit(
    operation_name: str,
    params: Mapping[str, Any],
    candidate: Candidate,
    *,
    original_model_id: str,
    candidate_model_id: str,
    catalog: Catalog,
) -> str | None:
    """
    Return why *candidate* cannot take *params*, or None where nothing speaks against it.

    *original_model_id* and *candidate_model_id* are foundation models, or what stands for them. A model that the
    catalogue lacks is tried: the catalogue is dated, the user is not.
    """
    known = catalog.models.get(candidate_model_id)
    if operation_name in _STREAMING and known is not None and not known.streaming:
        return "it does not stream"
    conversation = _conversation(operation_name, params)
    if conversation is None:
        return _other_body(candidate, original_model_id, candidate_model_id, catalog)
    return _other_family(conversation, original_model_id, candidate_model_id) or _lack(conversation, known)


def is_other_embedding(original_model_id: str, candidate_model_id: str, catalog: Catalog) -> bool:
    """Tell whether the candidate is another embedding model: its vectors cannot be compared with those stored."""
    return candidate_model_id != original_model_id and _is_embedding(candidate_model_id, catalog)


def _is_embedding(model_id: str, catalog: Catalog) -> bool:
    known = catalog.models.get(model_id)
    return "EMBEDDING" in known.outputs if known else "embed" in model_id


def _conversation(operation_name: str, params: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the parameters in the form of Converse, or None where there is a body in the model's own format."""
    if operation_name in _BODY_OPERATIONS:
        return None
    if operation_name != "CountTokens":
        return params
    counted = params.get("input")
    conversation = counted.get("converse") if isinstance(counted, Mapping) else None
    return conversation if isinstance(conversation, Mapping) else None


def _other_body(candidate: Candidate, original_model_id: str, candidate_model_id: str, catalog: Catalog) -> str | None:
    if _format(original_model_id) != _format(candidate_model_id):
        return "its body has another format, or none that is known"
    if is_other_embedding(original_model_id, candidate_model_id, catalog) and not candidate.is_literal:
        return "it is another embedding model, and only a pattern names it"
    return None


def _format(model_id: str) -> str:
    return next((name for name, pattern in _FORMATS.items() if pattern.match(model_id)), model_id)


def _other_family(conversation: Mapping[str, Any], original_model_id: str, candidate_model_id: str) -> str | None:
    # Of an ARN that names no model, nothing is certain.
    original, candidate = _FAMILY.match(original_model_id), _FAMILY.match(candidate_model_id)
    if original is None or candidate is None or original[0] == candidate[0]:
        return None
    if conversation.get("additionalModelRequestFields"):
        return f"additionalModelRequestFields are those of {original[0]}"
    if original[1] != candidate[1] and any(_is_signed(block) for block in _blocks(conversation)):
        return f"the messages hold signed reasoning of {original[1]}"
    return None


def _lack(conversation: Mapping[str, Any], known: Model | None) -> str | None:
    """Return what the request needs and the model lacks."""
    if known is None:
        return None
    if "TEXT" not in known.outputs:
        return "it does not converse"
    kinds = {kind for block in _blocks(conversation) for kind in block if kind in _MODALITIES}
    return next((f"it takes no {kind}" for kind in sorted(kinds) if known.inputs.isdisjoint(_MODALITIES[kind])), None)


def _blocks(conversation: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield all content blocks, those inside tool results included; what is malformed is AWS's to judge."""
    for message in _mappings(conversation.get("messages")):
        for block in _mappings(message.get("content")):
            yield block
            result = block.get("toolResult")
            yield from _mappings(result.get("content") if isinstance(result, Mapping) else None)


def _mappings(values: Any) -> Iterator[Mapping[str, Any]]:
    for value in values if isinstance(values, list | tuple) else ():
        if isinstance(value, Mapping):
            yield value


def _is_signed(block: Mapping[str, Any]) -> bool:
    # https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ReasoningContentBlock.html
    reasoning = block.get("reasoningContent")
    if not isinstance(reasoning, Mapping):
        return False
    text = reasoning.get("reasoningText")
    return "redactedContent" in reasoning or (isinstance(text, Mapping) and bool(text.get("signature")))
