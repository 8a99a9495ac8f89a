"""The table misses nothing and has nothing too much; each fault of it is told with what to write."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from models.policy import Permission
from tests.matrix.declared import SOCKET, collected, declarations, handlers_of
from tests.matrix.pages import Site, routes
from tests.matrix.places import PRINCIPALS
from tests.matrix.sockets import Sockets
from tests.matrix.table import TABLE, TableError, problems_of, read_table, states_of
from workspace.web.guard import PUBLIC

ROOT = Path(__file__).resolve().parents[2]
TEXT = TABLE.read_text()


def problems(text: str, app: Flask) -> list[str]:
    declared, undeclared = declarations(app)
    return problems_of(read_table(text), declared, undeclared, PRINCIPALS)


def test_table_and_program_agree(app: Flask) -> None:
    assert problems(TEXT, app) == []


def test_every_state_of_the_table_is_in_the_world_and_the_other_way_round(built_site: Site) -> None:
    assert states_of(read_table(), built_site.places.states) == []
    assert states_of(read_table()[:3], ["any", "a new state"]) == [
        (
            "« A link to choose a new password » speaks of « unknown link », which is no state: "
            "add it to tests/matrix/places.py"
        ),
        "no rule speaks of « a new state » of tests/matrix/places.py",
    ]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda text: text.replace("- GET boards.show\n", ""),
            "GET boards.show is not in the table: write `- GET boards.show` under the rule",
        ),
        (
            lambda text: text.replace("- EVENT sel\n", ""),
            "EVENT sel is not in the table: write `- EVENT sel` under the rule",
        ),
        (
            lambda text: text.replace("- GET boards.show\n", "- GET boards.show\n- GET boards.gone\n"),
            "GET boards.gone does not exist any more: take its line out of « Reading a board »",
        ),
        (
            lambda text: text.replace("- GET boards.show\n", "- GET boards.show\n- GET boards.show\n"),
            "GET boards.show stands twice",
        ),
        (
            lambda text: text.replace("Requires: manage_board", "Requires: view_board"),
            "POST project_boards.archive declares manage_board; « Naming, opening, freezing, putting away »",
        ),
        (
            lambda text: re.sub(r"(?m)^\| state (.*)\| stranger \|$", r"| state \1| somebody |", text),
            "has no column for stranger",
        ),
        (
            lambda text: re.sub(r"(?m)^\| state (.*)\| stranger \|$", r"| state \1| somebody |", text),
            "has a column for somebody, who is nobody in places.py",
        ),
    ],
)
def test_fault_of_the_table_is_told_with_what_to_write(
    app: Flask, change: Callable[[str], str], told: str
) -> None:
    assert change(TEXT) != TEXT
    assert any(told in sentence for sentence in problems(change(TEXT), app))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda text: re.sub(r"(?m)^(\| any .*)yes", r"\1perhaps", text, count=1),
            "['perhaps'] are no answers",
        ),
        (lambda text: re.sub(r"(?m)^\| any .*", "| any | yes |", text, count=1), "1 cells for"),
        (lambda text: re.sub(r"(?m)^(\| any .*\n)", r"\1\1", text, count=1), "['any'] stand twice"),
        (lambda text: text.replace("Requires: manage_board\n", "", 1), "needs a line `Requires: …`"),
        (lambda text: text.replace("- GET boards.show\n", "- boards.show\n"), "cannot read the door"),
    ],
)
def test_line_that_cannot_be_read_is_told(change: Callable[[str], str], told: str) -> None:
    with pytest.raises(TableError, match=re.escape(told)):
        read_table(change(TEXT))


def test_route_without_a_declaration_is_told(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.view_functions, "boards.show", str)
    (told,) = problems(TEXT, app)
    assert told.startswith(
        "GET boards.show declares nothing: write @requires(Permission.X), @signed_in or @public"
    )


def test_fault_stops_the_collection(tmp_path: Path) -> None:
    """Not only the run: nobody can leave it out by choosing tests."""
    table = tmp_path / "table.md"
    table.write_text(TEXT.replace("- GET boards.show\n", ""))
    program = (
        "import sys, pathlib, pytest, tests.matrix.table as table;"
        f"table.TABLE = pathlib.Path({str(table)!r});"
        "sys.exit(pytest.main(['--collect-only', '-q', 'tests/matrix/test_pages.py']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == pytest.ExitCode.INTERRUPTED
    assert "write `- GET boards.show` under the rule that it obeys in tests/matrix/table.md" in done.stdout


def test_every_permission_is_of_some_use() -> None:
    required = {rule.requires for rule in collected()}
    assert {str(permission) for permission in Permission} - required == ASKED_WITHIN_A_PAGE


# No door of their own: a page shows more or less by them, as its own tests say.
ASKED_WITHIN_A_PAGE = {"view_participation", "view_assessment", "view_appreciation", "view_answers"}


def test_address_of_the_sockets_is_no_page(built_site: Site, built_sockets: Sockets) -> None:
    live = {route.endpoint for route in routes(built_sockets.app)}
    assert live - {route.endpoint for route in routes(built_site.app)} == {SOCKET}
    assert built_sockets.app.view_functions[SOCKET].__policy__ == PUBLIC
    assert handlers_of(built_sockets.live) == {
        door.name for rule in collected() for door in rule.doors if door.verb == "EVENT"
    } - {"connect"}
