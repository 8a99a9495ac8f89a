"""Finds the rows of a person as `models.personal_data` declares them: by key, by author key, by address."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, func, select
from sqlalchemy.orm import Session

from models.membership import Membership
from models.partner import GuestContributor
from models.people import User
from models.personal_data import RECORDS, Record
from models.tables import metadata

PEOPLE = ("user_account", "guest_contributor")
AUTHOR_KEYS = ("author", "actor_key", "object_author", "resolved_by", "gatherer")
ADDRESSES = ("email",)


@dataclass(frozen=True)
class Person:
    """Somebody with an account, or a guest. `key` is 'u12' or 'g5'; a guest has no address."""

    table: str
    id: int
    key: str
    email: str = ""


def person_of(someone: User | GuestContributor) -> Person:
    """Who this row is about."""
    email = someone.email if isinstance(someone, User) else ""
    return Person(someone.__tablename__, someone.id, someone.key, email)


def former_guests(session: Session, user_id: int) -> Sequence[GuestContributor]:
    """Who an account was before: the guests whose notes it kept."""
    return session.scalars(
        select(GuestContributor)
        .where(GuestContributor.id.in_(select(Membership.guest_id).where(Membership.user_id == user_id)))
        .order_by(GuestContributor.id)
    ).all()


def people_in(session: Session, someone: User | GuestContributor) -> list[Person]:
    """Who this row is about, and before whom they were, without an account."""
    former = former_guests(session, someone.id) if isinstance(someone, User) else ()
    return [person_of(one) for one in (someone, *former)]


def find_person(session: Session, key: str) -> User | GuestContributor | None:
    """Who has this author key."""
    if not key[1:].isdigit():
        return None
    if key.startswith("g"):
        return session.get(GuestContributor, int(key[1:]))
    return session.get(User, int(key[1:])) if key.startswith("u") else None


def table_of(record: Record) -> Table:
    """The table that a record declares."""
    return metadata.tables[record.table]


def finder(person: Person, table: Table, name: str) -> ColumnElement[bool] | None:
    """The condition that a row of `table` is this person's by that column; None when it never can be."""
    column = table.c[name]
    points_at = {key.target_fullname.partition(".")[0] for key in column.foreign_keys}
    if person.table in points_at or (name == "id" and table.name == person.table):
        return column == person.id
    if name in AUTHOR_KEYS:
        return column == person.key
    if name in ADDRESSES and person.email:
        return func.lower(column) == person.email
    return None


def found_by(person: Person) -> Iterator[tuple[Record, Table, str, ColumnElement[bool]]]:
    """Every way in which rows are this person's: record, table, finding column, condition."""
    for record in RECORDS:
        table = table_of(record)
        for name in record.shown:
            condition = finder(person, table, name)
            if condition is not None:
                yield record, table, name, condition
