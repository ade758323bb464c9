"""What happened and what to change, as data."""

import copy
import json
import pickle
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bedrock_guard
from bedrock_guard import Audience, Cause, Denial, DenyKind, Diagnosis, InferenceProfile, Origin, PolicyType, Scope
from bedrock_guard._diagnosis import observe
from bedrock_guard._edits import ALLOWED, OTHERS, call_of
from bedrock_guard._remedies import remedies
from bedrock_guard._traits import NOUNS
from calls import SCP, refused, sentence
from conftest import TOKYO
from policies import CLAUDE, GLOBAL_CLAUDE, JP_CLAUDE, NOVA

OSAKA = "ap-northeast-3"
PROFILE = InferenceProfile(
    id=JP_CLAUDE,
    scope=Scope.GEOGRAPHIC,
    model_id=CLAUDE,
    source_region=TOKYO,
    destination_regions=(TOKYO, OSAKA),
    origin=Origin.LIVE,
    as_of="2030-01-31",
)


def explained(text: str, model_id: str | None = JP_CLAUDE, region_name: str | None = TOKYO) -> Diagnosis:
    """Return what is said of *text*."""
    diagnosis = bedrock_guard.explain(text, model_id, region_name)

    assert diagnosis is not None
    return diagnosis


def test_key_is_what_it_always_was() -> None:
    """It stands in tickets and in metrics: the same wall has the same key in every version."""
    assert explained(sentence()).key == "7137ed63"
    assert explained(sentence(), None, None).key == "fea47ab1"


@pytest.mark.parametrize(
    ("text", "model_id", "region_name"),
    [
        (sentence(principal="arn:aws:sts::111122223333:assumed-role/other/session"), JP_CLAUDE, TOKYO),
        (sentence(action="bedrock:InvokeModelWithResponseStream"), JP_CLAUDE, TOKYO),
        (f"An error occurred (AccessDeniedException): {sentence()}", JP_CLAUDE, TOKYO),
    ],
)
def test_key_is_the_same_for_the_same_wall(text: str, model_id: str, region_name: str) -> None:
    """Whoever calls, by whichever action, and wherever the sentence stands."""
    assert explained(text, model_id, region_name).key == explained(sentence()).key


@pytest.mark.parametrize(
    ("text", "model_id", "region_name"),
    [
        (sentence(cause=f"with an explicit deny in a {SCP}x"), JP_CLAUDE, TOKYO),
        (sentence(cause="with an explicit deny in a resource control policy"), JP_CLAUDE, TOKYO),
        (sentence(principal="arn:aws:sts::444455556666:assumed-role/app/session"), JP_CLAUDE, TOKYO),
        (sentence(), f"apac.{CLAUDE}", TOKYO),
        (sentence(), JP_CLAUDE, "us-east-1"),
        (sentence(resource=f"arn:aws:bedrock:us-east-2::foundation-model/{CLAUDE}"), JP_CLAUDE, TOKYO),
    ],
)
def test_key_is_another_for_another_wall(text: str, model_id: str, region_name: str) -> None:
    """Another policy, type, account, model, source Region or blocked Region."""
    assert explained(text, model_id, region_name).key != explained(sentence()).key


@given(width=st.integers(100, 240))
def test_key_is_the_same_wherever_the_policy_is_read(width: int) -> None:
    """However a terminal has wrapped it; no key is made of a part of its ID."""
    text = sentence()
    wrapped = explained("\n".join(text[at : at + width] for at in range(0, len(text), width)))

    assert wrapped.denial.policy_arn is None or wrapped.key == explained(text).key


def test_key_is_the_same_everywhere(client: Any, caplog: pytest.LogCaptureFixture) -> None:
    """In exception, log, hook and `explain`."""
    told: list[Any] = []
    error: Any = refused(bedrock_guard.guard(client, hook=told.append), sentence())
    key = explained(sentence()).key

    assert error.diagnosis.key == key
    assert f"[{key}]" in str(error)
    assert [event.diagnosis.key for event in told] == [key]
    assert [vars(record)["bedrock_guard"]["key"] for record in caplog.records] == [key]


