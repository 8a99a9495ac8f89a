"""The object types say what the contract says, and the script's copy says the same."""

import subprocess
import sys

import pytest

from models.board.objects.registry import FIELD_NAMES, OBJECT_SPECS
from models.board.objects.spec import COLOURS, Kind, ObjectSpec, utf16_length
from tests.board.yjs import ROOT


def test_generated_typescript_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "tools/board_specs.py", "--check"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_object_types_and_their_texts() -> None:
    texts = {
        kind: {name: field.size for name, field in spec.fields.items() if field.kind is Kind.TEXT}
        for kind, spec in OBJECT_SPECS.items()
    }
    assert texts == {
        "note": {"text": 2_000},
        "text": {"text": 2_000},
        "image": {"text": 500},
        "stroke": {"text": 500},
        "link": {"text": 300},
        "zone": {"title": 120},
        "connector": {"label": 120},
    }
    assert len(COLOURS) == 8


@pytest.mark.parametrize("spec", OBJECT_SPECS.values(), ids=OBJECT_SPECS)
def test_every_object_is_signed_and_ordered(spec: ObjectSpec) -> None:
    fields = spec.fields
    assert {"type", "author", "order", "locked"} <= fields.keys()
    said_once = {"image": {"image"}, "stroke": {"points"}, "link": {"kind", "target"}}
    fixed = {"type", "author", "locked", *said_once.get(spec.type, ())}
    assert {name for name, field in fields.items() if field.fixed} == fixed


@pytest.mark.parametrize("spec", OBJECT_SPECS.values(), ids=OBJECT_SPECS)
def test_defaults_are_values_the_field_accepts(spec: ObjectSpec) -> None:
    for name, field in spec.fields.items():
        assert field.name == name
        if not field.required:
            assert field.accepts(field.default), name


def test_no_field_takes_what_it_cannot_hold() -> None:
    nonsense: tuple[object, ...] = (b"x", [], {}, object(), float("nan"), float("inf"), 10**400, "\0")
    for spec in OBJECT_SPECS.values():
        for field in spec.fields.values():
            assert not any(field.accepts(value) for value in nonsense), field.name


def test_words_of_an_object() -> None:
    assert OBJECT_SPECS["zone"].to_text({"title": " Titre ", "prompt": ""}) == "Titre"
    assert OBJECT_SPECS["zone"].to_text({"title": "Titre", "prompt": "Écrivez"}) == "Titre\nÉcrivez"
    assert OBJECT_SPECS["note"].to_text({"text": "bonjour", "colour": "rose"}) == "bonjour"


def test_field_names_never_collide_with_prototypes() -> None:
    assert not FIELD_NAMES & {"__proto__", "constructor", "prototype"}


@pytest.mark.parametrize(("text", "length"), [("", 0), ("été", 3), ("😀", 2), ("a𝒳b", 4)])
def test_lengths_are_counted_as_browsers_count(text: str, length: int) -> None:
    assert utf16_length(text) == length
