"""Every example runs offline, on its own."""

import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
SHOWN = {
    "drill.py": ["In the drill    served by amazon.nova-lite-v1:0", "After           served by jp.anthropic"],
    "feature_flag.py": [
        "The flag is off       denied: jp.anthropic",
        "The flag is on        served by amazon.nova-lite-v1:0",
        "The store fails       served by amazon.nova-lite-v1:0",
        "The flag is off again denied: jp.anthropic",
    ],
    "explain.py": ["Will not help", '"ArnNotLike"'],
    "fallback.py": ["Meanwhile             served by amazon.nova-lite-v1:0", "The SCP is fixed      served by jp."],
}


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.name)
def test_example(path: Path) -> None:
    """It ends well, and prints what it is there to show."""
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, check=True)

    for row in SHOWN[path.name]:
        assert row in done.stdout
