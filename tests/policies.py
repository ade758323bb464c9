"""Service control policies and model IDs that tests share."""

from typing import Any

CLAUDE = "anthropic.claude-sonnet-4-5-20250929-v1:0"
JP_CLAUDE = f"jp.{CLAUDE}"
GLOBAL_CLAUDE = f"global.{CLAUDE}"
NOVA = "amazon.nova-lite-v1:0"

HELLO: Any = [{"role": "user", "content": [{"text": "Hello"}]}]


def region_deny(*regions: str, sid: str = "DenyOtherRegions") -> dict[str, Any]:
    """Return a Region deny: everything but global services stays in *regions*."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": sid,
                "Effect": "Deny",
                "NotAction": ["cloudfront:*", "iam:*", "organizations:*", "route53:*", "sts:*", "support:*"],
                "Resource": "*",
                "Condition": {"StringNotEquals": {"aws:RequestedRegion": list(regions)}},
            }
        ],
    }


TOKYO_ONLY = region_deny("ap-northeast-1", sid="DenyOutsideTokyo")
JAPAN_ONLY = region_deny("ap-northeast-1", "ap-northeast-3", sid="DenyOutsideJapan")
