"""What an import loads, and what the package exports."""

import subprocess
import sys

import bedrock_guard

EXPLAIN = """
import sys
import bedrock_guard
bedrock_guard.explain(
    "User: arn:aws:iam::111122223333:role/app is not authorized to perform: bedrock:InvokeModel on resource: "
    "arn:aws:bedrock:::foundation-model/anthropic.claude-sonnet-4-5-20250929-v1:0 with an explicit deny in a "
    "service control policy"
)
"""
LOADED = "print(sorted(name for name in sys.modules if name.startswith({prefixes!r})))"
OPENED = """
import sys
sys.addaudithook(lambda event, values: event == "open" and str(values[0]).endswith("catalog.json") and sys.exit("read"))
import bedrock_guard
"""


def output_of(code: str) -> str:
    """Return what *code* prints in a process of its own."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_import_loads_no_library_that_is_not_needed_yet() -> None:
    """Neither those of the look-up, nor those of the command line, nor even boto3."""
    prefixes = ("tenacity", "cachetools", "click", "rich", "boto3", "botocore", "starlette", "uvicorn", "aiobotocore")

    assert output_of("import sys, bedrock_guard\n" + LOADED.format(prefixes=prefixes)) == "[]"


def test_import_reads_no_data() -> None:
    """The catalogue is read when it is first needed."""
    assert output_of(OPENED) == ""


def test_explaining_loads_neither_policies_nor_simulator_nor_command_line() -> None:
    """What the catalogue answers needs no look-up either."""
    prefixes = (
        *("bedrock_guard.scp", "bedrock_guard.simulator", "bedrock_guard.cli"),
        *("tenacity", "cachetools", "asyncio", "aiobotocore"),
    )

    assert output_of(EXPLAIN + LOADED.format(prefixes=prefixes)) == "[]"


def test_every_public_name_is_there() -> None:
    """`__all__` is sorted, without regard to case as people sort, and each of its names can be had."""
    assert bedrock_guard.__all__ == sorted(bedrock_guard.__all__)
    assert all(hasattr(bedrock_guard, name) for name in bedrock_guard.__all__)
    assert dir(bedrock_guard) == bedrock_guard.__all__


def test_other_names_are_attribute_errors() -> None:
    """As with any module."""
    assert not hasattr(bedrock_guard, "no_such_name")
