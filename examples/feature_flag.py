# /// script
# requires-python = ">=3.10"
# dependencies = ["bedrock-guard", "aws-lambda-powertools"]
# ///
"""
A feature flag turns the fallback on and off, for a whole fleet; while its store fails, the last answer holds.

Runs offline: the flags are kept in memory. With `AppConfigStore` of Powertools for AWS Lambda in place of `Flags` it is
the same on AWS.
"""

import time
from typing import Any

from aws_lambda_powertools.utilities.feature_flags import FeatureFlags, StoreProvider
from aws_lambda_powertools.utilities.feature_flags.exceptions import ConfigurationStoreError

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
    """Feature flags in memory, which can be out of reach."""

    fallback = False
    is_reachable = True

    def get_configuration(self) -> dict[str, Any]:
        """Return the flags."""
        return self.get_raw_configuration

    @property
    def get_raw_configuration(self) -> dict[str, Any]:
        """Return them as they are stored."""
        if not self.is_reachable:
            raise ConfigurationStoreError("the flags are out of reach")
        return {"bedrock_fallback": {"default": self.fallback}}


store = Flags()
flags: Any = FeatureFlags(store=store)
client = bedrock_guard.guard(
    Simulator(TOKYO_ONLY).session("ap-northeast-1").client("bedrock-runtime"),
    fallback=bedrock_guard.Fallback(
        "amazon.nova-lite-v1:0",
        # While the store fails, Powertools returns the default: False would turn the fallback off, None is no answer.
        enabled=lambda: flags.evaluate(name="bedrock_fallback", default=None),
    ),
)


def ask(when: str) -> None:
    """Ask the model, and print who has answered."""
    time.sleep(1)  # the flag is asked for once a second at most
    try:
        response: Any = client.converse(modelId=MODEL, messages=[{"role": "user", "content": [{"text": "Hello"}]}])
    except bedrock_guard.ScpDeniedError as error:
        print(f"{when:<22}denied: {error.diagnosis.summary}")
    else:
        print(f"{when:<22}served by {response['ResponseMetadata']['BedrockGuard']['served_model_id']}")


ask("The flag is off")
store.fallback = True
ask("The flag is on")
store.is_reachable = False
ask("The store fails")
store.fallback, store.is_reachable = False, True
ask("The flag is off again")
