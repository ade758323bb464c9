"""
What runs on its own: asynchronous invocations and batch inference jobs. They are done as soon as they are accepted.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_StartAsyncInvoke.html
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_CreateModelInvocationJob.html
"""

from datetime import datetime, timezone
from typing import Any

from bedrock_guard.simulator._call import Call
from bedrock_guard.simulator._errors import not_found, validation
from bedrock_guard.simulator._http import Response, json_response
from bedrock_guard.simulator._pages import paginate
from bedrock_guard.simulator._runtime import target
from bedrock_guard.simulator._service import Service


def start_async_invoke(service: Service, call: Call) -> Response:
    """https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_StartAsyncInvoke.html."""
    found = target(service, call, call.text("modelId"))
    return json_response({"invocationArn": service.once(call, lambda: _invocation(service, call, found.model_id))})


def get_async_invoke(service: Service, call: Call) -> Response:
    """https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_GetAsyncInvoke.html."""
    service.admit(call, [call.authorization(call.label)])
    found = service.async_invokes.get((call.region, call.label))
    if found is None:
        raise validation("The provided invocation ARN is invalid.")  # the operation has no ResourceNotFoundException
    return json_response(found)


def list_async_invokes(service: Service, call: Call) -> Response:
    """https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ListAsyncInvokes.html."""
    service.admit(call, [call.authorization("*")])
    query = call.request.query
    invokes = [invoke for (region, _), invoke in service.async_invokes.items() if region == call.region]
    found = [invoke for invoke in invokes if _is_listed(invoke, query)]
    page, following = paginate(found if query.get("sortOrder") == "Ascending" else found[::-1], query)
    return json_response({"asyncInvokeSummaries": page, **following})


def create_model_invocation_job(service: Service, call: Call) -> Response:
    """https://docs.aws.amazon.com/bedrock/latest/APIReference/API_CreateModelInvocationJob.html."""
    target(service, call, call.text("modelId"))
    return json_response({"jobArn": service.once(call, lambda: _job(service, call))})


def get_model_invocation_job(service: Service, call: Call) -> Response:
    """https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetModelInvocationJob.html."""
    arn = call.label if call.label.startswith("arn:") else call.arn(f"model-invocation-job/{call.label}")
    service.admit(call, [call.authorization(arn)])
    found = service.batch_jobs.get((call.region, arn))
    if found is None:
        raise not_found(arn)
    return json_response(found)


def _invocation(service: Service, call: Call, model_id: str) -> str:
    arn = call.arn(f"async-invoke/{service.new_id(12).lower()}")
    invocation = {
        "invocationArn": arn,
        "modelArn": call.arn(f"foundation-model/{model_id}", account=False),
        "outputDataConfig": call.body.get("outputDataConfig", {}),
        "status": "Completed",
        **_token(call),
        **_times(),
    }
    service.async_invokes.keep((call.region, arn), invocation)
    return arn


def _job(service: Service, call: Call) -> str:
    arn = call.arn(f"model-invocation-job/{service.new_id(12).lower()}")
    kept = ("modelId", "inputDataConfig", "outputDataConfig", "vpcConfig", "timeoutDurationInHours")
    job = {
        "jobArn": arn,
        "jobName": call.text("jobName"),
        "roleArn": call.text("roleArn"),
        "status": "Completed",
        **{name: call.body[name] for name in kept if name in call.body},
        **_token(call),
        **_times(),
    }
    service.batch_jobs.keep((call.region, arn), job)
    return arn


def _is_listed(invoke: dict[str, Any], query: dict[str, str]) -> bool:
    # Times of one form, to the second, in UTC: they compare as texts.
    status, submitted = str(invoke["status"]), str(invoke["submitTime"])
    between = query.get("submitTimeAfter", "") <= submitted <= query.get("submitTimeBefore", "~")
    return between and query.get("statusEquals", status) == status


def _token(call: Call) -> dict[str, Any]:
    return {name: call.body[name] for name in ("clientRequestToken",) if name in call.body}


def _times() -> dict[str, str]:
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"submitTime": now, "lastModifiedTime": now, "endTime": now}
