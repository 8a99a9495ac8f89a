"""Every socket event is knocked at, in every state, as everybody, and answered as the table says."""

import pytest

from tests.matrix.declared import collected
from tests.matrix.sockets import Sockets
from tests.matrix.table import Door, Rule

DOORS = [(rule, door) for rule in collected() for door in rule.doors if door.is_live]


@pytest.mark.parametrize(("rule", "door"), DOORS, ids=[str(door) for _rule, door in DOORS])
def test_event_answers_each_person_as_the_table_says(sockets: Sockets, rule: Rule, door: Door) -> None:
    assert list(sockets.differences(rule, door)) == []
