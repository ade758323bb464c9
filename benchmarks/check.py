"""
Checks of inference profiles a second on one core, against the 15 real-size policies of `scp.py`.

    python benchmarks/check.py

A check is one authorization of a profile in one Region: a cell of the matrix of profiles by destination Regions.
"""

import time

from bedrock_guard import scp
from bedrock_guard.scp import Report
from scp import hierarchy

SOURCES = ["ap-northeast-1", "eu-central-1", "us-east-1", "us-west-2"]
PRINCIPAL = "arn:aws:iam::111122223333:role/app"
ROUNDS = 5


def matrix(policies: scp.Hierarchy, principal_arn: str | None) -> list[Report]:
    """Return the reports of all profiles from all sources."""
    return [report for source in SOURCES for report in scp.check_all(policies, source, principal_arn=principal_arn)]


def measure(name: str, principal_arn: str | None, copies: int) -> None:
    """Print how long 1,000 checks take, policies read once, against *copies* of them side by side."""
    levels = [[document for document in level for _ in range(copies)] for level in hierarchy()]
    seconds: list[float] = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        reports = matrix(scp.load(levels), principal_arn)
        seconds.append(time.perf_counter() - start)
    checks = sum(len(report.authorizations) for report in reports)
    policies = sum(len(level) - copies for level in levels)
    print(f"{name}, {policies} policies: 1,000 checks in {min(seconds) / checks * 1000:.2f} s (of {checks:,})")


def repair() -> None:
    """Print how long one repair with its proof takes."""
    policies = scp.load(hierarchy())
    start = time.perf_counter()
    found = scp.repair(policies, "eu.*", "eu-west-1", principal_arn=PRINCIPAL)
    print(f"one repair, {len(found.proof.cells):,} requests in its proof: {time.perf_counter() - start:.2f} s")


if __name__ == "__main__":
    measure("caller described", PRINCIPAL, 1)
    measure("caller described", PRINCIPAL, 2)
    measure("caller unknown", None, 1)
    repair()
