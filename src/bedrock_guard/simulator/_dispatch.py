"""The core: a request in, a response out."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bedrock_guard.simulator import _control, _jobs, _runtime
from bedrock_guard.simulator._call import UNKNOWN, Call
from bedrock_guard.simulator._errors import ServiceError, UnknownOperationError, malformed
from bedrock_guard.simulator._fault import error_inside
from bedrock_guard.simulator._http import Drop, Request, Response
from bedrock_guard.simulator._journal import JournalEntry
from bedrock_guard.simulator._organization import DeniedError
from bedrock_guard.simulator._service import Service

# The Region of a request that names none: one with a Bedrock API key, to an endpoint on this machine.
_DEFAULT_REGION = "us-east-1"

_Handler = Callable[[Service, Call], Response]
_OPERATIONS: Mapping[str, tuple[str, _Handler]] = {
    "POST /model/{}/converse": ("Converse", _runtime.converse),
    "POST /model/{}/converse-stream": ("ConverseStream", _runtime.converse_stream),
    "POST /model/{}/invoke": ("InvokeModel", _runtime.invoke),
    "POST /model/{}/invoke-with-response-stream": (
        "InvokeModelWithResponseStream",
        _runtime.invoke_with_response_stream,
    ),
    "POST /model/{}/count-tokens": ("CountTokens", _runtime.count_tokens),
    "POST /async-invoke": ("StartAsyncInvoke", _jobs.start_async_invoke),
    "GET /async-invoke": ("ListAsyncInvokes", _jobs.list_async_invokes),
    "GET /async-invoke/{}": ("GetAsyncInvoke", _jobs.get_async_invoke),
    "POST /model-invocation-job": ("CreateModelInvocationJob", _jobs.create_model_invocation_job),
    "GET /model-invocation-job/{}": ("GetModelInvocationJob", _jobs.get_model_invocation_job),
    "POST /inference-profiles": ("CreateInferenceProfile", _control.create_inference_profile),
    "GET /inference-profiles": ("ListInferenceProfiles", _control.list_inference_profiles),
    "GET /inference-profiles/{}": ("GetInferenceProfile", _control.get_inference_profile),
    "GET /foundation-models": ("ListFoundationModels", _control.list_foundation_models),
    "GET /foundation-models/{}": ("GetFoundationModel", _control.get_foundation_model),
}

OPERATIONS = (*(name for name, _ in _OPERATIONS.values()), UNKNOWN)


def respond(service: Service, request: Request, *, keep_body: bool = False) -> Response:
    """Answer *request* as Bedrock would, and write both into the journal."""
    operation, handler = _OPERATIONS.get(_template(request), (UNKNOWN, _unknown))
    call = Call(operation, request.region or _DEFAULT_REGION, service.caller.account_id, request)
    error: ServiceError | None = None
    try:
        response = handler(service, call)
    except ServiceError as caught:
        # Without its traceback, which holds this frame and all below it: what the application sent would linger.
        error, response = caught.with_traceback(None), caught.response
    except RecursionError:  # a body that Python just reads, echoed, which goes deeper
        error = malformed("#: nested too deeply")
        response = error.response
    request_id = service.new_request_id()
    sent = service.faults.spoil(call, response)
    service.record(_entry(call, sent, error, request_id, keep_body=keep_body))
    return replace(sent, headers={**sent.headers, "x-amzn-RequestId": request_id})


def _template(request: Request) -> str:
    """Return method and path with a hole for the identifier, which is always the second segment."""
    first, *rest = request.path
    return f"{request.method} /" + "/".join([first, *(["{}"] if rest else []), *rest[1:]])


def _unknown(_service: Service, _call: Call) -> Response:
    raise UnknownOperationError


def _entry(
    call: Call, response: Response, error: ServiceError | None, request_id: str, *, keep_body: bool
) -> JournalEntry:
    return JournalEntry(
        operation=call.operation,
        target=call.request.target,
        region=call.region,
        model_id=call.model_id,
        status=response.status,
        error=error.code if error else error_inside(response),
        denied=error.refusal.authorization if isinstance(error, DeniedError) else None,
        request_id=request_id,
        broken_off=any(isinstance(part, Drop) for part in response.body),
        body=call.request.body if keep_body else None,
    )
