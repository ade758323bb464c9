"""What people read: short, safe to print, and no claim beyond what AWS says."""

import json
import re
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bedrock_guard
from bedrock_guard import scp
from bedrock_guard._catalog import embedded
from bedrock_guard._traits import NOUNS
from bedrock_guard._wording._phrases import place

CLAUDE = "anthropic.claude-sonnet-4-5-20250929-v1:0"
SCP = "with an explicit deny in a service control policy: arn:aws:organizations::999999999999:policy/o-ab/service_control_policy/p-ab12cd34"
CAUSES = [
    SCP,
    "with an explicit deny in a service control policy",
    "because no service control policy allows the bedrock:InvokeModel action",
    "with an explicit deny in a resource control policy",
    "because no identity-based policy allows the bedrock:InvokeModel action",
    "with an explicit deny in a permissions boundary",
    "with an explicit deny in a VPC endpoint policy",
    "",
]
RESOURCES = [
    f"arn:aws:bedrock:ap-northeast-3::foundation-model/{CLAUDE}",
    f"arn:aws:bedrock:ap-northeast-1::foundation-model/{CLAUDE}",
    f"arn:aws:bedrock:::foundation-model/{CLAUDE}",
    f"arn:aws:bedrock:ap-northeast-1:111122223333:inference-profile/jp.{CLAUDE}",
    "arn:aws:bedrock:ap-northeast-1:111122223333:application-inference-profile/abc123def456",
    "arn:aws:bedrock:us-east-2:111122223333:guardrail-profile/us.guardrail.v1:0",
    "*",
]
# By these, frameworks recognise other failures.
MISREAD = [
    "input is too long",
    "exceed context limit",
    "too many total text bytes",
    "prompt is too long",
    "maximum context length",
    "context length exceeded",
    "context_length_exceeded",
    "context window full",
    "too many tokens",
    "exceeds token limit",
    "maximum length",
    "throttlingexception",
    "timed out",
    "invoketool",
    "overloaded",
]


def sentence(resource: str, cause: str = SCP, action: str = "bedrock:InvokeModel") -> str:
    """Return AWS's sentence."""
    user = "arn:aws:sts::111122223333:assumed-role/app/me"
    return f"User: {user} is not authorized to perform: {action} on resource: {resource} {cause}".rstrip()


def explained(text: str, model_id: str | None = None, region_name: str | None = None) -> bedrock_guard.Diagnosis:
    """Return what is said of *text*."""
    diagnosis = bedrock_guard.explain(text, model_id, region_name)
    assert diagnosis is not None
    return diagnosis


