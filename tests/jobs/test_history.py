"""History: a dated whole after each period of work, signed, thinned with age, never lost by compaction."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from models.board.export import to_outline
from models.document_upkeep import DocumentHistory
from models.session import reading
from tests.factories import World
from tests.jobs.writing import Writer, backdate
from workspace.jobs import compact, history
from workspace.jobs.history import Entry, Mark, kept, periods_of

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def marks(*minutes: float) -> list[Mark]:
    return [Mark(number, NOON + MINUTE * at, ("u1",)) for number, at in enumerate(minutes, 1)]


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        ([0, 1, 2], [3]),
        ([0, 4.9, 9.7], [3]),
        ([0, 5], [1, 2]),
        ([0, 2, 4, 6, 8, 10, 12], [5, 7]),
        ([], []),
    ],
)
def test_work_falls_into_periods(minutes: list[float], expected: list[int]) -> None:
    assert [period.seq for period in periods_of(marks(*minutes))] == expected


def test_current_period_is_over_after_a_pause_or_ten_minutes() -> None:
    (short,) = periods_of(marks(0, 1))
    assert short.ends_at() == NOON + 6 * MINUTE
    (long,) = periods_of(marks(0, 4, 8, 9.9))
    assert long.ends_at() == NOON + 10 * MINUTE


def stored(document_id: int) -> list[DocumentHistory]:
    with reading() as session:
        return list(
            session.scalars(
                select(DocumentHistory)
                .where(DocumentHistory.document_id == document_id)
                .order_by(DocumentHistory.seq)
            )
        )


def words(entry: DocumentHistory) -> set[str]:
    return {note.text for note in to_outline(entry.content).notes() if not note.locked}


def work(world: World) -> Writer:
    """Two periods: u1 writes a note; half an hour later u2 deletes it and writes another."""
    document_id = world.board.document_id
    backdate(document_id, NOON)
    first, second = Writer(document_id, "u1"), None
    first.at = NOON + MINUTE
    first.note("n1", "premier")
    second = Writer(document_id, "u2", client=78)
    second.at = NOON + 30 * MINUTE
    second.delete("n1")
    second.note("n2", "second")
    return second


def test_each_period_leaves_the_whole_document_its_date_and_its_people(any_world: World) -> None:
    work(any_world)
    document_id = any_world.board.document_id
    again = history.run(document_id, NOON + 31 * MINUTE)
    assert again == NOON + 35 * MINUTE, "the second period may go on"
    assert [(one.seq, one.at) for one in stored(document_id)] == [(2, NOON + MINUTE)]
    assert history.run(document_id, NOON + 35 * MINUTE) is None
    first, second = stored(document_id)
    assert (words(first), first.actor_keys) == ({"premier"}, "template,u1")
    assert (words(second), second.actor_keys, second.seq) == ({"second"}, "u2", 4)


def test_history_goes_on_from_its_own_entries_once_rows_are_gone(
    any_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compact, "KEPT_ROWS", 0)
    monkeypatch.setattr(compact, "KEPT_SNAPSHOTS", 1)
    writer = work(any_world)
    document_id = any_world.board.document_id
    history.run(document_id, NOON + 31 * MINUTE)
    compact.run(document_id, NOON + 60 * MINUTE)
    writer.at = NOON + 50 * MINUTE
    writer.note("n3", "troisième")
    history.run(document_id, NOON + 60 * MINUTE)
    assert [words(one) for one in stored(document_id)] == [
        {"premier"},
        {"second"},
        {"second", "troisième"},
    ]


def test_work_under_way_is_left_for_later(any_world: World) -> None:
    document_id = any_world.board.document_id
    backdate(document_id, NOON)
    assert history.run(document_id, NOON + MINUTE) == NOON + 5 * MINUTE
    assert stored(document_id) == []


def test_running_twice_writes_nothing_twice(world: World) -> None:
    work(world)
    for _time in range(2):
        history.run(world.board.document_id, NOON + 60 * MINUTE)
    assert len(stored(world.board.document_id)) == 2


def hours_ago(*hours: float) -> list[Entry]:
    ordered = sorted(hours, reverse=True)
    return [
        Entry(number, NOON - timedelta(hours=ago), (f"u{number}",)) for number, ago in enumerate(ordered, 1)
    ]


@pytest.mark.parametrize(
    ("ages", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([0, 0.1, 0.2, 23.9], [0, 0.1, 0.2, 23.9], id="all of the last day"),
        pytest.param([30.1, 30.2, 30.3, 31.1], [30.1, 31.1], id="hourly for a week"),
        pytest.param([241, 242, 243, 265], [241, 265], id="daily for a season"),
        pytest.param([24 * 94, 24 * 95, 24 * 96, 24 * 105], [24 * 94, 24 * 105], id="weekly after that"),
    ],
)
def test_history_thins_with_age(ages: list[float], expected: list[float]) -> None:
    stay = [round((NOON - entry.at) / timedelta(hours=1), 3) for entry in kept(hours_ago(*ages), NOON)]
    assert sorted(stay) == expected


def test_entry_that_stays_names_those_of_the_entries_that_go() -> None:
    (entry,) = kept(hours_ago(30.1, 30.2, 30.3), NOON)
    assert entry.keys == ("u1", "u2", "u3")


def test_restored_state_is_never_thinned() -> None:
    one, two, three = hours_ago(30.1, 30.2, 30.3)
    restored = Entry(two.seq, two.at, two.keys, "restored")
    assert [entry.seq for entry in kept([one, restored, three], NOON)] == [2, 3]


def test_thinning_is_stored(any_world: World) -> None:
    document_id = any_world.board.document_id
    work(any_world)
    history.run(document_id, NOON + 60 * MINUTE)
    writer = Writer(document_id, "u3", client=79)
    writer.at = NOON + timedelta(days=2)
    writer.note("n4")
    history.run(document_id, NOON + timedelta(days=2, hours=1))
    assert [(one.seq, one.actor_keys) for one in stored(document_id)] == [(4, "template,u1,u2"), (5, "u3")]


def test_long_past_is_written_thinned_at_once(world: World) -> None:
    """A month of work that no worker saw: one whole per day, and no more are even made."""
    document_id = world.board.document_id
    backdate(document_id, NOON)
    writer = Writer(document_id)
    for day in range(8):
        for hour in range(3):
            writer.at = NOON + timedelta(days=day, hours=hour)
            writer.note(f"n{day}-{hour}")
    history.run(document_id, NOON + timedelta(days=40))
    entries = stored(document_id)
    assert [one.at for one in entries] == [NOON + timedelta(days=day, hours=2) for day in range(8)]
    assert [len(words(one)) for one in entries] == [3 * (day + 1) for day in range(8)]
