"""ARNs with wildcards: compared by component in a condition, by segment in Resource and NotResource."""

from collections.abc import Iterable

from bedrock_guard.scp._patterns import Matcher, Tokens, Wildcard, glob


def arn(tokens: Tokens) -> Matcher:
    """
    Return a matcher of an ARN as ArnLike has it; a pattern of fewer than six components matches none.

    "Each of the six colon-delimited components of the ARN is checked separately"
    (reference_policies_elements_condition_operators.html, "Amazon Resource Name (ARN) condition operators").
    """
    globs = [glob(component) for component in _components(tokens)]

    def matches(value: str) -> bool:
        # The last component holds colons of its own: `foundation-model/amazon.nova-lite-v1:0`.
        components = value.split(":", 5)
        if not len(globs) == 6 == len(components):
            return False
        return all(each(component) for each, component in zip(globs, components, strict=True))

    return matches


def resource(tokens: Tokens) -> Matcher:
    """
    Return a matcher of the Resource element.

    Wildcards stand "within the individual segments of an ARN", but "if the * wildcard is the last character of a
    resource ARN segment, it can expand to match beyond the colon boundaries"
    (reference_policies_elements_resource.html).
    """
    *heads, last = _completed(_components(tokens))
    segments = [(glob(head), head[-1:] == (Wildcard.ANY,)) for head in heads]
    rest = glob(last)

    def matches(value: str) -> bool:
        starts = {0}
        for segment, expands in segments:
            starts = {start for before in starts for start in _ends(value, before, segment, expands=expands)}
        return any(rest(value[start:]) for start in starts)

    return matches


def _completed(components: list[Tokens]) -> list[Tokens]:
    # "When you specify an incomplete ARN (one with fewer than the standard six fields) [...] AWS automatically completes
    # the ARN by adding wildcard characters (*) to all missing fields" (reference-arns.html). A bare `*` is no ARN.
    missing = 6 - len(components) if components[0] == ("arn",) else 0
    return [*components, *[(Wildcard.ANY,)] * missing]


def _ends(value: str, start: int, segment: Matcher, *, expands: bool) -> Iterable[int]:
    """Yield where the next segment of *value* may start, if the one from *start* matches."""
    colon = value.find(":", start)
    if colon < 0 or not segment(value[start:colon]):
        return
    while colon >= 0:
        yield colon + 1
        colon = value.find(":", colon + 1) if expands else -1


def _components(tokens: Tokens) -> list[Tokens]:
    """Return the six or fewer components of an ARN pattern."""
    components: list[list[str | Wildcard]] = [[]]
    for token in tokens:
        head, *tail = token.split(":", 6 - len(components)) if isinstance(token, str) else [token]
        components[-1].append(head)
        components += [[text] for text in tail]
    return [tuple(token for token in component if token != "") for component in components]
