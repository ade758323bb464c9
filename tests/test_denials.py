"""What `_denials.read` makes of AWS's authorization messages, in the shapes in which people meet them."""

import copy
import json
import pickle
import textwrap
from collections.abc import Callable
from dataclasses import astuple, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedrock_guard._denials import Denial, DenyKind, PolicyType, read

USER = "arn:aws:sts::111122223333:assumed-role/Writers/kana"
ACTION = "bedrock:InvokeModel"
MODEL_ID = "amazon.nova-lite-v1:0"
MODEL = f"arn:aws:bedrock:ap-northeast-3::foundation-model/{MODEL_ID}"
SCP_ARN = "arn:aws:organizations::444455556666:policy/o-a1b2c3d4e5/service_control_policy/p-w9x8y7z6"
SCP = "with an explicit deny in a service control policy"
SENTENCE = f"User: {USER} is not authorized to perform: {ACTION} on resource: {MODEL} {SCP}"
DENIAL = Denial(
    policy_type=PolicyType.SERVICE_CONTROL_POLICY,
    deny=DenyKind.EXPLICIT,
    action=ACTION,
    resource=MODEL,
    region="ap-northeast-3",
    principal=USER,
    policy_arn=None,
    model_id=MODEL_ID,
)
NOTHING_NAMED = Denial(PolicyType.UNKNOWN, None, None, None, None, None, None, None)

# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
CAUSES = [
    (SCP, "service_control_policy", "explicit"),
    ("because no service control policy allows the {action} action", "service_control_policy", "implicit"),
    ("due to an explicit deny in a Service Control Policy", "service_control_policy", "explicit"),
    ("with an explicit deny in a resource control policy", "resource_control_policy", "explicit"),
    ("because no resource control policy allows the {action} action", "resource_control_policy", "implicit"),
    ("with an explicit deny in an identity-based policy", "identity_based", "explicit"),
    ("because no identity-based policy allows the {action} action", "identity_based", "implicit"),
    ("with an explicit deny in a resource-based policy", "resource_based", "explicit"),
    ("because no resource-based policy allows the {action} action", "resource_based", "implicit"),
    ("with an explicit deny in the role trust policy", "resource_based", "explicit"),
    ("because no role trust policy allows the {action} action", "resource_based", "implicit"),
    ("with an explicit deny in a permissions boundary", "permissions_boundary", "explicit"),
    ("because no permissions boundary allows the {action} action", "permissions_boundary", "implicit"),
    ("with an explicit deny in a session policy", "session", "explicit"),
    ("with an explicit deny in a sessions policy", "session", "explicit"),
    ("because no session policy allows the {action} action", "session", "implicit"),
    ("because no session policy allows the action", "session", "implicit"),
    ("with an explicit deny in a VPC endpoint policy", "vpc_endpoint", "explicit"),
    ("because no VPC endpoint policy allows the {action} action", "vpc_endpoint", "implicit"),
    (
        "with an explicit deny in a VPC endpoint policy transitively through a service control policy",
        "service_control_policy",
        "explicit",
    ),
    ("with an explicit deny", "unknown", "explicit"),
    ("", "unknown", None),
]
RETOLD = [
    ("with an explicit deny in an SCP", "service_control_policy", "explicit"),
    ("with an explicit deny in an identity based policy", "identity_based", "explicit"),
    ("because of an explicit deny in a resource based policy", "resource_based", "explicit"),
    ("because no permission boundary allows the {action} action", "permissions_boundary", "implicit"),
    ("with an explicit deny in a VPC-endpoint policy", "vpc_endpoint", "explicit"),
]
RESOURCES = [
    (MODEL, "ap-northeast-3", MODEL_ID),
    (f"arn:aws:bedrock:::foundation-model/{MODEL_ID}", "", MODEL_ID),
    (f"arn:aws-cn:bedrock:cn-north-1::foundation-model/{MODEL_ID}", "cn-north-1", MODEL_ID),
    (
        "arn:aws-us-gov:bedrock:us-gov-west-1:111122223333:inference-profile/us-gov.amazon.nova-pro-v1:0",
        "us-gov-west-1",
        "us-gov.amazon.nova-pro-v1:0",
    ),
    ("arn:aws:bedrock:eu-west-1:111122223333:application-inference-profile/a1b2c3", "eu-west-1", "a1b2c3"),
    ("arn:aws:bedrock:us-east-2:111122223333:guardrail-profile/us.guardrail.v1:0", "us-east-2", None),
    ("arn:aws:bedrock:us-east-2:111122223333:knowledge-base/KB12345678", "us-east-2", None),
    (f"arn:aws:bedrock:<region>::foundation-model/{MODEL_ID}", None, MODEL_ID),
    (f"arn:aws:bedrock:***::foundation-model/{MODEL_ID}", None, MODEL_ID),
    (f"arn:aws:bedrock:eu-west-1:<account id>:inference-profile/eu.{MODEL_ID}", "eu-west-1", f"eu.{MODEL_ID}"),
    (f"...:eu-west-1::foundation-model/{MODEL_ID}", "eu-west-1", MODEL_ID),
    (f"...::foundation-model/{MODEL_ID}", None, MODEL_ID),
    ("arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-...", "eu-west-1", "amazon.nova-..."),
    ("arn:aws:logs:us-east-1:…", "us-east-1", None),
    ("arn:aws:logs:us-east-1", "us-east-1", None),
    ("arn:aws:logs:us-ea", None, None),
    ("arn:aws:logs:", None, None),
    ("arn:aws:iam::111122223333:role/", "", None),
    ("arn:aws:sqs:us-east-1:111122223333:", "us-east-1", None),
    ("policy arn:aws:iam::111122223333:policy/tools", "", None),
    ("instance profile web", None, None),
    ("role Writers", None, None),
    ("user kana", None, None),
    ("group Writers", None, None),
    ("+818012345678", None, None),
    ("*", None, None),
]
WRAPPINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "narrow": lambda text: _filled(text, 64),
    "narrow, Windows": lambda text: _filled(text, 64).replace("\n", "\r\n"),
    "narrow, cut at hyphens": lambda text: "\n".join(textwrap.wrap(text, 60, break_long_words=False)),
    "box": lambda text: "\n".join(f"│ {line:<90} │" for line in _filled(text, 90).split("\n")),
    "source comment": lambda text: "/**\n" + textwrap.indent(_filled(text, 70), " * "),
    "shell comment": lambda text: textwrap.indent(_filled(text, 70), "# "),
    "SQL comment": lambda text: textwrap.indent(_filled(text, 70), "-- "),
    "documentation comment": lambda text: textwrap.indent(_filled(text, 70), "/// "),
    "quotation": lambda text: textwrap.indent(_filled(text, 70), "> "),
    "container log": lambda text: textwrap.indent(_filled(text, 70), "worker-1  | "),
    "timestamps": lambda text: textwrap.indent(_filled(text, 70), "2026-01-02T03:04:05.6789Z "),
    "kubernetes log": lambda text: textwrap.indent(_filled(text, 70), "2026-01-02T03:04:05.6789Z stderr F "),
    "GitHub Actions log": lambda text: textwrap.indent(_filled(text, 70), "2026-01-02T03:04:05.6789012Z ##[error]"),
    "YAML": lambda text: "message: >-\n" + textwrap.indent(_filled(text, 70), "    "),
    "JSON": lambda text: json.dumps({"Message": text}),
    "wrapped in JSON": lambda text: json.dumps({"Message": _filled(text, 70)}),
    "JSON in JSON": lambda text: json.dumps({"event": json.dumps({"errorMessage": _filled(text, 70)})}),
    "PHP's JSON": lambda text: json.dumps(text).replace("/", "\\/"),
    "Go's JSON": lambda text: json.dumps(text).replace("<", "\\u003c").replace(">", "\\u003e"),
    "HTML": lambda text: "<p>" + text.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;") + "</p>",
    "escaped HTML": lambda text: "&amp;lt;p&amp;gt;" + text.replace("'", "&#x27;") + "&amp;lt;/p&amp;gt;",
    "emphasis": lambda text: "<b>" + text.replace(" is not", " <em class='x'>is</em> not") + "</b>",
    "bold": lambda text: f"**{text}**",
    "colours": lambda text: "\x1b[31m" + text.replace(" is not", " \x1b[1mis not") + "\x1b[0m",
    "GitLab's colours": lambda text: f"\x1b[31;1m{text}\x1b[0;m",
    "no-break spaces": lambda text: text.replace(" ", "\u00a0"),
    "string literals": lambda text: " +\n  ".join(f'"{line} "' for line in _filled(text, 60).split("\n")),
}
TAILS = [
    ("", None),
    (f": {SCP_ARN}", SCP_ARN),
    (f": {SCP_ARN}.", SCP_ARN),
    (f", with policy ARN: {SCP_ARN}", SCP_ARN),
    (f",\nwith policy ARN:\n{SCP_ARN}", SCP_ARN),
    (f" ({SCP_ARN})", SCP_ARN),
    (": ...:policy/p-1", "...:policy/p-1"),
    (": …/p-1", "…/p-1"),
    (
        ": arn:aws:organizations::<Management Account>:policy/<org>/p-1",
        "arn:aws:organizations::<Management Account>:policy/<org>/p-1",
    ),
    (
        ": arn:aws:iam::aws:policy/ReadOnly. Encoded authorization failure message: Ab-_1",
        "arn:aws:iam::aws:policy/ReadOnly",
    ),
    (
        (
            f": {SCP_ARN}. Go to https://us-west-2.console.aws.amazon.com/iam/home?region=us-west-2#/authorization-details/x1 "
            "for complete details, or call the GetRequestAuthorizationDetails API with the following authorization id: x1"
        ),
        SCP_ARN,
    ),
    (" (Service: BedrockRuntime, Status Code: 403, Request ID: 1a-2b) (SDK Attempt Count: 1)", None),
    ('"), extras: Some({"aws_request_id": "1a-2b"}) }', None),
    ("\n\tstatus code: 403, request id: 1a-2b", None),
    ("\\n\\tstatus code: 403", None),
    ("\n    at throwDefaultError (/app/index.js:8:22) {\n  '$fault': 'client'", None),
    ("</Message><RequestId>1A2B</RequestId>", None),
    ("<br>", None),
    ("` |", None),
    ("。", None),
    (": see your administrator", None),
    (f": {SCP_ARN}.[1]", SCP_ARN),
    (f": {SCP_ARN}**", SCP_ARN),
    (f": {SCP_ARN[:52]}\n{SCP_ARN[52:]}\nnext", SCP_ARN),
]


