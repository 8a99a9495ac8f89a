"""A board as it is drawn: its objects and where they stand, all of them or a part."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pycrdt import Doc

from models.board.export import Outline, objects_of, outline_of
from models.board.shadow import apply_updates
from workspace.drawing.canvas import Box, Values, box_around
from workspace.drawing.objects.registry import look_of


@dataclass(frozen=True)
class Scene:
    """`objects` by id, lowest first; `boxes` of those that have one."""

    objects: Mapping[str, Values]
    boxes: Mapping[str, Box]

    def only(self, ids: Collection[str]) -> "Scene":
        """Some of the objects, and the arrows between them."""
        kept = {
            identifier: values
            for identifier, values in self.objects.items()
            if (identifier in ids if identifier in self.boxes else {values["from"], values["to"]} <= set(ids))
        }
        return Scene(
            kept, {identifier: self.boxes[identifier] for identifier in kept if identifier in self.boxes}
        )

    def zone(self, zone_id: str) -> "Scene":
        """A zone, what is in it, and what lies on it without being in another one: a template's words."""
        frame = self.boxes[zone_id]
        return self.only({zone_id, *(one for one in self.boxes if self._is_in(one, zone_id, frame))})

    def _is_in(self, identifier: str, zone_id: str, frame: Box) -> bool:
        values = self.objects[identifier]
        if values["type"] == "zone":
            return False
        home = values["zone"]
        return home == zone_id or (home not in self.boxes and frame.holds(self.boxes[identifier]))

    def loose(self) -> "Scene":
        """What no zone shows."""
        zones = [one for one in self.boxes if self.objects[one]["type"] == "zone"]
        rest = {one for one in self.boxes if one not in zones}
        for zone_id in zones:
            rest -= {one for one in rest if self._is_in(one, zone_id, self.boxes[zone_id])}
        return self.only(rest)

    @property
    def whole(self) -> Box | None:
        """The box around everything."""
        return box_around(list(self.boxes.values()))

    def images(self) -> set[str]:
        """The names of the pictures in it."""
        return {values["image"] for values in self.objects.values() if values["type"] == "image"}

    def cards(self) -> set[str]:
        """What the cards in it point to, as kind.id."""
        cards = (values for values in self.objects.values() if values["type"] == "link")
        return {f"{values['kind']}.{values['target']:.0f}" for values in cards}


def read(content: bytes) -> tuple[Scene, Outline]:
    """What these bytes hold, to draw and to tell. Raises: Refused."""
    doc: Doc[Any] = Doc()
    apply_updates(doc, (content,))
    objects = dict(objects_of(doc))
    boxes = {}
    for identifier, values in objects.items():
        box = look_of(values["type"]).box
        if box is not None:
            boxes[identifier] = box(values)
    return Scene(objects, boxes), outline_of(doc)
