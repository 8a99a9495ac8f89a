"""A commit waits for the disk in the hub only where the disk has been quick for a while."""

import pytest

from realtime.hardening.native import QUICK_IN_A_ROW, QUICK_SECONDS, Action, CommitPlace


class Disk:
    """Takes `seconds` for each commit, and notes where it was asked."""

    def __init__(self) -> None:
        self.now = 0.0
        self.seconds = QUICK_SECONDS / 2
        self.in_thread = 0
        self.place = CommitPlace(self.elsewhere, lambda: self.now)

    def elsewhere(self, action: Action) -> None:
        self.in_thread += 1
        action()

    def commit(self) -> None:
        self.now += self.seconds

    def commits(self, count: int) -> int:
        """Commit so often; gives how many of them went to the thread."""
        before = self.in_thread
        for _ in range(count):
            self.place.run(self.commit)
        return self.in_thread - before


def test_a_quick_disk_is_waited_for_on_the_spot() -> None:
    disk = Disk()
    assert disk.commits(QUICK_IN_A_ROW) == QUICK_IN_A_ROW
    assert disk.commits(1000) == 0


def test_a_slow_disk_is_waited_for_in_the_thread() -> None:
    disk = Disk()
    disk.seconds = QUICK_SECONDS
    assert disk.commits(1000) == 1000


def test_one_slow_commit_sends_the_next_ones_to_the_thread() -> None:
    disk = Disk()
    disk.commits(QUICK_IN_A_ROW)
    disk.seconds = 1.0
    assert disk.commits(1) == 0, "it could not be known"
    disk.seconds = QUICK_SECONDS / 2
    assert disk.commits(1000) == QUICK_IN_A_ROW


@pytest.mark.parametrize("before", [0, QUICK_IN_A_ROW])
def test_what_a_commit_raises_is_raised(before: int) -> None:
    disk = Disk()
    disk.commits(before)

    def fail() -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        disk.place.run(fail)
