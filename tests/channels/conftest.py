from tests.redis_server import redis  # noqa: F401
