"""
Random hierarchies of the kinds that block inference profiles, calls through profiles, and requests beside them.

Everything is drawn from a `random.Random` that the caller seeds.
"""

import json
from dataclasses import dataclass
from random import Random
from typing import Any

from bedrock_guard._catalog import embedded

ACCOUNT = "111122223333"
SOURCES = ["ap-northeast-1", "eu-central-1", "us-east-1", "us-west-2"]
REGIONS = [*SOURCES, "ap-northeast-3", "eu-north-1", "us-east-2", "unspecified"]
ACTIONS = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
OTHER_ACTIONS = ["bedrock:CreateModelInvocationJob", "bedrock:CreateAgent", "s3:GetObject", "ec2:RunInstances"]
PRINCIPALS = [
    f"arn:aws:iam::{ACCOUNT}:role/app",
    f"arn:aws:iam::{ACCOUNT}:role/admin/x",
    f"arn:aws:iam::{ACCOUNT}:root",
]
PROFILES = sorted({each.id for source in SOURCES for each in embedded().profiles_from(source)})
FULL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
KEY = "bedrock:InferenceProfileArn"


@dataclass(frozen=True)
class Case:
    """A hierarchy, and a call to let pass: `options` are those of `check`, and describe the caller in full."""

    levels: list[list[dict[str, Any]]]
    model_id: str
    source: str
    options: dict[str, Any]


def case(draw: Random) -> Case:
    """Return a hierarchy of one to three levels, and a call from a Region that its policies know."""
    source = draw.choice(SOURCES)
    model_id = draw.choice([each.id for each in embedded().profiles_from(source)])
    pattern = model_id.partition(".")[0] + ".amazon.*"
    is_family = draw.random() < 0.2 and ".amazon." in model_id
    levels = [_level(draw, source) for _ in range(draw.randint(1, 3))]
    options = {
        "action": draw.choice(ACTIONS),
        "principal_arn": draw.choice(PRINCIPALS[:2]),
        "context": {"aws:SourceVpce": draw.choice(["vpce-1", []])},
    }
    return Case(levels, pattern if is_family else model_id, source, options)


def arn(region: str, resource: str, account: str = ACCOUNT) -> str:
    """Return the ARN of a resource of Bedrock; `unspecified` is no Region."""
    return f"arn:aws:bedrock:{'' if region == 'unspecified' else region}:{account}:{resource}"


def written(draw: Random, document: dict[str, Any]) -> str:
    """Return *document* as JSON text in one of the layouts that people use."""
    indent = draw.choice([None, None, 2, 4, "\t"])
    text = json.dumps(document, indent=indent, separators=draw.choice([(",", ":"), (",", ": "), None]))
    return draw.choice(["", "\n "]) + draw.choice([text, text.replace("\n", "\r\n")]) + draw.choice(["", "\n", "\r\n"])


def request(draw: Random, case: Case) -> dict[str, Any]:
    """Return the arguments of `evaluate` that describe a request much like the call of *case*."""
    region, model = draw.choice(REGIONS), draw.choice(PROFILES).partition(".")[2]
    resource = draw.choice(
        [
            arn(region, f"foundation-model/{model}", ""),
            arn(region, f"foundation-model/{case.model_id.partition('.')[2]}", ""),
            arn(region, f"inference-profile/{_profile(draw, case)}"),
            f"arn:aws:s3:::{region}/object",
        ]
    )
    context = {"aws:RequestedRegion": region, "aws:PrincipalArn": draw.choice(PRINCIPALS)}
    if draw.random() < 0.6:
        kind = draw.choice(["inference-profile", "inference-profile", "application-inference-profile"])
        account = draw.choice([ACCOUNT, "444455556666"])
        context[KEY] = arn(draw.choice([case.source, *SOURCES]), f"{kind}/{_profile(draw, case)}", account)
    if draw.random() < 0.5:
        context["aws:SourceVpce"] = draw.choice(["vpce-1", "vpce-2"])
    return {"action": draw.choice([*ACTIONS, *OTHER_ACTIONS]), "resource": resource, "context": context}