def test_explain_gives_back_what_an_error_carries(guarded: Any) -> None:
    """Also for its copy; nothing is read again."""
    error: Any = refused(guarded, sentence())

    assert bedrock_guard.explain(error) is error.diagnosis
    assert bedrock_guard.explain(copy.copy(error)) == error.diagnosis


def test_explain_finds_ours_behind_a_frameworks_error(guarded: Any) -> None:
    """What was asked for, and from where, stands in ours alone; a chain that bites its own tail ends."""
    error: Any = refused(guarded, sentence())
    wrapped, outer = PermissionError(sentence()), RuntimeError("the agent failed")
    wrapped.__cause__, outer.__cause__ = error, wrapped
    lost = RuntimeError("the agent failed")
    lost.__cause__ = ValueError("no denial")
    lost.__cause__.__cause__ = lost

    assert bedrock_guard.explain(outer) is error.diagnosis
    assert bedrock_guard.explain(lost) is None


@pytest.mark.parametrize("wrap", [str, json.dumps, lambda text: f"ERROR agent failed: {text!r}"])
def test_explain_reads_what_it_has_explained_before(guarded: Any, wrap: Any) -> None:
    """An error's text, as it stands in a log or a ticket, leads to the same key."""
    error: Any = refused(guarded, sentence())
    again = bedrock_guard.explain(wrap(str(error)))

    assert again is not None
    assert again.key == error.diagnosis.key
    assert again.message == error.diagnosis.message


def test_explain_takes_awss_other_errors_for_what_they_are(guarded: Any) -> None:
    """A throttled fallback is raised from the denial, and is none."""
    throttled = refused(guarded, "Rate exceeded", code="ThrottlingException")
    throttled.__cause__ = refused(guarded, sentence())

    assert bedrock_guard.explain(throttled) is None


def test_explain_reads_errors_of_others(client: Any) -> None:
    """A plain `ClientError`, or any exception that has the text."""
    error = refused(client, sentence())

    assert explained(sentence()) == bedrock_guard.explain(error, JP_CLAUDE, TOKYO)
    assert explained(sentence()) == bedrock_guard.explain(PermissionError(f"failed: {sentence()}"), JP_CLAUDE, TOKYO)


@pytest.mark.parametrize(
    "response",
    [
        *(None, 7, "", [], {}, {"Error": None}, {"Error": ["Message"]}, {"ResponseMetadata": 1}),
        *({"Error": {"Message": message}} for message in (None, "", 5, b"denied", {"text": "denied"})),
        {"ResponseMetadata": {"RequestId": 5}},
    ],
)
def test_explain_survives_odd_responses(response: Any) -> None:
    """An exception may have any attribute called `response`: where it is not botocore's, its own text is read."""
    error: Any = RuntimeError(sentence())
    error.response = response

    assert bedrock_guard.explain(error, JP_CLAUDE, TOKYO) == explained(sentence())


def test_explain_survives_odd_exceptions() -> None:
    """One that can neither show its text nor its response tells of no denial, and hides nothing that is raised."""

    class OddError(Exception):
        @property
        def response(self) -> Any:
            raise ConnectionError

        def __str__(self) -> str:
            raise KeyError

    assert bedrock_guard.explain(OddError()) is None


@pytest.mark.parametrize("name", ["model_id", "region_name"])
@pytest.mark.parametrize("value", [5, b"us-east-1", ["us-east-1"]])
def test_explain_takes_texts_alone(name: str, value: Any) -> None:
    """A model ID or a Region of another type is said to be one."""
    with pytest.raises(TypeError, match=f"^{name} must be a str or None, not {type(value).__name__}$"):
        bedrock_guard.explain(sentence(), **{name: value})


def test_explain_takes_an_empty_text_for_none() -> None:
    """As an unset variable of the environment gives it."""
    assert bedrock_guard.explain(sentence(), "", "") == bedrock_guard.explain(sentence())


