# /// script
# requires-python = ">=3.10"
# dependencies = ["bedrock-guard"]
# ///
"""
A call that a service control policy denies, explained. Runs offline, on the simulator.

With `client = bedrock_guard.client("bedrock-runtime", region_name="ap-northeast-1")` it is the same on AWS.
"""

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

client = bedrock_guard.guard(Simulator(TOKYO_ONLY).session("ap-northeast-1").client("bedrock-runtime"))

try:
    client.converse(modelId=MODEL, messages=[{"role": "user", "content": [{"text": "Hello"}]}])
except bedrock_guard.ScpDeniedError as error:
    print(error.diagnosis)
