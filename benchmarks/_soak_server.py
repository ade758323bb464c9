"""The simulator that `soak.py` calls, in a process of its own: what it holds can be told from what its clients do."""

import collections
import gc
import json
import os
import resource
import sys
import threading
from typing import Any

from bedrock_guard.simulator import Fault, JournalEntry, Request, Simulator

REGION = "ap-northeast-1"
PROFILE = "jp.anthropic.claude-sonnet-4-5-20250929-v1:0"
NOVA = "amazon.nova-lite-v1:0"
TOKYO_ONLY = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": REGION}},
    },
}
# Errors for the one model, broken connections for the other: so the errors are counted alike on both sides.
FAULTS = [
    Fault("throttling", model_id=PROFILE, probability=0.05),
    Fault("internal-error", model_id=NOVA, probability=0.02, after=3),
    Fault("stall", model_id=NOVA, probability=0.02, seconds=0.05, after=1),
    Fault("latency", model_id=NOVA, probability=0.02, seconds=0.05),
    Fault("half-written", model_id=NOVA, probability=0.02),
    Fault("dropped", model_id=NOVA, probability=0.02),
]
REQUESTS_KEPT = 10_000  # the journal grows until it holds so many


def told(counts: collections.Counter[str]) -> None:
    """Print what has been answered, and what the process holds, as a line of JSON."""
    gc.collect()
    found: dict[str, Any] = {
        "answers": counts,
        "threads": threading.active_count(),
        "open files": len(os.listdir("/dev/fd")),  # noqa: PTH208 (its entries come and go)
        "memory blocks": sys.getallocatedblocks(),
        "memory peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    }
    print(json.dumps(found), flush=True)


def fill_journal(simulator: Simulator) -> None:
    """With its largest entries, denials: what grows from then on is a leak."""
    denied = Request("POST", f"https://bedrock-runtime.{REGION}.amazonaws.com/model/{PROFILE}/converse", {}, b"{}")
    for _ in range(REQUESTS_KEPT):
        simulator.respond(denied)


def change_scps(simulator: Simulator, end: threading.Event) -> None:
    """Attach the SCP, and detach it again, until the end."""
    while not end.wait(0.05):
        simulator.set_scps(())
        end.wait(0.05)
        simulator.set_scps(TOKYO_ONLY)


def main() -> None:
    """Serve until the input ends. Tell before that, after each line of it, and when the server has ended."""
    counts: collections.Counter[str] = collections.Counter()

    def count(entry: JournalEntry) -> None:
        counts[entry.error or "answered"] += 1

    simulator = Simulator(TOKYO_ONLY, hook=count)
    fill_journal(simulator)
    counts.clear()
    for fault in FAULTS:
        simulator.add_fault(fault)
    end = threading.Event()
    changes = threading.Thread(target=change_scps, args=(simulator, end))
    told(counts)
    with simulator.serving() as url:
        changes.start()
        print(url, flush=True)
        for _ in sys.stdin:
            told(counts)
        end.set()
        changes.join()
    told(counts)


if __name__ == "__main__":
    main()
