"""The operations of `bedrock`, the control plane, on inference profiles and foundation models."""

from typing import Any

from bedrock_guard._catalog import Model
from bedrock_guard._identifiers import UNSPECIFIED, ModelKind, parse_arn, parse_model_id, partition_of
from bedrock_guard._profiles import InferenceProfile, ProfileType
from bedrock_guard.simulator._call import Call
from bedrock_guard.simulator._errors import invalid_identifier, not_found, validation
from bedrock_guard.simulator._http import Response, json_response
from bedrock_guard.simulator._pages import paginate
from bedrock_guard.simulator._service import Service

_SINCE = "2025-01-01T00:00:00Z"


def list_inference_profiles(service: Service, call: Call) -> Response:
    """https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListInferenceProfiles.html."""
    service.admit(call, [call.authorization("*")])
    if call.request.query.get("type") == ProfileType.APPLICATION:
        profiles = service.offer.application_profiles(call.region)
    else:
        profiles = service.offer.profiles(call.region)
    page, following = paginate(profiles, call.request.query)
    return json_response(
        {"inferenceProfileSummaries": [_profile(service, call, profile) for profile in page], **following}
    )


def create_inference_profile(service: Service, call: Call) -> Response:
    """https://docs.aws.amazon.com/bedrock/latest/APIReference/API_CreateInferenceProfile.html."""
    name, copied = call.text("inferenceProfileName"), _copied(call)
    found = service.offer.resolve(copied, call.region)
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html
    made = call.arn(f"{ModelKind.APPLICATION_INFERENCE_PROFILE}/*")
    service.admit(call, [call.authorization(made), call.authorization(copied)])

    def make() -> str:
        id_, description = service.new_id(12).lower(), call.body.get("description")
        return call.arn(service.offer.add_application_profile(id_, name, call.region, found, description).resource)

    return json_response({"inferenceProfileArn": service.once(call, make), "status": "ACTIVE"}, status=201)


def get_inference_profile(service: Service, call: Call) -> Response:
    """https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetInferenceProfile.html."""
    profile = service.offer.find_profile(parse_model_id(call.label), call.region)
    asked = call.label if call.label.startswith("arn:") else call.arn(f"{ModelKind.INFERENCE_PROFILE}/{call.label}")
    service.admit(call, [call.authorization(call.arn(profile.resource) if profile else asked)])
    if profile is None:
        raise not_found(call.label)
    return json_response(_profile(service, call, profile))


def list_foundation_models(service: Service, call: Call) -> Response:
    """https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListFoundationModels.html."""
    service.admit(call, [call.authorization("*")])
    through = {profile.model_id for profile in service.offer.profiles(call.region)}
    summaries = [_model(call, model, through) for model in service.offer.models(call.region)]
    return json_response({"modelSummaries": [summary for summary in summaries if _matches(summary, call)]})


def get_foundation_model(service: Service, call: Call) -> Response:
    """https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetFoundationModel.html."""
    identifier = parse_model_id(call.label)
    if not service.offer.is_local(identifier, call.region):
        raise invalid_identifier()
    arn = call.arn(f"foundation-model/{identifier.id}", account=False)
    service.admit(call, [call.authorization(arn)])
    found = [model for model in service.offer.models(call.region) if model.id == identifier.id]
    if not found:
        raise invalid_identifier()
    through = {profile.model_id for profile in service.offer.profiles(call.region)}
    return json_response({"modelDetails": _model(call, found[0], through)})


def _copied(call: Call) -> str:
    """Return the ARN to copy from: of a model or a system-defined profile, as the pattern of the member has it."""
    source = call.body.get("modelSource")
    copied = source.get("copyFrom") if isinstance(source, dict) else None
    arn = parse_arn(copied) if isinstance(copied, str) else None
    if arn is None or arn.resource_type not in (ModelKind.FOUNDATION_MODEL, ModelKind.INFERENCE_PROFILE):
        raise validation("1 validation error detected: Value at 'modelSource' failed to satisfy constraint.")
    return str(copied)


def _profile(service: Service, call: Call, profile: InferenceProfile) -> dict[str, Any]:
    regions = [region for region in profile.destination_regions if region != UNSPECIFIED]
    return {
        "inferenceProfileName": service.offer.name(profile),
        "description": service.offer.description(profile)
        or f"Routes requests to {profile.model_id} in {', '.join(regions)}.",
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
