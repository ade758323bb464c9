"""The operations of `bedrock-runtime`."""

import json

from bedrock_guard._identifiers import parse_model_id
from bedrock_guard.scp._authorizations import action_of, authorizations
from bedrock_guard.simulator import _converse, _invoke
from bedrock_guard.simulator._call import Call
from bedrock_guard.simulator._errors import invalid_identifier, validation
from bedrock_guard.simulator._eventstream import encode_event
from bedrock_guard.simulator._http import Response, json_response, stream_response
from bedrock_guard.simulator._offer import Target
from bedrock_guard.simulator._replies import Reply, Turn, estimate_tokens
from bedrock_guard.simulator._service import Service


def converse(service: Service, call: Call) -> Response:
    """https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html."""
    return json_response(_converse.answer(_turn(service, call, _chat_target(service, call))))


def converse_stream(service: Service, call: Call) -> Response:
    """https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html."""
    turn = _turn(service, call, _streaming(service, _chat_target(service, call)))
    return stream_response(encode_event(type_, payload) for type_, payload in _converse.events(turn))


def invoke(service: Service, call: Call) -> Response:
    """https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html."""
    found = target(service, call, call.label)
    answer = _invoke.embedding(found.model_id, call.body)
    if answer is None:
        _invoke.check(found.model_id, call.body)
        answer = _invoke.invoke_model(_invoked(service, call, found), call.body)
    return answer


def invoke_with_response_stream(service: Service, call: Call) -> Response:
    """https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModelWithResponseStream.html."""
    found = _streaming(service, target(service, call, call.label))
    _invoke.check(found.model_id, call.body)
    return _invoke.invoke_model_with_response_stream(_invoked(service, call, found), call.body)


def count_tokens(service: Service, call: Call) -> Response:
    """https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_CountTokens.html."""
    identifier = parse_model_id(call.label)
    if not service.offer.is_local(identifier, call.region):
        raise invalid_identifier()
    service.admit(call, authorizations(action_of(call.operation), identifier, call.region, call.account_id))
    # Not through inference profiles, yet for models that answer through nothing else.
    # https://docs.aws.amazon.com/bedrock/latest/userguide/count-tokens.html
    if not identifier.id.startswith("anthropic.") or not service.offer.serves(identifier.id, call.region):
        raise validation("The provided model doesn't support counting tokens.")
    return json_response({"inputTokens": estimate_tokens(json.dumps(call.body.get("input")))})


def target(service: Service, call: Call, model_id: str) -> Target:
    """Return what *model_id* means, once the call is authorized. Raises ServiceError where it is not."""
    found = service.offer.resolve(model_id, call.region)
    action = action_of(call.operation)
    asked = authorizations(action, found.identifier, call.region, call.account_id, found.profile)
    service.admit(call, asked, found.profile)
    return found


def _chat_target(service: Service, call: Call) -> Target:
    found = target(service, call, call.label)
    model = service.offer.model(found.model_id)
    if model and "TEXT" not in model.outputs:
        raise validation(
            "This action doesn't support the model that you provided. Try again with a supported text or chat model."
        )
    _converse.check(call.body)
    return found


def _streaming(service: Service, found: Target) -> Target:
    model = service.offer.model(found.model_id)
    if model and not model.streaming:
        raise validation("The model is unsupported for streaming.")
    return found


def _invoked(service: Service, call: Call, found: Target) -> Turn:
    """Return the next turn, but of a model that echoes: what was sent, which takes none of the scripted replies."""
    echo = None if _invoke.is_known(found.model_id) else Reply(json.dumps(call.body))
    return _turn(service, call, found, echo)


def _turn(service: Service, call: Call, found: Target, echo: Reply | None = None) -> Turn:
    reply = echo or service.next_reply(found.model_id)
    ids = tuple(service.new_id(22) for _ in reply.tool_uses)
    return Turn(found.model_id, reply, max(1, len(call.request.body) // 4), service.new_id(22), ids)
