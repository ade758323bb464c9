"""What lets a denied call pass: an exemption, or one more Region; each where it does just that."""

from collections.abc import Iterable
from dataclasses import dataclass

from bedrock_guard._actions import INFERENCE_PROFILE_ARN, REQUESTED_REGION
from bedrock_guard._identifiers import PROFILES, parse_arn
from bedrock_guard.scp._calls import Call
from bedrock_guard.scp._conditions import Condition, NullCondition
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
# The keys that the call itself sets.
OF_THE_CALL = frozenset({REQUESTED_REGION.lower(), INFERENCE_PROFILE_ARN.lower()})
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
    def in_source_region(self) -> str:
        """The resource that it is in the source Region."""
        parts = self.authorization.resource.split(":", 5)
        return ":".join([*parts[:3], self.call.source_region, *parts[4:]])

    @property
    def is_own(self) -> bool:
        """Whether it is the profile's own check."""
        arn = parse_arn(self.authorization.resource)
        return arn is not None and arn.resource_type in PROFILES


def is_regional(statement: Statement) -> bool:
    """Return whether a condition of *statement* compares aws:RequestedRegion."""
    return bool(on_key(statement, REQUESTED_REGION))


def holds_in_source(statement: Statement, denied: Denied) -> Verdict:
    """Return whether what *statement* asks of the Region holds in the one that something *denied* is called from."""
    return _holds_in_regions(statement, facts_of(statement, denied, denied.call.source_region))


def lets_regions_pass(statement: Statement) -> bool:
    """Return whether *statement* lists the Regions that it does not deny."""
    return any(is_negated(each) for each in on_key(statement, REQUESTED_REGION))


def is_settled(statement: Statement, denied: Denied) -> bool:
    """
    Return whether *statement* denies *denied*, or would but for an exception that it makes for some principals.

    Such exceptions are common in Region denies, which are meant for all others. What else a statement asks for, such as
    MFA or a VPC endpoint, is a control of its own: whether that is met is for the caller to say.
    """
    facts = facts_of(statement, denied, denied.authorization.region)
    # Regions that are the caller's, by a policy variable, are no exception for some.
    is_open = _holds_in_regions(statement, facts) is None
    return not is_open and all(key.startswith("aws:principal") or key in _WHO for key in statement.missing(facts))


def _holds_in_regions(statement: Statement, facts: Facts) -> Verdict:
    return every([each.verdict(facts) for each in on_key(statement, REQUESTED_REGION)])


def facts_of(statement: Statement, denied: Denied, region: str) -> Facts:
    """Return what is known where *statement* is asked about *denied* in *region*; what nobody described is unknown."""
    context = {**denied.authorization.context, REQUESTED_REGION: region}
    unknown = statement.keys - {key.lower() for key in (*context, INFERENCE_PROFILE_ARN)}
    return Facts(denied.authorization.resource, context, unknown)


def denies_source(denied: Iterable[Denied]) -> bool:
    """Return whether some of *denied*, what a statement denies, is in the Region that the call is made from."""
    return any(each.authorization.region == each.call.source_region for each in denied)


def others(statement: Statement) -> list[Condition | NullCondition]:
    """Return the conditions of *statement* beside those on the Region and the profile."""
    return [each for each in statement.conditions if each.key.lower() not in OF_THE_CALL]


def besides(statement: Statement) -> tuple[str, ...]:
    """Return the keys that *statement* compares beside the Region and the profile."""
    return tuple(dict.fromkeys(each.key for each in others(statement)))


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


def _bare(condition: Condition) -> str:
    return condition.operator.lower().removesuffix("ifexists")


def _path(statement: Statement, operator: str, key: str) -> Path:
    return ("Statement", statement.index or 0, "Condition", operator, key)
