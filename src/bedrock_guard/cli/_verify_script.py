"""
A shell script that asks AWS's own policy simulator what the proof claims, so that nobody has to trust this one.

Since 2026-07-30 the simulator evaluates SCPs with their conditions, given as a hierarchy. It says nothing of context
keys that an SCP asks about and nobody gave, so each call gives every key.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html
"""

import json
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from bedrock_guard._text import clean
from bedrock_guard.scp._evaluation import Result
from bedrock_guard.scp._hierarchy import Policy
from bedrock_guard.scp._outcome import Repair
from bedrock_guard.scp._proof import Cell
from bedrock_guard.scp._report import Report

# The root, five levels of organizational units, the account (OrderedOrganizationPolicyInputList: at most 7).
_MOST_LEVELS = 7
_ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
_TYPES = {"aws:sourceip": "ip", "aws:vpcsourceip": "ip"}

_HEAD = """\
#!/usr/bin/env bash
# Asks AWS's IAM policy simulator what bedrock-guard claims, with iam:SimulateCustomPolicy, which changes nothing:
# {effort}.
# Needs credentials that may call it, and an AWS CLI of 2026-07-30 or newer (one whose
# `aws iam simulate-custom-policy help` knows --ordered-organization-policy-input-list).
# Every context key is given; a key that a call leaves out is meant to be absent.{left_out}
# Exit status: 0 where AWS agrees with every claim, 1 where it does not, 2 where it cannot be asked.
set -u
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
disagreed=0

# check DOCUMENTS CLAIM ACTION RESOURCE CONTEXT
check() {{
  answer=$(aws iam simulate-custom-policy \\
    --policy-input-list {allow_all} \\
    --ordered-organization-policy-input-list "file://$folder/$1.json" \\
    --action-names "$3" --resource-arns "$4" --context-entries "$5" \\
    --query 'EvaluationResults[0].OrganizationsDecisionDetail.AllowedByOrganizations' --output text) || exit 2
  [ "$answer" = "$2" ] && return
  echo "AWS disagrees ($1 documents): allowed is $answer, not $2: $3 on $4 with $5"
  disagreed=1
}}

cat > "$folder/old.json" <<'DOCUMENTS'
{old}
DOCUMENTS
cat > "$folder/new.json" <<'DOCUMENTS'
{new}
DOCUMENTS

echo "Asking AWS: {effort}" >&2
"""
_FOOT = """
[ "$disagreed" = 0 ] && echo "AWS agrees with all {total} claims."
exit "$disagreed"
"""


@dataclass(frozen=True)
class Script:
    """A script, and in words how many calls it makes and how long they take."""

    text: str
    effort: str


@dataclass(frozen=True)
class Claim:
    """What one evaluation came to: under the `old` or the `new` documents, whether AWS has to allow it."""

    documents: str
    allowed: bool
    action: str
    resource: str
    context: Mapping[str, Any]


def verify_script(repair: Repair, old: Sequence[Sequence[str]]) -> Script:
    """Return the script that checks *repair* of the documents *old*; raise click.UsageError where AWS takes them not."""
    if len(old) > _MOST_LEVELS:
        raise click.UsageError(f"--verify-script: AWS simulates at most {_MOST_LEVELS} levels, not {len(old)}")
    claims = [*_of_reports("old", repair.before), *_of_reports("new", repair.after), *_of_cells(repair.proof.cells)]
    lines = dict.fromkeys(_line(claim) for claim in claims if claim)
    effort = _effort(len(lines))
    head = _HEAD.format(
        effort=effort,
        left_out=_left_out(claims.count(None)),
        allow_all=shlex.quote(_json(_ALLOW_ALL)),
        old=_json(hierarchy_input(old)),
        new=_json(hierarchy_input(repair.levels)),
    )
    return Script(head + "".join(lines) + _FOOT.format(total=len(lines)), effort)


def _effort(calls: int) -> str:
    # Each starts the AWS CLI anew.
    return f"{calls:,} calls in turn, roughly {max(calls // 60, 1)} min at 1 s each"


def hierarchy_input(levels: Iterable[Iterable[Policy]]) -> list[dict[str, list[str]]]:
    """Return *levels* as OrderedOrganizationPolicyInputList."""
    return [{"ServiceControlPolicyInputList": [_json(_content(each)) for each in level]} for level in levels]


def context_entries(context: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return *context* as ContextEntries, without the keys that are absent."""
    return [_entry(key, value) for key, value in context.items() if not isinstance(value, Collection) or value]


def _left_out(count: int) -> str:
    if not count:
        return ""
    return f"\n# {count} more answers depend on the caller, who was not fully described: they are left out."


def _of_reports(documents: str, reports: Iterable[Report]) -> Iterator[Claim | None]:
    for each in (answer for report in reports for answer in report.authorizations):
        is_open = len(each.decision.possible) > 1 and Result.ALLOWED in each.decision.possible
        allowed = each.decision.result is Result.ALLOWED
        yield None if is_open else Claim(documents, allowed, each.action, each.resource, each.context)


def _of_cells(cells: Iterable[Cell]) -> Iterator[Claim | None]:
    for cell in cells:
        for documents, result in (("old", cell.before), ("new", cell.after)):
            allowed = result is Result.ALLOWED
            is_open = result is Result.UNKNOWN
            yield None if is_open else Claim(documents, allowed, cell.action, cell.resource, cell.context)


def _line(claim: Claim) -> str:
    context = _json(context_entries(claim.context))
    return f"check {shlex.join((claim.documents, str(claim.allowed), claim.action, clean(claim.resource), context))}\n"


def _entry(key: str, value: Any) -> dict[str, Any]:
    many = not isinstance(value, (str, bool, int, float))
    values = [_text(each) for each in value] if many else [_text(value)]
    return {"ContextKeyName": key, "ContextKeyValues": values, "ContextKeyType": _type(key, values) + "List" * many}


def _type(key: str, values: Sequence[str]) -> str:
    if set(values) <= {"true", "false"}:
        return "boolean"
    return _TYPES.get(key.lower(), "string")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _content(policy: Policy) -> Any:
    return json.loads(policy) if isinstance(policy, str) else policy


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
