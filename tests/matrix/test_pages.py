"""Every route is knocked at, in every state, as everybody, and answered as the table says.

A route or an event without a declaration or without its line in `table.md` stops the collection here.
"""

import pytest

from tests.matrix.declared import collected
from tests.matrix.pages import Site
from tests.matrix.table import Door, Rule

DOORS = [(rule, door) for rule in collected() for door in rule.doors if not door.is_live]


@pytest.mark.parametrize(("rule", "door"), DOORS, ids=[str(door) for _rule, door in DOORS])
def test_door_answers_each_person_as_the_table_says(site: Site, rule: Rule, door: Door) -> None:
    assert list(site.differences(rule, door)) == []
