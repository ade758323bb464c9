# /// script
# requires-python = ">=3.10"
# dependencies = ["bedrock-guard"]
# ///
"""Rehearse a blocked Region: log, hook and fallback, with no SCP touched. Runs offline, on the simulator."""

from typing import Any

import bedrock_guard
from bedrock_guard.simulator import Simulator

MODEL = "jp.anthropic.claude-sonnet-4-5-20250929-v1:0"


def alarm(event: bedrock_guard.Event) -> None:
    """Stand in for a metric: the drill is marked."""
    print(f"  hook: {event.name}, drill={event.drill}, key {event.diagnosis.key}")


client = bedrock_guard.guard(
    Simulator().session("ap-northeast-1").client("bedrock-runtime"), fallback="amazon.nova-lite-v1:0", hook=alarm
)


def ask(when: str) -> None:
    """Ask the model, and print who has answered."""
    response: Any = client.converse(modelId=MODEL, messages=[{"role": "user", "content": [{"text": "Hello"}]}])
    told = response["ResponseMetadata"].get("BedrockGuard")
    print(f"{when:<16}served by {told['served_model_id'] if told else MODEL}")


ask("Before")
with bedrock_guard.drill(client, blocked="ap-northeast-3"):
    ask("In the drill")
ask("After")
