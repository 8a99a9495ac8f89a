/**
 * Objects of a board as plain, immutable values read from the shared document.
 *
 * Whatever the document holds, reading never throws: a missing or wrong field takes its default, and an object
 * of a type this client does not know (newer or hostile) becomes an `unknown` one, drawn as a harmless box.
 */

import * as Y from "yjs";
import {
  type ConnectorFields,
  type ImageFields,
  type LinkFields,
  type NoteFields,
  OBJECT_SPECS,
  type ObjectType,
  type StrokeFields,
  type TextFields,
  type ZoneFields,
} from "../../generated/board-specs";
import { type FieldSpec, readPlain } from "./fields";
import { type Rect, WORLD_LIMIT } from "./geometry";
import { isDrawable } from "./stroke";

interface Identified {
  readonly id: string;
}

export type NoteObject = Readonly<NoteFields> & Identified;
export type TextObject = Readonly<TextFields> & Identified & { readonly h: number };
export type ImageObject = Readonly<ImageFields> & Identified;
export type StrokeObject = Readonly<StrokeFields> & Identified;
export type LinkObject = Readonly<LinkFields> & Identified;
export type ZoneObject = Readonly<ZoneFields> & Identified;
export type ConnectorObject = Readonly<ConnectorFields> & Identified;

export interface UnknownObject extends Identified, Readonly<Rect> {
  readonly type: "unknown";
  readonly author: string;
  readonly order: string;
  readonly locked: boolean;
  readonly zone: string;
  readonly group: "";
  readonly text: "";
}

/** What people write or put there: it has words, an author and a place, and is an option of the board's list. */
export type WrittenObject = NoteObject | TextObject | ImageObject | StrokeObject | LinkObject | UnknownObject;
export type PlacedObject = WrittenObject | ZoneObject;
export type BoardObject = PlacedObject | ConnectorObject;

/** The name of the shared text of each type. */
export const TEXT_FIELD: Readonly<Record<ObjectType, string>> = {
  note: "text",
  text: "text",
  image: "text",
  stroke: "text",
  link: "text",
  zone: "title",
  connector: "label",
};

export const isPlaced = (object: BoardObject | undefined): object is PlacedObject =>
  object !== undefined && object.type !== "connector";

export const isWritten = (object: BoardObject | undefined): object is WrittenObject =>
  object !== undefined && "text" in object;

/** Size of letters of a text object, in board units. */
export const TEXT_SIZE: Readonly<Record<TextFields["size"], number>> = { s: 15, m: 19, l: 26, xl: 38 };

function readField(spec: FieldSpec, value: unknown): string | number | boolean {
  if (spec.kind !== "text") return readPlain(spec, value);
  return value instanceof Y.Text ? readPlain(spec, value.toString()) : spec.default;
}

const own = (type: unknown): type is ObjectType => typeof type === "string" && Object.hasOwn(OBJECT_SPECS, type);

/** The object stored under `id`, whatever was stored there. */
export function readObject(id: string, stored: unknown): BoardObject {
  const map = stored instanceof Y.Map ? stored : new Map<string, unknown>();
  const type: unknown = map.get("type");
  if (!own(type)) return unknownObject(id, map);
  // A stroke that cannot be drawn would be there without being seen.
  if (type === "stroke" && !isDrawable(map.get("points"))) return unknownObject(id, map);
  const fields: Record<string, unknown> = { id };
  for (const [name, spec] of Object.entries(OBJECT_SPECS[type])) fields[name] = readField(spec, map.get(name));
  fields.type = type;
  if (type === "text") fields.h = textHeight(fields as unknown as TextFields);
  return fields as unknown as BoardObject;
}

function unknownObject(id: string, map: { get(name: string): unknown }): UnknownObject {
  const number = (name: string, or: number, low: number, high: number): number =>
    readField({ kind: "number", default: or, minimum: low, maximum: high }, map.get(name)) as number;
  const string = (name: string): string =>
    readField({ kind: "string", default: "", size: 64 }, map.get(name)) as string;
  return {
    id,
    type: "unknown",
    x: number("x", 0, -WORLD_LIMIT, WORLD_LIMIT),
    y: number("y", 0, -WORLD_LIMIT, WORLD_LIMIT),
    w: number("w", 148, 40, 600),
    h: number("h", 148, 40, 600),
    author: string("author"),
    order: string("order"),
    zone: string("zone"),
    group: "",
    text: "",
    locked: map.get("locked") === true,
  };
}

/** A text has no height of its own: what its words need, near enough to place and find it. */
export function textHeight(text: Pick<TextFields, "text" | "size" | "w">): number {
  const size = TEXT_SIZE[text.size];
  const perLine = Math.max(4, Math.floor(text.w / (size * 0.52)));
  const lines = text.text.split("\n").reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / perLine)), 0);
  return Math.ceil(lines * size * 1.3);
}

/** The shared text of a stored object, if it really is one. */
export function sharedText(stored: unknown): Y.Text | null {
  if (!(stored instanceof Y.Map)) return null;
  const type: unknown = stored.get("type");
  const text: unknown = own(type) ? stored.get(TEXT_FIELD[type]) : null;
  return text instanceof Y.Text ? text : null;
}

/** What a field reads as when it was never written; undefined when it must be there, or is unknown. */
export function defaultOf(stored: Y.Map<unknown>, name: string): string | number | boolean | undefined {
  const type: unknown = stored.get("type");
  const spec = own(type) ? (OBJECT_SPECS[type] as Record<string, FieldSpec>)[name] : undefined;
  return spec && !spec.required ? spec.default : undefined;
}

/** How many characters (UTF-16 units) the text of this type may hold. */
export function textLimit(type: ObjectType): number {
  const spec: Record<string, FieldSpec> = OBJECT_SPECS[type];
  return spec[TEXT_FIELD[type]]?.size ?? 0;
}

/** The words of an object, on one line. */
export function wordsOf(object: BoardObject): string {
  const words = object.type === "zone" ? object.title : object.type === "connector" ? object.label : object.text;
  return words.replace(/\s+/g, " ").trim();
}
