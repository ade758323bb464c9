"""The asynchronous twin, for clients of aiobotocore (and of aioboto3, which builds on it)."""

from contextvars import copy_context
from functools import partial
from typing import Any

from botocore.client import BaseClient

from bedrock_guard import _control
from bedrock_guard._calls import Conduct, Conversation, Drill, Send, Verdict, converse, follow
from bedrock_guard._events import log_fault
from bedrock_guard._guard import Guard


class AsyncGuardedClient(BaseClient):
    """What a guarded asynchronous client's class inherits from, before all else."""

    _bedrock_guard: Guard | None = None
    _bedrock_guard_drill: Drill | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self._bedrock_guard is not None:
            self._bedrock_guard.review_late(self.meta.region_name)
            follow(self, self._bedrock_guard)

    async def _make_api_call(self, operation_name: str, api_params: Any) -> Any:
        send: Any = super()._make_api_call  # type: ignore[misc]  # botocore-stubs leave it out
        if self._bedrock_guard is None:
            return await send(operation_name, api_params)
        call = Conduct(self._bedrock_guard, self, operation_name, api_params)
        try:
            params = call.opening()
            if params is None:
                return await self._hold(converse(call), partial(send, operation_name))
            try:
                response = await send(operation_name, params)
            except Exception as error:
                if call.goes_on(error):
                    return await self._hold(converse(call, error), partial(send, operation_name))
                if call.explains(error):
                    return (await self._work(partial(call.explained, error), Verdict(error=error))).result()
                raise
            return call.answered(response)
        finally:
            call.close()

    async def _hold(self, conversation: Conversation, send: Any) -> Any:
        """Do what *conversation* asks for, until it ends."""
        step: Any
        try:
            step = next(conversation)
            while True:
                try:
                    answer = await (
                        send(step.params) if isinstance(step, Send) else self._work(step.do, step.otherwise)
                    )
                except Exception as error:  # noqa: BLE001 (the conversation says what becomes of it)
                    step = conversation.throw(error)
                else:
                    step = conversation.send(answer)
        except StopIteration as end:
            return end.value
        finally:
            conversation.close()
            step = answer = None  # as in the synchronous one

    async def _work(self, do: Any, otherwise: Any) -> Any:
        """Do what may take a second, which the event loop cannot wait; *otherwise* where that cannot be begun."""
        # Whoever gets here has loaded them; importing them costs others 10 ms.
        import asyncio  # noqa: PLC0415
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

        try:
            loop = asyncio.get_running_loop()
            # The loop's own executor may be full, or shut down.
            executor = ThreadPoolExecutor(1, "bedrock_guard-explain")
            lend = partial(_control.lent_credentials, self, loop)
            work = loop.run_in_executor(executor, copy_context().run, do, lend)
            executor.shutdown(wait=False)
        except Exception as fault:  # noqa: BLE001 (a fault of ours never hides AWS's error)
            log_fault("bedrock_guard.failed", fault)
            return otherwise
        return await work