def _filled(text: str, width: int) -> str:
    return textwrap.fill(text, width, break_long_words=False, break_on_hyphens=False)


def test_denials_are_values() -> None:
    """A denial is hashable, compares by value, and comes back from a pickle and a copy."""
    assert {DENIAL} == {read(SENTENCE), pickle.loads(pickle.dumps(DENIAL)), copy.deepcopy(DENIAL)}


def test_denials_are_frozen() -> None:
    """Nothing can be written into a denial."""
    with pytest.raises(AttributeError):
        DENIAL.action = "s3:GetObject"  # type: ignore[misc]


def test_enums_are_their_values() -> None:
    """Policy type and kind equal and print as their values."""
    assert (PolicyType.SESSION, f"{PolicyType.UNKNOWN} {DenyKind.EXPLICIT}") == ("session", "unknown explicit")


@pytest.mark.parametrize(("cause", "policy_type", "deny"), [*CAUSES, *RETOLD])
def test_each_cause(cause: str, policy_type: str, deny: str | None) -> None:
    """Each cause that IAM documents, and each that people make of it, names its policy type and kind, and leaves the rest of the sentence as it is."""
    denial = read(SENTENCE.replace(SCP, cause.format(action=ACTION)).strip())

    assert replace(DENIAL, policy_type=PolicyType(policy_type), deny=DenyKind(deny) if deny else None) == denial


@pytest.mark.parametrize(("resource", "region", "model_id"), RESOURCES)
@pytest.mark.parametrize("cause", ["", f" {SCP}"])
def test_each_resource(resource: str, region: str | None, model_id: str | None, cause: str) -> None:
    """A resource is read as printed, with its Region and its model ID, whether a cause follows or not."""
    denial = read(f"User: {USER} is not authorized to perform: {ACTION} on resource: {resource}{cause}")

    assert (resource, region, model_id) == (denial and (denial.resource, denial.region, denial.model_id))


@pytest.mark.parametrize(("tail", "policy_arn"), TAILS)
def test_each_tail(tail: str, policy_arn: str | None) -> None:
    """Only an ARN becomes the policy's ARN; no tail of a service, an SDK or an author changes what stands before it."""
    assert replace(DENIAL, policy_arn=policy_arn) == read(SENTENCE + tail)


@pytest.mark.parametrize("tail", [tail for tail, policy_arn in TAILS if not policy_arn])
def test_each_tail_after_a_resource(tail: str) -> None:
    """A resource ends where the tail begins."""
    denial = read(SENTENCE.replace(f" {SCP}", tail))

    assert replace(DENIAL, policy_type=PolicyType.UNKNOWN, deny=None) == denial


