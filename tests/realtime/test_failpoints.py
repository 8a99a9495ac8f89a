"""Failpoints: declared once, reached where they are declared, silent unless armed, refused in production."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from models import failpoints
from models.failpoints import POINTS, FailpointError, arm, parse
from workspace.settings import SettingsError, load

ROOT = Path(__file__).resolve().parents[2]
REACHED = re.compile(r'failpoints\.reach\("([a-z._]+)"\)')


@pytest.fixture(autouse=True)
def disarmed() -> Iterator[None]:
    yield
    arm("")


def test_every_declared_point_is_in_the_code_once_and_no_other() -> None:
    sources = [path for part in ("models", "realtime", "workspace") for path in (ROOT / part).rglob("*.py")]
    found = Counter(
        name for path in sources if path.name != "failpoints.py" for name in REACHED.findall(path.read_text())
    )
    assert found == Counter(POINTS.keys())


def test_unarmed_point_does_nothing() -> None:
    arm("")
    failpoints.reach("committed")
    failpoints.reach("no such point")


def test_point_acts_at_the_pass_asked_for_and_only_then(capsys: pytest.CaptureFixture[str]) -> None:
    arm("committed:2:error,applied:1:note")
    failpoints.reach("committed")
    failpoints.reach("told")
    failpoints.reach("applied")
    with pytest.raises(FailpointError, match="committed"):
        failpoints.reach("committed")
    failpoints.reach("committed")
    assert capsys.readouterr().err == "failpoint applied\n"


@pytest.mark.parametrize(
    "text",
    [
        "nowhere:1:kill",
        "committed:1",
        "committed:x:kill",
        "committed:1:explode",
        "committed:1:delay",
        "a:b:c:d",
    ],
)
def test_unknown_wish_is_refused_in_one_sentence(text: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the sentence below is what people read
        parse(text)
    with pytest.raises(SettingsError, match="ETABLI_FAILPOINT"):
        load({"ETABLI_DATA": str(tmp_path), "ETABLI_FAILPOINT": text})


def test_production_refuses_failpoints(tmp_path: Path) -> None:
    environ = {
        "ETABLI_ENV": "production",
        "ETABLI_DATA": str(tmp_path),
        "ETABLI_SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEF",
        "ETABLI_ORIGINS": "https://etabli.example",
        "ETABLI_TRUSTED_PROXIES": "1",
    }
    assert load(environ).failpoint == ""
    with pytest.raises(SettingsError, match="ETABLI_FAILPOINT"):
        load({**environ, "ETABLI_FAILPOINT": "committed:1:kill"})
