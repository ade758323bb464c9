#!/usr/bin/env python3
"""
What the guard costs, against bare boto3, interleaved in one run.

    python benchmarks/run.py [--rounds 200] [--iam-simulate FOLDER]

What follows the name of a figure is what it is meant to stay below. At the end: decisions a second of `scp.evaluate`;
with the folder in which npm has installed @cloud-copilot/iam-simulate, those of that beside it.
"""

import argparse
import gc
import itertools
import logging
import pathlib
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from _transport import NOVA, PROFILE, QUESTION, answering, client, denying
from botocore.exceptions import ClientError

import bedrock_guard

CALLS = 25
PROCESSES = 21

_FIRST = """
import time, logging, sys
sys.path.insert(0, {path!r})
from _transport import *
from botocore.exceptions import ClientError
import bedrock_guard
made = {make}(client(denying))
start = time.perf_counter()
try:
    made.converse(modelId=PROFILE, messages=QUESTION)
except ClientError:
    print(time.perf_counter() - start)
assert not {{"tenacity", "cachetools"}} & set(sys.modules)
"""
_IMPORT = "import boto3, time; start = time.perf_counter(); import bedrock_guard; print(time.perf_counter() - start)"


def converse(made: Any, model_id: str = PROFILE) -> Callable[[], None]:
    """Return a call that succeeds."""

    def call() -> None:
        made.converse(modelId=model_id, messages=QUESTION)

    return call


def denied(made: Any) -> Callable[[], None]:
    """Return a call that is denied, the error caught."""

    def call() -> None:
        try:
            made.converse(modelId=PROFILE, messages=QUESTION)
        except ClientError as error:
            str(error)

    return call


def interleaved(rounds: int, *calls: Callable[[], None]) -> list[list[float]]:
    """Return the seconds that each of *calls* took, one figure a round; the order changes from round to round."""
    seconds: list[list[float]] = [[] for _ in calls]
    orders = itertools.cycle(itertools.permutations(range(len(calls))))
    for order in itertools.islice(orders, rounds):
        for index in order:
            start = time.perf_counter()
            for _ in range(CALLS):
                calls[index]()
            seconds[index].append((time.perf_counter() - start) / CALLS)
    return seconds


def ratio(ours: list[float], theirs: list[float]) -> float:
    """Return the median of the ratios of each round."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def beyond(ours: str, theirs: str) -> float:
    """Return how many more seconds *ours* prints than *theirs*, in processes of their own, in turns."""
    pairs = [(in_process(ours), in_process(theirs)) for _ in range(PROCESSES)]
    return statistics.median(a for a, _ in pairs) - statistics.median(b for _, b in pairs)


def in_process(code: str) -> float:
    """Return the seconds that *code* prints, in a process of its own."""
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(output.stdout)


def success(rounds: int) -> None:
    """Print what a call that succeeds costs."""
    bare, again, guarded = client(answering), client(answering), bedrock_guard.guard(client(answering))
    theirs, same, ours = interleaved(rounds, converse(bare), converse(again), converse(guarded))
    print(f"converse, bare boto3              {statistics.median(theirs) * 1e6:8.1f} us")
    print(f"  A/A: bare again                 {ratio(same, theirs):8.4f} times")
    print(f"  guarded (at most 1.005)         {ratio(ours, theirs):8.4f} times")


def second_denial(rounds: int) -> None:
    """Print what a denial costs that was explained before."""
    bare, guarded = client(denying), bedrock_guard.guard(client(denying))
    theirs, ours = interleaved(rounds, denied(bare), denied(guarded))
    more = statistics.median(a - b for a, b in zip(ours, theirs, strict=True))
    print(f"denial, bare boto3                {statistics.median(theirs) * 1e6:8.1f} us")
    print(f"  explained again (under 40 us)   {more * 1e6:+8.1f} us")


def fallback_idle(rounds: int) -> None:
    """Print what a call costs that has a fallback and is not denied."""
    bare, again = client(answering), client(answering)
    guarded = bedrock_guard.guard(client(answering), fallback=NOVA)
    theirs, same, ours = interleaved(rounds, converse(bare), converse(again), converse(guarded))
    print(f"converse, bare boto3              {statistics.median(theirs) * 1e6:8.1f} us")
    print(f"  A/A: bare again                 {ratio(same, theirs):8.4f} times")
    print(f"  fallback idle (at most 1.01)    {ratio(ours, theirs):8.4f} times")


def fallback_serving(rounds: int) -> None:
    """Print what a call costs that goes straight to the fallback, against calling that directly, and its requests."""
    sent: list[str] = []

    def inside_alone(request: Any, **_: Any) -> Any:
        sent.append(request.url)
        return (denying if "jp." in request.url else answering)(request)

    bare, again = client(inside_alone), client(inside_alone)
    guarded = bedrock_guard.guard(client(inside_alone), fallback=bedrock_guard.Fallback(NOVA, remember=3600))
    converse(guarded)()  # the denial that is remembered
    sent.clear()
    theirs, same, ours = interleaved(rounds, converse(bare, NOVA), converse(again, NOVA), converse(guarded))
    requests = len(sent) - 2 * rounds * CALLS
    print(f"fallback model, bare boto3        {statistics.median(theirs) * 1e6:8.1f} us")
    print(f"  A/A: bare again                 {ratio(same, theirs):8.4f} times")
    print(f"  degraded (at most 1.02)         {ratio(ours, theirs):8.4f} times")
    print(f"  its requests (1.00 a call)      {requests / (rounds * CALLS):8.2f}")


def first_denial() -> None:
    """Print what the first denial of a process costs, answered by the catalogue."""
    path = str(pathlib.Path(__file__).parent)
    more = beyond(_FIRST.format(path=path, make="bedrock_guard.guard"), _FIRST.format(path=path, make=""))
    print(f"first denial (under 10 ms)        {more * 1e3:+8.2f} ms")


def importing() -> None:
    """Print what the import costs, beyond that of boto3."""
    seconds = statistics.median(in_process(_IMPORT) for _ in range(PROCESSES))
    print(f"import, over boto3 (under 5 ms)   {seconds * 1e3:+8.2f} ms")


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description="What the guard costs, against bare boto3.")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--iam-simulate", metavar="FOLDER")
    arguments = parser.parse_args()
    rounds = arguments.rounds
    logging.getLogger("bedrock_guard").propagate = False
    gc.disable()
    success(rounds)
    second_denial(rounds)
    fallback_idle(rounds)
    fallback_serving(rounds)
    first_denial()
    importing()
    beside = ["--iam-simulate", arguments.iam_simulate] if arguments.iam_simulate else []
    print("scp.evaluate, hierarchy loaded (100,000 decisions a second)", flush=True)
    subprocess.run([sys.executable, str(pathlib.Path(__file__).with_name("scp.py")), *beside], check=True)


if __name__ == "__main__":
    main()