@pytest.mark.parametrize(
    ("subject", "principal"),
    [
        ("User: arn:aws:iam::111122223333:user/kana is", "arn:aws:iam::111122223333:user/kana"),
        ("User arn:aws:iam::111122223333:user/kana is", "arn:aws:iam::111122223333:user/kana"),
        ("arn:aws:iam::111122223333:user/kana is", "arn:aws:iam::111122223333:user/kana"),
        ("User `arn:aws:iam::111122223333:user/kana' is", "arn:aws:iam::111122223333:user/kana"),
        (
            "User: arn:aws:sts::<account id>:assumed-role/[role]/x=y@z is",
            "arn:aws:sts::<account id>:assumed-role/[role]/x=y@z",
        ),
        (
            "User: arn:aws:sts::1:assumed-role/Writers-\nof-notes/kana is",
            "arn:aws:sts::1:assumed-role/Writers-of-notes/kana",
        ),
        ("User: arn:aws:sts::<account\nid>:assumed-role/a/b is", "arn:aws:sts::<account id>:assumed-role/a/b"),
        ("User: ...:assumed-role/Writers is", "...:assumed-role/Writers"),
        ("User: arn:aws:sts::1:assumed-role/ Writers/kana is", "arn:aws:sts::1:assumed-role/ Writers/kana"),
        ("User: anonymous is", "anonymous"),
        ("User: XXXXX is", "XXXXX"),
        ("User: ... is", None),
        ("User: … is", None),
        ("User is", None),
        ("You are", None),
        ("... is", None),
        ("User: kana logged in. The role is", None),
        ("AccessDeniedException... Writers/kana is", None),
    ],
)
def test_each_principal(subject: str, principal: str | None) -> None:
    """The principal is what is labelled so, or an ARN right before the verb; where only dots are left, it is unknown."""
    assert replace(DENIAL, principal=principal) == read(SENTENCE.replace(f"User: {USER} is", subject))


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_each_wrapping(wrapping: str) -> None:
    """What terminals, logs and serializers do to a message does not change what is read."""
    assert replace(DENIAL, policy_arn=SCP_ARN) == read(WRAPPINGS[wrapping](f"{SENTENCE}: {SCP_ARN}"))


@given(
    width=st.integers(20, 240),
    margin=st.sampled_from(["", "> ", "# ", "│ "]),
    tail=st.sampled_from(
        ["", "\n", " (Service: BedrockRuntime, Status Code: 403)", "\nTraceback (most recent call last):"]
    ),
)
def test_policy_is_never_read_in_part(width: int, margin: str, tail: str) -> None:
    """Cut anywhere, its ARN is the one that AWS gave, or none: no ID is made up of a beginning."""
    text = f"{SENTENCE}: {SCP_ARN}{tail}"
    denial = read(
        "\n".join(margin + line[at : at + width] for line in text.split("\n") for at in range(0, len(line), width))
    )

    assert denial is None or denial.policy_arn in (SCP_ARN, None)
    if width > 100:
        assert denial in (replace(DENIAL, policy_arn=SCP_ARN), DENIAL)


@pytest.mark.parametrize("end", ["", "\n", "\n\nTraceback", "."])
def test_beginning_of_a_policy_is_none(end: str) -> None:
    """A text may have been cut off there; what follows in another line is joined, and still no policy."""
    assert read(f"{SENTENCE}: {SCP_ARN[:-5]}{end}") == DENIAL


@pytest.mark.parametrize(("cause", "policy_type", "deny"), [case for case in CAUSES if case[1] != "unknown"])
def test_fixed_width(cause: str, policy_type: str, deny: str) -> None:
    """A terminal that cuts words at any width does not change what is read."""
    sentence = SENTENCE.replace(SCP, cause.format(action=ACTION))
    cut = ["\n".join(sentence[at : at + width] for at in range(0, len(sentence), width)) for width in range(20, 120)]

    assert {replace(DENIAL, policy_type=PolicyType(policy_type), deny=DenyKind(deny))} == {read(text) for text in cut}


@pytest.mark.parametrize(
    "blank",
    [
        *(
            "&nbsp;",
            "<br>",
            "<BR/>",
            "<div>",
            "</span>",
            "</td><td>",
            "</li>\n<li>",
            "\\r\\n",
            "\\\\n",
            "\\t",
            "\\u0020",
        ),
        *("\u200b ", "\u00a0", "\u3000", "\x1b[0m ", "[31m ", "\x85", "\u2028", " \n\t \n", ' " +\n "', " '\n    f'"),
    ],
)
def test_each_blank(blank: str) -> None:
    """White space is white space, however it is written, and what cannot be seen is nothing."""
    assert read(SENTENCE.replace(" with", f"{blank}with")) == DENIAL


@pytest.mark.parametrize(
    "mark",
    [
        '"',
        "'",
        "`",
        "&#34;",
        "&#x27;",
        "&apos;",
        "&amp;quot;",
        "&#39;",
        "&quot;",
        '\\"',
        '\\\\\\"',
        "\\u0022",
        "\u201d",
    ],
)
def test_each_quotation_mark(mark: str) -> None:
    """A quotation mark is no part of what it encloses, however it is written."""
    assert read(SENTENCE.replace(MODEL, f"{mark}{MODEL}{mark}")) == DENIAL


@pytest.mark.parametrize(
    "words",
    [
        *("User:", "is not authorized", "not authorized", "is not authorized to perform:", "on resource:"),
        *("explicit deny", "service control policy", "service control", "explicit deny in a service control policy"),
        *("in a\nservice control policy", "with an explicit deny in a service control policy", f"{SCP}:"),
    ],
)
@pytest.mark.parametrize(
    "mark",
    [
        *(
            "\n*{}*",
            "\n_{}_",
            "**{}**",
            "*{}*",
            "_{}_",
            "`{}`",
            "***{}***",
            "__{}__",
            "[{}](https://docs.aws.amazon.com/a_b)",
        ),
        *("<u>{}</u>", "<mark>{}</mark>", '<a href="https://docs.aws.amazon.com/">{}</a>'),
    ],
)
def test_marks_around_awss_own_words(mark: str, words: str) -> None:
    """Emphasis, code and links of a wiki, a ticket or a chat are no part of what AWS says."""
    if mark.startswith("[") and words.endswith(":"):
        words = words[:-1]
    text = f"{SENTENCE}: {SCP_ARN}"
    marked = text.replace(words.replace("\n", " "), mark.format(words))

    assert (text == marked, read(marked)) == (False, replace(DENIAL, policy_arn=SCP_ARN))


@pytest.mark.parametrize("resource", ["*", "**", "***", "`*`"])
def test_star_is_no_mark(resource: str) -> None:
    """A star that stands for all resources, or for one that was blanked out, is not taken for emphasis."""
    denial = read(f"{SENTENCE.replace(MODEL, resource)}. Ask *your* owner.")

    assert resource.strip("`") == (denial and denial.resource)


