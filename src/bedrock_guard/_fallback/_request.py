"""The request for a candidate, made from the one that was denied."""

import uuid
from dataclasses import dataclass
from typing import Any

from bedrock_guard._catalog import Catalog
from bedrock_guard._fallback._boundary import crosses
from bedrock_guard._fallback._configuration import Candidate, Fallback, Params
from bedrock_guard._fallback._fit import misfit
from bedrock_guard._identifiers import PROFILES, ModelKind, parse_model_id
from bedrock_guard._profiles import InferenceProfile


@dataclass(frozen=True)
class Request:
    """
    A denied request: its parameters, as the caller gave them, and where they would have gone.

    `profile` is the inference profile asked for, None where its routes are not known; `position` is where a
    file-like body stood, None where there is none, or where it cannot be put back.
    """

    operation_name: str
    params: Params
    source_region: str
    model_id: str
    profile: InferenceProfile | None
    position: int | None

    @property
    def is_application(self) -> bool:
        """Whether an application inference profile was asked for, to which costs are allocated."""
        requested = parse_model_id(str(self.params.get("modelId")))
        return requested.kind is ModelKind.APPLICATION_INFERENCE_PROFILE


def position_of(params: Params) -> int | None:
    """Return where the file-like body in *params* stands, None where there is none or it cannot be put back."""
    body = params.get("body")
    if not hasattr(body, "read"):
        return None
    try:
        return int(body.tell()) if body.seekable() else None
    except (AttributeError, OSError, ValueError):
        return None


def prepare(
    candidate: Candidate,
    request: Request,
    fallback: Fallback,
    profile: InferenceProfile | None,
    catalog: Catalog,
) -> Params | str:
    """
    Return the parameters to send to *candidate*, or the reason to pass it over.

    *profile* is what the candidate names where that is an inference profile whose routes are known.
    """
    if candidate.is_auto and request.is_application:
        return "costs are allocated to the application inference profile, so only a model that is named replaces it"
    reason = (
        None if fallback.allow_wider else crosses(candidate.model_id, request.profile, request.source_region, profile)
    )
    if reason is not None:
        return reason
    params = _addressed(request, candidate)
    if params is None:
        return "the body was read, and cannot be read again"
    if fallback.adapt is not None:
        params = {**fallback.adapt(candidate.model_id, params), "modelId": candidate.model_id}
    model_id = foundation_model(candidate.model_id, profile)
    known = catalog.models.get(model_id)
    misfitting = misfit(
        request.operation_name,
        params,
        candidate,
        original_model_id=request.model_id,
        candidate_model_id=model_id,
        known=known,
    )
    return misfitting or params


def foundation_model(model_id: str, profile: InferenceProfile | None) -> str:
    """Return the id of the foundation model behind *model_id*, or what stands for it where that is not known."""
    if profile is not None:
        return profile.model_id
    identifier = parse_model_id(model_id)
    if identifier.kind in PROFILES and identifier.kind is not ModelKind.APPLICATION_INFERENCE_PROFILE:
        return identifier.id.partition(".")[2]
    return identifier.id


def _addressed(request: Request, candidate: Candidate) -> Params | None:
    params = {**request.params, "modelId": candidate.model_id}
    token = params.get("clientRequestToken")
    if token is not None:
        # One token is one request, and this is another; the same for each repetition of the caller's.
        # https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_StartAsyncInvoke.html
        params["clientRequestToken"] = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{token} {candidate.model_id}"))
    return params if _is_rewound(params.get("body"), request.position) else None


def _is_rewound(body: Any, position: int | None) -> bool:
    if not hasattr(body, "read"):
        return True
    if position is None:
        return False
    body.seek(position)
    return True
