"""
Comparisons of numbers, dates, booleans, bytes and IP addresses.

A value of the request that is not of the kind matches nothing; one of the policy is a ValueError.
"""

import base64
import ipaddress
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache

from bedrock_guard.scp._patterns import Matcher, Tokens, text_of

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
# https://www.w3.org/TR/NOTE-datetime; a time without its zone is read as UTC.
_TIME = "([01][0-9]|2[0-3]):([0-5][0-9])"
_DATE = re.compile(
    rf"([0-9]{{4}})(?:-([0-9]{{2}})(?:-([0-9]{{2}})(?:T{_TIME}(?::([0-5][0-9](?:\.[0-9]{{1,9}})?))?(?:Z|([+-]){_TIME})?)?)?)?"
)
_EPOCH = date(1970, 1, 1).toordinal()


def number(text: str) -> Decimal:
    """Return the number that *text* is, exactly; raise ValueError if it is none."""
    if not _NUMBER.fullmatch(text):
        raise ValueError("not a number")
    return Decimal(text)


def instant(text: str) -> Decimal:
    """
    Return the seconds since 1970 of *text*, a date of ISO 8601 or that number itself; raise ValueError if it is neither.

    Four digits are a year.
    """
    found = _DATE.fullmatch(text)
    if not found:
        return _number_of_seconds(text)
    year, month, day, hour, minute, second, sign, ahead_hours, ahead_minutes = found.groups()
    try:
        days = date(int(year), int(month or 1), int(day or 1)).toordinal() - _EPOCH
    except ValueError:
        raise ValueError("not a date") from None
    ahead = int(f"{sign or '+'}1") * _minutes(ahead_hours, ahead_minutes)
    return (days * 1440 + _minutes(hour, minute) - ahead) * 60 + Decimal(second or 0)


def _minutes(hours: str | None, minutes: str | None) -> int:
    return int(hours or 0) * 60 + int(minutes or 0)


def _number_of_seconds(text: str) -> Decimal:
    try:
        return number(text)
    except ValueError:
        raise ValueError("not a date (ISO 8601, or seconds since 1970)") from None


def comparison(
    read: Callable[[str], Decimal], compare: Callable[[Decimal, Decimal], bool]
) -> Callable[[Tokens], Matcher]:
    """Return what makes a matcher of values that stand in that relation to the one in the policy."""

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


def boolean(tokens: Tokens) -> Matcher:
    """Return a matcher of true or of false, in any case."""
    text = text_of(tokens).lower()
    if text not in ("true", "false"):
        raise ValueError("neither true nor false")
    return lambda value: value.lower() == text


def binary(tokens: Tokens) -> Matcher:
    """Return a matcher of the same bytes, both in base64."""
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


def ip_address(tokens: Tokens) -> Matcher:
    """Return a matcher of addresses in a range."""
    network = _network(text_of(tokens))
    first, last = _version_and_number(network[0]), _version_and_number(network[-1])

    def matches(value: str) -> bool:
        address = _address(value)
        return address is not None and first <= address <= last

    return matches


def _version_and_number(address: "ipaddress.IPv4Address | ipaddress.IPv6Address") -> tuple[int, int]:
    return address.version, int(address)


@lru_cache(4096)
def _address(text: str) -> tuple[int, int] | None:
    try:
        return _version_and_number(ipaddress.ip_address(text))
    except ValueError:
        return None


def _network(text: str) -> "ipaddress.IPv4Network | ipaddress.IPv6Network":
    # "If you specify an IP address without the associated routing prefix, IAM uses the default prefix value of /32".
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ValueError("not an IP address or range (CIDR)") from None
