"""The operations of `bedrock`, the control plane, on inference profiles and foundation models."""

from collections.abc import Sequence
from typing import Any

from bedrock_guard._catalog import Model
from bedrock_guard._identifiers import UNSPECIFIED, parse_model_id, partition_of
from bedrock_guard._profiles import InferenceProfile, ProfileType
from bedrock_guard.simulator._call import Call
from bedrock_guard.simulator._errors import validation
from bedrock_guard.simulator._http import Response, json_response
from bedrock_guard.simulator._offer import not_found
from bedrock_guard.simulator._service import Service

_SINCE = "2025-01-01T00:00:00Z"
_PAGE = 1000


def list_inference_profiles(service: Service, call: Call) -> Response:
    """https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListInferenceProfiles.html."""
    service.authorize(call.request, call.region, [call.authorization("*")])
    wanted = call.request.query.get("type", ProfileType.SYSTEM_DEFINED)
    profiles = [profile for profile in service.offer.profiles(call.region) if profile.type == wanted]
    page, following = paginate(profiles, call)
    return json_response({"inferenceProfileSummaries": [_profile(call, profile) for profile in page], **following})


def get_inference_profile(service: Service, call: Call) -> Response:
    """https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetInferenceProfile.html."""
    identifier = parse_model_id(call.label)
    arn = call.label if call.label.startswith("arn:") else call.arn(f"inference-profile/{call.label}")
    service.authorize(call.request, call.region, [call.authorization(arn)])
    profile = service.offer.find_profile(identifier, call.region)
    if profile is None:
        raise not_found(call.label)
    return json_response(_profile(call, profile))


def list_foundation_models(service: Service, call: Call) -> Response:
    """https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListFoundationModels.html."""
    service.authorize(call.request, call.region, [call.authorization("*")])
    through = {profile.model_id for profile in service.offer.profiles(call.region)}
    summaries = [_model(call, model, through) for model in service.offer.models(call.region)]
    return json_response({"modelSummaries": [summary for summary in summaries if _matches(summary, call)]})


def paginate(items: Sequence[Any], call: Call) -> tuple[Sequence[Any], dict[str, str]]:
    """Return the page that the query asks for, and the token of the next one, if there is any."""
    size, start = call.request.query.get("maxResults", str(_PAGE)), call.request.query.get("nextToken", "0")
    if not (size.isdecimal() and 1 <= int(size) <= _PAGE and start.isdecimal()):
        raise validation("1 validation error detected: the page asked for does not exist.")
    end = int(start) + int(size)
    return items[int(start) : end], {"nextToken": str(end)} if end < len(items) else {}


def _profile(call: Call, profile: InferenceProfile) -> dict[str, Any]:
    regions = [region for region in profile.destination_regions if region != UNSPECIFIED]
    return {
        "inferenceProfileName": profile.id,
        "description": f"Routes requests to {profile.model_id} in {', '.join(regions)}.",
        "createdAt": _SINCE,
        "updatedAt": _SINCE,
        "inferenceProfileArn": call.arn(profile.resource),
        "models": [{"modelArn": _model_arn(call, profile, region)} for region in profile.destination_regions],
        "inferenceProfileId": profile.id,
        "status": "ACTIVE",
        "type": profile.type,
    }


def _model_arn(call: Call, profile: InferenceProfile, region: str) -> str:
    # A global profile lists a model without a Region beside that of the source Region.
    named = "" if region == UNSPECIFIED else region
    return f"arn:{partition_of(call.region)}:bedrock:{named}::foundation-model/{profile.model_id}"


def _model(call: Call, model: Model, through_profile: set[str]) -> dict[str, Any]:
    types = ["ON_DEMAND"] if call.region in model.in_region else []
    return {
        "modelArn": call.arn(f"foundation-model/{model.id}", account=False),
        "modelId": model.id,
        "modelName": model.id,
        "providerName": model.provider.capitalize(),
        "inputModalities": sorted(model.inputs),
        "outputModalities": sorted(model.outputs),
        "responseStreamingSupported": model.streaming,
        "customizationsSupported": [],
        "inferenceTypesSupported": types + (["INFERENCE_PROFILE"] if model.id in through_profile else []),
        "modelLifecycle": {"status": "LEGACY" if model.legacy else "ACTIVE"},
    }


def _matches(summary: dict[str, Any], call: Call) -> bool:
    query = call.request.query
    listed = {
        "byInferenceType": summary["inferenceTypesSupported"],
        "byOutputModality": summary["outputModalities"],
        "byCustomizationType": summary["customizationsSupported"],
    }
    provider = query.get("byProvider", "")
    return summary["providerName"].lower().startswith(provider.lower()) and all(
        query[name] in values for name, values in listed.items() if name in query
    )