@pytest.mark.parametrize(
    "label", ["Reason:", "Cause:", "Policy :", "reason=", "—", "-", "Reason: **", "Reason: with an"]
)
def test_label_before_the_cause(label: str) -> None:
    """A line of somebody's own between the resource and the cause belongs to neither."""
    cause = SCP.removeprefix("with an ")
    text = f"{SENTENCE.removesuffix(SCP).rstrip()}\n{label} {cause}"

    assert read(text) == DENIAL


@pytest.mark.parametrize(
    ("text", "resource"),
    [
        (
            "arn:aws:bedrock:us-ea\nst-1::foundation-model/a.b-v1:0",
            "arn:aws:bedrock:us-east-1::foundation-model/a.b-v1:0",
        ),
        (
            "arn:aws:bedrock:us-east-1::foundation-\nmodel/a.b-v1:0",
            "arn:aws:bedrock:us-east-1::foundation-model/a.b-v1:0",
        ),
        (
            "arn:aws:bedrock:us-east-1::foundation-model/a.son\nnet-v1:0",
            "arn:aws:bedrock:us-east-1::foundation-model/a.sonnet-v1:0",
        ),
        ('arn:aws:iam::111122223333:role/Wri\nters"}', "arn:aws:iam::111122223333:role/Writers"),
        ("arn:aws:iam::111122223333:role/Writers\nstatus code: 403", "arn:aws:iam::111122223333:role/Writers"),
        (
            "arn:aws:logs:us-east-1:1:log-group:x:log-stream:\n2026-01-02 next",
            "arn:aws:logs:us-east-1:1:log-group:x:log-stream:",
        ),
        ("arn:aws:logs:us-east-1:…\nUser: next", "arn:aws:logs:us-east-1:…"),
        (
            "arn:aws:bedrock:us-east-1::foundation-model/a.son\nnet-v1",
            "arn:aws:bedrock:us-east-1::foundation-model/a.sonnet-v1",
        ),
        (
            "arn:aws:bedrock:us-east-1::foundation-model/a-v1:0\nb-v1:0",
            "arn:aws:bedrock:us-east-1::foundation-model/a-v1:0",
        ),
        ("arn:aws:iam::111122223333:role/\nNext", "arn:aws:iam::111122223333:role/"),
        ("arn:aws:iam::111122223333:role/\nReason: unknown", "arn:aws:iam::111122223333:role/"),
        ("arn:aws:sqs:us-east-1:111122223333:\narn:aws:sqs:us-east-1:1:b", "arn:aws:sqs:us-east-1:111122223333:"),
        ("arn:aws:sqs:us-east-1:111122223333: next", "arn:aws:sqs:us-east-1:111122223333"),
        ("arn:aws:sqs:us-east-1:111122223333: (Service: Sqs)", "arn:aws:sqs:us-east-1:111122223333:"),
        ("arn:aws:s3:::notes.\nNext", "arn:aws:s3:::notes"),
        ("arn:aws:iam::111122223333:role/Writers**\nNext", "arn:aws:iam::111122223333:role/Writers"),
        ("arn:aws:iam::111122223333:role/***\nNext", "arn:aws:iam::111122223333:role/***"),
    ],
)
def test_line_break_in_a_resource_without_a_cause(text: str, resource: str) -> None:
    """Where nothing tells the end of an ARN, a next line belongs to it only if the ARN shows that it was cut."""
    denial = read(f"not authorized to perform: {ACTION} on resource: {text}")

    assert resource == (denial and denial.resource)


@pytest.mark.parametrize(
    ("text", "resource"),
    [
        ('"arn:aws:s3:::notes/my file (1).txt" because no', "arn:aws:s3:::notes/my file (1).txt"),
        ('\\"arn:aws:s3:::notes/a.txt\\" because no', "arn:aws:s3:::notes/a.txt"),
        ("&quot;arn:aws:s3:::notes/a.txt&quot; because no", "arn:aws:s3:::notes/a.txt"),
        ("arn:aws:s3:::a, arn:aws:s3:::b because no", "arn:aws:s3:::a"),
        ("[arn:aws:s3:::a, arn:aws:s3:::b] because no", "arn:aws:s3:::a"),
        ("arn:aws:s3:::a\narn:aws:s3:::b\nbecause no", "arn:aws:s3:::a"),
        ("role\nWriters because no", "role Writers"),
        ("'arn:aws:s3:::a' because no", "arn:aws:s3:::a"),
        ("\n* because no", "*"),
        ("\n    *\n    because no", "*"),
        ("arn:aws:sqs:us-east-1:111122223333: because no", "arn:aws:sqs:us-east-1:111122223333:"),
    ],
)
def test_quoted_and_listed_resources(text: str, resource: str) -> None:
    """Quotation marks are no part of a resource; of several resources the first is read."""
    denial = read(
        f"User: {USER} is not authorized to perform: s3:GetObject on resource: {text} identity-based policy allows it"
    )

    assert (resource, "identity_based") == (denial and (denial.resource, denial.policy_type))


