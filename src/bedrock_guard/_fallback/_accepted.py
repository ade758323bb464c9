"""Which models `fallback=` accepts."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from bedrock_guard._catalog import embedded
from bedrock_guard._identifiers import is_region, parse_arn

Models: TypeAlias = str | Sequence[str] | Mapping[str, str | Sequence[str]]

AUTO = "auto"
# https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html: 1 to 2048 characters
_MOST = 2048
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*")
_ARN = re.compile(r"arn:[A-Za-z0-9._:/-]+")
_PATTERN = re.compile(r"[A-Za-z0-9._:/*?!\[\]-]+")
# A switch, in the wrong place.
_NO_IDS = frozenset({AUTO, "on", "off", "true", "false", "yes", "no", "0", "1", "enabled", "disabled", "none"})
_SERVICES = frozenset({"bedrock", "sagemaker"})  # endpoints of Bedrock Marketplace are SageMaker's
_ACCEPTED = (
    'a model ID, several in order, a mapping from requested models (or patterns such as "jp.*") to them, "auto", '
    "or a Fallback of one of these"
)


def accepted(models: object) -> Models:
    """
    Return a copy of *models*, so that what the user does to his own is nothing to a fallback under way.

    Raises TypeError or ValueError where they are none of what is accepted.
    """
    if not isinstance(models, Mapping):
        return _accepted_list(models)
    if not models:
        raise ValueError(f"fallback names no model; it is {_ACCEPTED}")
    return {_checked(requested, _is_requested): _accepted_list(value) for requested, value in models.items()}


def _accepted_list(models: object) -> str | tuple[str, ...]:
    if isinstance(models, str):
        return _checked(models, _is_candidate)
    if not isinstance(models, Sequence) or isinstance(models, bytes):
        raise TypeError(f"fallback is {_ACCEPTED}, not {models!r}")
    if not models:
        raise ValueError(f"fallback has an empty list of models; it is {_ACCEPTED}")
    return tuple(_checked(model_id, _is_candidate) for model_id in models)


def _checked(model_id: object, is_good: Callable[[str], bool]) -> str:
    if not isinstance(model_id, str):
        raise TypeError(f"fallback is {_ACCEPTED}; {model_id!r} is no model ID")
    if len(model_id) > _MOST or not is_good(model_id):
        raise ValueError(f"fallback is {_ACCEPTED}; {model_id!r} is no model ID")
    return model_id


def _is_requested(model_id: str) -> bool:
    return _PATTERN.fullmatch(model_id) is not None and not _is_a_region(model_id)


def _is_candidate(model_id: str) -> bool:
    if model_id.startswith("arn:"):
        arn = parse_arn(model_id)
        return arn is not None and arn.service in _SERVICES and _ARN.fullmatch(model_id) is not None
    if model_id == AUTO:
        return True
    return _ID.fullmatch(model_id) is not None and model_id.lower() not in _NO_IDS and not _is_a_region(model_id)


def _is_a_region(model_id: str) -> bool:
    # Not by its form alone, which the name of a provisioned model may have.
    return is_region(model_id) and model_id in embedded().cities
