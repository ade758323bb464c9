"""What became of the fallbacks, and that it was a drill."""

from bedrock_guard._diagnosis import Attempt, Diagnosis
from bedrock_guard._text import clean
from bedrock_guard._wording._message import paragraph

DRILL = paragraph("This is a drill: bedrock_guard itself raised the error, and no policy denied anything.", {})

# What frameworks take for another failure, wherever it stands in an error's text: Strands and CrewAI look for it.
_MISREAD = ("context", "input", "invoketool", "overloaded", "timed out", "token")


def failures(diagnosis: Diagnosis, *, short: bool) -> list[str]:
    """Return the rows on each fallback that was tried or passed over; of AWS's words, the codes alone."""
    rows = [f"{each.model_id} failed ({_code(each)})" for each in diagnosis.attempts]
    skipped = [f"{each.model_id} was passed over: {each.reason}" for each in diagnosis.passed_over]
    rows += skipped
    if short and len(rows) > 2:
        rows = [rows[0], f"{len(rows) - 1} more: see str(error.diagnosis)"]
    return [paragraph("Fallback: {rows}.", {"rows": clean("; ".join(rows))})] if rows else []


def _code(attempt: Attempt) -> str:
    code = attempt.error_code.replace("ThrottlingException", "Throttling")
    return "see error.diagnosis.attempts" if any(word in code.lower() for word in _MISREAD) else code