@pytest.mark.parametrize(
    ("text", "action", "resource", "policy_type"),
    [
        ("User: {u} is not authorized to perform: SNS:Publish on resource: t", "SNS:Publish", "t", "unknown"),
        (
            "not authorized to perform: bedrock-agentcore:\nInvokeAgentRuntime",
            "bedrock-agentcore:InvokeAgentRuntime",
            None,
            "unknown",
        ),
        ("not authorized to perform: **ec2:RunInstances** on resource: i", "ec2:RunInstances", "i", "unknown"),
        ("not authorized to perform: bedrock:*** on resource: *", "bedrock:***", "*", "unknown"),
        ("Not authorized to perform sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithWebIdentity", None, "unknown"),
        ("User `{u}' is not authorized to perform `ses:SendEmail' on resource `m'", "ses:SendEmail", "m", "unknown"),
        (
            "is not authorized to perform: kms:Decrypt on this resource because no session policy allows it",
            "kms:Decrypt",
            None,
            "session",
        ),
        (
            (
                "is not authorized to perform: kms:Decrypt on this resource because the resource does not exist in this Region, "
                "no resource-based policies allow access, or a resource-based policy explicitly denies access"
            ),
            "kms:Decrypt",
            None,
            "unknown",
        ),
        (
            "not authorized to perform: bedrock:GetAgent on resource in account 111122223333",
            "bedrock:GetAgent",
            None,
            "unknown",
        ),
        ("AccessDeniedException: bedrock:InvokeModel on resource: m", ACTION, "m", "unknown"),
        ("AccessDenied: bedrock:InvokeModel on resource: m", ACTION, "m", "unknown"),
        ("not authorised to perform: a:B on resource arn:aws:s3:::m now", "a:B", "arn:aws:s3:::m", "unknown"),
        ("not authorized to perform:a:B on resource:r", "a:B", "r", "unknown"),
        ("not authorized to perform: a:Bb\nCc on resource: r", "a:BbCc", "r", "unknown"),
        ("not authorized to perform: a:Bb\nCc because no session policy allows it", "a:BbCc", None, "session"),
        ("not authorized to perform: a:Bb\nCc with an explicit deny in a session policy", "a:BbCc", None, "session"),
        ("... not authorized to perform: a:B … explicit deny in a session policy", "a:B", None, "session"),
        ("not authorized to perform: a:B ... because no session policy", "a:B", None, "session"),
        ("not authorized to perform: a:B on resource: r because no sess", "a:B", "r", "unknown"),
        ("User isn't authorized to perform: a:B on resource: r", "a:B", "r", "unknown"),
        ("authorized to perform: a:B on resource: r with an explicit deny in a session policy", "a:B", "r", "session"),
        ("not authorized to perform: a:B on", "a:B", None, "unknown"),
        (
            "not authorized to perform: a:B on\narn:aws:s3:::m\nbecause no session policy",
            "a:B",
            "arn:aws:s3:::m",
            "session",
        ),
        ("`not authorized to perform: a:B on ...:project/m`", "a:B", "...:project/m", "unknown"),
        ("`not authorized to perform: a:Bb\nCc` again", "a:BbCc", None, "unknown"),
        ("[message] not authorized to perform: a:B on resource: [model]", "a:B", "[model]", "unknown"),
    ],
)
def test_other_sentences(text: str, action: str, resource: str | None, policy_type: str) -> None:
    """Services and authors have their own ways to write the sentence, or to cut it."""
    denial = read(text.replace("{u}", USER))

    assert (action, resource, policy_type) == (denial and (denial.action, denial.resource, denial.policy_type))


@pytest.mark.parametrize(
    ("text", "action", "policy_type", "deny"),
    [
        ("Deploy: s3:PutObject with an explicit deny in a session policy", "s3:PutObject", "session", "explicit"),
        ("AccessDenied because of an explicit deny in a session policy", None, "session", "explicit"),
        ("ec2:RunInstances [...] explicit deny in an SCP", "ec2:RunInstances", "service_control_policy", "explicit"),
        ("Error: s3:PutObject ... with an explicit deny in a session policy", "s3:PutObject", "session", "explicit"),
        ("iam:GetRole … no session policy allows the iam:GetRole action", "iam:GetRole", "session", "implicit"),
        ('we met "no session policy allows the kms:Decrypt\naction" there', "kms:Decrypt", "session", "implicit"),
        (
            "SCP で拒否\uff08`no session policy allows the s3:GetObject action`\uff09",
            "s3:GetObject",
            "session",
            "implicit",
        ),
        (
            "Error - ...ec2:RunInstances with an explicit deny in an SCP",
            "ec2:RunInstances",
            "service_control_policy",
            "explicit",
        ),
        ("the call was refused (explicit deny in a session policy) today", None, "session", "explicit"),
        ("403/AccessDenied/explicit deny in a session policy. Next", None, "session", "explicit"),
        (
            "(AccessDenied) when calling the GetKey operation: explicit deny in an SCP",
            None,
            "service_control_policy",
            "explicit",
        ),
        ('- **Error message:** "with an explicit deny in a session policy"', None, "session", "explicit"),
        ("classify(stderr='with an explicit deny in a session policy')", None, "session", "explicit"),
        ("### `explicit deny in a session policy` at `main.tf`", None, "session", "explicit"),
        (
            "    because no permissions boundary allows the ssm:GetParameter\naction",
            "ssm:GetParameter",
            "permissions_boundary",
            "implicit",
        ),
        (f"AccessDenied ... {SCP}", None, "service_control_policy", "explicit"),
        (
            "(AccessDenied) when calling GetKey: explicit deny in a service control policy",
            None,
            "service_control_policy",
            "explicit",
        ),
        ("... explicit deny in a session policy", None, "session", "explicit"),
        ("… explicit deny in a session policy", None, "session", "explicit"),
        ("with an explicit deny in a session policy", None, "session", "explicit"),
        ("> - `**with an explicit deny in a session policy**`", None, "session", "explicit"),
        ("User is not authorized due to an explicit deny in a session policy", None, "session", "explicit"),
        ("access was denied with an explicit deny in a session policy", None, "session", "explicit"),
        ("PutObject fails … with an explicit deny in a session policy", None, "session", "explicit"),
        ("PutObject fails ... with an explicit deny in a session policy", None, "session", "explicit"),
        ("HTTP 403 `no session policy allows the s3:PutObject action`", "s3:PutObject", "session", "implicit"),
        (
            "User is not authorized to access this resource with an explicit deny in an identity-based policy",
            None,
            "identity_based",
            "explicit",
        ),
    ],
)
def test_fragments(text: str, action: str | None, policy_type: str, deny: str) -> None:
    """A cause that somebody met is a denial without its sentence, too."""
    denial = read(text)

    assert (action, policy_type, deny) == (denial and (denial.action, denial.policy_type, denial.deny))


@pytest.mark.parametrize("before", ["", "    ", "Lambda failed: "])
def test_sentence_without_its_verb(before: str) -> None:
    """An action and a resource right before a cause are the denial's."""
    assert replace(DENIAL, principal=None) == read(f"{before}{ACTION}\n  on resource: {MODEL}\n  {SCP}")


@pytest.mark.parametrize("dots", ["...", "… ", "to access this resource", "\n"])
def test_sentence_without_its_action(dots: str) -> None:
    """The principal is read where an author left out what it is not authorized to do."""
    denial = read(f"User: {USER} is not authorized {dots} with an explicit deny in a session policy")

    assert (denial and (denial.principal, denial.policy_type, denial.action)) == (USER, "session", None)


@pytest.mark.parametrize("start", ["", "on resource: ", "perform: x\non resource: y on resource: "])
def test_end_of_a_sentence(start: str) -> None:
    """The last lines of a sentence tell the resource, the cause and the policy."""
    denial = read(f"{start}{MODEL}\n  {SCP}:\n  {SCP_ARN}")

    assert replace(DENIAL, action=None, principal=None, policy_arn=SCP_ARN) == denial


