"""The shapes of work that are measured."""

from dataclasses import dataclass

from generator import Seat


@dataclass(frozen=True)
class Shape:
    """`boards` boards of `people` people, of whom `writers` make `rate` edits a second each."""

    name: str
    boards: int
    people: int
    writers: int
    rate: float

    def seats(self) -> list[Seat]:
        """Board after board, the writers spread among the people."""
        return [
            Seat(
                board,
                writes=person * self.writers // self.people != (person + 1) * self.writers // self.people,
            )
            for board in range(self.boards)
            for person in range(self.people)
        ]

    @property
    def words(self) -> str:
        """For a table."""
        editing = "all" if self.writers == self.people else str(self.writers)
        return f"{self.boards} × {self.people} people, {editing} editing at {self.rate:g}/s"


SHAPES = {
    shape.name: shape
    for shape in (
        Shape("team", 1, 8, 8, 10),
        Shape("plenary", 1, 50, 50, 10),
        Shape("big", 1, 200, 20, 10),
        Shape("cohort", 40, 6, 6, 5),
        Shape("crowd", 1, 1500, 150, 10),
    )
}
