"""The asynchronous twin, for clients of aiobotocore (and of aioboto3, which builds on it)."""

from typing import Any

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from bedrock_guard import _control
from bedrock_guard._events import log_fault
from bedrock_guard._guard import Guard


class AsyncGuardedClient(BaseClient):
    """What a guarded asynchronous client's class inherits from, before all else."""

    _bedrock_guard: Guard | None

    async def _make_api_call(self, operation_name: str, api_params: Any) -> Any:  # type: ignore[override]
        try:
            return await super()._make_api_call(operation_name, api_params)  # type: ignore[misc]
        except ClientError as error:
            if self._bedrock_guard is None:
                raise
            explained = await self._explained(self._bedrock_guard, error, operation_name, api_params)
            if explained is error:
                raise
            raise explained from error

    async def _explained(self, guard: Guard, error: ClientError, operation_name: str, api_params: Any) -> ClientError:
        try:
            credentials = await _control.frozen_credentials(self)
        except Exception as fault:  # noqa: BLE001 (a fault of ours never hides AWS's error)
            log_fault("bedrock_guard.failed", fault)
            return error
        # A look-up may take a second, which the event loop cannot wait.
        import asyncio  # noqa: PLC0415 (whoever gets here has loaded it; importing it costs others 10 ms)

        return await asyncio.to_thread(guard.explained, error, operation_name, api_params, self, credentials)
