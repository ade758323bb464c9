"""
Amazon Bedrock as a caller sees it, under real service control policies, on this machine.

>>> from bedrock_guard.simulator import Simulator
>>> client = Simulator().session("ap-northeast-1").client("bedrock-runtime")
>>> answer = client.converse(modelId="amazon.nova-lite-v1:0", messages=[{"role": "user", "content": [{"text": "Hello"}]}])
>>> answer["output"]["message"]["content"]
[{'text': 'This is a simulated reply of amazon.nova-lite-v1:0.'}]
"""

from bedrock_guard._denials import PolicyType
from bedrock_guard.simulator._fault import Fault
from bedrock_guard.simulator._http import Drop, Pause, Request, Response
from bedrock_guard.simulator._journal import JournalEntry
from bedrock_guard.simulator._replies import Reply, ToolUse
from bedrock_guard.simulator._simulator import Simulator

__all__ = [
    "Drop",
    "Fault",
    "JournalEntry",
    "Pause",
    "PolicyType",
    "Reply",
    "Request",
    "Response",
    "Simulator",
    "ToolUse",
]
