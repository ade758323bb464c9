"""The control plane: what is listed, made and looked up."""

import io
from datetime import datetime, timedelta, timezone
from typing import Any

import boto3
import pytest
from botocore.config import Config

from bedrock_guard import _catalog
from bedrock_guard.simulator import Request, Simulator
from bedrock_guard.simulator._kept import Kept
from policies import CLAUDE, GLOBAL_CLAUDE, HELLO, JP_CLAUDE, NOVA, TOKYO_ONLY

TOKYO = "ap-northeast-1"
JOB: Any = {
    "jobName": "nightly",
    "roleArn": "arn:aws:iam::111122223333:role/batch",
    "inputDataConfig": {"s3InputDataConfig": {"s3Uri": "s3://bucket/in"}},
    "outputDataConfig": {"s3OutputDataConfig": {"s3Uri": "s3://bucket/out"}},
}
NOVA_ARN = f"arn:aws:bedrock:{TOKYO}::foundation-model/{NOVA}"


@pytest.fixture
def session() -> boto3.Session:
    """Return a session in Tokyo whose SCP allows Tokyo alone."""
    return Simulator(TOKYO_ONLY).session(TOKYO)


@pytest.fixture
def bedrock(session: boto3.Session) -> Any:
    """Return a client of the control plane."""
    return session.client("bedrock")


def test_profiles_are_those_of_the_source_region(bedrock: Any) -> None:
    """All pages together list what the catalogue has from Tokyo today."""
    pages = bedrock.get_paginator("list_inference_profiles").paginate(PaginationConfig={"PageSize": 7})
    listed = [item["inferenceProfileId"] for page in pages for item in page["inferenceProfileSummaries"]]

    assert listed == sorted(profile.id for profile in _catalog.embedded().profiles_from(TOKYO))


def test_profile_lists_a_model_in_every_destination(bedrock: Any) -> None:
    """A global one lists that of the source Region, and one of no Region."""
    arns = {
        model_id: [
            model["modelArn"] for model in bedrock.get_inference_profile(inferenceProfileIdentifier=model_id)["models"]
        ]
        for model_id in (JP_CLAUDE, GLOBAL_CLAUDE)
    }

    assert arns == {
        JP_CLAUDE: [f"arn:aws:bedrock:{region}::foundation-model/{CLAUDE}" for region in (TOKYO, "ap-northeast-3")],
        GLOBAL_CLAUDE: [f"arn:aws:bedrock:{region}::foundation-model/{CLAUDE}" for region in (TOKYO, "")],
    }


def test_unknown_profile_is_not_found(bedrock: Any) -> None:
    """What the source Region does not offer is not there."""
    with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
        bedrock.get_inference_profile(inferenceProfileIdentifier="us.amazon.nova-lite-v1:0")


@pytest.mark.parametrize("parameters", [{"maxResults": 1000, "nextToken": "x"}, {"nextToken": "9" * 40}])
def test_page_that_does_not_exist_is_refused(bedrock: Any, parameters: dict[str, Any]) -> None:
    """A token is one that was given out."""
    with pytest.raises(bedrock.exceptions.ValidationException):
        bedrock.list_inference_profiles(**parameters)


def test_last_page_has_no_token(bedrock: Any) -> None:
    """Where the items end with the page, nothing follows."""
    total = len(bedrock.list_inference_profiles()["inferenceProfileSummaries"])

    assert "nextToken" not in bedrock.list_inference_profiles(maxResults=total)
    assert "nextToken" in bedrock.list_inference_profiles(maxResults=total - 1)


@pytest.mark.parametrize("size", ["0", "1001", "-1", "ten"])
def test_page_size_has_bounds(size: str) -> None:
    """Also for clients that do not check it themselves."""
    url = f"https://bedrock.{TOKYO}.amazonaws.com/inference-profiles?maxResults={size}"

    assert Simulator().respond(Request("GET", url, {})).status == 400


