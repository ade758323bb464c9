"""The whole explanation."""

from collections.abc import Iterator
from textwrap import fill

from bedrock_guard._actions import INFERENCE_PROFILE_ARN
from bedrock_guard._catalog import Catalog
from bedrock_guard._denials import PolicyType
from bedrock_guard._diagnosis import Diagnosis
from bedrock_guard._edits import DeniedCall
from bedrock_guard._profiles import Scope
from bedrock_guard._text import clean
from bedrock_guard._traits import NOUNS, is_routing
from bedrock_guard._wording import _sentences
from bedrock_guard._wording._message import WIDTH, in_vain, opening, paragraph
from bedrock_guard._wording._phrases import dated, place

_NAMES = NOUNS | {
    PolicyType.SERVICE_CONTROL_POLICY: "service control policy",
    PolicyType.RESOURCE_CONTROL_POLICY: "resource control policy",
}


def explanation(diagnosis: Diagnosis, call: DeniedCall, names: dict[str, str], catalog: Catalog) -> str:
    """Return the explanation of *diagnosis*."""
    parts = [
        [opening(diagnosis, call, names)],
        _facts(diagnosis, catalog),
        in_vain(diagnosis, names),
        *_changes(diagnosis, names),
        [paragraph(f"- {note}", names) for note in _notes(diagnosis)],
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


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
    return [_row(f"  {label:<13}", clean(value)) for label, value in rows if value]


def _row(label: str, value: str) -> str:
    indent = " " * len(label)
    return fill(
        value, WIDTH, initial_indent=label, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _routes(diagnosis: Diagnosis, catalog: Catalog) -> str | None:
    profile = diagnosis.profile
    if profile is None:
        return None
    regions = ", ".join(place(region, catalog) for region in profile.destination_regions)
    return f"{regions} ({dated(profile, catalog)})"


def _by(diagnosis: Diagnosis) -> str | None:
    denial = diagnosis.denial
    if denial.policy_type is PolicyType.UNKNOWN:
        return f"{denial.deny} deny, policy not named" if denial.deny else None
    words = [f"{denial.deny} deny," if denial.deny else "", _NAMES[denial.policy_type]]
    return " ".join(filter(None, (*words, denial.policy_arn or "(ARN not given)")))


def _changes(diagnosis: Diagnosis, names: dict[str, str]) -> Iterator[list[str]]:
    for number, remedy in enumerate(diagnosis.remedies, 1):
        audience = _sentences.AUDIENCES[remedy.audience].format_map(names)
        rows = [_plain(f"{number}. {audience}. {remedy.change}")]
        rows += [remedy.paste] if remedy.paste else []
        yield rows + ([_plain(f"Opens: {remedy.opens}")] if remedy.opens else [])


def _notes(diagnosis: Diagnosis) -> list[str]:
    notes: list[str] = []
    if diagnosis.profile is not None and is_routing(diagnosis.cause):
        is_global = diagnosis.profile.scope is Scope.GLOBAL
        notes.append(_sentences.MAY_BE_INTENDED if is_global else _sentences.EVERY_DESTINATION)
    pastes = [remedy.paste for remedy in diagnosis.remedies if remedy.paste]
    if any("ArnNotLike" in paste for paste in pastes):
        notes += [_sentences.NOT_AT_HAND, _sentences.BATCH]
    if any(INFERENCE_PROFILE_ARN in paste for paste in pastes) and not diagnosis.requested_model_id:
        notes.append(_sentences.OTHER_PROFILE)
    if diagnosis.denial.policy_type is PolicyType.IDENTITY_BASED:
        notes.append(_sentences.ONE_IS_NAMED)
    return notes


def _plain(text: str) -> str:
    """Wrap *text*, which is filled already."""
    return paragraph("{text}", {"text": clean(text)})
