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
    arn = call.arn(f"async-invoke/{service.new_id(12).lower()}")
    service.async_invokes[arn] = {
        "invocationArn": arn,
        "modelArn": call.arn(f"foundation-model/{found.model_id}", account=False),
        "outputDataConfig": call.body.get("outputDataConfig", {}),
        "status": "Completed",
        **_token(call),
        **_times(),
    }
    return json_response({"invocationArn": arn})


def get_async_invoke(service: Service, call: Call) -> Response:
    """https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_GetAsyncInvoke.html."""
    service.admit(call, [call.authorization(call.label)])
    if call.label not in service.async_invokes:
        raise validation("The provided invocation ARN is invalid.")  # the operation has no ResourceNotFoundException
    return json_response(service.async_invokes[call.label])


def list_async_invokes(service: Service, call: Call) -> Response:
    """https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ListAsyncInvokes.html."""
    service.admit(call, [call.authorization("*")])
    query = call.request.query
    found = [invoke for invoke in list(service.async_invokes.values()) if _is_listed(invoke, query)]
    page, following = paginate(found if query.get("sortOrder") == "Ascending" else found[::-1], query)
    return json_response({"asyncInvokeSummaries": page, **following})


def create_model_invocation_job(service: Service, call: Call) -> Response:
    """https://docs.aws.amazon.com/bedrock/latest/APIReference/API_CreateModelInvocationJob.html."""
    target(service, call, call.text("modelId"))
    arn = call.arn(f"model-invocation-job/{service.new_id(12).lower()}")
    kept = ("modelId", "inputDataConfig", "outputDataConfig", "vpcConfig", "timeoutDurationInHours")
    service.batch_jobs[arn] = {
        "jobArn": arn,
        "jobName": call.text("jobName"),
        "roleArn": call.text("roleArn"),
        "status": "Completed",
        **{name: call.body[name] for name in kept if name in call.body},
        **_token(call),
        **_times(),
    }
    return json_response({"jobArn": arn})


def get_model_invocation_job(service: Service, call: Call) -> Response:
    """https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetModelInvocationJob.html."""
    arn = call.label if call.label.startswith("arn:") else call.arn(f"model-invocation-job/{call.label}")
    service.admit(call, [call.authorization(arn)])
    if arn not in service.batch_jobs:
        raise not_found(arn)
    return json_response(service.batch_jobs[arn])


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
