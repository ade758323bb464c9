"""All that people read of a diagnosis: the line, the message below AWS's own, the whole explanation."""

import re
from dataclasses import replace

from bedrock_guard._catalog import Catalog
from bedrock_guard._diagnosis import Cause, Diagnosis
from bedrock_guard._edits import DeniedCall
from bedrock_guard._wording._explanation import explanation
from bedrock_guard._wording._fallback import DRILL, failures
from bedrock_guard._wording._message import message
from bedrock_guard._wording._phrases import phrases
from bedrock_guard._wording._sentences import MEANWHILE, OTHERWISE, SUMMARY, SUMMARY_OF_ACCESS

__all__ = ["as_drill", "with_failures", "worded"]


def worded(diagnosis: Diagnosis, call: DeniedCall, catalog: Catalog) -> Diagnosis:
    """Return *diagnosis* with its texts."""
    names = phrases(diagnosis, call, catalog)
    is_access = diagnosis.cause is Cause.MODEL_ACCESS
    return replace(
        diagnosis,
        summary=(SUMMARY_OF_ACCESS if is_access else SUMMARY).format_map(names),
        message=message(diagnosis, call, names),
        explanation=explanation(diagnosis, call, names, catalog),
    )


def with_failures(diagnosis: Diagnosis) -> Diagnosis:
    """Return *diagnosis*, worded already, with what became of its fallbacks."""
    return replace(
        diagnosis,
        message="\n".join((_still_advised(diagnosis), *failures(diagnosis, short=True))),
        explanation="\n".join((diagnosis.explanation, *failures(diagnosis, short=False))),
    )


def _still_advised(diagnosis: Diagnosis) -> str:
    """Return the message without the advice of a fallback that was tried."""
    tried = {each.model_id for each in diagnosis.attempts} | {each.model_id for each in diagnosis.passed_over}
    is_tried = not tried.isdisjoint(diagnosis.alternatives[:1])
    advice = re.compile(rf"\n({MEANWHILE}|{OTHERWISE}).*", re.DOTALL)
    return advice.sub("", diagnosis.message) if is_tried else diagnosis.message


def as_drill(diagnosis: Diagnosis) -> Diagnosis:
    """Return *diagnosis*, worded already, marked as that of a drill."""
    return replace(
        diagnosis,
        drill=True,
        message=f"{diagnosis.message}\n{DRILL}",
        explanation=f"{diagnosis.explanation}\n{DRILL}",
    )