@pytest.mark.parametrize("text", ["", "Rate exceeded", "The model is overloaded", "Traceback (most recent call last):"])
def test_explain_of_other_texts_is_none(text: str) -> None:
    """Where there is no authorization failure there is nothing to explain."""
    assert bedrock_guard.explain(text) is None
    assert bedrock_guard.explain(RuntimeError(text)) is None


def test_is_compared_by_value() -> None:
    """And may be a key of a dictionary."""
    one, same, other = explained(sentence()), explained(sentence()), explained(sentence(), GLOBAL_CLAUDE)

    assert one == same
    assert one != other
    assert len({one, same, other}) == 2


@pytest.mark.parametrize("protocol", range(2, 6))
def test_pickles(protocol: int) -> None:
    """With its texts, and enums that are the same objects."""
    diagnosis = explained(sentence())
    twin = pickle.loads(pickle.dumps(diagnosis, protocol))

    assert twin == diagnosis
    assert str(twin) == str(diagnosis)
    assert twin.cause is Cause.DESTINATION_REGION
    assert twin.denial.policy_type is PolicyType.SERVICE_CONTROL_POLICY


def test_is_frozen() -> None:
    """Whoever is handed one cannot change it for the others."""
    diagnosis: Any = explained(sentence())
    with pytest.raises(AttributeError):
        diagnosis.key = "other"
    with pytest.raises(AttributeError):
        diagnosis.denial.region = "other"


@pytest.mark.parametrize("enum", [Audience, Cause, DenyKind, Origin, PolicyType, Scope])
def test_enums_are_strings_on_every_python(enum: Any) -> None:
    """Equal to their value, and printed as it, also in an f-string, a format and JSON."""
    for member in enum:
        value = member.value
        assert isinstance(member, str)
        assert member == value
        assert str(member) == f"{member}" == f"{member:s}" == "{}".format(member) == value  # noqa: UP032
        assert json.dumps(member) == f'"{value}"'


def test_first_remedy_is_the_narrowest() -> None:
    """It pins source Region and profile, and says what it opens; a wider one is offered second, and says what else."""
    first, second, *_ = explained(sentence()).remedies

    assert (
        first.paste
        == f'"ArnNotLike": {{"bedrock:InferenceProfileArn": "arn:aws:bedrock:{TOKYO}:*:inference-profile/{JP_CLAUDE}"}}'
    )
    assert first.opens == f"Inference through this profile, called from {TOKYO}, in {OSAKA}. Nothing else."
    assert second.change.startswith("Wider: ")
    assert json.loads(second.paste or "")["Condition"] == {
        "StringNotEquals": {"aws:RequestedRegion": [TOKYO, OSAKA, ALLOWED]}
    }
    assert (
        second.opens
        == "Every inference in these Regions: through this profile and others, direct calls, and batch jobs."
    )


def test_no_remedy_claims_to_open_nothing() -> None:
    """Every change opens something."""
    text = str(explained(sentence())) + str(explained(sentence(), GLOBAL_CLAUDE))

    assert "widens nothing" not in text.lower()
    assert "opens nothing" not in text.lower()


@pytest.mark.parametrize(
    "cause",
    ["with an explicit deny in an identity-based policy", "with an explicit deny in a permissions boundary"],
)
def test_control_tower_is_named_for_scps_alone(cause: str) -> None:
    """It owns no other type of policy."""
    assert "Control Tower" in str(explained(sentence()))
    assert "Control Tower" not in str(explained(sentence(cause=cause)))


def test_implicit_deny_is_granted_through_the_profile() -> None:
    """Two statements: the profile, and its model in every Region, through that profile alone."""
    cause = "because no identity-based policy allows the bedrock:InvokeModel action"
    paste = explained(sentence(cause=cause)).remedies[0].paste
    profile, models = json.loads(f"[{paste}]")

    assert profile["Resource"] == f"arn:aws:bedrock:{TOKYO}:111122223333:inference-profile/{JP_CLAUDE}"
    assert models["Resource"] == [f"arn:aws:bedrock:{region}::foundation-model/{CLAUDE}" for region in (TOKYO, OSAKA)]
    assert models["Condition"] == {"ArnLike": {"bedrock:InferenceProfileArn": profile["Resource"]}}


