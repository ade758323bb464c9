"""The smallest edit of service control policies that lets a Bedrock call pass, and its proof."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bedrock_guard._actions import INVOKE_MODEL
from bedrock_guard._catalog import Catalog, embedded
from bedrock_guard._profiles import InferenceProfile
from bedrock_guard.scp._authorizations import action_of
from bedrock_guard.scp._caller import Caller, caller_of
from bedrock_guard.scp._calls import Call, calls
from bedrock_guard.scp._check import report
from bedrock_guard.scp._evaluation import load
from bedrock_guard.scp._facts import ContextValue
from bedrock_guard.scp._grid import grid
from bedrock_guard.scp._hierarchy import Hierarchy, Policy
from bedrock_guard.scp._opens import opens
from bedrock_guard.scp._outcome import EditedDocument, Repair
from bedrock_guard.scp._patch import changed, minified
from bedrock_guard.scp._plan import Step, plan
from bedrock_guard.scp._proof import prove
from bedrock_guard.scp._report import Report

Levels = Sequence[Sequence[Policy]]


def repair(
    levels: Hierarchy | Levels,
    model_ids: str | Iterable[str],
    region: str,
    *,
    widen: bool = False,
    managed: Collection[tuple[int, int]] = (),
    action: str = INVOKE_MODEL,
    principal_arn: str | None = None,
    account_id: str | None = None,
    management_account: bool = False,
    context: Mapping[str, ContextValue] | None = None,
    profiles: Collection[InferenceProfile] = (),
    catalog: Catalog | None = None,
) -> Repair:
    """
    Return the smallest edit of *levels* that lets *action* on *model_ids*, called from *region*, pass.

    A pattern such as `jp.*` among *model_ids* makes one edit for a family. Every statement that denies the call, at
    every level, is made to exempt the profile, its source Region pinned; a level whose policies do not allow the call
    gets an Allow statement, under the conditions on which they allow it in the source Region. *widen* adds Regions
    (`unspecified` for a global profile) to the statements' lists instead, which opens them to all that the statements
    are about. Statements of AWS Control Tower are not edited: those with its Sids, and the documents *managed* (level,
    number; from 0). The other arguments are those of `check`.

    What cannot be repaired is among the `obstacles`. Raises as `check_all` does.
    """
    hierarchy = levels if isinstance(levels, Hierarchy) else load(levels)
    known = catalog or embedded()
    wanted = [model_ids] if isinstance(model_ids, str) else list(model_ids)
    chosen = calls(wanted, region, known, profiles)
    asking = _Asking(chosen, action_of(action), caller_of(principal_arn, account_id, context), management_account)
    before, before_with_key = asking.reports(hierarchy)
    denials = [*zip(chosen, before, strict=True), *zip(chosen, before_with_key, strict=True)]
    steps, obstacles = plan(hierarchy, denials, widen=widen, managed=managed)
    edits = tuple(step.edit for step in steps)
    edited, documents = _edited(hierarchy.documents if isinstance(levels, Hierarchy) else levels, steps)
    repaired = load(edited) if steps else hierarchy
    after, after_with_key = asking.reports(repaired)
    requests = grid(chosen, asking.action, asking.caller, (hierarchy, repaired), known)
    return Repair(
        levels=edited,
        edits=edits,
        documents=documents,
        obstacles=tuple(obstacles),
        covers=tuple(call.model.text for call in chosen),
        opens=(*opens(denials, edits, is_open=bool(obstacles)), *(each.beside for each in steps if each.beside)),
        before=tuple(before),
        after=tuple(after),
        proof=prove(hierarchy, repaired, requests, chosen, [*after, *after_with_key], is_open=bool(obstacles)),
    )


@dataclass(frozen=True)
class _Asking:
    calls: Sequence[Call]
    action: str
    caller: Caller
    management_account: bool

    def reports(self, policies: Hierarchy) -> list[list[Report]]:
        """Return what *policies* say to the calls, bedrock:InferenceProfileArn absent from the profile's own check or not."""
        return [
            [
                report(
                    policies,
                    call,
                    self.action,
                    self.caller,
                    management_account=self.management_account,
                    key_on_profile=key_on_profile,
                )
                for call in self.calls
            ]
            for key_on_profile in (False, True)
        ]


def _edited(levels: Levels, steps: list[Step]) -> tuple[tuple[tuple[Policy, ...], ...], tuple[EditedDocument, ...]]:
    """Return *levels* with the changes of *steps*, and the documents that changed."""
    edited = [list(policies) for policies in levels]
    documents: list[EditedDocument] = []
    for level, policies in enumerate(levels):
        for number, policy in enumerate(policies):
            changes = [step.change for step in steps if (step.edit.level, step.edit.document) == (level, number)]
            if changes:
                edited[level][number] = changed(policy, changes)
                documents.append(_document(level, number, policy, edited[level][number]))
    return tuple(tuple(policies) for policies in edited), tuple(documents)


def _document(level: int, number: int, before: Policy, after: Policy) -> EditedDocument:
    return EditedDocument(
        level=level,
        document=number,
        before=before,
        after=after,
        size_before=_size(before),
        size_after=_size(after),
        minified_before=len(minified(before)),
        minified_after=len(minified(after)),
    )


def _size(policy: Policy) -> int:
    return len(policy if isinstance(policy, str) else minified(policy))
