"""
Decisions a second of `scp.evaluate` on one core, over a varied mix of requests.

    python benchmarks/scp.py [--iam-simulate FOLDER]

The hierarchy is synthetic: 15 policies of about 5,000 characters in three levels (region denies with long NotAction
lists, protected resources, data perimeters, Bedrock guardrails, cost guards), with FullAWSAccess at each. Every round
asks requests of its own, by 1,000 roles from 2,048 addresses on up to 100,000 resources: values come again, as they do
in an organization, requests do not. Only processor time counts, since other processes share the machine.

FOLDER is where `npm install @cloud-copilot/iam-simulate` was run: it then answers the first of the same questions,
beside us.
"""

import argparse
import json
import random
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bedrock_guard import scp

REGIONS = ["ap-northeast-1", "ap-northeast-3", "eu-central-1", "eu-west-1", "us-east-1", "us-east-2", "us-west-2"]
GLOBAL_SERVICES = [
    *("account", "acm-pca", "access-analyzer", "aws-portal", "billing", "budgets", "ce", "chatbot", "cloudfront"),
    *(
        "config",
        "cur",
        "directconnect",
        "fms",
        "globalaccelerator",
        "health",
        "iam",
        "importexport",
        "invoicing",
        "kms",
    ),
    *("license-manager", "networkmanager", "notifications", "organizations", "payments", "pricing", "route53"),
    *("route53domains", "savingsplans", "shield", "sso", "sts", "support", "sustainability", "tag", "tax"),
    *("trustedadvisor", "waf", "wafv2"),
]
SERVICES = [
    *("ec2", "rds", "dynamodb", "lambda", "sqs", "sns", "ecs", "eks", "elasticfilesystem", "redshift", "glue"),
    *("athena", "sagemaker", "logs", "s3"),
]
VERBS = ["Describe", "Get", "List", "Create", "Delete", "Put", "Update", "Tag", "Untag", "Associate", "Disassociate"]
NOUNS = ["Instance", "Policy", "Table*", "Tags", "Cluster", "Endpoint", "Snapshot*", "Rule"]
MODELS = ["anthropic.claude-sonnet-4-5-20250929-v1:0", "amazon.nova-lite-v1:0", "meta.llama3-3-70b-instruct-v1:0"]
REAL_SIZE = 5000
REQUESTS = 50_000
ROUNDS = 5
COMPARED = 300
FULL_AWS_ACCESS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}

THEIRS = {"Allowed": "allowed", "ExplicitlyDenied": "explicit-deny", "ImplicitlyDenied": "implicit-deny"}

Statement = dict[str, Any]
Request = dict[str, Any]
Levels = list[list[dict[str, Any]]]
chance = random.Random(20261123)


def names() -> list[str]:
    """Return names of actions, some with wildcards, in random order."""
    every = [f"{service}:{verb}{noun}" for service in SERVICES for verb in VERBS for noun in NOUNS]
    return chance.sample(every, len(every))


def roles(count: int) -> dict[str, list[str]]:
    return {"aws:PrincipalARN": [f"arn:aws:iam::*:role/exempt-{chance.randrange(99)}-*" for _ in range(count)]}


def deny(sid: str, resource: str | list[str], condition: dict[str, Any], **actions: list[str]) -> Statement:
    return {"Sid": sid, "Effect": "Deny", **actions, "Resource": resource, "Condition": condition}


def size(policy: dict[str, Any]) -> int:
    return len(json.dumps(policy, separators=(",", ":")))


def grown(statements: list[Statement]) -> dict[str, Any]:
    """Return a policy of *statements*, their lists of actions filled up to the size of a real one."""
    policy = {"Version": "2012-10-17", "Statement": statements}
    lists = [statement.get("NotAction") or statement["Action"] for statement in statements]
    for number, name in enumerate(names()):
        if size(policy) >= REAL_SIZE:
            break
        lists[number % len(lists)].append(name)
    return policy


def region_deny() -> list[Statement]:
    exempt = [f"{service}:*" for service in GLOBAL_SERVICES]
    regions = {"aws:RequestedRegion": [*REGIONS[:4], chance.choice(REGIONS[4:])]}
    return [deny("Regions", "*", {"StringNotEquals": regions, "ArnNotLike": roles(4)}, NotAction=exempt)]


def protected() -> list[Statement]:
    kinds = {
        "cloudtrail": "trail",
        "config": "config-rule",
        "iam": "role",
        "logs": "log-group",
        "sns": "topic",
        "s3": "bucket",
    }
    return [
        deny(
            f"Protect{service}",
            f"arn:aws:{service}:*:*:{kind}/central-*",
            {"ArnNotLike": roles(3)},
            Action=[f"{service}:Delete*"],
        )
        for service, kind in kinds.items()
    ]


def perimeter() -> list[Statement]:
    organization = {"aws:ResourceOrgID": "o-example1234"}
    network = {"aws:SourceIp": [f"198.51.{number}.0/24" for number in range(8)]}
    via = {"aws:ViaAWSService": "false"}
    return [
        deny(
            "OwnResources", "*", {"StringNotEqualsIfExists": organization, "ArnNotLike": roles(2)}, NotAction=["iam:*"]
        ),
        deny(
            "OwnNetwork",
            "*",
            {"NotIpAddressIfExists": network, "BoolIfExists": via, "ArnNotLike": roles(2)},
            NotAction=["sts:*"],
        ),
    ]


