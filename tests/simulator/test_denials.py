"""What the simulator denies, and in which words."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.session import get_session

from bedrock_guard.scp import PolicyError
from bedrock_guard.scp._authorizations import Authorization
from bedrock_guard.simulator import Request, Simulator
from bedrock_guard.simulator._organization import Organization, Refusal
from policies import CLAUDE, GLOBAL_CLAUDE, HELLO, JAPAN_ONLY, JP_CLAUDE, NOVA, TOKYO_ONLY, region_deny
from transports import transport  # noqa: F401 (in the process and over HTTP)

TOKYO = "ap-northeast-1"
USER = "User: arn:aws:sts::111122223333:assumed-role/app/simulator is not authorized to perform:"
ALLOW_ALL = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}


def runtime(simulator: Simulator) -> Any:
    """Return a client of `bedrock-runtime` in Tokyo."""
    return simulator.session(TOKYO).client("bedrock-runtime")


def denial(client: Any, model_id: str) -> ClientError:
    """Return the error of a `converse` that is denied."""
    with pytest.raises(ClientError) as caught:
        client.converse(modelId=model_id, messages=HELLO)
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
    return caught.value


def test_geographic_profile_is_denied_in_its_destination(client: Any) -> None:
    """The message names the foundation model in the Region that the SCP blocks, not in the source Region."""
    error = denial(client, JP_CLAUDE)

    assert error.response["Error"]["Message"].startswith(
        f"{USER} bedrock:InvokeModel on resource: arn:aws:bedrock:ap-northeast-3::foundation-model/{CLAUDE} "
        "with an explicit deny in a service control policy: arn:aws:organizations::"
    )


def test_global_profile_is_denied_without_a_region(client: Any) -> None:
    """The message names the foundation model of no Region."""
    error = denial(client, GLOBAL_CLAUDE)

    assert f"on resource: arn:aws:bedrock:::foundation-model/{CLAUDE} with" in str(error)


def test_first_denied_authorization_in_order_is_named() -> None:
    """Where the source Region is denied, that comes before any destination."""
    error = denial(runtime(Simulator(region_deny("eu-west-1"))), JP_CLAUDE)

    assert f"on resource: arn:aws:bedrock:{TOKYO}:111122223333:inference-profile/{JP_CLAUDE} with" in str(error)


def test_stream_is_denied_as_the_action_that_it_is(client: Any) -> None:
    """ConverseStream is InvokeModelWithResponseStream to policies, and is denied before the stream opens."""
    with pytest.raises(client.exceptions.AccessDeniedException, match="perform: bedrock:InvokeModelWithResponseStream"):
        client.converse_stream(modelId=JP_CLAUDE, messages=HELLO)


def test_denial_is_answered_as_aws_does(client: Any) -> None:
    """The status is 403, the code AccessDeniedException, and there is a request id."""
    metadata: Any = denial(client, JP_CLAUDE).response["ResponseMetadata"]

    assert metadata["HTTPStatusCode"] == 403
    assert metadata["HTTPHeaders"]["x-amzn-errortype"] == "AccessDeniedException"
    assert len(metadata["RequestId"]) == 36


def test_message_stands_under_the_key_of_iam(simulator: Simulator) -> None:
    """`Message` with a capital, where Bedrock's own errors have `message`."""
    url = f"https://bedrock-runtime.{TOKYO}.amazonaws.com/model/{JP_CLAUDE}/converse"
    (body,) = simulator.respond(Request("POST", url, {}, b"{}")).body

    assert isinstance(body, bytes)
    assert json.loads(body).keys() == {"Message"}


def test_model_in_the_allowed_region_answers(client: Any) -> None:
    """A model that stays in Tokyo is not denied."""
    answer = client.converse(modelId=NOVA, messages=HELLO)

    assert answer["output"]["message"]["content"] == [{"text": f"This is a simulated reply of {NOVA}."}]


def test_scps_change_while_a_client_runs(simulator: Simulator, client: Any) -> None:
    """The next request of the same client is decided by the new SCPs."""
    denial(client, JP_CLAUDE)
    simulator.set_scps(JAPAN_ONLY)

    assert client.converse(modelId=JP_CLAUDE, messages=HELLO)["stopReason"] == "end_turn"