LABELS = {
    "en": ("User: ", "Action: ", "On resource(s): ", "Context: "),
    "ja": ("ユーザー: ", "アクション: ", "リソース: ", "コンテキスト: "),
    "ja, full width": ("ユーザー\uff1a", "アクション\uff1a", "リソース\uff1a", "コンテキスト\uff1a"),
    "es": ("Usuario: ", "Acción: ", "En los recursos: ", "Contexto: "),
    "ko": ("사용자: ", "작업: ", "다음 리소스에서: ", "컨텍스트: "),
    "zh": ("用户\uff1a", "操作\uff1a", "资源\uff1a", "上下文\uff1a"),
    "fr": ("Utilisateur : ", "Action : ", "Sur la ou les ressources : ", "Contexte : "),
    "de": ("Benutzer: ", "Aktion: ", "Auf Ressource(n): ", "Kontext: "),
    "pt": ("Usuário: ", "Ação: ", "No(s) recurso(s): ", "Contexto: "),
}
SCP_CONTEXT = "a service control policy explicitly denies the action"
CONTEXTS = [
    ("an identity based policy explicitly denies the action", "identity_based", "explicit"),
    ("a service control policy explicitly denies the action", "service_control_policy", "explicit"),
    ("a resource control policy explicitly denies the action", "resource_control_policy", "explicit"),
    ("an identity-based policy explicitly denies the action", "identity_based", "explicit"),
    ("a permissions boundary explicitly denies the action", "permissions_boundary", "explicit"),
    ("a VPC endpoint policy explicitly denies the action", "vpc_endpoint", "explicit"),
    ("no identity-based policy allows the action", "identity_based", "implicit"),
    ("no session policy allows the bedrock:InvokeModel action", "session", "implicit"),
]
HEAD = (
    "Access denied to bedrock:InvokeModel\nYou don't have permission to bedrock:InvokeModel. To request access, copy the "
    "following text and send it to your AWS administrator. Learn more about troubleshooting access denied errors.\n"
)


@pytest.mark.parametrize("separator", ["\n", "\n\n", " ", "", "<br/>", "\\n", "\n> "])
@pytest.mark.parametrize("head", ["", HEAD])
@pytest.mark.parametrize("language", LABELS)
def test_panel_in_each_language(language: str, head: str, separator: str) -> None:
    """A panel is read in every language, with its line breaks or without."""
    values = (USER, ACTION, MODEL, SCP_CONTEXT)
    lines = [label + value for label, value in zip(LABELS[language], values, strict=True)]

    assert read(head + separator.join(lines)) == DENIAL


@pytest.mark.parametrize(("context", "policy_type", "deny"), CONTEXTS)
def test_panel_with_each_context(context: str, policy_type: str, deny: str) -> None:
    """The context of a panel names the policy type and the kind."""
    denial = read(f"{HEAD}User: {USER}\nAction: {ACTION}\nOn resource(s): {MODEL}\nContext: {context}")

    assert replace(DENIAL, policy_type=PolicyType(policy_type), deny=DenyKind(deny)) == denial


@pytest.mark.parametrize("between", ["\n", "\n\n"])
@pytest.mark.parametrize(
    ("first", "second"), [(USER, MODEL), (MODEL, USER), (f"ユーザー: {USER}", f"リソース: {MODEL}")]
)
def test_panel_that_is_retold_with_the_resource_before_the_action(first: str, second: str, between: str) -> None:
    """Whoever types it again keeps no order."""
    context = "コンテキスト: a service control policy explicitly denies the action"
    lines = (f"{ACTION} へのアクセスが拒否されました", first, second, f"アクション: {ACTION}", context)

    assert read(between.join(lines)) == DENIAL


def test_panel_without_a_resource_takes_none_of_the_panel_before_it() -> None:
    """What is not said of one denial is not claimed of it."""
    context = "Context: a service control policy explicitly denies the action"
    other = f"{HEAD}User: {USER}\nAction: bedrock:ListModels\n{context}"
    text = f"{HEAD}User: {USER}\nAction: s3:GetObject\nOn resource(s): {MODEL}\nContext: allowed\n{other}"

    assert read(text) == replace(DENIAL, action="bedrock:ListModels", resource=None, region=None, model_id=None)


@pytest.mark.parametrize("separator", ["\n", ""])
def test_panel_without_labels_of_user_and_resource(separator: str) -> None:
    """Copying a Japanese panel loses two labels; position and form still tell user and resource."""
    lines = (
        f"{ACTION} へのアクセスが拒否されました",
        f"{ACTION} に対する許可がありません。 次のテキストをコピーして AWS 管理者に送信してください。",
        USER,
        f"アクション: {ACTION}",
        MODEL,
        "コンテキスト: a service control policy explicitly denies the action",
    )

    assert read(separator.join(lines)) == DENIAL


@pytest.mark.parametrize("separator", ["\n| ", "\n│ ", " / "])
def test_panel_in_a_table(separator: str) -> None:
    """A panel may have become rows of a table, or one line with slashes."""
    cells = (f"User: {USER}", f"Action: {ACTION}", f"On resource(s): {MODEL}", SCP_CONTEXT)

    assert read(separator + separator.join(cells)) == DENIAL


def test_panel_that_a_terminal_wrapped() -> None:
    """A line break may cut a label between its words, and a value at any place."""
    text = f"{HEAD}User: {USER[:40]}\n{USER[40:]}\nAction: {ACTION}\nOn\nresource(s): {MODEL}\nContext: {SCP_CONTEXT}"

    assert read(text) == DENIAL


@pytest.mark.parametrize("language", LABELS)
def test_panel_with_bare_names(language: str) -> None:
    """A user and a resource need not be ARNs, and a resource need not be there."""
    user, action, on, context = LABELS[language]
    denial = replace(DENIAL, principal="kana", resource="*", region=None, model_id=None)
    ending = f"{context}{SCP_CONTEXT}"

    assert denial == read(f"{user}kana\n{action}{ACTION}\n{on}*\n{ending}")
    assert replace(denial, resource=None) == read(f"{user}kana\n{action}{ACTION}\n{ending}")


def test_panel_without_the_label_of_an_iam_user() -> None:
    """An IAM user's ARN tells the principal like a role session's."""
    denial = read(f"arn:aws:iam::111122223333:user/kana\nアクション: {ACTION}\n{SCP_CONTEXT}")

    assert (denial and (denial.principal, denial.action)) == ("arn:aws:iam::111122223333:user/kana", ACTION)


def test_panel_with_the_action_in_its_head_alone() -> None:
    """Where no line names the action, the head of the panel does."""
    denial = read("- **Access denied to `iam:ListUsers`**\n- Context: no identity-based policy allows the action\n")

    assert (denial and (denial.action, denial.policy_type)) == ("iam:ListUsers", "identity_based")


