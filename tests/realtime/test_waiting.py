"""Who waits too long makes room, per address and in all; who is quick gets in whatever the others do."""

from realtime.hardening.waiting import Waiting, network_of


def _enter(waiting: Waiting, address: str, cut: list[str], name: str) -> None:
    waiting.enter(address, lambda: cut.append(name))


def test_oldest_of_a_crowded_address_is_cut() -> None:
    waiting, cut = Waiting("a request", per_address=3, in_all=100), list[str]()
    for number in range(5):
        _enter(waiting, "10.0.0.1", cut, f"a{number}")
    _enter(waiting, "10.0.0.2", cut, "b")
    assert cut == ["a0", "a1"]
    assert (len(waiting), waiting.cut_count) == (4, 2)


def test_oldest_of_all_is_cut_when_there_are_too_many() -> None:
    waiting, cut = Waiting("a request", per_address=100, in_all=3), list[str]()
    for number in range(5):
        _enter(waiting, f"10.0.0.{number}", cut, f"a{number}")
    assert cut == ["a0", "a1"]
    assert len(waiting) == 3


def test_who_has_left_is_never_cut() -> None:
    waiting, cut = Waiting("a request", per_address=2, in_all=100), list[str]()
    first = waiting.enter("10.0.0.1", lambda: cut.append("first"))
    _enter(waiting, "10.0.0.1", cut, "second")
    first.leave()
    first.leave()
    _enter(waiting, "10.0.0.1", cut, "third")
    assert cut == []
    _enter(waiting, "10.0.0.1", cut, "fourth")
    assert cut == ["second"]


def test_town_hall_gets_in_beside_a_flood_from_its_own_address() -> None:
    waiting, cut = Waiting("a request", per_address=50, in_all=1000), list[str]()
    for number in range(300):
        for flood in range(10):
            _enter(waiting, "10.0.0.1", cut, f"flood {number} {flood}")
        honest = waiting.enter("10.0.0.1", lambda: cut.append("honest"))
        _enter(waiting, "10.0.0.1", cut, "flood")
        honest.leave()
    assert "honest" not in cut
    assert len(waiting) <= 50


def test_nothing_is_kept_of_those_who_left() -> None:
    waiting = Waiting("a request", per_address=5, in_all=10)
    for number in range(1000):
        waiting.enter(f"10.0.{number % 250}.1", lambda: None).leave()
    assert len(waiting) == 0
    assert waiting._by_address == {}


def test_subscriber_is_an_ipv4_address_or_half_an_ipv6_one() -> None:
    assert network_of("10.0.0.1") == "10.0.0.1"
    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2:ffff::1") == "2001:db8:1:2::"
    assert network_of("2001:db8:1:3::1") != network_of("2001:db8:1:2::1")
    assert network_of("::ffff:10.0.0.1") == "10.0.0.1"
    assert network_of("fe80::1%eth0") == "fe80::"
    assert network_of("not:an:address") == "not:an:address"
