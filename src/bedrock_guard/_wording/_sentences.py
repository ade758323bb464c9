"""
The sentences, by cause. `{...}` are filled by `_phrases`.

They have none of the words by which frameworks recognise other failures, such as an input that is too long.
"""

from bedrock_guard._diagnosis import Audience, Cause

SUMMARY = "{requested}{origin}: {policy} {verb} {wall}"
SUMMARY_OF_ACCESS = "{requested}{origin}: the account has no access to the model"

HEADLINES = {
    Cause.DESTINATION_REGION: "{Policy} {verb} {place}.",
    Cause.GLOBAL_ROUTING: "{Policy} {verb} global routing (AWS names no Region).",
    Cause.SOURCE_REGION: "{Policy} {verb} {place}.",
    Cause.INFERENCE_PROFILE: "{Policy} {verb} the inference profile itself.",
    Cause.GUARDRAIL_PROFILE: "{Policy} {verb} {place}.",
    Cause.MODEL_ACCESS: "The account has no access to the model. AWS names no policy.",
    Cause.OTHER: "{Policy} {verb} {action}.",
}

STORIES = {
    Cause.GLOBAL_ROUTING: (
        '{global_profile} may run in any commercial Region; policies see that as "unspecified". It may be meant so.'
    ),
    Cause.INFERENCE_PROFILE: "{requested} is denied in its source Region.",
    Cause.GUARDRAIL_PROFILE: "A guardrail with cross-Region inference is evaluated there.",
}

# Of a foundation model in the source Region: through an inference profile, without one, and from another Region.
SOURCE = "{requested} is denied in the Region it is called in."
SOURCE_DIRECT = "{requested} is denied in the Region it is called in, so no routing is to blame."
ELSEWHERE_DIRECT = "{requested} is no inference profile: look at which Region is called, if it is not {source}."

# Of a destination Region, by what is known of the route.
ROUTED = "Called from {source}, {requested} {also}routes there ({dated}). Others may be blocked too."
ROUTED_UNKNOWN = (
    "Called from {source}, {requested} routes there; where else is not known here. Others may be blocked too."
)
ROUTED_UNSAID = "Called from {source}; an inference profile routes there. Others may be blocked too."
ROUTED_SUPPOSED = (
    "Called from {source}, probably through {likely}, which routes there ({dated}). Others may be blocked too."
)
ROUTED_FROM_ELSEWHERE = (
    "If you called from another Region, an inference profile routes there. Others may be blocked too."
)
ROUTED_BY_LIKELY = "If you called from another Region, {likely} routes there ({dated}). Others may be blocked too."

# Where the denial does not fit the requested profile: its model, and where it routes.
MISFIT_MODEL = "Yet {requested} is no profile of {model}: was another called?"
MISFIT_REGION = "Yet {requested} goes from {source} only to {fit} ({dated}): was another called?"

# What will not help; a phrase may be empty.
VAIN = {
    Cause.DESTINATION_REGION: ("{vain}", "{moving}", "enabling {city}"),
    Cause.GLOBAL_ROUTING: ("{vain}", "AWS_REGION", "allowing one more Region"),
    Cause.SOURCE_REGION: ("{vain}", "enabling {city}"),
    Cause.INFERENCE_PROFILE: ("{vain}", "allowing its destination Regions alone"),
    Cause.GUARDRAIL_PROFILE: ("{vain}",),
    Cause.MODEL_ACCESS: (),
    Cause.OTHER: ("{vain}", "{remodelling}"),
}

# What goes before the JSON of the first remedy in the message; the others have no JSON that fits there.
PASTE = {
    Cause.DESTINATION_REGION: "{owner}: if a Region deny, and {city} may serve, add to Condition",
    Cause.GLOBAL_ROUTING: "{owner}: if a Region deny, and worldwide is acceptable, add to Condition",
    Cause.INFERENCE_PROFILE: "{owner}: where it lists resources, let pass",
}

# The first remedy in the message where it has no JSON that fits.
ADVICE = {
    Cause.SOURCE_REGION: "{owner}: find out whether the statement is about this Region, the model or the profile.",
    Cause.GUARDRAIL_PROFILE: "{owner}: allow bedrock:ApplyGuardrail there.",
    Cause.MODEL_ACCESS: (
        "For the account's administrator: its subscription (it takes aws-marketplace permissions), use case form and "
        "means of payment."
    ),
    Cause.OTHER: "{owner}: allow the action, if it may be used.",
}
ADVICE_DIRECT = "{owner}: find out whether the statement is about this Region, or the model."
ADVICE_UNKEYED = "{owner}: allow {action} in every destination Region; an exemption of the profile does not help."
ADVICE_UNSAID = "Look at the caller's credentials and permissions first: AWS says no more."
# The same where nothing allows the call: through a profile, and without one.
GRANT = "{owner}: {condition}allow the profile, and its model in every Region it routes to."
GRANT_DIRECT = "{owner}: {condition}allow {action} on this model in {place}."

MEANWHILE = "Meanwhile"
SAME_MODEL = MEANWHILE + ": {model} (same model)"
OTHER_MODEL = MEANWHILE + ", for Converse: {model}"
OTHERWISE = "If not"
NARROWER = OTHERWISE + ": {alternative} ({inside})"

AUDIENCES = {
    Audience.POLICY_OWNER: "For the {noun}'s owner",
    Audience.ACCOUNT_ADMINISTRATOR: "For the account's administrator",
    Audience.DEVELOPER: "For the developer",
}

# https://docs.aws.amazon.com/bedrock/latest/userguide/geographic-cross-region-inference.html
EVERY_DESTINATION = (
    "AWS authorizes such a call in the source Region and in every destination Region, and its message names one. "
    "Whether a call is denied may depend on where it is routed."
)
MAY_BE_INTENDED = "The denial may be intended: it keeps inference in the geography."
NOT_AT_HAND = (
    "Whether the denying statement is a Region deny is known only where the policy is at hand. Lists of approved "
    "models, Allow-lists, endpoint rules and NotResource statements need another edit."
)
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html
BATCH = "Batch jobs are not helped by the exemption: bedrock:CreateModelInvocationJob does not list its key."
OTHER_PROFILE = "A call through an application inference profile needs application-inference-profile/<its ID> there."
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
ONE_IS_NAMED = "AWS names one policy: once this one allows the call, an SCP or another policy may still deny it."
