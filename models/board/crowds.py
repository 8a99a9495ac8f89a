"""How many structs stand in one place, and so how long finding a place among them can take.

Yjs and yrs put a struct that does not follow its left neighbour directly by walking over those between:
eight thousand characters that all claim the beginning of a text, met by eight thousand more, freeze yrs
for three seconds and a browser for half a minute. What people write costs next to nothing: they write
after what was put there last, or among few. So each update has a budget of steps.
"""

Crowd = tuple[int, int, int]
"""Client and last clock of the newest struct of a place, where the next one most likely continues, and
how many structs there are."""


class Crowds:
    """The crowds of a document by place, with a journal of what the current inspection changed.

    A place with one struct need not be written down: most keys of maps stay such.
    """

    __slots__ = ("_by_place", "journal")

    def __init__(self) -> None:
        self._by_place: dict[int, Crowd] = {}
        self.journal: dict[int, Crowd | None] = {}

    def seed(self, crowds: dict[int, Crowd]) -> None:
        """Begin with these."""
        self._by_place = crowds

    def join(self, place: int, client: int, clock: int, length: int, left: tuple[int, int] | None) -> int:
        """Count a struct in; returns how many steps putting it there can take."""
        crowd = self._by_place.get(place)
        if place not in self.journal:
            self.journal[place] = crowd
        newest_client, newest_clock, structs = crowd or (-1, -1, 1)
        last = clock + length - 1
        if left is None:
            self._by_place[place] = client, last, structs + 1
            return structs
        left_client, left_clock = left
        is_merged = left_client == client and left_clock == clock - 1
        self._by_place[place] = client, last, structs if is_merged else structs + 1
        return 1 if left_client == newest_client and left_clock == newest_clock else structs

    def extend(self, place: int, client: int, clock: int, length: int, left: tuple[int, int]) -> None:
        """Count in a struct that follows the newest one of its place: no walking, and no way back."""
        structs = self._by_place.get(place, (-1, -1, 1))[2]
        is_merged = left == (client, clock - 1)
        self._by_place[place] = client, clock + length - 1, structs if is_merged else structs + 1

    def split(self, place: int) -> None:
        """A deletion begins or ends here: there may be one struct more."""
        crowd = self._by_place.get(place)
        self.journal.setdefault(place, crowd)
        client, clock, structs = crowd or (-1, -1, 1)
        self._by_place[place] = client, clock, structs + 1

    def restore(self, journal: dict[int, Crowd | None]) -> None:
        """Take back what a journal says was changed."""
        for place, crowd in journal.items():
            if crowd is None:
                del self._by_place[place]
            else:
                self._by_place[place] = crowd