def test_panel_with_brackets_and_a_bare_operation() -> None:
    """Some consoles put values in brackets, and the service on a line of its own."""
    denial = read(
        f"You don't have permission to [iam:GetRole]. \nUser: [{USER}]\nService: [iam]\nAction: [GetRole]\n"
        "On resource(s): [arn:aws:iam::111122223333:role/Writers]\nContext: [no session policy allows the iam:GetRole action.]",
    )

    assert (denial and (denial.action, denial.principal, denial.resource, denial.policy_type)) == (
        "iam:GetRole",
        USER,
        "arn:aws:iam::111122223333:role/Writers",
        "session",
    )


@pytest.mark.parametrize(
    "head",
    [
        "Access denied to bedrock:ListModels\nYou don't have permission to bedrock:ListModels.",
        "Access denied to bedrock:ListModelsYou don't have permission to bedrock:ListModels.",
        "You don\u2019t have permission to [bedrock:ListModels].",
        "You don't\nhave permission to bedrock:ListModels.",
        "No tiene permiso para bedrock:ListModels.",
        "Vous n'avez pas l'autorisation d'effectuer bedrock:ListModels",
        "Sie haben keine Berechtigung für bedrock:ListModels",
        "Você não tem permissão para bedrock:ListModels",
        "bedrock:ListModels に対する許可がありません",
        "bedrock:ListModels 권한이 없습니다",
        "您没有 bedrock:ListModels 的权限",
        "您沒有 bedrock:ListModels 的權限",
        "對 bedrock:ListModels 的存取遭到拒絕",
        "bedrock:ListModels へのアクセスが拒否されました",
        "Acceso denegado a bedrock:ListModels",
        "Accès refusé à bedrock:ListModels",
        "Zugriff auf bedrock:ListModels verweigert",
        "Acesso negado a bedrock:ListModels",
        "bedrock:ListModels에 대한 액세스가 거부되었습니다",
        "对 bedrock:ListModels 的访问被拒绝",
    ],
)
def test_panel_without_a_context(head: str) -> None:
    """The head of a panel alone tells a denial that names no policy."""
    assert replace(NOTHING_NAMED, action="bedrock:ListModels") == read(head)


@pytest.mark.parametrize(
    "text",
    [
        "You are not authorized to perform this operation.",
        "You are not authorized to perform this operation. Encoded authorization failure message: Ab1",
        "Your account is not authorized to invoke this API operation with a prompt resource.",
        (
            "Model access is denied due to IAM user or service role is not authorized to perform the required AWS Marketplace "
            "actions (aws-marketplace:Subscribe) to enable access to this model."
        ),
        "Model access is denied due to INVALID_PAYMENT_INSTRUMENT:A valid payment instrument must be provided..",
        "You don't have access to the model with the specified model ID.",
        "You don\u2019t have access to the model with the specified model ID.",
        "User is not authorized to access this resource",
        '{"Message":"User is not authorized to access this resource"}',
        "Bearer Token has expired",
        "Access denied when calling Bedrock. Check your request permissions and retry the request.",
        "An error occurred (AccessDenied) when calling the PutObject operation: Access Denied",
        "https response error StatusCode: 403, RequestID: 1a, AccessDeniedException: ",
        "AccessDeniedException: null (Service: BedrockRuntime, Status Code: 403, Request ID: 1a)",
        "(UnauthorizedOperation) when calling the RunInstances operation",
        "(AuthorizationError) when calling the Publish operation",
        "(AccessDeniedException) when calling the Converse operation",
        "<Error><Code>AccessDenied</Code>",
        "errorCode: AccessDenied",
        '{"__type":"com.amazon.coral.service#AccessDeniedException"}',
        '"errorCode": "AccessDenied",',
    ],
)
def test_refusals_that_name_nothing(text: str) -> None:
    """A refusal may name neither action nor policy: missing model access, an expired API key, a bare code."""
    assert read(text) == NOTHING_NAMED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Too many requests, please wait before trying again.",
        "An error occurred (ThrottlingException) when calling the Converse operation: Too many tokens",
        "ValidationException: The provided model identifier is invalid.",
        "StatusCode: 500, RequestID: 1a, InternalServerException: The system encountered an unexpected error",
        "ExpiredTokenException: The security token included in the request is expired",
        "403 Forbidden",
        '{"Effect": "Deny", "Action": "bedrock:InvokeModel", "Resource": "*"}',
        "- Effect: Allow\n  Action: bedrock:InvokeModel\n  Resource: arn:aws:bedrock:eu-west-1::foundation-model/a",
        "User: kana\nAction: bedrock:InvokeModel\nResource: *",
        "# to stream, you need the permission on action: bedrock:InvokeModelWithResponseStream",
        f"The role is authorized to perform: {ACTION} on resource: {MODEL}",
        "If you receive an error that you're not authorized to perform the iam:PassRole action, ask.",
        "If you are not authorized to perform bedrock:InvokeModel, ask.",
        "Whether you are not authorized to perform this operation depends on your role.",
        "I am not authorized to perform an action in Amazon Bedrock",
        "User: <principal> is not authorized to perform: <action>",
        "An explicit deny in a service control policy overrides any allow.",
        "A Region is closed with an explicit deny in an SCP.",
        "If access is denied with an explicit deny in a service control policy, ask.",
        "A denied call's message includes `with an explicit deny in a service control policy`.",
        "Unless you are not authorized to perform bedrock:InvokeModel, call it.",
        "a message such as `with an explicit deny in a service control policy` after access is denied",
        "denied, with a message like `with an explicit deny in a service control policy`",
        "When a service control policy explicitly denies the action, nothing helps.",
        "If no identity-based policy allows the action, access is denied.",
        "Necesita permiso para bedrock:InvokeModel",
        "except client.exceptions.AccessDeniedException:",
        "`with an explicit deny in an SCP`: ask its owner. `because no session policy allows the a:B action`: ask yours.",
        "| `explicit deny in a session policy` | the session |\n| `explicit deny in an identity-based policy` | IAM |",
        "The error might say: `...because no session policy allows the action`.",
        "A Region is closed by aws:RequestedRegion with an explicit deny in an SCP.",
        "For example: `AccessDenied ... with an explicit deny in a session policy`",
        "The developer gets AccessDenied. An explicit deny in an SCP always wins.",
        'How to treat "Access denied" errors that show an "explicit deny in an SCP" message',
        'if "explicit deny in a session policy" in str(error):',
        'WANTED = "with an explicit deny in a session policy"',
        "the call ends in 403 then (`no session policy allows the ...`)",
        "If you don't have permission to iam:PassRole, ask.",
        "Wenn Sie keine Berechtigung für iam:PassRole haben, fragen Sie.",
        "Si no tiene permiso para iam:PassRole, pregunte.",
        "如果您没有 iam:PassRole 的权限\uff0c请联系管理员。",
        "Access denied to file:readme",
        "The user is not authorized to access this resource",
        "Your IP address is not authorized to access this resource",
        "You are not authorized to perform this action",
        "&#x27;&#0;&amp;",
        "denied: requested access to the resource is denied",
    ],
)
def test_texts_without_a_denial(text: str) -> None:
    """Policies, prose on permissions and other failures are no denials."""
    assert read(text) is None


