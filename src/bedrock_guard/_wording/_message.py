"""
What stands below AWS's own sentence: eight rows of 80 columns at most.

What is to be pasted is never wrapped.
"""

from textwrap import fill

from bedrock_guard._diagnosis import Cause, Diagnosis
from bedrock_guard._edits import DeniedCall, runs_other_model
from bedrock_guard._identifiers import PROFILES, ModelKind, parse_model_id
from bedrock_guard._traits import UNGRANTED, has_key, is_direct, is_routing, lacks_allow, leaves_others, says_nothing
from bedrock_guard._wording import _sentences

WIDTH = 80
_LONGEST = len("p-12345678")


def message(diagnosis: Diagnosis, call: DeniedCall, names: dict[str, str]) -> str:
    """Return the message of *diagnosis*."""
    names = names | {name: _shortened(names[name], diagnosis) for name in ("policy", "Policy")}
    rows = (*in_vain(diagnosis, names), *_change(diagnosis, names), *_meanwhile(diagnosis, names))
    return "\n".join((opening(diagnosis, call, names), *rows))


def _shortened(policy: str, diagnosis: Diagnosis) -> str:
    """Return *policy* with its name cut where that is longer than an SCP's ID, which is whole; the explanation has both."""
    noun, _, name = policy.rpartition(" ")
    is_whole = len(name) <= _LONGEST or ":iam:" not in (diagnosis.denial.policy_arn or "")
    return policy if is_whole else f"{noun} {name[: _LONGEST - 1]}…"


def opening(diagnosis: Diagnosis, call: DeniedCall, names: dict[str, str]) -> str:
    """Return what happened."""
    return paragraph(f"[{diagnosis.key}] {_sentences.HEADLINES[diagnosis.cause]} {_story(diagnosis, call)}", names)


def in_vain(diagnosis: Diagnosis, names: dict[str, str]) -> list[str]:
    """Return what will not help, where that can be told."""
    phrases = [text for phrase in _sentences.VAIN[diagnosis.cause] if (text := phrase.format_map(names))]
    fickle = " May come and go." if diagnosis.cause is Cause.DESTINATION_REGION else ""
    return [paragraph("{text}", {"text": f"Will not help: {', '.join(phrases)}.{fickle}"})] if phrases else []


def paragraph(sentences: str, names: dict[str, str]) -> str:
    """Return *sentences*, filled and wrapped."""
    text = sentences.format_map(names).strip()
    return fill(text, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _story(diagnosis: Diagnosis, call: DeniedCall) -> str:
    if call.misfit:
        is_other = runs_other_model(diagnosis.denial, call.misfit)
        return _sentences.MISFIT_MODEL if is_other else _sentences.MISFIT_REGION
    if diagnosis.cause is Cause.SOURCE_REGION:
        return _source_story(diagnosis)
    if diagnosis.cause is Cause.DESTINATION_REGION:
        return _routed_story(diagnosis, call)
    return _sentences.STORIES.get(diagnosis.cause, "")


def _routed_story(diagnosis: Diagnosis, call: DeniedCall) -> str:
    if diagnosis.source_region is None:
        return _sentences.ROUTED_BY_LIKELY if call.is_profile_likely else _sentences.ROUTED_FROM_ELSEWHERE
    if diagnosis.profile:
        return _sentences.ROUTED
    if parse_model_id(diagnosis.requested_model_id or "").kind in PROFILES:
        return _sentences.ROUTED_UNKNOWN
    return _sentences.ROUTED_SUPPOSED if call.is_profile_likely else _sentences.ROUTED_UNSAID


def _source_story(diagnosis: Diagnosis) -> str:
    if not is_direct(diagnosis):
        return _sentences.SOURCE
    is_here = diagnosis.denial.region == diagnosis.source_region
    return _sentences.SOURCE_DIRECT if is_here else _sentences.ELSEWHERE_DIRECT


def _change(diagnosis: Diagnosis, names: dict[str, str]) -> list[str]:
    cause = diagnosis.cause
    if cause not in UNGRANTED and lacks_allow(diagnosis.denial):
        return [paragraph(_sentences.GRANT_DIRECT if is_direct(diagnosis) else _sentences.GRANT, names)]
    if is_routing(cause) and not has_key(diagnosis.denial):
        return [paragraph(_sentences.ADVICE_UNKEYED, names)]
    if cause in _sentences.PASTE:
        return [paragraph(_sentences.PASTE[cause], names), str(diagnosis.remedies[0].paste)]
    if cause is Cause.SOURCE_REGION and is_direct(diagnosis):
        return [paragraph(_sentences.ADVICE_DIRECT, names)]
    if says_nothing(diagnosis):
        return [_sentences.ADVICE_UNSAID]
    return [paragraph(_sentences.ADVICE[cause], names)]


def _meanwhile(diagnosis: Diagnosis, names: dict[str, str]) -> list[str]:
    if not diagnosis.alternatives or not has_key(diagnosis.denial):  # neither batch nor counting is Converse
        return []
    alternative = parse_model_id(diagnosis.alternatives[0])
    if alternative.kind is ModelKind.INFERENCE_PROFILE and diagnosis.cause is Cause.GLOBAL_ROUTING:
        return [paragraph(_sentences.NARROWER, names)]
    is_same = diagnosis.profile is not None and alternative.id.endswith(diagnosis.profile.model_id)
    model = f'fallback="{diagnosis.alternatives[0]}"' if leaves_others(diagnosis) else diagnosis.alternatives[0]
    return [paragraph(_sentences.SAME_MODEL if is_same else _sentences.OTHER_MODEL, {"model": model})]
