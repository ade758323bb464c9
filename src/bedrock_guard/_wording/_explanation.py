"""The whole explanation."""

from bedrock_guard._catalog import Catalog
from bedrock_guard._diagnosis import Cause, Diagnosis
from bedrock_guard._text import clean
from bedrock_guard._wording import _sentences
from bedrock_guard._wording._message import opening, paragraph
from bedrock_guard._wording._phrases import dated, place

_ROUTING = (Cause.DESTINATION_REGION, Cause.GLOBAL_ROUTING)


def explanation(diagnosis: Diagnosis, names: dict[str, str], catalog: Catalog) -> str:
    """Return the explanation of *diagnosis*."""
    vain = paragraph(f"Will not help: {_sentences.VAIN[diagnosis.cause]}", names)
    rows = [opening(diagnosis, names), "", *_facts(diagnosis, catalog), "", vain]
    return "\n".join((*rows, *_changes(diagnosis, names), *_notes(diagnosis, names)))


def _facts(diagnosis: Diagnosis, catalog: Catalog) -> list[str]:
    denial = diagnosis.denial
    rows = (
        ("Requested", diagnosis.requested_model_id),
        ("Called from", diagnosis.source_region and place(diagnosis.source_region, catalog)),
        ("Routes to", _routes(diagnosis, catalog)),
        ("Denied", denial.action),
        ("On", denial.resource),
        ("By", _by(diagnosis)),
        ("Caller", denial.principal),
    )
    return [f"  {label:<13}{clean(value)}" for label, value in rows if value]


def _routes(diagnosis: Diagnosis, catalog: Catalog) -> str | None:
    profile = diagnosis.profile
    if profile is None:
        return None
    regions = ", ".join(place(region, catalog) for region in profile.destination_regions)
    return f"{regions} ({dated(profile, catalog)})"


def _by(diagnosis: Diagnosis) -> str:
    denial = diagnosis.denial
    words = [f"{denial.deny} deny," if denial.deny else "", denial.policy_type.replace("_", " ")]
    return " ".join(filter(None, (*words, denial.policy_arn or "(ARN not given)")))


def _changes(diagnosis: Diagnosis, names: dict[str, str]) -> list[str]:
    rows = []
    for number, remedy in enumerate(diagnosis.remedies, 1):
        audience = _sentences.AUDIENCES[remedy.audience].format_map(names)
        rows += ["", _plain(f"{number}. {audience}. {remedy.change}")]
        rows += [remedy.paste] if remedy.paste else []
        rows += [_plain(f"Opens: {remedy.opens}")] if remedy.opens else []
    return rows


def _notes(diagnosis: Diagnosis, names: dict[str, str]) -> list[str]:
    if diagnosis.profile is None or diagnosis.cause not in _ROUTING:
        return []
    return ["", *(paragraph(f"- {note}", names) for note in _sentences.NOTES[diagnosis.profile.scope])]


def _plain(text: str) -> str:
    """Wrap *text*, which is filled already."""
    return paragraph("{text}", {"text": clean(text)})
