"""Whether another model can take the request as it is: what is certain to fail there is not sent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bedrock_guard._catalog import Catalog, Model
from bedrock_guard._fallback._configuration import Candidate
from bedrock_guard._identifiers import ModelKind, parse_model_id

# Content blocks of Converse, and the modality that a model must take for each.
# https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html
_MODALITIES = {"image": {"IMAGE"}, "video": {"VIDEO"}, "audio": {"AUDIO", "SPEECH"}}

# Bodies of InvokeModel that several models share; any other model has a format of its own.
# https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html
_FORMATS = {
    "anthropic": re.compile(r"anthropic\.claude-"),
    "nova": re.compile(r"amazon\.nova-(2-)?(micro|lite|pro|premier)-"),
    "llama": re.compile(r"meta\.llama"),
    "openai": re.compile(r"openai\.gpt-oss-|qwen\.qwen3-(?!.*embed)"),
    "cohere-embed-v3": re.compile(r"cohere\.embed-(english|multilingual)-v3"),
}
# A provider and the name that its models share, such as amazon.nova.
_FAMILY = re.compile(r"([a-z0-9-]+)\.([a-z]+)")
_BODY_OPERATIONS = frozenset({"InvokeModel", "InvokeModelWithResponseStream", "StartAsyncInvoke"})
_REASONING = "reasoningContent"
_NESTING = frozenset({"toolResult", "guardContent"})
# https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html: for a prompt of Prompt management,
# which says itself what they mean.
_VARIABLES = {"promptVariables": "promptVariables are those of a prompt"}
_OTHER_FIELDS = {"additionalModelRequestFields": "additionalModelRequestFields are those of another family"}
_STREAMING = frozenset({"ConverseStream", "InvokeModelWithResponseStream"})


@dataclass(frozen=True)
class Fit:
    """
    What a model cannot take of requests that were made for another, each a reason: nothing is stripped.

    `body` is why it takes none in the other's own format, `conversation` why none at all. `fields` are the parameters,
    `blocks` the content blocks that it may not take, each with the reason.
    """

    body: str | None
    conversation: str | None
    fields: Mapping[str, str]
    blocks: Mapping[str, str]


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
    is_prompt = parse_model_id(candidate.model_id).kind is ModelKind.PROMPT
    is_other_provider = bool(original and other and original[1] != other[1])
    reasoning = {_REASONING: "the messages hold signed reasoning of another provider"} if is_other_provider else {}
    return Fit(
        body=silent or _other_body(candidate, original_model_id, model_id, catalog),
        conversation=silent or mute,
        fields=({} if is_prompt else _VARIABLES) | (_OTHER_FIELDS if is_other_family else {}),
        blocks=_untaken(known) | reasoning,
    )


def misfit(fit: Fit, operation_name: str, params: Mapping[str, Any]) -> str | None:
    """Return why *params* cannot be sent where *fit* is the model's, or None where nothing speaks against it."""
    conversation = _conversation(operation_name, params)
    if conversation is None:
        return fit.body
    if fit.conversation is not None:
        return fit.conversation
    for name, reason in fit.fields.items():
        if conversation.get(name):
            return reason
    return _misfit_of_content(fit.blocks, conversation)


def _misfit_of_content(untaken: Mapping[str, str], conversation: Mapping[str, Any]) -> str | None:
    try:
        for message in conversation.get("messages") or ():
            reason = _unfit(untaken, message.get("content"))
            if reason is not None:
                return reason
        return _unfit(untaken, conversation.get("system"))
    except (AttributeError, TypeError):
        return None  # malformed, which botocore is to say


def _unfit(untaken: Mapping[str, str], content: Any) -> str | None:
    for block in content or ():
        for kind, value in block.items():
            reason = _unfit(untaken, _inner(kind, value)) if kind in _NESTING else untaken.get(kind)
            if reason is not None and (kind != _REASONING or _is_signed(value)):
                return reason
    return None


def _inner(kind: str, value: Any) -> Any:
    """Return the blocks in a block of *kind*."""
    return value.get("content") if kind == "toolResult" else [value]


def is_other_embedding(original_model_id: str, model_id: str, catalog: Catalog) -> bool:
    """Tell whether *model_id* is another embedding model: its vectors cannot be compared with those stored."""
    known = catalog.models.get(model_id)
    is_embedding = "EMBEDDING" in known.outputs if known else "embed" in model_id
    return is_embedding and model_id != original_model_id


def _untaken(known: Model | None) -> dict[str, str]:
    if known is None:
        return {}
    kinds = (kind for kind, modalities in _MODALITIES.items() if known.inputs.isdisjoint(modalities))
    return {kind: f"it takes no {kind}" for kind in kinds}


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


def _is_signed(reasoning: Any) -> bool:
    # https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ReasoningContentBlock.html
    if not isinstance(reasoning, dict):
        return False
    text = reasoning.get("reasoningText")
    return "redactedContent" in reasoning or (isinstance(text, dict) and bool(text.get("signature")))