def test_application_profile_routes_as_its_source(session: boto3.Session, bedrock: Any) -> None:
    """A copy of a cross-Region profile is listed as one, and meets the same SCP under its own ARN."""
    source = bedrock.get_inference_profile(inferenceProfileIdentifier=JP_CLAUDE)
    made = bedrock.create_inference_profile(
        inferenceProfileName="team-a", modelSource={"copyFrom": source["inferenceProfileArn"]}
    )
    (listed,) = bedrock.list_inference_profiles(typeEquals="APPLICATION")["inferenceProfileSummaries"]
    client = session.client("bedrock-runtime")

    assert listed["inferenceProfileArn"] == made["inferenceProfileArn"]
    assert (listed["inferenceProfileName"], listed["type"]) == ("team-a", "APPLICATION")
    assert listed["models"] == source["models"]
    with pytest.raises(client.exceptions.AccessDeniedException, match="ap-northeast-3::foundation-model"):
        client.converse(modelId=made["inferenceProfileArn"], messages=HELLO)


def test_application_profile_of_a_model_stays_in_its_region(session: boto3.Session, bedrock: Any) -> None:
    """A copy of a foundation model routes nowhere else."""
    made = bedrock.create_inference_profile(inferenceProfileName="nova", modelSource={"copyFrom": NOVA_ARN})

    assert session.client("bedrock-runtime").converse(modelId=made["inferenceProfileArn"], messages=HELLO)


def test_application_profile_is_described_as_it_was_made(bedrock: Any) -> None:
    """GetInferenceProfile returns the description, by the id too."""
    bedrock.create_inference_profile(
        inferenceProfileName="nova", description="Of team A.", modelSource={"copyFrom": NOVA_ARN}
    )
    (listed,) = bedrock.list_inference_profiles(typeEquals="APPLICATION")["inferenceProfileSummaries"]
    found = bedrock.get_inference_profile(inferenceProfileIdentifier=listed["inferenceProfileId"])

    assert listed["description"] == found["description"] == "Of team A."
    with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
        bedrock.get_inference_profile(
            inferenceProfileIdentifier=found["inferenceProfileArn"].replace("application-inference-profile", "prompt")
        )


