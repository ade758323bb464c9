"""What lets a denied call pass: an exemption, one more Region, an Allow statement; each where it does just that."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bedrock_guard._actions import INFERENCE_PROFILE_ARN, REQUESTED_REGION
from bedrock_guard._identifiers import PROFILES, parse_arn
from bedrock_guard.scp._calls import Call, is_pattern
from bedrock_guard.scp._conditions import Condition
from bedrock_guard.scp._facts import Facts, Verdict, every
from bedrock_guard.scp._hierarchy import Statement
from bedrock_guard.scp._layout import Path
from bedrock_guard.scp._patch import Add, Change, Remove
from bedrock_guard.scp._reasons import is_negated, on_key
from bedrock_guard.scp._report import CheckedAuthorization

_ARN_NOT_LIKE = "arnnotlike"
# Lists of exceptions that take wildcards: "ArnNotEquals and ArnNotLike behave identically"
# (reference_policies_elements_condition_operators.html). An absent key passes them, with IfExists or without.
_EXCEPTIONS = frozenset({_ARN_NOT_LIKE, "arnnotequals", "stringnotlike"})
# Who calls, beside all aws:Principal*.
_WHO = frozenset(
    {"aws:calledvia", "aws:calledviafirst", "aws:calledvialast", "aws:userid", "aws:username", "aws:viaawsservice"}
)


@dataclass(frozen=True)
class Denied:
    """An authorization of a call that something denies, or (`certain` is False) may deny."""

    call: Call
    authorization: CheckedAuthorization
    certain: bool = True

    @property
    def has_key(self) -> bool:
        """Whether it carries bedrock:InferenceProfileArn."""
        return INFERENCE_PROFILE_ARN in self.authorization.context

    @property
    def resource(self) -> str:
        """What it is about, as a policy names it: the profile in any account, a family of them by its pattern."""
        return self.call.profile_arn if self.is_own else self.authorization.resource

    @property
    def is_own(self) -> bool:
        """Whether it is the profile's own check."""
        arn = parse_arn(self.authorization.resource)
        return arn is not None and arn.resource_type in PROFILES


def is_regional(statement: Statement) -> bool:
    """Return whether a condition of *statement* compares aws:RequestedRegion."""
    return bool(on_key(statement, REQUESTED_REGION))


def tells_apart(statement: Statement, denied: Denied) -> bool:
    """Return whether *statement*, a Region deny, holds in the blocked Region and, as its Regions are, not in the source."""
    return _holds_in_regions(statement, _facts(statement, denied, denied.call.source_region)) is False


def lets_regions_pass(statement: Statement) -> bool:
    """Return whether *statement* lists the Regions that it does not deny."""
    return any(is_negated(each) for each in on_key(statement, REQUESTED_REGION))


def is_settled(statement: Statement, denied: Denied) -> bool:
    """
    Return whether *statement* denies *denied*, or would but for an exception that it makes for some principals.

    Such exceptions are common in Region denies, which are meant for all others. What else a statement asks for, such as
    MFA or a VPC endpoint, is a control of its own: whether that is met is for the caller to say.
    """
    facts = _facts(statement, denied, denied.authorization.region)
    # Regions that are the caller's, by a policy variable, are no exception for some.
    is_open = _holds_in_regions(statement, facts) is None
    return not is_open and all(key.startswith("aws:principal") or key in _WHO for key in statement.missing(facts))


def _holds_in_regions(statement: Statement, facts: Facts) -> Verdict:
    return every([each.verdict(facts) for each in on_key(statement, REQUESTED_REGION)])


def _facts(statement: Statement, denied: Denied, region: str) -> Facts:
    """Return what is known where *statement* is asked about *denied* in *region*; what nobody described is unknown."""
    context = {**denied.authorization.context, REQUESTED_REGION: region}
    unknown = statement.keys - {key.lower() for key in (*context, INFERENCE_PROFILE_ARN)}
    return Facts(denied.authorization.resource, context, unknown)


