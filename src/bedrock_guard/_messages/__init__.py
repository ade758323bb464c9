"""The wording of AWS's authorization failures."""

from itertools import chain

from bedrock_guard._messages._fragment import fragment, refusal
from bedrock_guard._messages._lexicon import Printed
from bedrock_guard._messages._panel import headline, panels
from bedrock_guard._messages._sentence import sentences
from bedrock_guard._messages._unwrap import fold, unwrap

__all__ = ["Printed", "fold", "parse"]


def parse(text: str) -> Printed | None:
    """Return the first denial of *text* that names a policy, else its first denial, else None."""
    text = unwrap(text)
    folded = fold(text)
    first = None
    for printed in chain(sentences(text, folded), panels(text, folded)):
        if printed.policy:
            return printed
        first = first or printed
    return first or fragment(text, folded) or headline(text, folded) or refusal(text, folded)