PASTED: list[tuple[PolicyType, str | None]] = [
    (PolicyType.SERVICE_CONTROL_POLICY, None),
    (PolicyType.RESOURCE_CONTROL_POLICY, None),
    (PolicyType.IDENTITY_BASED, None),
    (PolicyType.RESOURCE_BASED, "AWS"),
    (PolicyType.PERMISSIONS_BOUNDARY, None),
    (PolicyType.SESSION, None),
    (PolicyType.VPC_ENDPOINT, "*"),
]


@pytest.mark.parametrize(("policy_type", "principal"), PASTED)
@pytest.mark.parametrize(
    "cause", ["with an explicit deny in a {}", "because no {} allows the bedrock:InvokeModel action"]
)
@pytest.mark.parametrize("model_id", [JP_CLAUDE, CLAUDE])
def test_statements_have_the_form_of_the_type_of_policy(
    policy_type: PolicyType, principal: str | None, cause: str, model_id: str
) -> None:
    """They name a Principal where AWS demands one, and nowhere else; a resource control policy is given none to add."""
    diagnosis = explained(sentence(cause=cause.format(NOUNS[policy_type])), model_id)
    statements = [each for remedy in diagnosis.remedies for each in _statements(remedy.paste)]

    assert diagnosis.denial.policy_type is policy_type
    assert (statements == []) == (
        policy_type is PolicyType.RESOURCE_CONTROL_POLICY or (model_id, cause[:4]) == (CLAUDE, "with")
    )
    for statement in statements:
        named = statement.get("Principal")
        assert (named if named is None or isinstance(named, str) else "".join(named)) == principal


def _statements(paste: str | None) -> list[dict[str, Any]]:
    if paste is None or paste.startswith('"'):
        return []
    statements: list[dict[str, Any]] = json.loads(f"[{paste}]")
    return statements


def test_resource_control_policy_is_never_told_to_allow() -> None:
    """No customer's can, and it has no NotAction: its Region deny gets an exemption, or more Regions."""
    cause = "because no resource control policy allows the bedrock:InvokeModel action"
    exempted, wider, *others = explained(sentence(cause=cause)).remedies

    assert (exempted.paste or "").startswith('"ArnNotLike"')
    assert wider.paste == f'"{TOKYO}", "{OSAKA}"'
    assert not any(other.paste for other in others)
    assert "owner: allow" not in explained(sentence(cause=cause)).message


@pytest.mark.parametrize(
    ("principal", "named"),
    [
        ("arn:aws:sts::111122223333:assumed-role/app/session", "arn:aws:iam::111122223333:role/app"),
        ("arn:aws-cn:iam::111122223333:user/team/kana", "arn:aws-cn:iam::111122223333:user/team/kana"),
        ("arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:root"),
        ("arn:aws:iam::111122223333:user/*", "<ARN of the caller>"),
        ("kana", "<ARN of the caller>"),
    ],
)
def test_caller_is_named_as_policies_name_it(principal: str, named: str) -> None:
    """An assumed role by the role, so that it holds for its next session."""
    cause = "because no resource-based policy allows the bedrock:InvokeModel action"
    paste = explained(sentence(principal=principal, cause=cause)).remedies[0].paste

    assert [each["Principal"] for each in _statements(paste)] == [{"AWS": named}] * 2


def test_deny_that_takes_over_is_about_everyone() -> None:
    """As the statement that it takes over from: for the caller alone, it would let the others pass."""
    wider = explained(sentence(cause="with an explicit deny in a resource-based policy")).remedies[1]

    assert json.loads(wider.paste or "")["Principal"] == {"AWS": "*"}


def test_grant_says_each_region_that_it_opens() -> None:
    """The source Region included, where the model is allowed as well; and to whom, where the policy is an endpoint's."""
    cause = "because no {} allows the bedrock:InvokeModel action"
    granted, shared = (
        explained(sentence(cause=cause.format(noun))).remedies[0].opens
        for noun in ("identity-based policy", "VPC endpoint policy")
    )

    assert granted == f"Inference through this profile, called from {TOKYO}, in {TOKYO}, {OSAKA}. Nothing else."
    assert "by whoever may use the endpoint" in (shared or "")