def denies_source(denied: Iterable[Denied]) -> bool:
    """Return whether some of *denied*, what a statement denies, is in the Region that the call is made from."""
    return any(each.authorization.region == each.call.source_region for each in denied)


def besides(statement: Statement) -> tuple[str, ...]:
    """Return the keys that *statement* compares beside the Region and the profile."""
    own = {REQUESTED_REGION.lower(), INFERENCE_PROFILE_ARN.lower()}
    return tuple(dict.fromkeys(each.key for each in statement.conditions if each.key.lower() not in own))


def profile_list(statement: Statement) -> Condition | None:
    """Return the condition of *statement* that lists the profiles it does not deny, if it has one."""
    listing = (each for each in on_key(statement, INFERENCE_PROFILE_ARN) if _bare(each) in _EXCEPTIONS)
    return next(listing, None)


def exemption(statement: Statement, arns: tuple[str, ...]) -> Add:
    """
    Return the change by which *statement* no longer denies what is done through the profiles *arns*.

    The values of one key are alternatives ("NOR" where negated), and keys and operators are ANDed
    (reference_policies_condition-logic-multiple-context-keys-or-values.html): one more value, key or operator of
    exception narrows the Deny by just these profiles, whatever else stands there.
    """
    listing = profile_list(statement)
    if listing is not None:
        return Add(_path(statement, listing.operator, listing.key), arns)
    operators = (each.operator for each in statement.conditions if each.operator.lower() == _ARN_NOT_LIKE)
    return Add(_path(statement, next(operators, "ArnNotLike"), INFERENCE_PROFILE_ARN), arns)


def wider(statement: Statement, regions: tuple[str, ...]) -> Change | None:
    """Return the change by which *statement* no longer denies anything in *regions*; None if one entry cannot do it."""
    conditions = [each for each in on_key(statement, REQUESTED_REGION) if "string" in each.operator.lower()]
    for each in conditions:
        if is_negated(each):
            return Add(_path(statement, each.operator, each.key), regions)
    for each in conditions:
        named = tuple(value for value in each.values if value.lower() in regions)
        # An empty list would match nothing, but AWS takes none.
        if {value.lower() for value in named} == set(regions) and len(named) < len(each.values):
            return Remove(_path(statement, each.operator, each.key), named)
    return None


def grant(closed: Iterable[Denied]) -> tuple[Add, tuple[str, ...]]:
    """
    Return the change that allows what is *closed*, and the resources that it names.

    Foundation models are allowed through the profile alone, as in the three-part policy of
    https://docs.aws.amazon.com/bedrock/latest/userguide/global-cross-region-inference.html.
    """
    plain: dict[str, None] = {}
    through: dict[str, None] = {}
    actions: dict[str, None] = {}
    profiles: dict[str, None] = {}
    for each in closed:
        actions[each.authorization.action] = None
        if each.has_key and not each.is_own:
            through[_models(each)] = None
            profiles[each.call.profile_arn] = None
        else:
            plain[each.resource] = None
    statements = [_statement([*actions], [*plain])] if plain else []
    if through:
        condition = {"ArnLike": {INFERENCE_PROFILE_ARN: _brief([*profiles])}}
        statements.append({**_statement([*actions], [*through]), "Condition": condition})
    return Add(("Statement",), tuple(statements)), (*plain, *through)


def _bare(condition: Condition) -> str:
    return condition.operator.lower().removesuffix("ifexists")


def _path(statement: Statement, operator: str, key: str) -> Path:
    return ("Statement", statement.index or 0, "Condition", operator, key)


def _models(each: Denied) -> str:
    """Return the model's ARN; of a family of profiles any model's, since which profile it is limits that already."""
    resource = each.authorization.resource
    return f"{resource.rpartition('/')[0]}/*" if is_pattern(each.call.asked) else resource


def _statement(actions: list[str], resources: list[str]) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": _brief(actions), "Resource": _brief(resources)}


def _brief(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values