def _profile(draw: Random, case: Case) -> str:
    own = case.model_id.replace("*", "nova-lite-v1:0")
    return draw.choice([own, own, draw.choice(PROFILES), "app123"])


def _level(draw: Random, source: str) -> list[dict[str, Any]]:
    base = [FULL] if draw.random() < 0.8 else [_policy(draw, source, "Allow") for _ in range(draw.randint(0, 1))]
    return [*base, *(_policy(draw, source, "Deny") for _ in range(draw.randint(0, 2)))]


def _policy(draw: Random, source: str, effect: str) -> dict[str, Any]:
    statements = [_statement(draw, source, effect) for _ in range(draw.randint(1, 2))]
    return {"Version": "2012-10-17", "Statement": statements[0] if draw.random() < 0.2 else statements}


def _statement(draw: Random, source: str, effect: str) -> dict[str, Any]:
    statement: dict[str, Any] = {"Sid": "Named"} if draw.random() < 0.5 else {}
    statement["Effect"] = effect
    scope, actions = draw.choice(
        [
            ("Action", "*"),
            ("Action", ["bedrock:*"]),
            ("Action", "bedrock:Invoke*"),
            ("Action", ACTIONS),
            ("Action", ["s3:*", "bedrock:CreateAgent"]),
            ("NotAction", ["iam:*", "s3:*"]),
            ("NotAction", ["bedrock:CreateModelInvocationJob"]),
        ]
    )
    statement[scope] = actions
    element, resources = draw.choice(
        [
            *[("Resource", "*")] * 6,
            ("Resource", ["arn:aws:bedrock:*::foundation-model/*"]),
            ("Resource", ["arn:aws:bedrock:*:*:inference-profile/*", "arn:aws:bedrock:*::foundation-model/*"]),
            ("NotResource", ["arn:aws:bedrock:*::foundation-model/amazon.*"]),
        ]
    )
    statement[element] = resources
    if effect == "Deny" or draw.random() < 0.3:
        statement["Condition"] = _condition(draw, source)
    return statement


def _condition(draw: Random, source: str) -> dict[str, Any]:
    condition: dict[str, Any] = {}
    if draw.random() < 0.85:
        operator, regions = _regions(draw, source)
        condition[operator] = {draw.choice(["aws:RequestedRegion", "aws:requestedregion"]): regions}
    exceptions = draw.choice(["ArnNotLike", "StringNotLike", "ArnNotLikeIfExists", "arnNotEquals"])
    if draw.random() < 0.4:
        condition.setdefault(exceptions, {})["aws:PrincipalARN"] = draw.choice(
            ["arn:aws:iam::*:role/admin/*", PRINCIPALS[1:]]
        )
    if draw.random() < 0.3:
        profiles = ["arn:aws:bedrock:*:*:inference-profile/us.*", arn(source, "inference-profile/eu.*", "*")]
        operator = draw.choice([exceptions, "ArnNotLike", "ArnLike", "ForAnyValue:StringNotLike", "StringNotEquals"])
        condition.setdefault(operator, {})[KEY] = draw.choice([profiles[0], profiles])
    if draw.random() < 0.2:
        operator = draw.choice(["StringNotEquals", "StringNotEqualsIfExists", "StringEquals"])
        condition.setdefault(operator, {})["aws:SourceVpce"] = ["vpce-1"]
    if draw.random() < 0.05:
        condition["Null"] = {KEY: draw.choice(["true", "false"])}
    return condition


def _regions(draw: Random, source: str) -> tuple[str, Any]:
    if draw.random() < 0.75:
        allowed = [source] if draw.random() < 0.8 else []
        regions = list(dict.fromkeys([*allowed, *draw.sample(REGIONS, draw.randint(1, 3))]))
        operator = draw.choice(
            ["StringNotEquals", "StringNotLike", "StringNotEqualsIgnoreCase", "ForAnyValue:StringNotEquals"]
        )
    else:
        regions = draw.sample([each for each in REGIONS if each != source], draw.randint(1, 3))
        operator = draw.choice(["StringEquals", "StringLike", "StringEqualsIgnoreCase"])
    return operator, regions[0] if len(regions) == 1 and draw.random() < 0.5 else regions
