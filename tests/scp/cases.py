"""
Random policies and requests over a small vocabulary, so that they meet often.

Everything is drawn from a `random.Random` that the caller seeds: a case is known by its seed.
"""

from dataclasses import dataclass
from random import Random
from typing import Any

ACTIONS = [
    "bedrock:InvokeModel",
    "bedrock:InvokeModelWithResponseStream",
    "bedrock:CreateModelInvocationJob",
    "s3:GetObject",
]
ACTION_PATTERNS = [
    *ACTIONS,
    "*",
    "bedrock:*",
    "bedrock:Invoke*",
    "BEDROCK:invokemodel",
    "s3:Get?bject",
    "s3*",
    "*:*Model*",
]

NOVA = "foundation-model/amazon.nova-lite-v1:0"
CLAUDE = "foundation-model/anthropic.claude-haiku-4-5-20251001-v1:0"
PROFILE = "arn:aws:bedrock:ap-northeast-1:111122223333:inference-profile/jp.amazon.nova-lite-v1:0"
RESOURCES = [
    f"arn:aws:bedrock:ap-northeast-1::{NOVA}",
    f"arn:aws:bedrock:us-east-2::{CLAUDE}",
    f"arn:aws:bedrock:::{CLAUDE}",
    PROFILE,
    "arn:aws:s3:::reports-blue/2026/q1",
    "arn:aws:s3:::reports-red/a:b",
    "*",
]
RESOURCE_PATTERNS = [
    *RESOURCES[:4],
    "*",
    "arn:aws:bedrock:*",
    "arn:aws:bedrock:*::foundation-model/*",
    "arn:aws:bedrock:us-*-?::foundation-model/anthropic.*",
    "arn:aws:bedrock:*:*:inference-profile/jp.*",
    "arn:*:s3:::reports-*",
    "arn:aws:s3:::reports-${aws:PrincipalTag/team}/*",
    "arn:aws:s3:::reports-${aws:PrincipalTag/team, 'red'}/a:?",
    "arn:aws:s3:::*/${*}",
]


@dataclass(frozen=True)
class Key:
    """A context key, the kinds of operators that go with it, and values of both sides."""

    name: str
    operators: tuple[str, ...]
    in_policies: tuple[Any, ...]
    in_requests: tuple[Any, ...]


STRING = (
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
)
ARN = ("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "StringLike", "StringNotLike")
ORDER = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
ROLE = "arn:aws:iam::111122223333:role/blue/app"

KEYS = [
    Key(
        "aws:RequestedRegion",
        STRING,
        ("ap-northeast-1", "us-east-2", "us-*", "US-EAST-2", "unspecified", "${aws:PrincipalTag/region}"),
        ("ap-northeast-1", "us-east-2", "unspecified"),
    ),
    Key(
        "aws:PrincipalArn",
        ARN,
        ("arn:aws:iam::*:role/blue/*", "arn:*:iam::111122223333:role/?lue/app", ROLE, "*", "arn:aws:iam::*:role/${aws:PrincipalTag/team}/*"),
        (ROLE, "arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:role/red/app", "blue"),
    ),
    Key(
        "bedrock:InferenceProfileArn",
        ARN,
        (PROFILE, "arn:aws:bedrock:*:*:inference-profile/jp.*", "arn:aws:bedrock:*:*:inference-profile/global.*"),
        (PROFILE, PROFILE.replace("jp.", "global."), PROFILE.replace("inference-profile", "application-inference-profile")),
    ),
    Key("aws:PrincipalTag/team", STRING, ("blue", "red", "*e*", "", "${aws:PrincipalTag/region}"), ("blue", "red", "Blue", "")),
    Key("aws:PrincipalTag/region", STRING, ("us-east-2", "${aws:RequestedRegion}", "${aws:PrincipalTag/team, 'blue'}"), ("us-east-2", "blue")),
    Key("aws:TagKeys", STRING, ("owner", "cost*", "owner?", "OWNER"), ("owner", ["owner"], ["owner", "costs"], ["costs", "x"], [])),
    Key("s3:max-keys", tuple(f"Numeric{name}" for name in ORDER), (10, "10.0", "-1", 2.5), ("10", "9.99", 11, "many")),
    Key("aws:CurrentTime", tuple(f"Date{name}" for name in ORDER), ("2026-11-23", "2026-11-23T00:00:00Z", "1795392000"), ("2026-11-23T09:00:00+09:00", "1795392001", "x")),
    Key("aws:ViaAWSService", ("Bool",), ("true", False, "TRUE"), ("true", "false", True, "maybe")),
    Key("aws:SourceIp", ("IpAddress", "NotIpAddress"), ("203.0.113.0/24", "2001:db8::/32", "203.0.113.7"), ("203.0.113.7", "198.51.100.1", "2001:db8::1", "hidden")),
    Key("example:Digest", ("BinaryEquals",), ("QUI=", "QUJD"), ("QUI=", "QUJD", "?")),
]  # fmt: skip


def hierarchy(draw: Random) -> list[list[dict[str, Any]]]:
    """Return the policies of one to three levels; about half of the levels hold FullAWSAccess."""
    return [_level(draw) for _ in range(draw.randint(1, 3))]


def request(draw: Random) -> dict[str, Any]:
    """Return the arguments of `evaluate` that describe a request; any key may be absent, some differ in case."""
    keys = [key for key in KEYS if draw.random() < 0.6]
    context = {draw.choice([key.name, key.name.upper()]): draw.choice(key.in_requests) for key in keys}
    return {"action": draw.choice(ACTIONS), "resource": draw.choice(RESOURCES), "context": context}


def _level(draw: Random) -> list[dict[str, Any]]:
    full = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    policies = [_policy(draw) for _ in range(draw.randint(0, 2))]
    return [full, *policies] if draw.random() < 0.6 else policies


def _policy(draw: Random) -> dict[str, Any]:
    version = {} if draw.random() < 0.05 else {"Version": "2012-10-17"}
    return {**version, "Statement": [_statement(draw) for _ in range(draw.randint(1, 3))]}


def _statement(draw: Random) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": draw.choice(["Allow", "Deny"])}
    statement[draw.choice(["Action", "Action", "NotAction"])] = _some(draw, ACTION_PATTERNS)
    statement[draw.choice(["Resource", "Resource", "NotResource"])] = _some(draw, RESOURCE_PATTERNS)
    if draw.random() < 0.8:
        statement["Condition"] = _condition(draw)
    return statement


def _condition(draw: Random) -> dict[str, Any]:
    condition: dict[str, Any] = {}
    for key in draw.sample(KEYS, draw.randint(1, 3)):
        operator, values = _line(draw, key)
        condition.setdefault(operator, {})[key.name] = values
    return condition


def _line(draw: Random, key: Key) -> tuple[str, Any]:
    if draw.random() < 0.1:
        return draw.choice(["Null", "Null", "ForAnyValue:Null"]), draw.choice(["true", "false", True])
    quantifier = draw.choice(["", "", "", "", "ForAllValues:", "ForAnyValue:"])
    return f"{quantifier}{draw.choice(key.operators)}{draw.choice(['', '', 'IfExists'])}", _some(draw, key.in_policies)


def _some(draw: Random, values: Any) -> Any:
    """Return one of *values* bare, or a list of some."""
    return draw.choice(values) if draw.random() < 0.5 else draw.sample(values, draw.randint(1, min(3, len(values))))
