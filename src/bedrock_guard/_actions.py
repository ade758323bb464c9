"""The actions that calls of Amazon Bedrock are authorized as, and the condition keys that these carry."""

REQUESTED_REGION = "aws:RequestedRegion"
INFERENCE_PROFILE_ARN = "bedrock:InferenceProfileArn"

INVOKE_MODEL = "bedrock:InvokeModel"
INVOKE_MODEL_WITH_RESPONSE_STREAM = "bedrock:InvokeModelWithResponseStream"
COUNT_TOKENS = "bedrock:CountTokens"
CREATE_MODEL_INVOCATION_JOB = "bedrock:CreateModelInvocationJob"
# Asked beside the action itself where a Bedrock API key signs the request.
# https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-permissions.html
CALL_WITH_BEARER_TOKEN = "bedrock:CallWithBearerToken"  # noqa: S105 (an action)

# What a model is called by, and the action that each is authorized as. There is no bedrock:Converse.
# https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
# https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_StartAsyncInvoke.html
ACTIONS = {
    "InvokeModel": INVOKE_MODEL,
    "InvokeModelWithResponseStream": INVOKE_MODEL_WITH_RESPONSE_STREAM,
    "Converse": INVOKE_MODEL,
    "ConverseStream": INVOKE_MODEL_WITH_RESPONSE_STREAM,
    "StartAsyncInvoke": INVOKE_MODEL,
    # No action of its own is documented: assumed.
    "InvokeModelWithBidirectionalStream": INVOKE_MODEL,
    "CountTokens": COUNT_TOKENS,
    "CreateModelInvocationJob": CREATE_MODEL_INVOCATION_JOB,
}
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html lists bedrock:InferenceProfileArn
# for neither.
WITHOUT_PROFILE_KEY = frozenset({COUNT_TOKENS, CREATE_MODEL_INVOCATION_JOB})
