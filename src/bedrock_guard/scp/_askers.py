"""Who else may ask what a caller asks: other principals, and callers of whom something else is known."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TypeAlias

from bedrock_guard.scp._caller import Caller
from bedrock_guard.scp._facts import ContextValue
from bedrock_guard.scp._mentions import Mentions

# Who it is, as a proof says it, and the keys that are known then.
Asker: TypeAlias = tuple[str, Mapping[str, ContextValue]]

OTHER_ACCOUNT = "999999999999"
_MOST = 6
_OPPOSITES = {"true": "false", "false": "true"}
_ANOTHER = "another"


def askers(caller: Caller, partition: str, mentioned: Mentions) -> Iterator[Asker]:
    """Yield those beside *caller* of whom what is *mentioned* may say something else."""
    yield from _principals(caller, partition, mentioned)
    yield from _described_otherwise(caller, mentioned)


def _principals(caller: Caller, partition: str, mentioned: Mentions) -> Iterator[Asker]:
    """Yield other principals: usual ones, and those that policies make exceptions for."""
    own, other = (f"arn:{partition}:iam::{account}" for account in (caller.account, OTHER_ACCOUNT))
    usual = [f"{own}:role/example", f"{own}:user/example", f"{own}:root", f"{other}:role/example"]
    excepted = islice(mentioned.arns("aws:PrincipalArn"), _MOST)
    for arn in dict.fromkeys((*usual, *excepted)):
        known = {key: value for key, value in caller.known.items() if not key.lower().startswith("aws:principal")}
        yield f"by {arn}", {**known, "aws:PrincipalArn": arn}


def _described_otherwise(caller: Caller, mentioned: Mentions) -> Iterator[Asker]:
    """Yield *caller* without each of the keys that policies ask about, and with another value of it."""
    for key, value in caller.known.items():
        if key.lower() in mentioned.keys:
            rest = {other: known for other, known in caller.known.items() if other != key}
            yield f"without {key}", rest
            yield f"with another {key}", {**rest, key: _OPPOSITES.get(str(value).lower(), _ANOTHER)}
