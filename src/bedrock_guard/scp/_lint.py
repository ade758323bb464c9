"""
What stands in a policy document that can be read, and yet is a slip: it does not match what its author had in mind.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html
"""

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from bedrock_guard._catalog import Catalog, embedded
from bedrock_guard._identifiers import UNSPECIFIED, parse_arn
from bedrock_guard.scp import _arn_slips
from bedrock_guard.scp._documents import Line, WrittenStatement, read
from bedrock_guard.scp._hierarchy import Hierarchy
from bedrock_guard.scp._operators import use_of
from bedrock_guard.scp._patterns import glob, tokens_of

# "Maximum number of SCPs attached" to a root, an OU or an account, each directly (orgs_reference_limits.html).
MAX_ATTACHED = 10
# More is a document that is no policy, and its author is helped by the first.
_MOST = 100

_VERSION = "2012-10-17"
_REQUESTED_REGION = "aws:requestedregion"
# Regions that the catalogue does not list: those of the isolated partitions.
_ISOLATED = re.compile(r"(us|eu)-iso[a-z]?-[a-z]+-\d+")
# `${...}` of a template language, other than a policy variable; and what documentation puts around a word that is to be
# replaced.
_PLACEHOLDER = re.compile(r"\$?\{[^{}]*\}|<[^<>]+>|\[[^\[\]]+\]")
_NESTED = re.compile(r"arn:[^:]*:.*?(arn:(?:aws[a-z-]*|\*):.*)", re.DOTALL)


@dataclass(frozen=True)
class Finding:
    """
    One slip: where it stands (`level` and `document` from 0, `statement` its Sid or `Statement[i]`), what, what to do.

    `statement` is None where it is the document's own, `document` too where it is the level's.
    """

    level: int
    document: int | None
    statement: str | None
    problem: str
    advice: str


def lint(hierarchy: Hierarchy, catalog: Catalog | None = None) -> tuple[Finding, ...]:
    """
    Return the slips in the documents of *hierarchy*, in their order; of more than a hundred the first.

    Names of Regions are those that *catalog* knows (None: the embedded one).
    """
    return tuple(islice(_findings(hierarchy, catalog or embedded()), _MOST))


def _findings(hierarchy: Hierarchy, catalog: Catalog) -> Iterator[Finding]:
    for level, documents in enumerate(hierarchy.documents):
        if len(documents) > MAX_ATTACHED:
            problem = f"{len(documents)} SCPs at one level: AWS attaches at most {MAX_ATTACHED}"
            yield Finding(level, None, None, problem, "merge some of them")
        for index, document in enumerate(documents):
            content, statements = read(document, level, index)
            for name, problem, advice in _in_document(content, statements, catalog):
                yield Finding(level, index, name, problem, advice)


def _in_document(
    content: Mapping[str, Any], statements: Sequence[WrittenStatement], catalog: Catalog
) -> Iterator[tuple[str | None, str, str]]:
    if content.get("Version") != _VERSION:
        # "Every SCP must include a Version element with the value 2012-10-17" (orgs_manage_policies_scps_syntax.html).
        found = f"the Version is {content['Version']}" if "Version" in content else "there is no Version"
        yield None, found, f"AWS Organizations asks for {_VERSION}, and policy variables are plain text without it"
    sids = Counter(statement.place.sid for statement in statements if statement.place.sid)
    for sid in (sid for sid, times in sids.items() if times > 1):
        # "The Sid must be unique within a JSON policy" (reference_policies_elements_sid.html).
        yield sid, f"the Sid stands {sids[sid]} times", "give each statement its own"
    for statement in statements:
        name = statement.place.sid or f"Statement[{statement.place.index}]"
        yield from ((name, problem, advice) for problem, advice in _in_statement(statement, catalog))


def _in_statement(statement: WrittenStatement, catalog: Catalog) -> Iterator[tuple[str, str]]:
    for action in statement.actions:
        yield from _in_action(action)
    for resource in statement.resources:
        yield from _in_text(resource, catalog)
        if not _placeholder(resource):
            yield from _arn_slips.in_resource(resource)
    for line in statement.lines:
        for value in line.values:
            yield from _in_text(value, catalog)
            yield from _in_value(line, value, catalog)


def _in_action(action: str) -> Iterator[tuple[str, str]]:
    if found := _placeholder(action):
        yield found
    elif ":" not in action and action.strip("*"):
        # "Specify the service namespace as a prefix" (reference_policies_elements_action.html).
        yield f"action {action} names no service", "write it as service:Action"
    elif action.lower().startswith("bedrock:converse"):
        # https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
        streaming = "WithResponseStream" if "stream" in action.lower() else ""
        yield f"{action}: there is no such action", f"the API is authorized as bedrock:InvokeModel{streaming}"


def _in_text(text: str, catalog: Catalog) -> Iterator[tuple[str, str]]:
    if found := _placeholder(text):
        yield found
    elif nested := _NESTED.fullmatch(text):
        yield f"an ARN inside an ARN, which matches nothing: {text}", f"keep the inner one: {nested[1]}"
    elif (arn := parse_arn(text)) and arn.region and not set(arn.region) & set("*?$"):
        yield from _region(arn.region, arn.region, catalog)


def _placeholder(text: str) -> tuple[str, str] | None:
    found = _PLACEHOLDER.search(_arn_slips.VARIABLE.sub("", text))
    return (f"a placeholder was left: {found[0]} in {text}", "put the value in its place") if found else None


def _in_value(line: Line, value: str, catalog: Catalog) -> Iterator[tuple[str, str]]:
    if _placeholder(value):
        return
    if line.key.lower() == _REQUESTED_REGION:
        yield from _requested_region(line, value, catalog)
    yield from _arn_slips.in_value(line, value)


def _requested_region(line: Line, value: str, catalog: Catalog) -> Iterator[tuple[str, str]]:
    use = use_of(line.operator)
    if use is None or "${" in value:
        return  # Null: the values are true and false
    if set(value) & set("*?"):
        yield from _pattern(line, value, catalog, wildcards=use.operator.wildcards)
        return
    yield from _region(value, value.lower() if "ignorecase" in line.operator.lower() else value, catalog)


def _pattern(line: Line, value: str, catalog: Catalog, *, wildcards: bool) -> Iterator[tuple[str, str]]:
    if not wildcards:
        like = "StringNotLike" if "not" in line.operator.lower() else "StringLike"
        yield f"{line.operator} knows no wildcards: {value} is no Region", f"name the Regions, or use {like}"
    elif not any(map(glob(tokens_of(value)), (*catalog.cities, UNSPECIFIED))):
        yield f"{value} matches no Region known on {catalog.as_of}", _near(value.strip("*?-"), catalog)


def _region(shown: str, name: str, catalog: Catalog) -> Iterator[tuple[str, str]]:
    if name == "global":
        # https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html
        yield (
            "global is no Region",
            f'what global profiles route has "{UNSPECIFIED}" as aws:RequestedRegion: write that',
        )
    elif name != UNSPECIFIED and name not in catalog.cities and not _ISOLATED.fullmatch(name):
        yield f"{shown} is no Region known on {catalog.as_of}", _near(name, catalog)


def _near(name: str, catalog: Catalog) -> str:
    near = difflib.get_close_matches(name.lower(), catalog.cities, n=1)
    return (
        f"did you mean {near[0]}?" if near else "see https://docs.aws.amazon.com/global-infrastructure/latest/regions/"
    )
