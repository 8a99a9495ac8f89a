"""Write static/src/generated/board-specs.ts from the object types in models/board/objects.

`python tools/board_specs.py` writes it; `--check` exits 1 when the file on disk is not what would be written.
"""

import argparse
import json
import sys
from pathlib import Path

from models.board.objects import spec
from models.board.objects.registry import OBJECT_SPECS
from models.board.rules import HARD_OBJECTS

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "static" / "src" / "generated" / "board-specs.ts"

TYPES = {
    spec.Kind.NUMBER: "number",
    spec.Kind.INTEGER: "number",
    spec.Kind.STRING: "string",
    spec.Kind.FLAG: "boolean",
    spec.Kind.TEXT: "string",
}


def literal(value: object) -> str:
    """A JSON value as TypeScript; whole floats are written as integers."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, ensure_ascii=False)


def union(choices: tuple[str, ...]) -> str:
    """A union of string literals."""
    return " | ".join(literal(choice) for choice in choices)


def field_type(kind: str, field: spec.Field) -> str:
    """The TypeScript type of a field's value; a Y.Text is given as the string it holds."""
    if field.name == "type":
        return literal(kind)
    if field.kind is spec.Kind.CHOICE:
        return union(field.choices)
    return TYPES[field.kind]


def field_literal(field: spec.Field) -> str:
    """What the client needs to know of a field."""
    parts = [f"kind: {literal(str(field.kind))}", f"default: {literal(field.default)}"]
    if field.kind in {spec.Kind.NUMBER, spec.Kind.INTEGER}:
        parts += [f"minimum: {literal(field.minimum)}", f"maximum: {literal(field.maximum)}"]
    if field.size:
        parts.append(f"size: {field.size}")
    if field.choices:
        parts.append(f"choices: [{', '.join(literal(choice) for choice in field.choices)}]")
    parts += ["required: true"] if field.required else []
    return f"{{ {', '.join(parts)} }}"


def key(name: str) -> str:
    """A property name; every field name is a plain identifier."""
    if not name.isidentifier():
        raise ValueError(f"field name {name!r} is not an identifier")
    return name


def render() -> str:
    """The whole generated file."""
    lines = [
        "// Written by tools/board_specs.py from models/board/objects: change those, then run it again.",
        "",
        f"export const COLOURS = [{', '.join(literal(colour) for colour in spec.COLOURS)}] as const;",
        "export type Colour = (typeof COLOURS)[number];",
        "",
        "/** Coordinates stay within ± this many board units. */",
        f"export const WORLD = {spec.WORLD};",
        "/** A board takes no more objects than this. */",
        f"export const OBJECTS_MAX = {HARD_OBJECTS};",
        f"export const ID_PATTERN = /^{spec.ID_PATTERN}$/;",
        f"export const ORDER_PATTERN = /^{spec.ORDER_PATTERN}$/;",
        f"export const ACTOR_PATTERN = /^(?:{spec.ACTOR_PATTERN})$/;",
        "",
        "/** Sizes count UTF-16 units (`string.length`). Kind `text` is a Y.Text, the others plain. */",
        "export const OBJECT_SPECS = {",
    ]
    for kind, object_spec in OBJECT_SPECS.items():
        lines.append(f"  {key(kind)}: {{")
        lines += [f"    {key(name)}: {field_literal(field)}," for name, field in object_spec.fields.items()]
        lines.append("  },")
    lines += ["} as const;", "", "export type ObjectType = keyof typeof OBJECT_SPECS;", ""]
    for kind, object_spec in OBJECT_SPECS.items():
        lines.append(f"export interface {kind.capitalize()}Fields {{")
        lines += [f"  {name}: {field_type(kind, field)};" for name, field in object_spec.fields.items()]
        lines += ["}", ""]
    names = " | ".join(f"{kind.capitalize()}Fields" for kind in OBJECT_SPECS)
    lines += [f"export type ObjectFields = {names};", ""]
    return "\n".join(lines)


def main() -> int:
    """Write the file, or compare it with what is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when the file is out of date")
    wanted = render()
    if parser.parse_args().check:
        if TARGET.exists() and TARGET.read_text(encoding="utf-8") == wanted:
            return 0
        print(
            f"{TARGET.relative_to(ROOT)} is out of date: run `python tools/board_specs.py`", file=sys.stderr
        )
        return 1
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(wanted, encoding="utf-8")
    print(f"wrote {TARGET.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