def bedrock() -> list[Statement]:
    invoke = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
    profiles = {
        "bedrock:InferenceProfileArn": [
            "arn:aws:bedrock:*:*:inference-profile/us.*",
            "arn:aws:bedrock:*:*:inference-profile/jp.*",
        ]
    }
    regions = {"aws:RequestedRegion": [*REGIONS[:4], "unspecified"]}
    models = [f"arn:aws:bedrock:*::foundation-model/{provider}.*" for provider in ("anthropic", "amazon", "meta")]
    unlisted = {
        "Sid": "Models",
        "Effect": "Deny",
        "Action": [*invoke],
        "NotResource": [*models, "arn:aws:bedrock:*:*:inference-profile/*"],
    }
    return [
        deny("Regions", "*", {"StringNotEquals": regions, "ArnNotLike": profiles}, Action=[*invoke]),
        unlisted,
        deny(
            "Keys",
            "*",
            {"StringEquals": {"bedrock:BearerTokenType": "LONG_TERM"}},
            Action=["bedrock:CallWithBearerToken"],
        ),
    ]


def cost() -> list[Statement]:
    kinds = {"ec2:InstanceType": ["t3.*", "t4g.*", "m7i.*", "c7g.?large"]}
    return [
        deny("Kinds", "arn:aws:ec2:*:*:instance/*", {"StringNotLike": kinds}, Action=["ec2:RunInstances"]),
        deny("Encryption", "*", {"Bool": {"ec2:Encrypted": "false"}}, Action=["ec2:CreateVolume"]),
        deny("Owner", "*", {"Null": {"aws:RequestTag/owner": "true"}}, Action=["rds:CreateDBInstance"]),
    ]


def hierarchy() -> Levels:
    kinds = [region_deny, protected, perimeter, bedrock, cost]
    return [[FULL_AWS_ACCESS, *(grown(kind()) for kind in kinds)] for _ in range(3)]


def request() -> Request:
    region = chance.choice(REGIONS)
    context = {
        "aws:PrincipalArn": f"arn:aws:iam::111122223333:role/app-{chance.randrange(1000)}",
        "aws:PrincipalAccount": "111122223333",
        "aws:RequestedRegion": region,
        "aws:SourceIp": f"198.51.{chance.randrange(8)}.{chance.randrange(256)}",
        "aws:ViaAWSService": "false",
        "aws:ResourceOrgID": "o-example1234",
    }
    if chance.random() < 0.5:
        return {**inference(region, context), "context": context}
    service = chance.choice(SERVICES)
    action = f"{service}:{chance.choice(VERBS)}{chance.choice(NOUNS).rstrip('*')}"
    resource = f"arn:aws:{service}:{region}:111122223333:thing/{chance.randrange(100_000)}"
    return {"action": action, "resource": resource, "context": context}


def inference(region: str, context: dict[str, Any]) -> Request:
    model, geography = chance.choice(MODELS), chance.choice(["us", "eu", "jp", "global"])
    context["bedrock:InferenceProfileArn"] = (
        f"arn:aws:bedrock:{region}:111122223333:inference-profile/{geography}.{model}"
    )
    action = chance.choice(["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"])
    return {"action": action, "resource": f"arn:aws:bedrock:{region}::foundation-model/{model}"}


def measure(levels: Levels, rounds: list[list[Request]]) -> None:
    start = time.process_time()
    loaded = scp.load(levels)
    print(f"loaded in {(time.process_time() - start) * 1000:.0f} ms; rounds of {REQUESTS:,} requests")
    results: Counter[scp.Result] = Counter()
    for number, requests in enumerate(rounds):
        print(f"round {number + 1}: {rate(loaded, requests, results):>9,.0f} decisions a second")
    print(", ".join(f"{count:,} {result}" for result, count in results.most_common()))


def rate(loaded: scp.Hierarchy, requests: list[Request], results: Counter[scp.Result]) -> float:
    """Return decisions a second of processor time."""
    start = time.process_time()
    results.update(scp.evaluate(loaded, **each).result for each in requests)
    return len(requests) / (time.process_time() - start)


def compare(folder: Path, levels: Levels, requests: list[Request]) -> None:
    """Print how fast iam-simulate answers *requests*, and how many of its answers are ours."""
    questions = "\n".join(json.dumps(each) for each in (levels, *requests))
    command = ["node", str(Path(__file__).with_name("iam_simulate.cjs")), str(folder.resolve())]
    answer = json.loads(subprocess.run(command, input=questions, capture_output=True, text=True, check=True).stdout)
    loaded = scp.load(levels)
    ours = [scp.evaluate(loaded, **each).result for each in requests]
    same = sum(THEIRS[their] == our for their, our in zip(answer["results"], ours, strict=True))
    print(
        f"iam-simulate: {len(requests) / answer['seconds']:,.0f} a second; {same:,} of {len(requests):,} answers are ours"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Decisions a second of scp.evaluate on one core.")
    parser.add_argument("--iam-simulate", type=Path, metavar="FOLDER")
    folder = parser.parse_args().iam_simulate
    levels = hierarchy()
    sizes = [size(policy) for policies in levels for policy in policies[1:]]
    print(f"{len(sizes)} policies of {min(sizes):,} to {max(sizes):,} characters in {len(levels)} levels")
    rounds = [[request() for _ in range(REQUESTS)] for _ in range(ROUNDS)]
    measure(levels, rounds)
    if folder:
        compare(folder, levels, rounds[0][:COMPARED])


if __name__ == "__main__":
    main()
