"""The condition operators: how each compares one value of the request with one of the policy."""

import base64
import ipaddress
import operator
import re
from collections.abc import Callable
from datetime import datetime, timezone
from decimal import Decimal
from typing import NamedTuple

from bedrock_guard.scp._patterns import Matcher, Tokens, arn, exact, exact_ignoring_case, glob, text_of


class Operator(NamedTuple):
    """
    One row of reference_policies_elements_condition_operators.html.

    `build` makes a matcher of a value in the policy, or raises ValueError; `negated` says that the condition holds
    where none matches. Only string and ARN operators take policy variables (reference_policies_variables.html, "Where
    you can use policy variables"); for Bool the two pages disagree, and it takes them here.
    """

    build: Callable[[Tokens], Matcher]
    negated: bool = False
    wildcards: bool = False
    variables: bool = False


_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
# https://www.w3.org/TR/NOTE-datetime; a time without its zone is read as UTC.
_DATE = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(\.[0-9]{1,9})?)?"
    r"(?:Z|([+-])([0-9]{2}):([0-9]{2}))?)?)?)?"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def _number(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise ValueError("not a number")
    return Decimal(text)


def _instant(text: str) -> Decimal:
    """Return seconds since 1970 of an ISO 8601 date (four digits are a year) or of such a number itself."""
    found = _DATE.fullmatch(text)
    if not found:
        return _number_of_seconds(text)
    year, month, day, hour, minute, second, fraction, sign, offset_hours, offset_minutes = found.groups()
    try:
        moment = datetime(
            int(year),
            int(month or 1),
            int(day or 1),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            tzinfo=timezone.utc,
        )
    except ValueError:
        raise ValueError("not a date") from None
    offset = int(f"{sign or '+'}1") * (int(offset_hours or 0) * 3600 + int(offset_minutes or 0) * 60)
    since = moment - _EPOCH
    return Decimal(since.days * 86400 + since.seconds - offset) + Decimal(fraction or 0)


def _number_of_seconds(text: str) -> Decimal:
    try:
        return _number(text)
    except ValueError:
        raise ValueError("not a date (ISO 8601, or seconds since 1970)") from None


def _network(text: str) -> "ipaddress.IPv4Network | ipaddress.IPv6Network":
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ValueError("not an IP address or range (CIDR)") from None


def _comparison(
    read: Callable[[str], Decimal], compare: Callable[[Decimal, Decimal], bool]
) -> Callable[[Tokens], Matcher]:
    def build(tokens: Tokens) -> Matcher:
        bound = read(text_of(tokens))
        return lambda value: _compared(value, read, compare, bound)

    return build


def _compared(
    value: str, read: Callable[[str], Decimal], compare: Callable[[Decimal, Decimal], bool], bound: Decimal
) -> bool:
    try:
        return compare(read(value), bound)
    except ValueError:
        return False


def _boolean(tokens: Tokens) -> Matcher:
    text = text_of(tokens).lower()
    if text not in ("true", "false"):
        raise ValueError("neither true nor false")
    return lambda value: value.lower() == text


def _binary(tokens: Tokens) -> Matcher:
    try:
        expected = base64.b64decode(text_of(tokens), validate=True)
    except ValueError:
        raise ValueError("not base64") from None

    def matches(value: str) -> bool:
        try:
            return base64.b64decode(value, validate=True) == expected
        except ValueError:
            return False

    return matches


def _ip_address(tokens: Tokens) -> Matcher:
    # "If you specify an IP address without the associated routing prefix, IAM uses the default prefix value of /32".
    network = _network(text_of(tokens))

    def matches(value: str) -> bool:
        try:
            return ipaddress.ip_address(value) in network
        except ValueError:
            return False

    return matches


OPERATORS = {
    "StringEquals": Operator(exact, variables=True),
    "StringNotEquals": Operator(exact, negated=True, variables=True),
    "StringEqualsIgnoreCase": Operator(exact_ignoring_case, variables=True),
    "StringNotEqualsIgnoreCase": Operator(exact_ignoring_case, negated=True, variables=True),
    "StringLike": Operator(glob, wildcards=True, variables=True),
    "StringNotLike": Operator(glob, negated=True, wildcards=True, variables=True),
    "NumericEquals": Operator(_comparison(_number, operator.eq)),
    "NumericNotEquals": Operator(_comparison(_number, operator.eq), negated=True),
    "NumericLessThan": Operator(_comparison(_number, operator.lt)),
    "NumericLessThanEquals": Operator(_comparison(_number, operator.le)),
    "NumericGreaterThan": Operator(_comparison(_number, operator.gt)),
    "NumericGreaterThanEquals": Operator(_comparison(_number, operator.ge)),
    "DateEquals": Operator(_comparison(_instant, operator.eq)),
    "DateNotEquals": Operator(_comparison(_instant, operator.eq), negated=True),
    "DateLessThan": Operator(_comparison(_instant, operator.lt)),
    "DateLessThanEquals": Operator(_comparison(_instant, operator.le)),
    "DateGreaterThan": Operator(_comparison(_instant, operator.gt)),
    "DateGreaterThanEquals": Operator(_comparison(_instant, operator.ge)),
    "Bool": Operator(_boolean, variables=True),
    "BinaryEquals": Operator(_binary),
    "IpAddress": Operator(_ip_address),
    "NotIpAddress": Operator(_ip_address, negated=True),
    # "The ArnEquals and ArnLike condition operators behave identically."
    "ArnEquals": Operator(arn, wildcards=True, variables=True),
    "ArnLike": Operator(arn, wildcards=True, variables=True),
    "ArnNotEquals": Operator(arn, negated=True, wildcards=True, variables=True),
    "ArnNotLike": Operator(arn, negated=True, wildcards=True, variables=True),
}
