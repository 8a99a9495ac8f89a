"""What /readyz and `etabli check` say of Redis: without it the service is degraded, not down."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from models import events
from tests.conftest import make_app
from tests.redis_server import RedisServer
from workspace.cli import main

pytestmark = pytest.mark.usefixtures("_own_listeners")
NOBODY = "redis://127.0.0.1:9/0"


@pytest.fixture
def _own_listeners(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command rings Redis for every event from then on: not for the events of other tests."""
    monkeypatch.setattr(events, "_handlers", {})


def _ready(sqlite_url: str, tmp_path: Path, **environ: str) -> tuple[int, dict[str, object]]:
    answer = make_app(sqlite_url, tmp_path, **environ).test_client().get("/readyz")
    return answer.status_code, answer.get_json()


def _check(sqlite_url: str, tmp_path: Path, redis_url: str) -> Result:
    environ = {"ETABLI_DATA": str(tmp_path), "ETABLI_DATABASE_URL": sqlite_url, "ETABLI_REDIS_URL": redis_url}
    return CliRunner().invoke(main, ["check"], env=environ)


def test_ready_without_redis_configured_does_not_speak_of_it(sqlite_url: str, tmp_path: Path) -> None:
    status, told = _ready(sqlite_url, tmp_path)
    assert (status, told["status"]) == (200, "ok")
    assert "redis" not in told["checks"]  # type: ignore[operator]


def test_ready_is_degraded_while_redis_is_away(sqlite_url: str, tmp_path: Path) -> None:
    status, told = _ready(sqlite_url, tmp_path, ETABLI_REDIS_URL=NOBODY)
    assert (status, told["status"]) == (200, "degraded")
    checked = _check(sqlite_url, tmp_path, NOBODY)
    assert checked.exit_code == 0
    assert "--  redis ne répond pas" in checked.output


def test_ready_with_redis_is_ok(sqlite_url: str, tmp_path: Path) -> None:
    server = RedisServer(tmp_path).start()
    try:
        status, told = _ready(sqlite_url, tmp_path, ETABLI_REDIS_URL=server.url)
        assert (status, told["status"], told["checks"]["redis"]) == (200, "ok", True)  # type: ignore[index]
        assert "ok  redis" in _check(sqlite_url, tmp_path, server.url).output
    finally:
        server.kill()
