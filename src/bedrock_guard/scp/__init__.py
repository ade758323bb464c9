"""
Service control policies, evaluated offline.

>>> from bedrock_guard import scp
>>> allow = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
>>> str(scp.evaluate([[allow]], action="bedrock:InvokeModel", resource="*", context={}).result)
'allowed'
"""

from bedrock_guard.scp._check import check, check_all
from bedrock_guard.scp._compare import Turn, compare
from bedrock_guard.scp._errors import PolicyError
from bedrock_guard.scp._evaluation import Decision, Result, evaluate, load
from bedrock_guard.scp._hierarchy import Hierarchy
from bedrock_guard.scp._outcome import Edit, EditedDocument, EditKind, Obstacle, Repair
from bedrock_guard.scp._proof import Cell, Proof
from bedrock_guard.scp._repair import repair
from bedrock_guard.scp._report import CheckedAuthorization, DenyingStatement, Report, Verdict

__all__ = [
    "Cell",
    "CheckedAuthorization",
    "Decision",
    "DenyingStatement",
    "Edit",
    "EditKind",
    "EditedDocument",
    "Hierarchy",
    "Obstacle",
    "PolicyError",
    "Proof",
    "Repair",
    "Report",
    "Result",
    "Turn",
    "Verdict",
    "check",
    "check_all",
    "compare",
    "evaluate",
    "load",
    "repair",
]
