"""What became of the fallbacks, and that it was a drill."""

from bedrock_guard._diagnosis import Diagnosis
from bedrock_guard._text import clean
from bedrock_guard._wording._message import paragraph

DRILL = "This is a drill: bedrock_guard itself raised the error, and no policy denied anything."


def failures(diagnosis: Diagnosis, *, short: bool) -> list[str]:
    """Return the rows on each fallback that was tried or passed over; of AWS's words, the codes alone."""
    tried = [f"{each.model_id} failed ({each.error_code})" for each in diagnosis.attempts]
    skipped = [f"{each.model_id} was passed over: {each.reason}" for each in diagnosis.passed_over]
    rows = tried + skipped
    if not rows:
        return []
    if short and len(rows) > 2:
        rows = [*rows[:2], f"and {len(rows) - 2} more in str(error.diagnosis)"]
    return [paragraph("Fallback: {rows}.", {"rows": clean("; ".join(rows))})]
