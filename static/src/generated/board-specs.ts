// Written by tools/board_specs.py from models/board/objects: change those, then run it again.

export const COLOURS = ["jonc", "abricot", "rose", "lilas", "ciel", "menthe", "anis", "sable"] as const;
export type Colour = (typeof COLOURS)[number];

/** Coordinates stay within ± this many board units. */
export const WORLD = 1000000;
/** A board takes no more objects than this. */
export const OBJECTS_MAX = 5000;
export const ID_PATTERN = /^[A-Za-z0-9_-]{1,32}$/;
export const ORDER_PATTERN = /^[0-9A-Za-z]{1,64}$/;
export const ACTOR_PATTERN = /^(?:(?:u|g)[1-9][0-9]{0,15}|template)$/;

/** Sizes count UTF-16 units (`string.length`). Kind `text` is a Y.Text, the others plain. */
export const OBJECT_SPECS = {
  note: {
    type: { kind: "string", default: "", size: 16, required: true },
    author: { kind: "string", default: "", size: 17, required: true },
    order: { kind: "string", default: "", size: 64, required: true },
    locked: { kind: "flag", default: false },
    x: { kind: "number", default: 0, minimum: -1000000, maximum: 1000000, required: true },
    y: { kind: "number", default: 0, minimum: -1000000, maximum: 1000000, required: true },
    zone: { kind: "string", default: "", size: 32 },
    group: { kind: "string", default: "", size: 32 },
    w: { kind: "number", default: 148, minimum: 80, maximum: 600 },
    h: { kind: "number", default: 148, minimum: 80, maximum: 600 },
    colour: { kind: "choice", default: "jonc", size: 16, choices: ["jonc", "abricot", "rose", "lilas", "ciel", "menthe", "anis", "sable"] },
    text: { kind: "text", default: "", size: 2000, required: true },
  },
  text: {
    type: { kind: "string", default: "", size: 16, required: true },
    author: { kind: "string", default: "", size: 17, required: true },
    order: { kind: "string", default: "", size: 64, required: true },
    locked: { kind: "flag", default: false },
    x: { kind: "number", default: 0, minimum: -1000000, maximum: 1000000, required: true },
    y: { kind: "number", default: 0, minimum: -1000000, maximum: 1000000, required: true },
    zone: { kind: "string", default: "", size: 32 },
    group: { kind: "string", default: "", size: 32 },
    w: { kind: "number", default: 240, minimum: 40, maximum: 4000 },
    size: { kind: "choice", default: "m", size: 2, choices: ["s", "m", "l", "xl"] },
    text: { kind: "text", default: "", size: 2000, required: true },
  },
  image: {
    type: { kind: "string", default: "", size: 16, required: true },
    author: { kind: "string", default: "", size: 17, required: true },
    order: { kind: "string", default: "", size: 64, required: true },
    locked: { kind: "flag", default: false },
    x: { kind: "number", default: 0, minimum: -1000000, maximum: 1000000, required: true },
    y: { kind: "number", default: 0, minimum: -1000000, maximum: 1000000, required: true },
    zone: { kind: "string", default: "", size: 32 },
    group: { kind: "string", default: "", size: 32 },
    image: { kind: "string", default: "", size: 33, required: true },
    w: { kind: "number", default: 320, minimum: 24, maximum: 4000 },
    h: { kind: "number", default: 240, minimum: 24, maximum: 4000 },
    decorative: { kind: "flag", default: false },
    text: { kind: "text", default: "", size: 500, required: true },
  },
  stroke: {
    type: { kind: "string", default: "", size: 16, required: true },
    author: { kind: "string", default: "", size: 17, required: true },
    order: { kind: "string", default: "", size: 64, required: true },
    locked: { kind: "flag", default: false },
    x: { kind: "number", default: 0, minimum: -1000000, maximum: 1000000, required: true },
    y: { kind: "number", default: 0, minimum: -1000000, maximum: 1000000, required: true },
    zone: { kind: "string", default: "", size: 32 },
    group: { kind: "string", default: "", size: 32 },
    w: { kind: "number", default: 120, minimum: 4, maximum: 20000 },
    h: { kind: "number", default: 120, minimum: 4, maximum: 20000 },
    points: { kind: "string", default: "", size: 2048, required: true },
    ink: { kind: "choice", default: "encre", size: 8, choices: ["encre", "petrole", "brique", "mousse"] },
    nib: { kind: "choice", default: "fine", size: 8, choices: ["fine", "broad"] },
    text: { kind: "text", default: "", size: 500, required: true },
  },
  link: {
    type: { kind: "string", default: "", size: 16, required: true },
    author: { kind: "string", default: "", size: 17, required: true },
    order: { kind: "string", default: "", size: 64, required: true },
    locked: { kind: "flag", default: false },
    x: { kind: "number", default: 0, minimum: -1000000, maximum: 1000000, required: true },
    y: { kind: "number", default: 0, minimum: -1000000, maximum: 1000000, required: true },
    zone: { kind: "string", default: "", size: 32 },
    group: { kind: "string", default: "", size: 32 },
    w: { kind: "number", default: 260, minimum: 160, maximum: 600 },
    h: { kind: "number", default: 112, minimum: 72, maximum: 400 },
    kind: { kind: "choice", default: "problem", size: 16, choices: ["problem", "board", "solution"], required: true },
    target: { kind: "integer", default: 0, minimum: 1, maximum: 2147483647, required: true },
    text: { kind: "text", default: "", size: 300, required: true },
  },
  zone: {
    type: { kind: "string", default: "", size: 16, required: true },
    author: { kind: "string", default: "", size: 17, required: true },
    order: { kind: "string", default: "", size: 64, required: true },
    locked: { kind: "flag", default: false },
    x: { kind: "number", default: 0, minimum: -1000000, maximum: 1000000, required: true },
    y: { kind: "number", default: 0, minimum: -1000000, maximum: 1000000, required: true },
    zone: { kind: "string", default: "", size: 32 },
    group: { kind: "string", default: "", size: 32 },
    w: { kind: "number", default: 600, minimum: 96, maximum: 20000 },
    h: { kind: "number", default: 420, minimum: 96, maximum: 20000 },
    title: { kind: "text", default: "", size: 120, required: true },
    number: { kind: "integer", default: 0, minimum: 0, maximum: 99 },
    prompt: { kind: "string", default: "", size: 600 },
    tone: { kind: "choice", default: "plain", size: 8, choices: ["plain", "keep"] },
  },
  connector: {
    type: { kind: "string", default: "", size: 16, required: true },
    author: { kind: "string", default: "", size: 17, required: true },
    order: { kind: "string", default: "", size: 64, required: true },
    locked: { kind: "flag", default: false },
    from: { kind: "string", default: "", size: 32, required: true },
    to: { kind: "string", default: "", size: 32, required: true },
    label: { kind: "text", default: "", size: 120, required: true },
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
  group: string;
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
  group: string;
  w: number;
  size: "s" | "m" | "l" | "xl";
  text: string;
}

export interface ImageFields {
  type: "image";
  author: string;
  order: string;
  locked: boolean;
  x: number;
  y: number;
  zone: string;
  group: string;
  image: string;
  w: number;
  h: number;
  decorative: boolean;
  text: string;
}

export interface StrokeFields {
  type: "stroke";
  author: string;
  order: string;
  locked: boolean;
  x: number;
  y: number;
  zone: string;
  group: string;
  w: number;
  h: number;
  points: string;
  ink: "encre" | "petrole" | "brique" | "mousse";
  nib: "fine" | "broad";
  text: string;
}

export interface LinkFields {
  type: "link";
  author: string;
  order: string;
  locked: boolean;
  x: number;
  y: number;
  zone: string;
  group: string;
  w: number;
  h: number;
  kind: "problem" | "board" | "solution";
  target: number;
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
  group: string;
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

export type ObjectFields = NoteFields | TextFields | ImageFields | StrokeFields | LinkFields | ZoneFields | ConnectorFields;