@pytest.mark.parametrize(
    "text",
    [
        f"User: {USER} is not authorized to access this resource",
        f"User: {USER} is not authorized. Go to https://us-east-1.console.aws.amazon.com/iam/home",
    ],
)
def test_refusals_of_a_user(text: str) -> None:
    """A refusal may name its principal, and nothing else."""
    assert read(text) == replace(NOTHING_NAMED, principal=USER)


def test_first_denial_that_names_a_policy() -> None:
    """Of several denials the first that names a policy is read."""
    others = "User: a is not authorized to perform: s3:GetObject on resource: x. "

    assert read(others + SENTENCE + " " + SENTENCE.replace(ACTION, "a:B")) == DENIAL


def test_first_denial_if_none_names_a_policy() -> None:
    """Where no denial names a policy, the first is read."""
    denial = read("not authorized to perform: s3:GetObject on resource: x\nnot authorized to perform: s3:PutObject")

    assert replace(NOTHING_NAMED, action="s3:GetObject", resource="x") == denial


def test_first_denial_of_a_long_text() -> None:
    """The first denial is looked at in a long text, too."""
    assert read(SENTENCE + " word" * 100_000 + SENTENCE.replace(ACTION, "a:B")) == DENIAL


def test_cause_far_away() -> None:
    """A cause that stands far from a sentence is not the sentence's."""
    denial = read(f"not authorized to perform: {ACTION} on resource: * {'and so on ' * 40} {SCP}")

    assert replace(NOTHING_NAMED, action=ACTION, resource="*") == denial


@pytest.mark.parametrize("before", ["", "word " * 200_000, "İ" * 300_000, "permission " * 20_000])
def test_long_texts(before: str) -> None:
    """A denial is found in megabytes of text."""
    assert read(before + SENTENCE + " end" * 500_000) == DENIAL


@pytest.mark.parametrize(
    "unit",
    [
        *("not authorized to perform: a:b ", "not authorized to perform:\na:b\n", "perform: aaaaaaaa", "user:arn:"),
        *(
            "explicit deny ",
            "if with an explicit deny in a session policy ",
            "no session policy ",
            "access denied to a",
        ),
        *(
            ": no session policy allows the action ",
            "accessdenied: x",
            "status code: 403, ",
            "errorcode",
            "a:",
            "Ab cd: ",
        ),
        *(
            "\\",
            "a-\n",
            ":\n",
            "<b>",
            "&amp;",
            "##[",
            "\x1b[;",
            "Ab\ncd ",
            "is not authorized ",
            "s3:Put ... ",
            "\\n",
            '\\"\n',
            '"\n',
            "│\n",
            "\n * ",
            "\n",
            " ",
            "\t",
            "\n2026-01-02T03:04:05Z ",
            "\nabcdefghijklmnop",
        ),
        *(
            "a\nu\nt\nh\no\nr\ni\nz\ne\nx",
            "<p ",
            "&quot;",
            "\x1b[",
            "\\u12",
            "\0",
            "\ud800",
            "あ",
            "{a",
            "[a ",
            "<a\n",
            ",a",
            "(a",
            "/ a",
            " *a",
            "*user is not authorized to perform on resource with ",
            "[user is not ",
            "](",
        ),
    ],
)
@pytest.mark.parametrize(
    "start",
    ["explicit", "not authorized to perform: a:b on resource: arn:", ": a session policy explicitly denies the "],
)
def test_hostile_texts(start: str, unit: str) -> None:
    """No text makes a pattern try over and over: with one that did, this would not end."""
    text = start + unit * (30_000 // len(unit))

    assert read(text) in (None, read(text))


@given(st.text())
def test_any_text(text: str) -> None:
    """No text raises, alone or around a denial."""
    for candidate in (text, text + SENTENCE, SENTENCE + text, HEAD + text, f"not authorized to perform: {text}"):
        read(candidate)


words = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_.", min_size=1, max_size=12).map(lambda word: f"x{word}x")
redactions = st.sampled_from(["111122223333", "***", "<account id>", "{account-id}", "[REDACTED]", "xxxx", ""])
partitions = st.sampled_from(["aws", "aws-us-gov", "aws-cn"])
regions = st.sampled_from(["us-east-1", "ap-northeast-3", "us-gov-west-1", "cn-northwest-1", ""])
principals = st.builds("arn:{}:sts::{}:assumed-role/{}/{}".format, partitions, redactions, words, words)
kinds = st.sampled_from(["foundation-model", "inference-profile", "guardrail", "agent-alias"])
resources = st.tuples(partitions, regions, redactions, kinds, words)
actions = st.builds(
    "{}:{}".format,
    st.sampled_from(["bedrock", "bedrock-agentcore", "SNS"]),
    st.sampled_from(["InvokeModel", "Get", "publish"]),
)
policy_ids = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=8, max_size=8)
policy_arns = st.builds(
    "arn:aws:organizations::{}:policy/o-{}/service_control_policy/p-{}".format, redactions, words, policy_ids
)


@given(
    principal=st.none() | principals,
    action=actions,
    resource=st.none() | resources,
    cause=st.sampled_from(CAUSES),
    policy_arn=st.none() | policy_arns,
    tail=st.sampled_from(
        [
            "",
            " (Service: BedrockRuntime, Status Code: 403)",
            ". Go to https://us-west-2.console.aws.amazon.com/iam",
            '"}',
        ]
    ),
    wrapping=st.sampled_from(sorted(WRAPPINGS)),
)
def test_composed_sentences(
    *,
    principal: str | None,
    action: str,
    resource: tuple[str, str, str, str, str] | None,
    cause: tuple[str, str, str | None],
    policy_arn: str | None,
    tail: str,
    wrapping: str,
) -> None:
    """Any sentence, of any parts, in any wrapping, is read back exactly."""
    words_of_cause, policy_type, deny = cause
    policy_arn = policy_arn if deny == "explicit" and policy_type != "unknown" else None
    arn = resource and "arn:{}:bedrock:{}:{}:{}/{}".format(*resource)
    parts = (
        f"User: {principal} is" if principal else "User is",
        f"not authorized to perform: {action}",
        arn and f"on resource: {arn}",
        words_of_cause.format(action=action),
    )
    sentence = " ".join(part for part in parts if part) + (f": {policy_arn}" if policy_arn else "") + tail

    denial = read(WRAPPINGS[wrapping](sentence))

    assert denial
    assert (policy_type, deny, action, arn, resource and resource[1], principal, policy_arn) == astuple(denial)[:-1]
