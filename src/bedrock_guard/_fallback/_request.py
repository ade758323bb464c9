"""The request for a candidate, made from the one that was denied."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bedrock_guard._catalog import Catalog
from bedrock_guard._diagnosis import Diagnosis
from bedrock_guard._fallback._boundary import crosses
from bedrock_guard._fallback._configuration import Candidate, Fallback, Params
from bedrock_guard._fallback._fit import Fit, fit_of, is_other_embedding, misfit
from bedrock_guard._identifiers import PROFILES, ModelKind, parse_arn, parse_model_id
from bedrock_guard._profiles import InferenceProfile


class Body:
    """The file-like body of a call: it is sent whole by each request, or not at all."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._position = _position_of(file)
        self._was_sent = False

    def is_in(self, params: Params) -> bool:
        """Tell whether *params* send it: the user's hook may have put another in its place."""
        return params.get("body") is self._file

    def rewind(self) -> bool:
        """Put it back where it stood, and tell whether it stands there."""
        if self._position is None:
            return False
        try:
            self._file.seek(self._position)
        except Exception:  # noqa: BLE001 (closed meanwhile, for one)
            return False
        return True

    def can_be_lent(self) -> bool:
        """Tell whether it may be read and still be sent, or was sent already."""
        return self.rewind() or self._was_sent

    def take(self) -> bool:
        """Put it back where it stood, for the next request, and tell whether that can send it whole."""
        can_be_sent = self.rewind() or not self._was_sent
        self._was_sent = True
        return can_be_sent


def _position_of(file: Any) -> int | None:
    try:
        # To botocore a body is one that has `seek` and `tell`: mmap's has no more before Python 3.13.
        is_seekable = file.seekable() if hasattr(file, "seekable") else hasattr(file, "seek")
        return int(file.tell()) if is_seekable else None
    except Exception:  # noqa: BLE001 (it is anybody's class)
        return None


@dataclass(frozen=True)
class Option:
    """
    A candidate for one operation on one denied model, with all that does not depend on what a request holds.

    `model_id` is what is sent to it as modelId. `reason` is why it is passed over, whatever is sent. `is_certain` tells
    that no later look-up can say otherwise.
    """

    candidate: Candidate
    model_id: str
    reason: str | None
    fit: Fit
    is_certain: bool
    is_other_embedding: bool


def option_of(
    candidate: Candidate,
    operation_name: str,
    diagnosis: Diagnosis,
    fallback: Fallback,
    *,
    source_region: str,
    profile: InferenceProfile | None,
    catalog: Catalog,
) -> Option:
    """
    Return *candidate*, weighed for *operation_name* where *diagnosis* denies the first choice in *source_region*.

    *profile* is what the candidate names, where that is a profile whose routes are known.
    """
    original, model_id = original_model(diagnosis), foundation_model(candidate.model_id, profile)
    return Option(
        candidate,
        # Tokens are counted by a foundation model, not through a profile.
        # https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html
        model_id if operation_name == "CountTokens" else candidate.model_id,
        _refusal(candidate, diagnosis, fallback, source_region, profile),
        fit_of(operation_name, candidate, original, model_id, catalog),
        profile is not None or parse_model_id(candidate.model_id).kind not in PROFILES,
        is_other_embedding(original, model_id, catalog),
    )


def prepare(option: Option, operation_name: str, params: Params, body: Body | None, fallback: Fallback) -> Params | str:
    """Return the parameters to send to *option*, made from *params* with *body*, or the reason to pass it over."""
    if option.reason is not None:
        return option.reason
    params = {**params, "modelId": option.model_id}
    if "clientRequestToken" in params:
        params["clientRequestToken"] = _token_of_its_own(params["clientRequestToken"], option.model_id)
    if fallback.adapt is not None:
        if body is not None and not body.can_be_lent():
            return "its body can be read but once, and adapt may read it"
        params = _adapted(fallback.adapt, option.candidate.model_id, params)
    reason = misfit(option.fit, operation_name, params)
    if reason is None and body is not None and body.is_in(params) and not body.take():
        return "the body was read, and cannot be read again"
    return reason or params


def original_model(diagnosis: Diagnosis) -> str:
    """Return the id of the foundation model that was asked for, or what stands for it where that is not known."""
    arn = parse_arn(diagnosis.denial.resource or "")
    if diagnosis.profile is None and arn is not None and arn.resource_type == ModelKind.FOUNDATION_MODEL:
        return arn.resource_id
    return foundation_model(diagnosis.requested_model_id or "", diagnosis.profile)


def foundation_model(model_id: str, profile: InferenceProfile | None) -> str:
    """Return the id of the foundation model behind *model_id*, or what stands for it where that is not known."""
    if profile is not None:
        return profile.model_id
    identifier = parse_model_id(model_id)
    return identifier.id.partition(".")[2] if identifier.kind is ModelKind.INFERENCE_PROFILE else identifier.id


def _refusal(
    candidate: Candidate,
    diagnosis: Diagnosis,
    fallback: Fallback,
    source_region: str,
    profile: InferenceProfile | None,
) -> str | None:
    requested = parse_model_id(diagnosis.requested_model_id or "")
    if candidate.is_auto and requested.kind is ModelKind.APPLICATION_INFERENCE_PROFILE:
        return "costs are allocated to the application inference profile, so only a model that is named replaces it"
    if fallback.allow_wider:
        return None
    return crosses(candidate.model_id, diagnosis.profile, source_region, profile)


def _token_of_its_own(token: Any, model_id: str) -> str:
    # One token is one request, and this is another; the same for each repetition of the caller's.
    # https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_StartAsyncInvoke.html
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{token} {model_id}"))


def _adapted(adapt: Callable[[str, Params], Params], model_id: str, params: Params) -> Params:
    return {**adapt(model_id, _copied(params)), "modelId": params["modelId"]}


def _copied(value: Any) -> Any:
    """Return *value* with containers of its own, for the user's hook to change; what they hold is shared."""
    if isinstance(value, Mapping):
        return {name: _copied(each) for name, each in value.items()}
    return [_copied(each) for each in value] if isinstance(value, list | tuple) else value
