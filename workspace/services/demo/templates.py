"""A template that the demonstration's tutor saved, open to every cohort."""

from datetime import datetime, timedelta

from pycrdt import Doc
from sqlalchemy.orm import Session

from models.board.scaffold import scaffold
from models.board.seed import BoardDoc, add_objects, order_key
from models.board.templates.parts import GRID, high, wide
from models.cohort import Cohort
from models.people import User
from models.saved_template import SavedTemplate

NAME = "Bilan à chaud"
PURPOSE = "En vingt minutes, juste après un atelier ou un essai : ce que l’on garde, ce que l’on change."
TITLE = "Juste après : qu’avons-nous appris ?"
FRAMES = (
    ("Ce qui nous a surpris", "Un fait vu ou entendu aujourd’hui, auquel vous ne vous attendiez pas."),
    ("Ce qui a coincé", "Pour qui, à quel moment ? Sans chercher de coupable."),
    ("Ce que nous changeons", "Une chose au plus par personne, avec un jour."),
)
DAYS_AGO = 40


def add_template(session: Session, cohort: Cohort, tutor: User, now: datetime) -> None:
    """Write it, as if it had been made of a board."""
    doc: BoardDoc = Doc()
    width = wide(3)
    frames: list[tuple[str, str, dict[str, object]]] = [
        (
            f"frame-{place}",
            "zone",
            {
                "x": (place - 1) * (width + GRID),
                "y": 96,
                "w": width,
                "h": high(3),
                "number": place,
                "title": title,
                "prompt": prompt,
                "tone": "keep" if place == len(FRAMES) else "plain",
            },
        )
        for place, (title, prompt) in enumerate(FRAMES, 1)
    ]
    objects: list[tuple[str, str, dict[str, object]]] = [
        ("title", "text", {"x": 0, "y": 0, "w": 960, "size": "xl", "text": TITLE}),
        *frames,
    ]
    with doc.transaction():
        add_objects(
            doc,
            [
                (name, kind, {**values, "author": tutor.key, "order": order_key(place)})
                for place, (name, kind, values) in enumerate(objects)
            ],
        )
    locked = [name for name, _kind, _values in frames]
    session.add(
        SavedTemplate(
            cohort_id=cohort.id,
            name=NAME,
            purpose=PURPOSE,
            content=scaffold(doc.get_update(), locked=locked, with_notes=False),
            created_at=now - timedelta(days=DAYS_AGO),
            created_by_id=tutor.id,
            open_to_organization=True,
        )
    )
