"""
The condition operators.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import operator
import re
from collections.abc import Callable
from typing import NamedTuple

from bedrock_guard.scp._arns import arn
from bedrock_guard.scp._comparisons import binary, boolean, comparison, instant, ip_address, number
from bedrock_guard.scp._patterns import Matcher, Tokens, exact, exact_ignoring_case, glob

FOR_ALL_VALUES = "forallvalues"
FOR_ANY_VALUE = "foranyvalue"
# Operators are documented in one spelling; which other case AWS takes is not, so any case is read as what it says.
_SPELLING = re.compile(r"(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?", re.IGNORECASE)


class Operator(NamedTuple):
    """
    One row of the documentation's tables.

    `build` makes a matcher of a value in the policy, or raises ValueError; `negated` says that the condition holds
    where none matches. Only string and ARN operators take policy variables (reference_policies_variables.html, "Where
    you can use policy variables"); for Bool that page and the operators' own disagree, and here it takes them.
    """

    build: Callable[[Tokens], Matcher]
    negated: bool = False
    wildcards: bool = False
    variables: bool = False


class Use(NamedTuple):
    """An operator as a Condition element names it: with a set operator (in lower case) or IfExists, or without."""

    operator: Operator
    quantifier: str | None
    if_exists: bool

    @property
    def without_key(self) -> bool:
        """Whether the condition holds if the request does not have the key."""
        # "If the key is not present, evaluate the condition element as true" (IfExists). ForAllValues "also returns
        # true if there are no context keys in the request", and ForAnyValue false "if the key does not exist"
        # (reference_policies_condition-single-vs-multi-valued-context-keys.html). Else "the condition is false", and
        # where it "requires that the key is not matched" true.
        if self.if_exists or self.quantifier == FOR_ALL_VALUES:
            return True
        return self.quantifier is None and self.operator.negated


_OPERATORS = {
    "StringEquals": Operator(exact, variables=True),
    "StringNotEquals": Operator(exact, negated=True, variables=True),
    "StringEqualsIgnoreCase": Operator(exact_ignoring_case, variables=True),
    "StringNotEqualsIgnoreCase": Operator(exact_ignoring_case, negated=True, variables=True),
    "StringLike": Operator(glob, wildcards=True, variables=True),
    "StringNotLike": Operator(glob, negated=True, wildcards=True, variables=True),
    "NumericEquals": Operator(comparison(number, operator.eq)),
    "NumericNotEquals": Operator(comparison(number, operator.eq), negated=True),
    "NumericLessThan": Operator(comparison(number, operator.lt)),
    "NumericLessThanEquals": Operator(comparison(number, operator.le)),
    "NumericGreaterThan": Operator(comparison(number, operator.gt)),
    "NumericGreaterThanEquals": Operator(comparison(number, operator.ge)),
    "DateEquals": Operator(comparison(instant, operator.eq)),
    "DateNotEquals": Operator(comparison(instant, operator.eq), negated=True),
    "DateLessThan": Operator(comparison(instant, operator.lt)),
    "DateLessThanEquals": Operator(comparison(instant, operator.le)),
    "DateGreaterThan": Operator(comparison(instant, operator.gt)),
    "DateGreaterThanEquals": Operator(comparison(instant, operator.ge)),
    "Bool": Operator(boolean, variables=True),
    "BinaryEquals": Operator(binary),
    "IpAddress": Operator(ip_address),
    "NotIpAddress": Operator(ip_address, negated=True),
    # "The ArnEquals and ArnLike condition operators behave identically."
    "ArnEquals": Operator(arn, wildcards=True, variables=True),
    "ArnLike": Operator(arn, wildcards=True, variables=True),
    "ArnNotEquals": Operator(arn, negated=True, wildcards=True, variables=True),
    "ArnNotLike": Operator(arn, negated=True, wildcards=True, variables=True),
}
_BY_LOWER_CASE = {name.lower(): each for name, each in _OPERATORS.items()}


def use_of(name: str) -> Use | None:
    """Return the operator that *name* is, or None; Null is none of these."""
    found = _SPELLING.fullmatch(name)
    if not found or found[2].lower() not in _BY_LOWER_CASE:
        return None
    return Use(_BY_LOWER_CASE[found[2].lower()], found[1] and found[1].lower(), bool(found[3]))


def is_null(name: str) -> bool:
    """
    Return whether *name* is the operator Null, alone or with a set operator.

    IfExists is for "any condition operator name except the Null condition".
    """
    return name.lower() in ("null", f"{FOR_ALL_VALUES}:null", f"{FOR_ANY_VALUE}:null")


def is_operator(name: str) -> bool:
    """Return whether *name* is a condition operator."""
    return is_null(name) or use_of(name) is not None
