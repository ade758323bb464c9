# /// script
# requires-python = ">=3.10"
# dependencies = ["bedrock-guard"]
# ///
"""Who serves a call while an SCP blocks the first choice, and after it was fixed. Runs offline, on the simulator."""

from typing import Any

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

simulator = Simulator()
client = bedrock_guard.guard(
    simulator.session("ap-northeast-1").client("bedrock-runtime"),
    # Remembered for a moment, so that this example need not wait: leave out `remember`.
    fallback=bedrock_guard.Fallback({"jp.anthropic.*": "amazon.nova-lite-v1:0"}, remember=1e-9, probes=1),
)


def ask(when: str) -> None:
    """Ask the model, and print who has answered."""
    response: Any = client.converse(modelId=MODEL, messages=[{"role": "user", "content": [{"text": "Hello"}]}])
    told = response["ResponseMetadata"].get("BedrockGuard")
    print(f"{when:<22}served by {told['served_model_id'] if told else MODEL}")


ask("No SCP")
simulator.set_scps(TOKYO_ONLY)
ask("The SCP is attached")
ask("Meanwhile")
for degradation in bedrock_guard.status():
    print(f"  status: {degradation.requested_model_id} is passed by, {degradation.calls} calls")
simulator.set_scps(())
ask("The SCP is fixed")
print(f"  status: {bedrock_guard.status()}")