def deny(action: str, resource: str) -> dict[str, Any]:
    """Return a policy that denies *action* on *resource*."""
    return {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": action, "Resource": resource}}


@pytest.mark.parametrize(
    "resource", ["application-inference-profile/*", f"inference-profile/{GLOBAL_CLAUDE}", "inference-profile/global.*"]
)
def test_application_profile_needs_both_itself_and_its_source(resource: str) -> None:
    """An SCP can deny all of them, or copies of global profiles alone."""
    scp = deny("bedrock:CreateInferenceProfile", f"arn:aws:bedrock:*:*:{resource}")
    bedrock: Any = Simulator(scp).session(TOKYO).client("bedrock")
    source = f"arn:aws:bedrock:{TOKYO}:111122223333:inference-profile/{GLOBAL_CLAUDE}"

    with pytest.raises(bedrock.exceptions.AccessDeniedException, match="perform: bedrock:CreateInferenceProfile on"):
        bedrock.create_inference_profile(inferenceProfileName="copy", modelSource={"copyFrom": source})
    assert bedrock.list_inference_profiles(typeEquals="APPLICATION")["inferenceProfileSummaries"] == []


def test_application_profile_is_authorized_by_its_own_arn(bedrock: Any, session: boto3.Session) -> None:
    """Also where it is looked up by its id."""
    simulator = Simulator(deny("bedrock:GetInferenceProfile", "arn:aws:bedrock:*:*:application-inference-profile/*"))
    simulator.attach(bedrock)
    made = bedrock.create_inference_profile(inferenceProfileName="nova", modelSource={"copyFrom": NOVA_ARN})
    id_ = made["inferenceProfileArn"].rpartition("/")[2]

    with pytest.raises(bedrock.exceptions.AccessDeniedException, match=f"application-inference-profile/{id_} with"):
        bedrock.get_inference_profile(inferenceProfileIdentifier=id_)


def test_application_profile_is_unknown_in_another_region(session: boto3.Session, bedrock: Any) -> None:
    """It belongs to the Region in which it was made."""
    made = bedrock.create_inference_profile(inferenceProfileName="nova", modelSource={"copyFrom": NOVA_ARN})
    client = session.client("bedrock-runtime", region_name="us-east-1")

    with pytest.raises(client.exceptions.ValidationException, match="identifier is invalid"):
        client.converse(modelId=made["inferenceProfileArn"], messages=HELLO)


def test_models_are_filtered_by_how_they_are_served(bedrock: Any) -> None:
    """Claude is in Tokyo through profiles alone, Nova also on demand."""
    everything = {model["modelId"]: model for model in bedrock.list_foundation_models()["modelSummaries"]}
    on_demand = bedrock.list_foundation_models(byInferenceType="ON_DEMAND")["modelSummaries"]

    assert everything[CLAUDE]["inferenceTypesSupported"] == ["INFERENCE_PROFILE"]
    assert everything["amazon.titan-embed-text-v2:0"]["inferenceTypesSupported"] == ["ON_DEMAND"]
    assert CLAUDE not in {model["modelId"] for model in on_demand}
    assert NOVA in {model["modelId"] for model in on_demand}


def test_models_are_filtered_by_provider_and_modality(bedrock: Any) -> None:
    """Only what matches every filter is listed."""
    listed = bedrock.list_foundation_models(byProvider="Amazon", byOutputModality="EMBEDDING")["modelSummaries"]

    assert listed
    assert {(model["providerName"], *model["outputModalities"]) for model in listed} == {("Amazon", "EMBEDDING")}


def test_unknown_model_has_no_details(bedrock: Any) -> None:
    """As for a call."""
    with pytest.raises(bedrock.exceptions.ValidationException):
        bedrock.get_foundation_model(modelIdentifier="amazon.nova-unheard-of")


def test_listing_can_be_denied() -> None:
    """The control plane stands under the same SCPs: seen from Osaka, nothing is listed."""
    bedrock = Simulator(TOKYO_ONLY).session("ap-northeast-3").client("bedrock")

    with pytest.raises(bedrock.exceptions.AccessDeniedException, match="bedrock:ListInferenceProfiles on resource"):
        bedrock.list_inference_profiles()


def test_asynchronous_invocation_is_authorized_as_invoke_model(session: boto3.Session) -> None:
    """StartAsyncInvoke meets the SCP, and what passes is listed."""
    client: Any = session.client("bedrock-runtime")
    output = {"s3OutputDataConfig": {"s3Uri": "s3://bucket"}}

    with pytest.raises(client.exceptions.AccessDeniedException, match="perform: bedrock:InvokeModel on resource"):
        client.start_async_invoke(modelId=JP_CLAUDE, modelInput={}, outputDataConfig=output)
    arn = client.start_async_invoke(modelId=NOVA, modelInput={}, outputDataConfig=output)["invocationArn"]
    assert [item["invocationArn"] for item in client.list_async_invokes()["asyncInvokeSummaries"]] == [arn]
    assert client.list_async_invokes(statusEquals="Failed")["asyncInvokeSummaries"] == []
    assert client.get_async_invoke(invocationArn=arn)["outputDataConfig"] == output


def test_invocations_are_sorted_and_filtered(session: boto3.Session) -> None:
    """The newest comes first unless asked otherwise, and times bound the list."""
    client: Any = session.client("bedrock-runtime")
    output = {"s3OutputDataConfig": {"s3Uri": "s3://bucket"}}
    started = [
        client.start_async_invoke(modelId=NOVA, modelInput={}, outputDataConfig=output)["invocationArn"]
        for _ in range(2)
    ]
    hour = timedelta(hours=1)
    now = datetime.now(timezone.utc)

    def listed(**parameters: Any) -> list[str]:
        return [item["invocationArn"] for item in client.list_async_invokes(**parameters)["asyncInvokeSummaries"]]

    assert listed() == started[::-1]
    assert listed(sortOrder="Ascending", submitTimeAfter=now - hour, submitTimeBefore=now + hour) == started
    assert listed(submitTimeAfter=now + hour) == listed(submitTimeBefore=now - hour) == []


def test_batch_job_is_denied_as_itself(bedrock: Any) -> None:
    """CreateModelInvocationJob is its own action, authorized on the same resources."""
    with pytest.raises(bedrock.exceptions.AccessDeniedException, match="bedrock:CreateModelInvocationJob on"):
        bedrock.create_model_invocation_job(modelId=JP_CLAUDE, **JOB)
    arn = bedrock.create_model_invocation_job(modelId=NOVA, **JOB)["jobArn"]
    assert bedrock.get_model_invocation_job(jobIdentifier=arn)["jobName"] == "nightly"
    with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
        bedrock.get_model_invocation_job(jobIdentifier="abcdefghijkl")


def test_batch_job_is_looked_up_only_by_who_may() -> None:
    """GetModelInvocationJob is authorized on the job."""
    bedrock: Any = Simulator(deny("bedrock:GetModelInvocationJob", "*")).session(TOKYO).client("bedrock")
    arn = bedrock.create_model_invocation_job(modelId=NOVA, **JOB)["jobArn"]

    with pytest.raises(
        bedrock.exceptions.AccessDeniedException, match=f"GetModelInvocationJob on resource: {arn} with"
    ):
        bedrock.get_model_invocation_job(jobIdentifier=arn)


def test_what_was_started_belongs_to_its_region() -> None:
    """From another one an invocation is neither listed nor found, nor is a batch job."""
    simulator = Simulator()
    here, there = simulator.session(TOKYO), simulator.session("us-east-1")
    output: Any = {"s3OutputDataConfig": {"s3Uri": "s3://bucket"}}
    invocation = here.client("bedrock-runtime").start_async_invoke(modelId=NOVA, modelInput={}, outputDataConfig=output)
    job = here.client("bedrock").create_model_invocation_job(modelId=NOVA, **JOB)
    runtime, bedrock = there.client("bedrock-runtime"), there.client("bedrock")

    assert runtime.list_async_invokes()["asyncInvokeSummaries"] == []
    with pytest.raises(runtime.exceptions.ValidationException):
        runtime.get_async_invoke(invocationArn=invocation["invocationArn"])
    with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
        bedrock.get_model_invocation_job(jobIdentifier=job["jobArn"])


def test_request_that_is_repeated_makes_nothing_twice(session: boto3.Session, bedrock: Any) -> None:
    """The same token gets what the first request made: a profile, an invocation, a job. Another one gets another."""
    runtime: Any = session.client("bedrock-runtime")
    output = {"s3OutputDataConfig": {"s3Uri": "s3://bucket"}}

    def made(token: str) -> list[str]:
        profile = bedrock.create_inference_profile(
            inferenceProfileName="nova", modelSource={"copyFrom": NOVA_ARN}, clientRequestToken=token
        )
        invocation = runtime.start_async_invoke(
            modelId=NOVA, modelInput={}, outputDataConfig=output, clientRequestToken=token
        )
        job = bedrock.create_model_invocation_job(modelId=NOVA, **JOB, clientRequestToken=token)
        return [profile["inferenceProfileArn"], invocation["invocationArn"], job["jobArn"]]

    first = made("first")
    assert made("first") == first
    assert not set(made("second")) & set(first)
    assert len(bedrock.list_inference_profiles(typeEquals="APPLICATION")["inferenceProfileSummaries"]) == 2
    assert len(runtime.list_async_invokes()["asyncInvokeSummaries"]) == 2


def test_token_is_that_of_its_region() -> None:
    """The same one makes another profile elsewhere."""
    simulator = Simulator()
    made = [
        simulator.session(region)
        .client("bedrock")
        .create_inference_profile(
            inferenceProfileName="nova",
            modelSource={"copyFrom": f"arn:aws:bedrock:{region}::foundation-model/{NOVA}"},
            clientRequestToken="token",
        )["inferenceProfileArn"]
        for region in (TOKYO, "us-east-1")
    ]

    assert [arn.split(":")[3] for arn in made] == [TOKYO, "us-east-1"]


def test_oldest_are_forgotten() -> None:
    """A long run does not fill the memory: of what was made, as of the journal, the newest 10,000 are kept."""
    kept: Kept[int, str] = Kept()
    simulator = Simulator()
    for number in range(10_001):
        kept.keep(number, str(number))
        simulator.respond(Request("GET", "/", {}))

    assert [len(kept.items()), len(simulator.requests)] == [10_000, 10_000]
    assert kept.get(0) is None
    assert kept.get(10_000) == "10000"


def test_operation_that_is_not_simulated_says_so(bedrock: Any) -> None:
    """Nothing is made up for the rest of the API."""
    with pytest.raises(bedrock.exceptions.ClientError, match="UnknownOperationException"):
        bedrock.list_guardrails()


def test_journal_tells_what_an_unknown_operation_was() -> None:
    """By its method and path; what the path names is no model."""
    simulator = Simulator()
    simulator.respond(Request("GET", f"https://bedrock.{TOKYO}.amazonaws.com/guardrails/abc?maxResults=1", {}))

    (entry,) = simulator.requests
    assert (entry.operation, entry.target, entry.model_id) == ("Unknown", "GET /guardrails/abc", None)


@pytest.mark.parametrize(
    "source",
    [
        {},
        {"copyFrom": NOVA},
        {"copyFrom": JP_CLAUDE},
        {"copyFrom": f"arn:aws:bedrock:{TOKYO}:111122223333:provisioned-model/abcdefghijkl"},
        {"copyFrom": f"arn:aws:bedrock:{TOKYO}:111122223333:application-inference-profile/abcdefghijkl"},
        {"copyFrom": f"arn:aws:bedrock:us-east-1::foundation-model/{NOVA}"},
    ],
)
def test_application_profile_needs_a_source(session: boto3.Session, source: Any) -> None:
    """The ARN of a model or of AWS's own profile in this Region, whatever botocore would have said first."""
    bedrock: Any = session.client("bedrock", config=Config(parameter_validation=False))

    with pytest.raises(bedrock.exceptions.ValidationException):
        bedrock.create_inference_profile(inferenceProfileName="empty", modelSource=source)


def test_unknown_invocation_is_refused(session: boto3.Session) -> None:
    """GetAsyncInvoke has no error of its own for what is not there."""
    client = session.client("bedrock-runtime")

    with pytest.raises(client.exceptions.ValidationException):
        client.get_async_invoke(invocationArn=f"arn:aws:bedrock:{TOKYO}:111122223333:async-invoke/abcdefghijkl")


def test_file_like_body_is_read(session: boto3.Session) -> None:
    """A body may be a file, as for the network."""
    client = session.client("bedrock-runtime")

    assert client.invoke_model(modelId=NOVA, body=io.BytesIO(b'{"messages": []}'))["body"].read()


def test_embedding_model_does_not_stream(session: boto3.Session) -> None:
    """It has one vector to give, and no words."""
    client = session.client("bedrock-runtime")

    with pytest.raises(client.exceptions.ValidationException, match=r"The model is unsupported for streaming\."):
        client.invoke_model_with_response_stream(modelId="amazon.titan-embed-text-v2:0", body=b'{"inputText": "a"}')
