"""The soak of `benchmarks/soak.py`, in short: many clients at once over HTTP, and nothing but what was scripted."""

import subprocess
import sys
from pathlib import Path

SOAK = Path(__file__).parents[2] / "benchmarks" / "soak.py"


def test_soak() -> None:
    """All is counted alike on both sides, and no thread or socket is left. Of memory a second tells nothing."""
    done = subprocess.run(
        [sys.executable, str(SOAK), "--clients", "4", "--seconds", "1"], capture_output=True, text=True, check=False
    )
    findings = [line for line in done.stdout.splitlines() if line.endswith((": good", ": NOT GOOD"))]

    assert len(findings) == 8, done.stderr
    assert [line for line in findings if line.endswith("NOT GOOD") and not line.startswith("memory")] == []
