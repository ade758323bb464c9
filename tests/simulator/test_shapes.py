"""Every simulated answer has the members of botocore's output shapes, and no others."""

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.eventstream import EventStreamBuffer
from botocore.session import get_session

from bedrock_guard.simulator import Reply, Request, Response, Simulator, ToolUse
from bedrock_guard.simulator._dispatch import _OPERATIONS
from policies import CLAUDE, HELLO, JP_CLAUDE, NOVA

TOKYO = "ap-northeast-1"
JP_CLAUDE_ARN = f"arn:aws:bedrock:{TOKYO}:111122223333:inference-profile/{JP_CLAUDE}"
S3 = "s3://bucket/prefix/"
ANTHROPIC_BODY = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": []}


class Recorder(Simulator):
    """A simulator that keeps the last response as it was sent."""

    last: Response

    def respond(self, request: Request) -> Response:
        """Answer, and keep the answer."""
        self.last = super().respond(request)
        return self.last


@pytest.fixture
def recorder() -> Recorder:
    """Return a simulator whose next reply has text and a tool use."""
    recorder = Recorder()
    recorder.script(Reply("Let me see.", (ToolUse("weather", {"city": "Tokyo"}),)))
    return recorder


def started(session: boto3.Session) -> str:
    """Return the ARN of an asynchronous invocation."""
    answer = session.client("bedrock-runtime").start_async_invoke(
        modelId=NOVA, modelInput={}, outputDataConfig={"s3OutputDataConfig": {"s3Uri": S3}}, clientRequestToken="token"
    )
    return str(answer["invocationArn"])


def job(session: boto3.Session) -> str:
    """Return the ARN of a batch inference job."""
    answer = session.client("bedrock").create_model_invocation_job(
        jobName="job",
        roleArn="arn:aws:iam::111122223333:role/batch",
        modelId=NOVA,
        inputDataConfig={"s3InputDataConfig": {"s3Uri": S3}},
        outputDataConfig={"s3OutputDataConfig": {"s3Uri": S3}},
        timeoutDurationInHours=24,
    )
    return str(answer["jobArn"])


def runtime(operation: str, **parameters: Any) -> Callable[[boto3.Session], Any]:
    """Return a call of the runtime, its stream read to the end."""

    def call(session: boto3.Session) -> None:
        answer = getattr(session.client("bedrock-runtime"), operation)(**parameters)
        list(answer.get("stream", ()))

    return call


def control(operation: str, **parameters: Any) -> Callable[[boto3.Session], Any]:
    """Return a call of the control plane."""
    return lambda session: getattr(session.client("bedrock"), operation)(**parameters)


CALLS: dict[str, Callable[[boto3.Session], Any]] = {
    "Converse": runtime("converse", modelId=JP_CLAUDE, messages=HELLO),
    "ConverseStream": runtime("converse_stream", modelId=JP_CLAUDE, messages=HELLO),
    "InvokeModel": runtime("invoke_model", modelId=JP_CLAUDE, body=json.dumps(ANTHROPIC_BODY)),
    "InvokeModelWithResponseStream": runtime(
        "invoke_model_with_response_stream", modelId=JP_CLAUDE, body=json.dumps(ANTHROPIC_BODY)
    ),
    "CountTokens": runtime("count_tokens", modelId=CLAUDE, input={"converse": {"messages": HELLO}}),
    "StartAsyncInvoke": started,
    "GetAsyncInvoke": lambda session: session.client("bedrock-runtime").get_async_invoke(
        invocationArn=started(session)
    ),
    "ListAsyncInvokes": lambda session: (started(session), runtime("list_async_invokes")(session)),
    "CreateModelInvocationJob": job,
    "GetModelInvocationJob": lambda session: session.client("bedrock").get_model_invocation_job(
        jobIdentifier=job(session)
    ),
    "ListInferenceProfiles": control("list_inference_profiles", maxResults=3),
    "GetInferenceProfile": control("get_inference_profile", inferenceProfileIdentifier=JP_CLAUDE),
    "CreateInferenceProfile": control(
        "create_inference_profile", inferenceProfileName="mine", modelSource={"copyFrom": JP_CLAUDE_ARN}
    ),
    "ListFoundationModels": control("list_foundation_models"),
    "GetFoundationModel": control("get_foundation_model", modelIdentifier=NOVA),
}


def test_every_simulated_operation_is_checked() -> None:
    """The walk below leaves none out."""
    assert set(CALLS) == {operation for operation, _ in _OPERATIONS.values()}


@pytest.mark.parametrize("operation", CALLS)
def test_answer_has_the_members_of_the_output_shape(recorder: Recorder, operation: str) -> None:
    """A member that botocore does not know, one it requires, or one of another type is reported."""
    if model_of(operation) is None:
        pytest.skip(f"this botocore does not know {operation}")
    CALLS[operation](recorder.session(TOKYO))

    entry = recorder.requests[-1]
    assert (entry.operation, entry.status) == (operation, model_of(operation).http["responseCode"])
    assert list(faults(recorder.last, operation)) == []


def test_walk_reports_what_does_not_belong() -> None:
    """A stray member, a missing one and a wrong type are each reported."""
    shape = model_of("Converse").output_shape
    answer = {"output": {"message": {"role": "assistant", "content": [{"txt": "a"}]}}, "stopReason": 1, "metrics": {}}

    assert list(mismatches(answer, shape, "")) == [
        ".output.message.content[].txt does not belong",
        ".stopReason is no string",
        ".metrics lacks latencyMs",
        " lacks usage",
    ]


@cache
def model_of(operation: str) -> Any:
    """Return botocore's model of *operation*, None where it is too old to have one."""
    session = get_session()
    for service in ("bedrock-runtime", "bedrock"):
        model = session.get_service_model(service)
        if operation in model.operation_names:
            return model.operation_model(operation)
    return None


def faults(response: Response, operation: str) -> Iterator[str]:
    """Yield what is wrong with *response*, whichever way its body is made."""
    model = model_of(operation)
    body = b"".join(part for part in response.body if isinstance(part, bytes))
    if model.has_event_stream_output:
        buffer: Any = EventStreamBuffer()
        buffer.add_data(body)
        events = model.get_event_stream_output()
        for message in buffer:
            event = message.headers[":event-type"]
            yield from mismatches({event: json.loads(message.payload)}, events, "")
    elif not model.has_streaming_output:  # else a body of the model's own format
        yield from mismatches(json.loads(body), model.output_shape, "")


def mismatches(data: Any, shape: Any, path: str) -> Iterator[str]:
    """Yield where *data* is not of *shape*."""
    types: dict[str, Any] = {"structure": dict, "map": dict, "list": list, "integer": int, "long": int}
    expected = types.get(shape.type_name, bool if shape.type_name == "boolean" else str)
    if not isinstance(data, expected):
        yield f"{path} is no {shape.type_name}"
    elif shape.type_name == "list":
        for item in data:
            yield from mismatches(item, shape.member, f"{path}[]")
    elif shape.type_name == "structure" and not getattr(shape, "is_document_type", False):
        yield from _members(data, shape, path)


def _members(data: dict[str, Any], shape: Any, path: str) -> Iterator[str]:
    for name, value in data.items():
        if name in shape.members:
            yield from mismatches(value, shape.members[name], f"{path}.{name}")
        else:
            yield f"{path}.{name} does not belong"
    for name in shape.required_members:
        if name not in data:
            yield f"{path} lacks {name}"
