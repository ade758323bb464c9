# /// script
# requires-python = ">=3.10"
# dependencies = ["bedrock-guard", "aws-lambda-powertools"]
# ///
"""
A feature flag turns the fallback on and off, for a whole fleet. Runs offline: the flags are kept in memory.

With `AppConfigStore` of Powertools for AWS Lambda in place of `Flags` it is the same on AWS.
"""

from typing import Any

from aws_lambda_powertools.utilities.feature_flags import FeatureFlags, StoreProvider

import bedrock_guard
from bedrock_guard.simulator import Simulator

MODEL = "jp.anthropic.claude-sonnet-4-5-20250929-v1:0"
TOKYO_ONLY = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Deny",
        "NotAction": ["iam:*", "sts:*"],
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": "ap-northeast-1"}},
    },
}


class Flags(StoreProvider):
    """Feature flags in memory."""

    def __init__(self, *, fallback: bool) -> None:
        self._flags = {"bedrock_fallback": {"default": fallback}}

    def get_configuration(self) -> dict[str, Any]:
        """Return the flags."""
        return self._flags

    @property
    def get_raw_configuration(self) -> dict[str, Any]:
        """Return them as they are stored."""
        return self._flags


def ask(*, flag: bool) -> None:
    """Ask the model with the flag so, and print who has answered."""
    flags = FeatureFlags(store=Flags(fallback=flag))
    client = bedrock_guard.guard(
        Simulator(TOKYO_ONLY).session("ap-northeast-1").client("bedrock-runtime"),
        fallback=bedrock_guard.Fallback(
            "amazon.nova-lite-v1:0",
            enabled=lambda: flags.evaluate(name="bedrock_fallback", default=False) is True,
        ),
    )
    try:
        response: Any = client.converse(modelId=MODEL, messages=[{"role": "user", "content": [{"text": "Hello"}]}])
    except bedrock_guard.ScpDeniedError as error:
        print(f"flag {flag!s:<6}{error.diagnosis.summary}")
    else:
        print(f"flag {flag!s:<6}served by {response['ResponseMetadata']['BedrockGuard']['served_model_id']}")


ask(flag=False)
ask(flag=True)
