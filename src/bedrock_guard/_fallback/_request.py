"""The request for a candidate, made from the one that was denied."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bedrock_guard._catalog import Catalog
from bedrock_guard._diagnosis import Diagnosis
from bedrock_guard._fallback._boundary import crosses
from bedrock_guard._fallback._configuration import Candidate, Fallback, Params
from bedrock_guard._fallback._fit import misfit
from bedrock_guard._identifiers import ModelKind, parse_arn, parse_model_id
from bedrock_guard._profiles import InferenceProfile


class Body:
    """The file-like body of a call, if it has one: each request sends it whole, or is not sent."""

    def __init__(self, params: Params) -> None:
        body = params.get("body")
        self._file = body if hasattr(body, "read") else None
        self._position = _position_of(self._file)
        self._is_fresh = True

    def is_ready(self) -> bool:
        """Put it back where it stood, and tell whether a request can send it."""
        was_fresh, self._is_fresh = self._is_fresh, False
        if self._file is None or self._position is None:
            return self._file is None or was_fresh
        self._file.seek(self._position)
        return True


def _position_of(file: Any) -> int | None:
    try:
        return int(file.tell()) if file is not None and file.seekable() else None
    except (AttributeError, OSError, ValueError):
        return None


@dataclass(frozen=True)
class Request:
    """
    A denied request: its parameters, as the caller gave them, and where they would have gone.

    `model_id` is the foundation model that was asked for; `profile` the inference profile, None where its routes are
    not known.
    """

    operation_name: str
    params: Params
    source_region: str
    model_id: str
    profile: InferenceProfile | None

    @property
    def is_application(self) -> bool:
        """Whether an application inference profile was asked for, to which costs are allocated."""
        return parse_model_id(self.params["modelId"]).kind is ModelKind.APPLICATION_INFERENCE_PROFILE


def request_of(operation_name: str, params: Params, source_region: str, diagnosis: Diagnosis) -> Request:
    """Return the request with *params* that *diagnosis* is about."""
    profile, arn = diagnosis.profile, parse_arn(diagnosis.denial.resource or "")
    if profile is None and arn is not None and arn.resource_type == ModelKind.FOUNDATION_MODEL:
        model_id = arn.resource_id
    else:
        model_id = foundation_model(params["modelId"], profile)
    return Request(operation_name, params, source_region, model_id, profile)


def prepare(
    candidate: Candidate, request: Request, fallback: Fallback, profile: InferenceProfile | None, catalog: Catalog
) -> Params | str:
    """
    Return the parameters to send to *candidate*, or the reason to pass it over.

    *profile* is what the candidate names where that is an inference profile whose routes are known.
    """
    reason = _refusal(candidate, request, fallback, profile)
    if reason is not None:
        return reason
    model_id = foundation_model(candidate.model_id, profile)
    params = _addressed(request, candidate, model_id)
    if fallback.adapt is not None:
        params = {**fallback.adapt(candidate.model_id, _copied(params)), "modelId": params["modelId"]}
    misfitting = misfit(
        request.operation_name,
        params,
        candidate,
        original_model_id=request.model_id,
        candidate_model_id=model_id,
        catalog=catalog,
    )
    return misfitting or params


def foundation_model(model_id: str, profile: InferenceProfile | None) -> str:
    """Return the id of the foundation model behind *model_id*, or what stands for it where that is not known."""
    if profile is not None:
        return profile.model_id
    identifier = parse_model_id(model_id)
    return identifier.id.partition(".")[2] if identifier.kind is ModelKind.INFERENCE_PROFILE else identifier.id


def _refusal(
    candidate: Candidate, request: Request, fallback: Fallback, profile: InferenceProfile | None
) -> str | None:
    if candidate.is_auto and request.is_application:
        return "costs are allocated to the application inference profile, so only a model that is named replaces it"
    if fallback.allow_wider:
        return None
    return crosses(candidate.model_id, request.profile, request.source_region, profile)


def _addressed(request: Request, candidate: Candidate, model_id: str) -> Params:
    params = {**request.params, "modelId": candidate.model_id}
    if request.operation_name == "CountTokens":
        # Tokens are counted by a foundation model, not through a profile.
        # https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html
        params["modelId"] = model_id
    token = params.get("clientRequestToken")
    if token is not None:
        # One token is one request, and this is another; the same for each repetition of the caller's.
        # https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_StartAsyncInvoke.html
        params["clientRequestToken"] = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{token} {candidate.model_id}"))
    return params


def _copied(value: Any) -> Any:
    """Return *value* with containers of its own, for the user's hook to change; what they hold is shared."""
    if isinstance(value, Mapping):
        return {name: _copied(each) for name, each in value.items()}
    return [_copied(each) for each in value] if isinstance(value, list | tuple) else value
