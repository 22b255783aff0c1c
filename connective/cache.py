"""Django's cache in Redis, a little quicker."""

from functools import cached_property
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient


class _Client(RedisCacheClient):
    """Makes the client of redis-py once; Django makes a new one for each command, which takes longer than asking."""

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:  # noqa: ARG002 (there is one server)
        """Return the client of the server."""
        return self._client_of_server

    @cached_property
    def _client_of_server(self) -> Any:
        return super().get_client(write=True)


class Cache(RedisCache):
    """The cache of the portal (`CACHES`)."""

    def __init__(self, server: Any, params: Any) -> None:
        """Use our client."""
        super().__init__(server, params)
        self._class = _Client
