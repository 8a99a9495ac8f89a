// Written by tools/board_specs.py from models/board/objects: change those, then run it again.

export const COLOURS = ["jonc", "abricot", "rose", "lilas", "ciel", "menthe", "anis", "sable"] as const;
export type Colour = (typeof COLOURS)[number];

/** Coordinates stay within ± this many board units. */
export const WORLD = 1000000;
export const ID_PATTERN = /^[A-Za-z0-9_-]{1,32}$/;
export const ORDER_PATTERN = /^[0-9A-Za-z]{1,64}$/;
export const ACTOR_PATTERN = /^(?:(?:u|g)[1-9][0-9]{0,15}|template)$/;

/** Sizes count UTF-16 units (`string.length`). Kind `text` is a Y.Text, the others plain. */
export const OBJECT_SPECS = {
  note: {
    type: { kind: "string", default: "", size: 16, required: true, fixed: true },
    author: { kind: "string", default: "", size: 17, required: true, fixed: true },
    order: { kind: "string", default: "", size: 64, required: true, fixed: false },
    locked: { kind: "flag", default: false, required: false, fixed: true },
    x: { kind: "number", default: 0, minimum: -1000000, maximum: 1000000, required: true, fixed: false },
    y: { kind: "number", default: 0, minimum: -1000000, maximum: 1000000, required: true, fixed: false },
    zone: { kind: "string", default: "", size: 32, required: false, fixed: false },
    w: { kind: "number", default: 148, minimum: 80, maximum: 600, required: false, fixed: false },
    h: { kind: "number", default: 148, minimum: 80, maximum: 600, required: false, fixed: false },
    colour: { kind: "choice", default: "jonc", size: 16, choices: ["jonc", "abricot", "rose", "lilas", "ciel", "menthe", "anis", "sable"], required: false, fixed: false },
    text: { kind: "text", default: "", size: 2000, required: true, fixed: false },
  },
  text: {
    type: { kind: "string", default: "", size: 16, required: true, fixed: true },
    author: { kind: "string", default: "", size: 17, required: true, fixed: true },
    order: { kind: "string", default: "", size: 64, required: true, fixed: false },
    locked: { kind: "flag", default: false, required: false, fixed: true },
    x: { kind: "number", default: 0, minimum: -1000000, maximum: 1000000, required: true, fixed: false },
    y: { kind: "number", default: 0, minimum: -1000000, maximum: 1000000, required: true, fixed: false },
    zone: { kind: "string", default: "", size: 32, required: false, fixed: false },
    w: { kind: "number", default: 240, minimum: 40, maximum: 4000, required: false, fixed: false },
    size: { kind: "choice", default: "m", size: 2, choices: ["s", "m", "l", "xl"], required: false, fixed: false },
    text: { kind: "text", default: "", size: 2000, required: true, fixed: false },
  },
  zone: {
    type: { kind: "string", default: "", size: 16, required: true, fixed: true },
    author: { kind: "string", default: "", size: 17, required: true, fixed: true },
    order: { kind: "string", default: "", size: 64, required: true, fixed: false },
    locked: { kind: "flag", default: false, required: false, fixed: true },
    x: { kind: "number", default: 0, minimum: -1000000, maximum: 1000000, required: true, fixed: false },
    y: { kind: "number", default: 0, minimum: -1000000, maximum: 1000000, required: true, fixed: false },
    zone: { kind: "string", default: "", size: 32, required: false, fixed: false },
    w: { kind: "number", default: 600, minimum: 96, maximum: 20000, required: false, fixed: false },
    h: { kind: "number", default: 420, minimum: 96, maximum: 20000, required: false, fixed: false },
    title: { kind: "text", default: "", size: 120, required: true, fixed: false },
    number: { kind: "integer", default: 0, minimum: 0, maximum: 99, required: false, fixed: false },
    prompt: { kind: "string", default: "", size: 600, required: false, fixed: false },
    tone: { kind: "choice", default: "plain", size: 8, choices: ["plain", "keep"], required: false, fixed: false },
  },
  connector: {
    type: { kind: "string", default: "", size: 16, required: true, fixed: true },
    author: { kind: "string", default: "", size: 17, required: true, fixed: true },
    order: { kind: "string", default: "", size: 64, required: true, fixed: false },
    locked: { kind: "flag", default: false, required: false, fixed: true },
    from: { kind: "string", default: "", size: 32, required: true, fixed: false },
    to: { kind: "string", default: "", size: 32, required: true, fixed: false },
    label: { kind: "text", default: "", size: 120, required: true, fixed: false },
  },
} as const;

export type ObjectType = keyof typeof OBJECT_SPECS;

export interface NoteFields {
  type: "note";
  author: string;
  order: string;
  locked: boolean;
  x: number;
  y: number;
  zone: string;
  w: number;
  h: number;
  colour: "jonc" | "abricot" | "rose" | "lilas" | "ciel" | "menthe" | "anis" | "sable";
  text: string;
}

export interface TextFields {
  type: "text";
  author: string;
  order: string;
  locked: boolean;
  x: number;
  y: number;
  zone: string;
  w: number;
  size: "s" | "m" | "l" | "xl";
  text: string;
}

export interface ZoneFields {
  type: "zone";
  author: string;
  order: string;
  locked: boolean;
  x: number;
  y: number;
  zone: string;
  w: number;
  h: number;
  title: string;
  number: number;
  prompt: string;
  tone: "plain" | "keep";
}

export interface ConnectorFields {
  type: "connector";
  author: string;
  order: string;
  locked: boolean;
  from: string;
  to: string;
  label: string;
}

export type ObjectFields = NoteFields | TextFields | ZoneFields | ConnectorFields;