def test_change_of_scps_does_not_split_a_request(
    simulator: Simulator, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All authorizations of one request are decided by the same SCPs: here they change after the first one."""

    def refusal(self: Organization, authorization: Authorization) -> Refusal | None:
        simulator.set_scps(())
        return decided(self, authorization)

    decided = Organization.refusal
    monkeypatch.setattr(Organization, "refusal", refusal)

    denial(client, JP_CLAUDE)
    assert client.converse(modelId=JP_CLAUDE, messages=HELLO)


def test_level_that_allows_nothing_denies_implicitly() -> None:
    """Levels are taken as they are, and the wording of an implicit denial names no policy."""
    error = denial(runtime(Simulator([[ALLOW_ALL], [TOKYO_ONLY]])), NOVA)

    assert str(error).endswith("because no service control policy allows the bedrock:InvokeModel action")


def test_documents_without_levels_stand_beside_full_aws_access() -> None:
    """A list of documents is one level, and what they do not deny passes."""
    client = runtime(Simulator([TOKYO_ONLY, JAPAN_ONLY]))

    assert client.converse(modelId=NOVA, messages=HELLO)["stopReason"] == "end_turn"
    denial(client, JP_CLAUDE)


@pytest.mark.parametrize("form", ["text", "path", "path as text"])
def test_scp_is_read_from_json_or_a_file(tmp_path: Path, form: str) -> None:
    """Text that begins like a JSON object is JSON, all other text names a file."""
    path = tmp_path / "tokyo-only.json"
    path.write_text(json.dumps(TOKYO_ONLY), encoding="utf-8")
    scps: Any = {"text": json.dumps(TOKYO_ONLY), "path": path, "path as text": str(path)}[form]

    denial(runtime(Simulator(scps)), JP_CLAUDE)


@pytest.mark.parametrize(
    "scps",
    [
        "missing.json",
        '{"Version": ',
        {"Version": "2012-10-17"},
        [[TOKYO_ONLY], 7],
        [3],
        None,
        7,
        '{"Statement": [{"Effect": 1}]}',
    ],
)
def test_bad_scp_is_one_clear_line(scps: Any) -> None:
    """Whatever is handed over, the error is a PolicyError in one line."""
    with pytest.raises(PolicyError) as caught:
        Simulator(scps)

    assert str(caught.value)
    assert "\n" not in str(caught.value)


def test_bad_scp_is_counted_as_it_was_given() -> None:
    """FullAWSAccess, which is assumed, does not shift the place that the error names."""
    with pytest.raises(PolicyError, match="document 1"):
        Simulator([TOKYO_ONLY, {"Version": "2012-10-17"}])


def test_bad_scp_leaves_the_old_ones_in_place(simulator: Simulator, client: Any) -> None:
    """A failed change changes nothing."""
    with pytest.raises(PolicyError):
        simulator.set_scps({"Statement": "?"})

    denial(client, JP_CLAUDE)


def test_policy_arn_can_be_left_out() -> None:
    """AWS does not name the policy everywhere."""
    error = denial(runtime(Simulator(TOKYO_ONLY, policy_arns=False)), JP_CLAUDE)

    assert str(error).endswith("with an explicit deny in a service control policy")


def test_policy_arn_tells_policies_apart() -> None:
    """The same document has the same ARN, another one another."""
    first = denial(runtime(Simulator([JAPAN_ONLY, TOKYO_ONLY])), JP_CLAUDE)
    again = denial(runtime(Simulator(TOKYO_ONLY)), JP_CLAUDE)
    other = denial(runtime(Simulator(region_deny(TOKYO, sid="Other"))), JP_CLAUDE)

    assert str(first) == str(again)
    assert str(first) != str(other)


def test_missing_grant_hides_the_scp() -> None:
    """An identity-based policy that does not allow the profile is named first: the profile comes before its models."""
    simulator = Simulator(TOKYO_ONLY, policies={"identity_based": []})

    error = denial(runtime(simulator), JP_CLAUDE)

    assert f"inference-profile/{JP_CLAUDE} because no identity-based policy allows the" in str(error)


def test_explicit_deny_outranks_an_implicit_one() -> None:
    """On one and the same resource, the SCP's deny is named rather than the missing grant."""
    error = denial(runtime(Simulator(region_deny("eu-west-1"), policies={"identity_based": []})), NOVA)

    assert "with an explicit deny in a service control policy" in str(error)


@pytest.mark.parametrize(
    ("policy_type", "words"),
    [
        ("resource_control_policy", "a resource control policy: arn:aws:organizations::999999999999:policy/o-"),
        ("identity_based", "an identity-based policy: arn:aws:iam::111122223333:policy/p-"),
        ("permissions_boundary", "a permissions boundary: arn:aws:iam::111122223333:policy/p-"),
        ("session", "a session policy: arn:aws:iam::111122223333:policy/p-"),
        ("vpc_endpoint", "a VPC endpoint policy"),
        ("resource_based", "a resource-based policy"),
    ],
)
def test_other_policies_deny_in_their_own_words(policy_type: str, words: str) -> None:
    """Each type is called what AWS calls it."""
    simulator = Simulator()
    statement = {**TOKYO_ONLY["Statement"][0]}
    if policy_type in ("resource_control_policy", "vpc_endpoint", "resource_based"):
        statement["Principal"] = "*"
    simulator.set_policies(policy_type, [ALLOW_ALL, {"Version": "2012-10-17", "Statement": [statement]}])

    said = str(denial(runtime(simulator), JP_CLAUDE)).partition("with an explicit deny in ")[2]
    assert said.startswith(words)
    assert said == words or words.endswith("-")  # no ARN where AWS names none


def test_scps_are_not_among_the_other_policies(simulator: Simulator, client: Any) -> None:
    """They have a place of their own, where FullAWSAccess is assumed beside them; a mistake changes nothing."""
    with pytest.raises(ValueError, match="set by set_scps"):
        simulator.set_policies("service_control_policy", ALLOW_ALL)
    with pytest.raises(ValueError, match="they are `scps`"):
        Simulator(policies={"service_control_policy": ALLOW_ALL})

    denial(client, JP_CLAUDE)


@pytest.mark.parametrize("policy_type", ["unknown", "sessions"])
def test_unknown_policy_type_is_refused(policy_type: str) -> None:
    """With the names that there are. `unknown` is what a message may leave one with, not a type to attach."""
    expected = f"^{policy_type} is not the name of a policy type: one of .*, permissions_boundary, session$"

    with pytest.raises(ValueError, match=expected):
        Simulator(policies={policy_type: []})
    with pytest.raises(ValueError, match=expected):
        Simulator().set_policies(policy_type, [])


def test_account_that_is_a_number_is_refused() -> None:
    """Others begin with zeros, which a number cannot."""
    with pytest.raises(TypeError, match="account_id: must be 12 digits, as text, not int"):
        Simulator(account_id=111122223333)  # type: ignore[arg-type]  # what is tested


def test_routed_destination_is_denied_now_and_then() -> None:
    """Where only the destination that serves is authorized, the same call succeeds and fails in turns."""
    simulator = Simulator(TOKYO_ONLY, authorize="routed-destination", seed=1)
    client = runtime(simulator)
    for _ in range(20):
        with suppress(ClientError):
            client.converse(modelId=JP_CLAUDE, messages=HELLO)

    assert {entry.status for entry in simulator.requests} == {200, 403}
    assert {entry.denied.region for entry in simulator.requests if entry.denied} == {"ap-northeast-3"}


def test_routed_destination_authorizes_the_source_region_always() -> None:
    """Wherever a request is routed, it entered in the source Region."""
    statement = {"Effect": "Deny", "Action": "*", "Resource": f"arn:aws:bedrock:{TOKYO}::foundation-model/*"}
    simulator = Simulator({"Version": "2012-10-17", "Statement": statement}, authorize="routed-destination")
    client = runtime(simulator)
    for _ in range(10):
        denial(client, JP_CLAUDE)

    assert {entry.denied.region for entry in simulator.requests if entry.denied} == {TOKYO}


def test_unknown_way_to_authorize_is_refused() -> None:
    """A typing error does not pass for the default."""
    with pytest.raises(ValueError, match="every-destination"):
        Simulator(authorize="sometimes")  # type: ignore[arg-type]  # what is tested


def test_role_exemption_reads_the_role_of_a_session() -> None:
    """aws:PrincipalArn of a role session is the role's ARN, while the message prints the session's."""
    exempt = json.loads(json.dumps(TOKYO_ONLY))
    exempt["Statement"][0]["Condition"]["ArnNotLike"] = {"aws:PrincipalArn": "arn:aws:iam::*:role/admin/*"}
    admin = Simulator(exempt, principal_arn="arn:aws:iam::111122223333:role/admin/ops")

    assert runtime(admin).converse(modelId=JP_CLAUDE, messages=HELLO)
    assert "assumed-role/app/simulator" in str(denial(runtime(Simulator(exempt)), JP_CLAUDE))


def test_user_is_printed_as_it_is() -> None:
    """An IAM user has no session."""
    user = "arn:aws:iam::111122223333:user/dev/app"

    assert f"User: {user} is not" in str(denial(runtime(Simulator(TOKYO_ONLY, principal_arn=user)), JP_CLAUDE))


def test_further_condition_keys_are_the_callers() -> None:
    """`context` reaches the policies."""
    tagged = json.loads(json.dumps(TOKYO_ONLY))
    tagged["Statement"][0]["Condition"]["StringNotEquals"]["aws:PrincipalTag/team"] = "research"

    denial(runtime(Simulator(tagged, context={"aws:PrincipalTag/team": "sales"})), JP_CLAUDE)
    assert runtime(Simulator(tagged, context={"aws:PrincipalTag/team": "research"})).converse(
        modelId=JP_CLAUDE, messages=HELLO
    )


def test_api_key_is_authorized_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call with a Bedrock API key needs bedrock:CallWithBearerToken beside all else."""
    if "smithy.api#httpBearerAuth" not in get_session().get_service_model("bedrock-runtime").metadata["auth"]:
        pytest.skip("this botocore does not know Bedrock API keys")
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "bedrock-api-key-made-up")
    no_keys = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Deny",
            "Action": "bedrock:CallWithBearerToken",
            "Resource": "*",
            "Condition": {"StringEquals": {"bedrock:BearerTokenType": "SHORT_TERM"}},
        },
    }
    simulator = Simulator(no_keys)
    session = boto3.Session(region_name=TOKYO)
    simulator.attach(session)

    error = denial(session.client("bedrock-runtime"), NOVA)

    assert "perform: bedrock:CallWithBearerToken on resource: * with an explicit deny" in str(error)
    assert simulator.requests[-1].region == TOKYO


def test_journal_tells_what_was_asked_and_decided(simulator: Simulator, client: Any) -> None:
    """Model, source Region, operation and decision of each request are there; content is not."""
    error = denial(client, JP_CLAUDE)
    client.converse(modelId=NOVA, messages=HELLO)

    denied, allowed = simulator.requests
    assert (denied.operation, denied.model_id, denied.region, denied.status) == ("Converse", JP_CLAUDE, TOKYO, 403)
    assert denied.denied is not None
    assert denied.denied.resource == f"arn:aws:bedrock:ap-northeast-3::foundation-model/{CLAUDE}"
    assert denied.request_id == error.response["ResponseMetadata"]["RequestId"]
    assert (allowed.model_id, allowed.status, allowed.error, allowed.denied, allowed.body) == (
        NOVA,
        200,
        None,
        None,
        None,
    )


def test_journal_keeps_bodies_where_told_to() -> None:
    """What was sent can be asserted on."""
    simulator = Simulator(keep_bodies=True)
    runtime(simulator).converse(modelId=NOVA, messages=HELLO)

    assert json.loads(simulator.requests[0].body or b"") == {"messages": HELLO}
