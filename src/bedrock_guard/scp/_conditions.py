"""
One line of a Condition element: an operator, a context key and its values, in three values.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from collections.abc import Sequence

from bedrock_guard.scp._facts import Facts, Value, Verdict, every, some
from bedrock_guard.scp._operators import FOR_ALL_VALUES, Operator, is_null, use_of
from bedrock_guard.scp._patterns import Matcher
from bedrock_guard.scp._variables import Alternatives, Template, operand, parse


class Condition:
    """
    A condition on one context key.

    `operator` and `key` are spelled as in the policy. `verdict(facts)` is whether it holds, or None where that depends
    on a key whose value is unknown; `keys` are its own key and those of policy variables as written, by their names in
    lower case.
    """

    def __init__(self, operator: str, key: str, values: Sequence[str], *, variables: bool) -> None:
        use = use_of(operator)
        if use is None:
            raise ValueError("no such operator")
        self.operator = operator
        self.key = key
        self.values = tuple(values)
        self._key = key.lower()
        self._quantifier = use.quantifier
        self._without_key = use.without_key
        operands = (_operand(use.operator, value, variables=variables) for value in values)
        self._alternatives = Alternatives(operands, negated=use.operator.negated)
        self.keys = {self._key: key, **self._alternatives.keys}

    def verdict(self, facts: Facts) -> Verdict:
        """Return whether the condition holds."""
        value = facts.known.get(self._key)
        if value is None:
            return None if self._key in facts.unknown else self._without_key
        if self._quantifier is not None:
            return self._quantified(value, facts)
        # "Multivalued context keys require a condition set operator": without one nothing matches, negated or not.
        return type(value) is str and self._alternatives.verdict(value, facts)

    def _quantified(self, value: Value, facts: Facts) -> Verdict:
        # An empty string is "a null dataset" (reference_policies_elements_condition_operators.html): it has no members.
        members = value if isinstance(value, tuple) else (value,) if value else ()
        verdicts = [self._alternatives.verdict(member, facts) for member in members]
        return every(verdicts) if self._quantifier == FOR_ALL_VALUES else some(verdicts)


class NullCondition:
    """The Null operator: true where "the key doesn't exist", false where "the key exists and its value is not null"."""

    def __init__(self, operator: str, key: str, values: Sequence[str]) -> None:
        self.operator = operator
        self.key = key
        self.values = tuple(values)
        self._key = key.lower()
        self.keys = {self._key: key}
        if not {value.lower() for value in values} <= {"true", "false"}:
            raise ValueError("neither true nor false")
        self._wanted = _wanted(operator, values)

    def verdict(self, facts: Facts) -> Verdict:
        """Return whether the key is there, or is not, as the policy wants it."""
        if len(self._wanted) != 1:
            return bool(self._wanted)
        if self._key in facts.unknown:
            return None
        return (self._key not in facts.known) in self._wanted


def _wanted(operator: str, values: Sequence[str]) -> set[bool]:
    # "When you use the Null condition operator with ForAllValues, the statement always returns true. When you use the
    # Null condition operator with ForAnyValue, the statement always returns false"
    # (access-analyzer-reference-policy-checks.html).
    quantifier, colon, _ = operator.lower().partition(":")
    if colon:
        return {True, False} if quantifier == FOR_ALL_VALUES else set()
    return {value.lower() == "true" for value in values}


def condition(operator: str, key: str, values: Sequence[str], *, variables: bool) -> Condition | NullCondition:
    """Return the condition; raise ValueError where there is no such operator or a value is not of its kind."""
    if is_null(operator):
        return NullCondition(operator, key, values)
    return Condition(operator, key, values, variables=variables)


def _operand(operator: Operator, value: str, *, variables: bool) -> Matcher | Template:
    parts = parse(value, wildcards=operator.wildcards, variables=operator.variables and variables)
    return operand(parts, operator.build)
