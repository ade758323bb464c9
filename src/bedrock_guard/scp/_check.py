"""What service control policies say to a Bedrock call, before it is made."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from bedrock_guard._actions import INVOKE_MODEL
from bedrock_guard._catalog import Catalog, embedded
from bedrock_guard._identifiers import ModelKind
from bedrock_guard._profiles import InferenceProfile
from bedrock_guard.scp._authorizations import OF_APPLICATION_PROFILES, Authorization, action_of, authorizations
from bedrock_guard.scp._caller import Caller, caller_of
from bedrock_guard.scp._calls import Call, call_of, calls
from bedrock_guard.scp._evaluation import Result, evaluate, load
from bedrock_guard.scp._facts import ContextValue, Facts, some
from bedrock_guard.scp._hierarchy import Hierarchy, Policy, Statement
from bedrock_guard.scp._reasons import reason
from bedrock_guard.scp._report import CheckedAuthorization, DenyingStatement, Report


def check(
    levels: Hierarchy | Sequence[Sequence[Policy]],
    model_id: str,
    region: str,
    *,
    action: str = INVOKE_MODEL,
    principal_arn: str | None = None,
    account_id: str | None = None,
    management_account: bool = False,
    context: Mapping[str, ContextValue] | None = None,
    profiles: Collection[InferenceProfile] = (),
    catalog: Catalog | None = None,
) -> Report:
    """
    Return what *levels* say to every authorization of *action* on *model_id*, called from *region*.

    *levels* is what `load` takes or returns. *action* is an API operation (`Converse`) or the IAM action that one is
    authorized as (`bedrock:InvokeModel`); the report names the latter. *model_id* is what the Bedrock runtime takes: a profile's ID, a foundation
    model's (a direct call), an ARN (whose Region counts instead of *region*). *context* describes the caller further
    (`{"aws:SourceVpce": "vpce-1"}`; an empty list is a key known to be absent). Keys that policies ask about and nobody
    described are unknown, and may make the verdict `depends`. *profiles* are those that the catalogue cannot know:
    application profiles, or newer ones, as the API described them; *catalog* replaces the embedded one.

    Raises PolicyError as `load` does, and ValueError for a malformed model ID, Region, account or principal ARN, and
    for an action that calls no model.
    """
    hierarchy = levels if isinstance(levels, Hierarchy) else load(levels)
    caller = caller_of(principal_arn, account_id, context)
    call = call_of(model_id, region, catalog or embedded(), profiles)
    return report(hierarchy, call, action_of(action), caller, management_account=management_account)


def check_all(
    levels: Hierarchy | Sequence[Sequence[Policy]],
    region: str,
    model_ids: Iterable[str] | None = None,
    *,
    action: str = INVOKE_MODEL,
    principal_arn: str | None = None,
    account_id: str | None = None,
    management_account: bool = False,
    context: Mapping[str, ContextValue] | None = None,
    profiles: Collection[InferenceProfile] = (),
    catalog: Catalog | None = None,
) -> list[Report]:
    """
    Return `check`'s report for each of *model_ids*, or for all profiles that *region* offers (None).

    A pattern (`jp.*`) stands for the profiles of *region* that match it. Raises as `check` does, and ValueError where
    a pattern matches none.
    """
    hierarchy = levels if isinstance(levels, Hierarchy) else load(levels)
    caller = caller_of(principal_arn, account_id, context)
    chosen = calls(model_ids, region, catalog or embedded(), profiles)
    asked = action_of(action)
    return [report(hierarchy, call, asked, caller, management_account=management_account) for call in chosen]


def report(
    hierarchy: Hierarchy,
    call: Call,
    action: str,
    caller: Caller,
    *,
    management_account: bool = False,
    key_on_profile: bool = False,
) -> Report:
    """Return what *hierarchy* says to *call*; *key_on_profile* is that of `authorizations`."""
    asked = authorizations(
        action, call.model, call.source_region, caller.account, call.profile, key_on_profile=key_on_profile
    )
    unknown = caller.unknown(hierarchy)
    answers = tuple(_answer(hierarchy, each, caller, unknown, management_account=management_account) for each in asked)
    note = caller.note if any(key.lower() == "aws:principalarn" for key in hierarchy.keys) else None
    notes = (note, _note_on_profile(call))
    return Report(
        model_id=call.model.text,
        source_region=call.source_region,
        action=action,
        profile=call.profile,
        unknown_profile=call.is_unknown,
        authorizations=answers,
        notes=tuple(note for note in notes if note),
    )


def _note_on_profile(call: Call) -> str | None:
    if call.is_unknown:
        return (
            f"unknown profile: where {call.model.id} routes from {call.source_region} is not known, so only the "
            "profile's own authorization was checked"
        )
    if call.model.kind is ModelKind.APPLICATION_INFERENCE_PROFILE:
        return OF_APPLICATION_PROFILES
    return None


def _answer(
    hierarchy: Hierarchy,
    authorization: Authorization,
    caller: Caller,
    unknown: frozenset[str],
    *,
    management_account: bool,
) -> CheckedAuthorization:
    action, resource = authorization.action, authorization.resource
    context = {**caller.known, **authorization.context}
    decision = evaluate(
        hierarchy,
        action=action,
        resource=resource,
        context=context,
        unknown=unknown,
        management_account=management_account,
    )
    is_allowed = decision.result is Result.ALLOWED
    behind = ((), ()) if is_allowed else _behind(hierarchy, action, Facts(resource, context, unknown))
    return CheckedAuthorization(action, resource, authorization.region, context, decision, *behind)


def _behind(hierarchy: Hierarchy, action: str, facts: Facts) -> tuple[tuple[DenyingStatement, ...], tuple[int, ...]]:
    """Return all statements that deny *action*, or may, and the levels of which no statement allows it."""
    candidates = hierarchy.candidates(action)
    denying = (_denying(each, facts) for each in candidates.denies)
    closed = (
        level
        for level, allows in enumerate(candidates.allows)
        if some([each.verdict(facts) for each in allows]) is False
    )
    return tuple(each for each in denying if each), tuple(closed)


def _denying(statement: Statement, facts: Facts) -> DenyingStatement | None:
    verdict = statement.verdict(facts)
    if verdict is False:
        return None
    return DenyingStatement(
        level=statement.level,
        document=statement.document,
        index=statement.index or 0,
        name=statement.name,
        certain=verdict is True,
        reason=reason(statement, facts),
    )