def rows(message: str) -> int:
    """Return how many rows of 80 columns *message* takes."""
    return sum(-(-max(len(line), 1) // 80) for line in message.splitlines())


@pytest.mark.parametrize("profile", list(embedded().profiles.values()), ids=lambda profile: profile.id)
def test_message_is_eight_rows_and_six_hundred_characters_at_most(profile: Any) -> None:
    """For every profile, from every source Region, for every destination Region."""
    for source, destinations in profile.routes.items():
        for blocked in destinations or ("",):
            resource = f"arn:aws:bedrock:{blocked}::foundation-model/{profile.model_id}"
            message = explained(sentence(resource), profile.id, source).message

            assert rows(message) <= 8
            assert len(message) <= 600


IDS = {
    "SCP": "arn:aws:organizations::999999999999:policy/o-ab/service_control_policy/p-ab12cd34",
    "RCP": "arn:aws:organizations::999999999999:policy/o-ab/resource_control_policy/p-ab12cd34",
}


@pytest.mark.parametrize("noun", NOUNS.values())
@pytest.mark.parametrize(
    "cause",
    ["with an explicit deny in a {}: {}", "with an explicit deny in a {}", "because no {} allows the {} action"],
)
def test_message_is_as_short_for_every_type_of_policy(noun: str, cause: str) -> None:
    """Whatever its name: of each profile, from where that takes most room, for the Region that does."""
    name = IDS.get(noun, "arn:aws:iam::111122223333:policy/team/DenyWhatIsOutsideOfTheRegionsThatWeUse-2030")
    said = cause.format(noun, "bedrock:InvokeModel" if "because" in cause else name)
    for profile in embedded().profiles.values():
        source, destinations = max(profile.routes.items(), key=lambda route: len(route[0]))
        blocked = max(destinations or ("",), key=lambda region: len(place(region, embedded())))
        for resource in (
            f"arn:aws:bedrock:{blocked}::foundation-model/{profile.model_id}",
            f"arn:aws:bedrock:{source}:111122223333:inference-profile/{profile.id}",
        ):
            message = explained(sentence(resource, said), profile.id, source).message

            assert rows(message) <= 8
            assert len(message) <= 600


def test_long_name_of_a_policy_is_whole_in_the_explanation() -> None:
    """It is cut in the message alone."""
    name = "DenyWhatIsOutsideOfTheRegionsThatWeUse"
    diagnosis = explained(
        sentence(
            RESOURCES[0], f"with an explicit deny in an identity-based policy: arn:aws:iam::111122223333:policy/{name}"
        )
    )

    assert "Identity-based policy DenyWhatI… blocks" in diagnosis.message
    assert f"policy/{name}" in str(diagnosis)


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("model_id", ["apac.amazon.nova-lite-v1:0", f"jp.{CLAUDE}", f"global.{CLAUDE}"])
def test_explanation_is_80_columns_wide(resource: str, model_id: str) -> None:
    """All of it that is not to be pasted, save an ARN that is longer."""
    diagnosis = explained(sentence(resource), model_id, "ap-northeast-1")
    pasted = {row for remedy in diagnosis.remedies for row in (remedy.paste or "").splitlines()}

    assert [
        row for row in str(diagnosis).splitlines() if len(row) > 80 and "arn:" not in row and row not in pasted
    ] == []


@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("region", [None, "ap-northeast-1"])
def test_no_word_is_misread_by_a_framework(resource: str, cause: str, region: str | None) -> None:
    """Whatever was denied, neither text has the words of another failure."""
    diagnosis = explained(sentence(resource, cause), f"jp.{CLAUDE}" if region else None, region)

    for text in (diagnosis.message, str(diagnosis)):
        assert [words for words in MISREAD if words in text.lower()] == []


@pytest.mark.parametrize("resource", RESOURCES[:4])
def test_what_is_to_be_pasted_is_one_row_of_json(resource: str) -> None:
    """It is never wrapped, and stands in a policy as it is."""
    diagnosis = explained(sentence(resource), f"jp.{CLAUDE}", "ap-northeast-1")
    pastes = [remedy.paste for remedy in diagnosis.remedies if remedy.paste]

    for paste in pastes:
        assert paste in str(diagnosis).splitlines()
        assert json.loads(f"{{{paste}}}" if paste.startswith('"ArnNotLike"') else paste)


@given(text=st.text(max_size=40), region=st.text(max_size=10), model=st.text(min_size=1, max_size=30))
def test_nothing_printed_holds_a_control_character(text: str, region: str, model: str) -> None:
    """Whatever the message, the model and the Region hold."""
    resource = f"arn:aws:bedrock:{region}::foundation-model/{CLAUDE}{text}"
    diagnosis = bedrock_guard.explain(sentence(resource), model, region or None)
    if diagnosis is None:
        return
    printed = diagnosis.message + str(diagnosis) + diagnosis.summary

    assert [each for each in printed if unicodedata.category(each)[0] == "C" and each != "\n"] == []


@given(model=st.from_regex(r"(jp|us)\.[a-z*?\"{}$\\]{1,20}", fullmatch=True))
def test_no_wildcard_or_quote_is_pasted(model: str) -> None:
    """An edit opens the profile that it names: what could open more is left for the reader to fill in."""
    resource = f"arn:aws:bedrock:ap-northeast-3::foundation-model/{CLAUDE}"
    paste = explained(sentence(resource), model, "ap-northeast-1").remedies[0].paste or ""
    pasted = json.loads(f"{{{paste}}}")["ArnNotLike"]["bedrock:InferenceProfileArn"]

    assert re.fullmatch(r"[a-z.]+|<inference profile ID>", pasted.partition("inference-profile/")[2])


def test_source_region_that_is_not_known_is_left_open() -> None:
    """Of a text alone, where the call came from is not claimed."""
    diagnosis = explained(
        sentence("arn:aws:bedrock:us-east-2::foundation-model/anthropic.claude-sonnet-4-20250514-v1:0")
    )

    assert diagnosis.cause == "destination-region"
    assert diagnosis.source_region is None
    assert "If you called from another Region" in " ".join(diagnosis.message.split())
    assert "arn:aws:bedrock:<source Region>:*:inference-profile/us." in (diagnosis.remedies[0].paste or "")


@pytest.mark.parametrize(
    ("resource", "model_id", "said"),
    [
        (RESOURCES[2], f"jp.{CLAUDE}", "goes from ap-northeast-1 only to Tokyo and Osaka (catalogue of"),
        (f"arn:aws:bedrock:us-east-2::foundation-model/{CLAUDE}", f"jp.{CLAUDE}", "only to Tokyo and Osaka"),
        (RESOURCES[0], f"global.{CLAUDE}", "only to Tokyo and unspecified"),
        (
            "arn:aws:bedrock:us-east-2::foundation-model/amazon.nova-lite-v1:0",
            "apac.amazon.nova-lite-v1:0",
            "only to 6 Regions",
        ),
        (RESOURCES[0], "jp.amazon.nova-2-lite-v1:0", f"Yet jp.amazon.nova-2-lite-v1:0 is no profile of {CLAUDE}"),
        (RESOURCES[2], "global.amazon.nova-2-lite-v1:0", f"is no profile of {CLAUDE}"),
    ],
)
def test_denial_that_does_not_fit_the_profile_is_said_not_to(resource: str, model_id: str, said: str) -> None:
    """It is no news of where the profile routes: another may have been called."""
    message = " ".join(explained(sentence(resource), model_id, "ap-northeast-1").message.split())

    assert said in message
    assert "was another called?" in message
    assert "routes there" not in message
    assert "may run in any commercial Region" not in message
    assert rows(explained(sentence(resource), model_id, "ap-northeast-1").message) <= 8


@pytest.mark.parametrize(
    ("resource", "model_id", "profile_id"),
    [
        (RESOURCES[0], "jp.amazon.nova-2-lite-v1:0", "<inference profile ID>"),
        (RESOURCES[2], f"jp.{CLAUDE}", "<inference profile ID>"),
        (f"arn:aws:bedrock:us-east-2::foundation-model/{CLAUDE}", f"jp.{CLAUDE}", f"jp.{CLAUDE}"),
    ],
)
def test_profile_that_was_not_denied_is_not_exempted(resource: str, model_id: str, profile_id: str) -> None:
    """Where its list of Regions alone does not fit, that may be old."""
    paste = explained(sentence(resource), model_id, "ap-northeast-1").remedies[0].paste or ""

    assert f'inference-profile/{profile_id}"' in paste


@pytest.mark.parametrize("model", ["anthropic.claude-sonnet", "anthropic...", "anthropic.claude-…", "***", "<model>"])
def test_model_that_is_cut_or_blanked_out_may_be_the_profiles(model: str) -> None:
    """It is nothing that does not fit."""
    text = sentence(f"arn:aws:bedrock:ap-northeast-3::foundation-model/{model}")

    assert explained(text, f"jp.{CLAUDE}", "ap-northeast-1").profile is not None


@pytest.mark.parametrize("model_id", [None, f"jp.{CLAUDE}", "jp.amazon.nova-99-v1:0"])
def test_one_region_is_named_and_others_may_be_blocked(model_id: str | None) -> None:
    """Whatever is known of the call."""
    diagnosis = explained(sentence(RESOURCES[0]), model_id, model_id and "ap-northeast-1")

    assert "Others may be blocked too." in " ".join(diagnosis.message.split())


@pytest.mark.parametrize(
    ("model_id", "region_name", "said"),
    [
        (f"us-gov.{CLAUDE}", "us-gov-east-1", f"us-gov.{CLAUDE} routes there (catalogue of"),
        (f"us-gov.{CLAUDE}", "us-gov-west-1", f"us-gov.{CLAUDE} is denied in the Region"),
        (
            "arn:aws-us-gov:bedrock:us-gov-east-1:111122223333:prompt/ABCDEFGHIJ:1",
            None,
            "an inference profile routes there",
        ),
        (None, "us-gov-east-1", f"probably through us-gov.{CLAUDE}, which routes there (catalogue of"),
    ],
)
def test_what_routes_there_is_named_where_that_is_known(
    model_id: str | None, region_name: str | None, said: str
) -> None:
    """`also` is said where the source Region serves as well; what is no profile routes nowhere by itself."""
    text = sentence(f"arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/{CLAUDE}")

    assert said in " ".join(explained(text, model_id, region_name).message.split())


@pytest.mark.parametrize(
    ("cause", "vain"),
    [
        (SCP, "IAM grants, AWS_REGION"),
        (
            "because no identity-based policy allows the bedrock:InvokeModel action",
            "SCP changes, AWS_REGION",
        ),
        ("with an explicit deny", "AWS_REGION"),
        ("", "AWS_REGION"),
    ],
)
def test_no_policy_is_said_not_to_help_where_aws_names_none(cause: str, vain: str) -> None:
    """It may be an SCP, or any other."""
    message = explained(sentence(RESOURCES[0], cause), f"jp.{CLAUDE}", "ap-northeast-1").message

    assert f"Will not help: {vain}, enabling Osaka." in " ".join(message.split())


def test_another_policy_may_stand_behind_an_identity_based_one() -> None:
    """AWS names one policy alone, and a missing grant is met before an SCP is."""
    missing = explained(
        sentence(RESOURCES[0], "because no identity-based policy allows the bedrock:InvokeModel action")
    )

    assert "an SCP or another policy may still deny it" in " ".join(str(missing).split())


def test_summary_of_missing_access_blames_no_policy() -> None:
    """No policy is behind it, not even one without a name."""
    diagnosis = explained(
        "You don't have access to the model with the specified model ID.", f"jp.{CLAUDE}", "us-east-1"
    )

    assert diagnosis.summary == f"jp.{CLAUDE} from us-east-1: the account has no access to the model"


@pytest.mark.parametrize("text", ["Bearer Token has expired", "Access denied when calling Bedrock."])
def test_nothing_is_made_up_where_aws_says_nothing(text: str) -> None:
    """Neither a policy, nor an owner of it, nor what will not help."""
    message = explained(f"An error occurred (AccessDeniedException): {text}", f"jp.{CLAUDE}", "us-east-1").message

    assert "AWS, naming no policy, denies the call." in message
    assert "owner" not in message
    assert "Will not help" not in message


@pytest.mark.parametrize(
    ("model_id", "region_name"),
    [(None, None), ("apac.amazon.nova-lite-v1:0", "ap-southeast-5"), ("jp.amazon.nova-99-v1:0", "ap-northeast-1")],
)
def test_another_source_region_is_said_not_to_help_only_where_that_is_known(
    model_id: str | None, region_name: str | None
) -> None:
    """From another Region the same profile may route past the blocked one."""
    blocked = "arn:aws:bedrock:ap-southeast-3::foundation-model/amazon.nova-lite-v1:0"

    assert "AWS_REGION" not in explained(sentence(blocked), model_id, region_name).message


def test_profile_denied_in_its_source_region_may_be_what_the_statement_is_about() -> None:
    """So nothing is said against another profile; of a direct call, routing is not to blame."""
    through = explained(sentence(RESOURCES[1]), f"jp.{CLAUDE}", "ap-northeast-1").message
    direct = explained(sentence(RESOURCES[1]), CLAUDE, "ap-northeast-1").message

    assert "another inference profile" not in through
    assert "routing" not in through
    assert "no routing is to blame" in " ".join(direct.split())


def test_partition_is_the_callers() -> None:
    """What is pasted in GovCloud names GovCloud."""
    model = "anthropic.claude-sonnet-4-5-20250929-v1:0"
    text = sentence(f"arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/{model}").replace(
        "arn:aws:sts", "arn:aws-us-gov:sts"
    )
    paste = explained(text, f"us-gov.{model}", "us-gov-east-1").remedies[0].paste

    assert f"arn:aws-us-gov:bedrock:us-gov-east-1:*:inference-profile/us-gov.{model}" in (paste or "")


def test_partition_is_read_of_the_text_alone() -> None:
    """Where nobody says from which Region the call came."""
    text = sentence(f"arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/{CLAUDE}")

    assert '"arn:aws-us-gov:bedrock:<source Region>:' in (explained(text).remedies[0].paste or "")


def test_profile_that_the_text_denies_is_the_one_asked_for() -> None:
    """In the Region of its ARN, with the route that it has from there."""
    diagnosis = explained(sentence(RESOURCES[3]))

    assert diagnosis.requested_model_id == RESOURCES[3]
    assert diagnosis.source_region == "ap-northeast-1"
    assert diagnosis.profile is not None
    assert diagnosis.profile.destination_regions == ("ap-northeast-1", "ap-northeast-3")


def test_global_denial_says_that_it_may_be_meant() -> None:
    """And offers the narrower profile, where there is one."""
    message = explained(sentence(RESOURCES[2]), f"global.{CLAUDE}", "ap-northeast-1").message

    assert "It may be meant so." in message
    assert f"If not: jp.{CLAUDE} (Tokyo and Osaka)" in message


def test_request_is_no_part_of_the_diagnosis() -> None:
    """Two requests that met the same wall have one key and one text."""
    error = type("Foreign", (Exception,), {"response": {"ResponseMetadata": {"RequestId": "1-2-3"}}})
    one = explained(sentence(RESOURCES[0]), f"jp.{CLAUDE}", "ap-northeast-1")
    other = bedrock_guard.explain(error(sentence(RESOURCES[0])), f"jp.{CLAUDE}", "ap-northeast-1")

    assert other is not None
    assert other == one
    assert other.request_id == "1-2-3"
    assert str(other) == str(one)
    assert "1-2-3" not in str(other)


@pytest.mark.parametrize(
    ("resource", "cause"),
    [
        (RESOURCES[0], "destination-region"),
        (RESOURCES[1], "source-region"),
        (RESOURCES[2], "global-routing"),
        (RESOURCES[3], "inference-profile"),
        (RESOURCES[4], "inference-profile"),
        (RESOURCES[5], "guardrail-profile"),
        (RESOURCES[6], "other"),
    ],
)
def test_cause(resource: str, cause: str) -> None:
    """Each wall has its name, equal to the plain string, and printed as that."""
    found = explained(sentence(resource), f"jp.{CLAUDE}", "ap-northeast-1").cause

    assert found == cause
    assert f"{found}" == str(found) == cause


def test_dictionary_is_json_primitives() -> None:
    """Under the names of the attributes, lists for tuples."""
    told = explained(sentence(RESOURCES[0]), f"jp.{CLAUDE}", "ap-northeast-1").to_dict()

    assert json.loads(json.dumps(told)) == told
    assert told["blocked_regions"] == ["ap-northeast-3"]
    assert type(told["cause"]) is str


@pytest.mark.parametrize("wrong", [None, 1, b"text", ["text"]])
def test_explain_takes_text_and_exceptions_alone(wrong: Any) -> None:
    """Anything else is a mistake of the caller's."""
    with pytest.raises(TypeError, match="explain takes"):
        bedrock_guard.explain(wrong)


@pytest.mark.parametrize(
    ("cause", "advice"),
    [
        (SCP, 'Meanwhile, for Converse: fallback="amazon.nova-lite-v1:0"'),
        ("with an explicit deny in an identity-based policy", "Meanwhile, for Converse: amazon.nova-lite-v1:0"),
        ("with an explicit deny in a VPC endpoint policy", "Meanwhile, for Converse: amazon.nova-lite-v1:0"),
    ],
)
def test_fallback_is_advised_only_where_one_is_tried(cause: str, advice: str) -> None:
    """The guard falls back from a denial of an SCP alone; another model may be called by hand."""
    said = explained(sentence(RESOURCES[0], cause), f"jp.{CLAUDE}", "ap-northeast-1")

    assert said.message.splitlines()[-1] == advice


@pytest.mark.parametrize("action", ["bedrock:CreateModelInvocationJob", "bedrock:CountTokens"])
def test_grant_of_an_action_without_the_profiles_key_allows_the_call(action: str) -> None:
    """Its requests name no profile, so that no condition may ask for one; and what that opens is said."""
    no_allow = f"because no identity-based policy allows the {action} action"
    said = explained(sentence(RESOURCES[0], no_allow, action), f"jp.{CLAUDE}", "ap-northeast-1")
    remedy = said.remedies[0]
    statements = json.loads(f"[{remedy.paste}]")
    decision = scp.evaluate(
        [[{"Version": "2012-10-17", "Statement": statements}]],
        action=action,
        resource=RESOURCES[0],
        context={"aws:RequestedRegion": "ap-northeast-3"},
    )

    assert decision.result == "allowed"
    assert "of its model by itself" in (remedy.opens or "")
    assert "Meanwhile" not in said.message


@pytest.mark.parametrize("policy_id", ["p-ab12cd34", "p-readonly1", "p-0123456789abcdef"])
def test_id_of_an_scp_is_never_cut(policy_id: str) -> None:
    """Whoever looks for the policy has nothing else."""
    said = explained(sentence(RESOURCES[0], SCP.replace("p-ab12cd34", policy_id)), f"jp.{CLAUDE}", "ap-northeast-1")

    assert f"SCP {policy_id} blocks" in said.message
    assert f"SCP {policy_id} blocks" in said.summary


def test_long_name_of_a_policy_is_cut_in_the_message_alone() -> None:
    """The log line has room for it, and eight rows have not."""
    cause = "with an explicit deny in an identity-based policy: arn:aws:iam::111122223333:policy/StaysInTokyoForever"
    said = explained(sentence(RESOURCES[0], cause), f"jp.{CLAUDE}", "ap-northeast-1")

    assert "identity-based policy StaysInTokyoForever blocks" in said.summary
    assert "Identity-based policy StaysInTo… blocks" in said.message