@pytest.mark.parametrize(
    ("noun", "is_levelled"),
    [("service control policy", True), ("resource control policy", True), ("permissions boundary", False)],
)
def test_levels_are_spoken_of_where_there_are_any(noun: str, is_levelled: bool) -> None:  # noqa: FBT001
    """Policies of an organization are attached at several."""
    remedy = explained(sentence(cause=f"with an explicit deny in a {noun}")).remedies[0]

    assert ("at every level" in remedy.change) is is_levelled


def test_direct_call_is_told_of_the_region_that_is_denied() -> None:
    """Also where the client is in another one; of profiles, that it goes through none."""
    there = sentence(resource=f"arn:aws:bedrock:us-east-2::foundation-model/{NOVA}")
    denied = explained(there, NOVA, "us-east-1")
    missing = explained(
        there.replace(
            f"with an explicit deny in a {SCP}", "because no session policy allows the bedrock:InvokeModel action"
        ),
        NOVA,
        "us-east-1",
    )

    assert "if its list of Regions lacks us-east-2" in denied.remedies[0].change
    assert "this inference profile" not in denied.remedies[0].change
    assert "the profile" not in denied.message
    assert (
        _statements(missing.remedies[0].paste)[0]["Resource"] == f"arn:aws:bedrock:us-east-2::foundation-model/{NOVA}"
    )


def test_other_destinations_are_left_open_where_the_route_is_not_known() -> None:
    """An edit for the Regions that happen to be known would leave the call denied."""
    wider = explained(
        sentence(resource="arn:aws:bedrock:us-east-2::foundation-model/a.b-v9:0"), "us.a.b-v9:0"
    ).remedies[1]

    assert json.loads(wider.paste or "")["Condition"] == {
        "StringNotEquals": {"aws:RequestedRegion": [TOKYO, "us-east-2", OTHERS, ALLOWED]}
    }


def test_explicit_deny_of_a_policy_that_is_not_named_is_no_missing_allow() -> None:
    """An Allow never lifts a Deny, so the edit of the denying statement comes first."""
    first = explained(sentence(cause="with an explicit deny")).remedies[0]

    assert (first.paste or "").startswith('"ArnNotLike"')
    assert "Allow" not in explained(sentence(cause="with an explicit deny")).message


def test_denial_without_a_cause_may_be_either() -> None:
    """Where AWS says neither, the Allow is offered with an `if`, and the exemption as well."""
    granted, exempted, *_ = explained(sentence(cause="")).remedies

    assert "If none allows the call" in granted.change
    assert (exempted.paste or "").startswith('"ArnNotLike"')


def test_direct_call_that_nothing_allows_is_granted_by_itself() -> None:
    """And one through a profile by the profile, wherever it was denied."""
    there = sentence(
        resource=f"arn:aws:bedrock:{TOKYO}::foundation-model/{CLAUDE}",
        cause="because no identity-based policy allows the bedrock:InvokeModel action",
    )
    direct, through = (explained(there, model_id).remedies[0].paste or "" for model_id in (CLAUDE, JP_CLAUDE))

    assert json.loads(direct)["Resource"] == f"arn:aws:bedrock:{TOKYO}::foundation-model/{CLAUDE}"
    assert f"inference-profile/{JP_CLAUDE}" in through


@pytest.mark.parametrize("action", ["bedrock:CreateModelInvocationJob", "bedrock:CountTokens"])
def test_exemption_is_not_offered_where_no_request_names_the_profile(action: str) -> None:
    """Batch jobs and token counts carry no profile's ARN, so that an exemption would not help them."""
    diagnosis = explained(sentence(action=action))

    assert "ArnNotLike" not in str(diagnosis)
    assert f"allow {action} in every destination Region" in " ".join(diagnosis.message.split())


def test_denials_that_block_no_region_are_told_apart_by_their_action() -> None:
    """Else the log would keep quiet of the second for five minutes."""
    keys = {
        explained(sentence(action=each, resource="*")).key for each in ("bedrock:CallWithBearerToken", "kms:Decrypt")
    }

    assert len(keys) == 2


