"""Every table says how personal data in it is exported and erased; the register in docs says the same."""

import subprocess
import sys
from pathlib import Path

from sqlalchemy import JSON, Column, Enum, ForeignKey, LargeBinary, MetaData, String, Table

from models.activity import ActivityKind
from models.notification import NotificationKind
from models.personal_data import NOTHING, RECORD_OF, RECORDS, Record
from models.personal_rows import ADDRESSES, AUTHOR_KEYS, PEOPLE
from models.retention import PERIODS
from models.snapshot import KIND_LABELS, SnapshotKind
from models.tables import metadata
from workspace.jobs.retention import RULES
from workspace.services import journal, notifications
from workspace.services.personal_export import NAMED, naming
from workspace.web.account.data_words import CAPACITIES, COLUMNS, ENUMS, SECTIONS

ROOT = Path(__file__).resolve().parents[2]


def points_at_a_person(column: Column[object]) -> bool:
    return any(key.target_fullname.partition(".")[0] in PEOPLE for key in column.foreign_keys)


def may_hold_personal_data(column: Column[object]) -> bool:
    is_text = isinstance(column.type, (String, JSON, LargeBinary)) and not isinstance(column.type, Enum)
    if column.foreign_keys:
        return points_at_a_person(column)
    return is_text


def what_to_write(table: Table) -> str:
    """The line to add for a table that is not declared."""
    pointing = [column.name for column in table.columns if points_at_a_person(column)]
    found = ", ".join(f'"{name}": ("created_at",)' for name in pointing)
    return (
        f"{table.name} is not declared. Write in models/personal_data.py, in RECORDS:\n"
        f'    Record("{table.name}", what="…", why="…", basis=Basis.TASK, seen_by="…", '
        f'period="{"|".join(PERIODS)}", section="…", shown={{{found}}}, deleted_by={tuple(pointing)}),\n'
        f"or, if no column can hold anything of a person, in NOTHING:\n"
        f'    "{table.name}": "what it holds",'
    )


def undeclared(schema: MetaData) -> list[str]:
    wrong = []
    for table in schema.sorted_tables:
        record = RECORD_OF.get(table.name)
        if record is None and table.name not in NOTHING:
            wrong.append(what_to_write(table))
        for column in table.columns:
            if record is not None and may_hold_personal_data(column) and not record.declares(column.name):
                wrong.append(
                    f"{table.name}.{column.name}: add it to the table's Record in models/personal_data.py: "
                    f'shown={{"{column.name}": (…)}} when it points at a person, else emptied, '
                    f'kept={{"{column.name}": "why"}}, or ours=("{column.name}",) when no person wrote it'
                )
            if record is None and points_at_a_person(column) and table.name in NOTHING:
                wrong.append(f"{table.name}.{column.name} points at a person: {what_to_write(table)}")
    return wrong


def test_every_table_and_column_is_declared() -> None:
    assert "\n\n".join(undeclared(metadata)) == ""


def test_undeclared_table_or_column_is_found_and_told_what_to_write() -> None:
    schema = MetaData()
    people = Table("user_account", schema, Column("id", String, primary_key=True), Column("diary", String))
    Table("shopping_list", schema, Column("user_id", ForeignKey(people.c.id)), Column("text", String))
    table, column = sorted(undeclared(schema))
    assert 'Record("shopping_list"' in table
    assert "deleted_by=('user_id',)" in table
    assert column.startswith("user_account.diary: add it")


def test_declarations_name_what_exists() -> None:
    assert {record.table for record in RECORDS} | set(NOTHING) == set(metadata.tables)
    assert not {record.table for record in RECORDS} & set(NOTHING)
    for record in RECORDS:
        known = set(metadata.tables[record.table].columns.keys())
        assert named_in(record) <= known, record.table
        assert set(record.deleted_by) | set(record.emptied) <= set(record.shown), record.table


def named_in(record: Record) -> set[str]:
    groups = [*record.shown.values(), *record.emptied.values(), record.deleted_by, record.ours]
    return {*record.shown, *record.emptied, *record.kept, *(name for group in groups for name in group)}


def test_every_column_that_leads_to_a_person_is_searched() -> None:
    for record in RECORDS:
        table = metadata.tables[record.table]
        leading = {
            column.name
            for column in table.columns
            if points_at_a_person(column) or column.name in (*AUTHOR_KEYS, *ADDRESSES)
        }
        own = {"email"} if record.table in PEOPLE else set()
        assert leading - own <= set(record.shown), record.table


def test_no_secret_is_exported() -> None:
    for record in RECORDS:
        shown = {name for names in record.shown.values() for name in names}
        assert not {name for name in shown if "hash" in name or "token" in name or "secret" in name}


def test_export_shows_no_key_of_somebody_else() -> None:
    for record in RECORDS:
        table = metadata.tables[record.table]
        shown = {name for names in record.shown.values() for name in names}
        assert not {name for name in shown if points_at_a_person(table.c[name])}, record.table


def test_every_record_is_exported_or_says_why_not() -> None:
    for record in RECORDS:
        assert bool(record.section) != bool(record.not_exported), record.table
        assert record.period in PERIODS, record.table


def test_every_section_and_column_has_a_name_on_paper() -> None:
    columns = {name for r in RECORDS if r.section for names in r.shown.values() for name in names}
    on_paper = {naming(name) if name in NAMED else name for name in columns}
    assert on_paper - set(COLUMNS) == set()
    assert {record.section for record in RECORDS if record.section} == set(SECTIONS)
    capacities = {
        name.removesuffix("_id")
        for r in RECORDS
        if r.section and len(r.shown) > 1
        for name, columns_shown in r.shown.items()
        if columns_shown
    }
    assert capacities - set(CAPACITIES) <= {"user", "guest"}


def test_every_value_of_a_shown_choice_has_a_name_on_paper() -> None:
    choices = {
        column.type.enum_class
        for r in RECORDS
        if r.section
        for name in {name for names in r.shown.values() for name in names}
        if isinstance((column := metadata.tables[r.table].c[name]).type, Enum)
    }
    sentences = {
        ActivityKind: journal.SENTENCES,
        NotificationKind: notifications.SENTENCES,
        SnapshotKind: KIND_LABELS,
    }
    nameless = {
        one for choice in choices for one in choice if one not in sentences.get(choice, ENUMS.get(choice, {}))
    }
    assert nameless == set()


def test_every_counted_period_is_enforced() -> None:
    counted = {name for name, period in PERIODS.items() if period.days is not None}
    assert counted - set(RULES) == {"account", "guest", "unused picture"}, (
        "people are erased, see workspace/jobs/retention.py; for pictures see workspace/jobs/images.py"
    )
    assert set(RULES) <= counted


def test_register_in_docs_says_what_the_code_does() -> None:
    result = subprocess.run(
        [sys.executable, "tools/personal_data.py", "check"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout + result.stderr
