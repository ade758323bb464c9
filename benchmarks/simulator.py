"""
What the simulator costs: its start, and an answer beside what boto3 itself spends on the call.

    python benchmarks/simulator.py [--rounds 100]

What follows the name of a figure is what it is meant to stay below.
"""

import argparse
import gc
import statistics

from _transport import NOVA, REGION, answering, client, plain_client
from run import PROCESSES, converse, denied, in_process, interleaved

from bedrock_guard.simulator import Simulator

TOKYO_ONLY = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": REGION}},
    },
}
_TIMED = "import boto3, botocore.session, time; {before}; start = time.perf_counter(); {timed}; print(time.perf_counter() - start)"
_IMPORT = "from bedrock_guard.simulator import Simulator"
_START = f"Simulator({TOKYO_ONLY}).attach(session)"


def started(before: str, timed: str) -> float:
    """Return the milliseconds that *timed* takes after *before*, in processes of their own that have boto3."""
    code = _TIMED.format(before=before, timed=timed)
    return statistics.median(in_process(code) for _ in range(PROCESSES)) * 1e3


def start() -> None:
    """Print what the start costs: the first simulator of a process, which reads the catalogue."""
    print(f"import, over boto3                {started('pass', _IMPORT):8.1f} ms")
    print(f"start, in-process (under 20 ms)   {started(f'{_IMPORT}; session = boto3.Session()', _START):8.1f} ms")


def answers(rounds: int) -> None:
    """Print what an answer costs, beside boto3's own part: a call of a canned answer, in the process too."""
    bare, again, ours = client(answering), client(answering), plain_client()
    Simulator(TOKYO_ONLY).attach(ours)
    theirs, same, call, denial = interleaved(
        rounds, converse(bare, NOVA), converse(again, NOVA), converse(ours, NOVA), denied(ours)
    )
    boto3_alone = statistics.median(theirs)
    print(f"converse, boto3 alone             {boto3_alone * 1e6:8.0f} us")
    for name, seconds in (("A/A: boto3 again", same), ("the simulator's part", call), ("its part of a denial", denial)):
        more = statistics.median(a - b for a, b in zip(seconds, theirs, strict=True))
        print(f"  {name:32}{more * 1e6:8.0f} us, {more / boto3_alone:5.2f} of boto3's (under 1)")


def over_http(rounds: int) -> None:
    """Print what a call over HTTP takes."""
    with Simulator(TOKYO_ONLY).serving() as url:
        (seconds,) = interleaved(rounds, converse(plain_client(url), NOVA))
    print(f"converse over HTTP                {statistics.median(seconds) * 1e6:8.0f} us")


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description="What the simulator costs.")
    parser.add_argument("--rounds", type=int, default=100)
    rounds = parser.parse_args().rounds
    gc.disable()
    start()
    answers(rounds)
    over_http(rounds)


if __name__ == "__main__":
    main()