def test_account_that_is_no_number_is_left_open() -> None:
    """Digits of other scripts look like an account, and name none."""
    principal = (
        "arn:aws:sts::\u0661\u0661\u0661\u0661\u0662\u0662\u0662\u0662\u0663\u0663\u0663\u0663:assumed-role/app/me"
    )
    cause = "because no identity-based policy allows the bedrock:InvokeModel action"
    diagnosis = explained(sentence(principal=principal, cause=cause))

    assert diagnosis.account_id is None
    assert f"arn:aws:bedrock:{TOKYO}:*:inference-profile/{JP_CLAUDE}" in (diagnosis.remedies[0].paste or "")


def test_alternatives_are_for_walls_that_another_model_can_avoid() -> None:
    """In the source Region itself, another model meets the same wall."""
    there = sentence(resource=f"arn:aws:bedrock:{TOKYO}::foundation-model/{CLAUDE}")

    assert NOVA in explained(sentence()).alternatives
    assert explained(there).alternatives == ()


@pytest.mark.parametrize("model_id", [NOVA, f"arn:aws:bedrock:us-east-1::foundation-model/{NOVA}"])
def test_model_that_was_denied_is_no_alternative(model_id: str) -> None:
    """Though it may be served in-Region."""
    text = sentence(resource=f"arn:aws:bedrock:::foundation-model/{NOVA}")
    diagnosis = explained(text, model_id, "us-east-1")

    assert diagnosis.alternatives
    assert NOVA not in diagnosis.alternatives
    assert f'"{NOVA}"' not in diagnosis.message


def test_profile_that_must_have_been_called_is_named() -> None:
    """Where nobody says which, the edit is for the only one that can have met this wall, and says that it is assumed."""
    cause = "because no identity-based policy allows the bedrock:InvokeModel action"
    for text in (sentence(), sentence(cause=cause)):
        remedy = explained(text, None, TOKYO).remedies[0]

        assert f"inference-profile/{JP_CLAUDE}" in (remedy.paste or "")
        assert f"The profile is taken to be {JP_CLAUDE}:" in remedy.change
        assert "needs application-inference-profile/<its ID> there" in " ".join(
            str(explained(text, None, TOKYO)).split()
        )
        assert "taken to be" not in explained(text).remedies[0].change


def test_profile_that_cannot_be_called_from_there_is_not_assumed() -> None:
    """Claude's profile for Japan has no route from Virginia."""
    assert JP_CLAUDE not in str(explained(sentence(), None, "us-east-1"))


def test_narrower_profile_is_offered_where_the_global_one_must_have_been_called() -> None:
    """As where somebody says that it was."""
    text = sentence(resource=f"arn:aws:bedrock:::foundation-model/{CLAUDE}")

    assert explained(text, None, TOKYO).alternatives == explained(text, GLOBAL_CLAUDE, TOKYO).alternatives
    assert explained(text, None, TOKYO).alternatives[0] == JP_CLAUDE


RECORD = {
    "eventSource": "bedrock.amazonaws.com",
    "awsRegion": TOKYO,
    "errorCode": "AccessDenied",
    "errorMessage": sentence(),
    "requestParameters": {"modelId": JP_CLAUDE},
}


@pytest.mark.parametrize(
    "wrap", [json.dumps, repr, lambda record: json.dumps({"record": json.dumps(record, indent=2)})]
)
def test_record_of_cloudtrail_says_what_was_asked_for(wrap: Any) -> None:
    """And from where: of the sentence alone, neither is known. What the caller says counts more."""
    assert bedrock_guard.explain(wrap(RECORD)) == explained(sentence())
    assert bedrock_guard.explain(wrap(RECORD), GLOBAL_CLAUDE, TOKYO) == explained(sentence(), GLOBAL_CLAUDE)


