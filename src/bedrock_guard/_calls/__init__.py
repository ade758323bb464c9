"""One call of a guarded client: what it sends at once, and a conversation where there is more to it than that."""

from bedrock_guard._calls._call import Conversation, Send, Verdict
from bedrock_guard._calls._conduct import Conduct
from bedrock_guard._calls._conversation import converse
from bedrock_guard._calls._drill import Drill, drill
from bedrock_guard._calls._headers import follow

__all__ = ["Conduct", "Conversation", "Drill", "Send", "Verdict", "converse", "drill", "follow"]
