"""Whether another model can take the request as it is: what is certain to fail there is not sent."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Fit:
    """
    What a model cannot take of one that was asked for: each a reason, or None.

    `body` is one in the model's own format, `conversation` any at all, `fields` the additionalModelRequestFields,
    `reasoning` what is signed, `blocks` the kinds of content.
    """

    body: str | None
    conversation: str | None
    fields: str | None
    reasoning: str | None
    blocks: tuple[str, ...]


def fit_of(operation_name: str, candidate: Candidate, original_model_id: str, model_id: str, catalog: Catalog) -> Fit:
    """
    Return how *model_id*, the foundation model of *candidate*, fits requests made for *original_model_id*.

    What the catalogue lacks is tried: it is dated, the user is not. Of an ARN that names no model, nothing is certain.
    """
    known = catalog.models.get(model_id)
    silent = "it does not stream" if operation_name in _STREAMING and known and not known.streaming else None
    mute = "it does not converse" if known and "TEXT" not in known.outputs else None
    original, other = _FAMILY.match(original_model_id), _FAMILY.match(model_id)
    is_other_family = bool(original and other and original[0] != other[0])
    is_other_provider = bool(original and other and original[1] != other[1])
    return Fit(
        body=silent or _other_body(candidate, original_model_id, model_id, catalog),
        conversation=silent or mute,
        fields="additionalModelRequestFields are those of another family" if is_other_family else None,
        reasoning="the messages hold signed reasoning of another provider" if is_other_provider else None,
        blocks=_untaken(known),
    )


def misfit(fit: Fit, operation_name: str, params: Mapping[str, Any]) -> str | None:
    """Return why *params* cannot be sent where *fit* is the model's, or None where nothing speaks against it."""
    conversation = _conversation(operation_name, params)
    if conversation is None:
        return fit.body
    if fit.conversation or (fit.fields and conversation.get("additionalModelRequestFields")):
        return fit.conversation or fit.fields
    if fit.reasoning is None and not fit.blocks:
        return None
    try:
        return next(filter(None, (_unfit(block, fit) for block in _blocks(conversation))), None)
    except (AttributeError, TypeError):
        return None  # malformed, which botocore is to say


def is_other_embedding(original_model_id: str, model_id: str, catalog: Catalog) -> bool:
    """Tell whether *model_id* is another embedding model: its vectors cannot be compared with those stored."""
    known = catalog.models.get(model_id)
    is_embedding = "EMBEDDING" in known.outputs if known else "embed" in model_id
    return is_embedding and model_id != original_model_id


def _untaken(known: Model | None) -> tuple[str, ...]:
    if known is None:
        return ()
    return tuple(kind for kind, modalities in _MODALITIES.items() if known.inputs.isdisjoint(modalities))


def _other_body(candidate: Candidate, original_model_id: str, model_id: str, catalog: Catalog) -> str | None:
    if _format(original_model_id) != _format(model_id):
        return "its body has another format, or none that is known"
    if is_other_embedding(original_model_id, model_id, catalog) and not candidate.is_literal:
        return "it is another embedding model, and only a pattern names it"
    return None


def _format(model_id: str) -> str:
    return next((name for name, pattern in _FORMATS.items() if pattern.match(model_id)), model_id)


def _conversation(operation_name: str, params: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the parameters in the form of Converse, or None where there is a body in the model's own format."""
    if operation_name in _BODY_OPERATIONS:
        return None
    if operation_name != "CountTokens":
        return params
    counted = params.get("input")
    conversation = counted.get("converse") if isinstance(counted, dict) else None
    return conversation if isinstance(conversation, dict) else None


def _blocks(conversation: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield all content blocks, those inside tool results included."""
    for message in conversation.get("messages") or ():
        for block in message.get("content") or ():
            yield block
            if "toolResult" in block:
                yield from block["toolResult"].get("content") or ()


def _unfit(block: dict[str, Any], fit: Fit) -> str | None:
    for kind in fit.blocks:
        if kind in block:
            return f"it takes no {kind}"
    return fit.reasoning if "reasoningContent" in block and _is_signed(block["reasoningContent"]) else None


def _is_signed(reasoning: Any) -> bool:
    # https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ReasoningContentBlock.html
    if not isinstance(reasoning, dict):
        return False
    text = reasoning.get("reasoningText")
    return "redactedContent" in reasoning or (isinstance(text, dict) and bool(text.get("signature")))