def test_records_that_differ_say_nothing_of_the_denied_one() -> None:
    """Which of them it is cannot be told."""
    other = RECORD | {"awsRegion": "us-east-1", "requestParameters": {"modelId": NOVA}, "errorMessage": None}

    assert bedrock_guard.explain(json.dumps({"Records": [other, RECORD]})) == explained(sentence(), None, None)


@pytest.mark.parametrize(
    "text",
    [
        "You don't have access to the model with the specified model ID.",
        "Your account is not authorized to invoke this API operation.",
    ],
)
def test_missing_model_access_is_no_policy(text: str) -> None:
    """It is told from a denial, and goes to another person."""
    diagnosis = bedrock_guard.explain(text, JP_CLAUDE, TOKYO)

    assert diagnosis is not None
    assert diagnosis.cause == "model-access"
    assert [remedy.audience for remedy in diagnosis.remedies] == ["account-administrator"]
    assert "blocks" not in diagnosis.message


UNTRUSTED = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        [
            "*",
            '"',
            "}",
            "a*b",
            "a?b",
            "${aws:x}",
            "a b",
            'x", "*": "*',
            "",
            "\n",
            "us-east-1",
            JP_CLAUDE,
            "12",
            "\u0661\u0662",
        ]
    ),
)
ARN = re.compile(
    r"arn:aws(-[a-z]+)*:bedrock:([A-Za-z0-9._:-]*|<source Region>|<each other destination Region>):([0-9]*|\*):"
    r"(foundation-model|inference-profile|application-inference-profile)"
    r"/([A-Za-z0-9._:-]+|<inference profile ID>|<model ID>)"
)


@given(data=st.data())
def test_no_wildcard_or_quote_reaches_what_is_pasted(data: st.DataObject) -> None:
    """Whatever the message, the caller or the live API says: JSON, with wildcards of our own alone."""

    def text() -> str:
        return str(data.draw(UNTRUSTED))

    kinds = ["foundation-model", "inference-profile", "application-inference-profile", "guardrail-profile"]
    kind = data.draw(st.sampled_from(kinds))
    resource = f"arn:{text()}:bedrock:{text()}:{text()}:{kind}/{text()}"
    denial = Denial(
        policy_type=data.draw(st.sampled_from(PolicyType)),
        deny=data.draw(st.sampled_from([*DenyKind, None])),
        action=data.draw(st.none() | UNTRUSTED),
        resource=resource,
        region=data.draw(st.none() | UNTRUSTED),
        principal=data.draw(st.none() | UNTRUSTED.map(lambda part: f"arn:aws:iam::{part}:user/me")),
        policy_arn=data.draw(st.none() | UNTRUSTED),
        model_id=text(),
    )
    profile = replace(PROFILE, id=text(), model_id=text(), destination_regions=(text(), text(), OSAKA))
    seen = observe(
        denial,
        requested_model_id=data.draw(st.none() | UNTRUSTED | UNTRUSTED.map(lambda part: f"jp.anthropic.{part}")),
        source_region=data.draw(st.none() | UNTRUSTED),
        profile=data.draw(st.sampled_from([None, profile])),
    )
    for remedy in remedies(seen, call_of(seen)):
        _check_paste(remedy.paste or "null")


def _check_paste(paste: str) -> None:
    pasted = json.loads(f"[{{{paste}}}]" if paste.startswith('"ArnNotLike"') else f"[{paste}]")
    for statement in pasted:
        principal = statement.pop("Principal", "*") if isinstance(statement, dict) else "*"
        named = principal["AWS"] if isinstance(principal, dict) else principal

        assert re.fullmatch(r"\*|<ARN of the caller>|arn:aws:iam::[0-9]{12}:(user|role)/me", named)

    assert "\n" not in paste.replace("},\n{", "")
    for value in _strings(pasted):
        if value.startswith("arn:"):
            assert ARN.fullmatch(value)
        else:
            assert re.fullmatch(
                r"[A-Za-z0-9:._-]+\*?|\*|<source Region>|<each other destination Region>|<each Region allowed today>",
                value,
            )


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [each for item in value.values() for each in _strings(item)]
    if isinstance(value, list):
        return [each for item in value for each in _strings(item)]
    return [value] if isinstance(value, str) else []
