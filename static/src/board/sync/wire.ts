/**
 * The bytes of the wire protocol (docs/protocol.md, version 1): varints are unsigned LEB128.
 * Decoders throw RangeError on bytes they cannot read; callers treat that as a broken connection.
 */

export const PROTOCOL_VERSION = 1;

export class ByteWriter {
  private readonly bytes: number[] = [];

  varint(value: number): this {
    let rest = value;
    while (rest >= 0x80) {
      this.bytes.push((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.bytes.push(rest);
    return this;
  }

  int16(value: number): this {
    this.bytes.push((value >> 8) & 0xff, value & 0xff);
    return this;
  }

  byte(value: number): this {
    this.bytes.push(value & 0xff);
    return this;
  }

  /** The message: what was written, then these bytes. */
  end(...tail: Uint8Array[]): Uint8Array<ArrayBuffer> {
    const whole = new Uint8Array(tail.reduce((sum, part) => sum + part.length, this.bytes.length));
    whole.set(this.bytes);
    let offset = this.bytes.length;
    for (const part of tail) {
      whole.set(part, offset);
      offset += part.length;
    }
    return whole;
  }
}

export class ByteReader {
  private offset = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get done(): boolean {
    return this.offset >= this.bytes.length;
  }

  byte(): number {
    const value = this.bytes[this.offset];
    if (value === undefined) throw new RangeError("message too short");
    this.offset += 1;
    return value;
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i += 1) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
    throw new RangeError("varint too long");
  }

  int16(): number {
    const value = (this.byte() << 8) | this.byte();
    return value >= 0x8000 ? value - 0x10000 : value;
  }

  take(length: number): Uint8Array {
    if (length > this.bytes.length - this.offset) throw new RangeError("message too short");
    const part = this.bytes.subarray(this.offset, this.offset + length);
    this.offset += length;
    return part;
  }

  rest(): Uint8Array {
    return this.take(this.bytes.length - this.offset);
  }
}

/** What socket.io hands over for a binary attachment. */
export const bytesOf = (value: unknown): Uint8Array =>
  value instanceof Uint8Array ? value : value instanceof ArrayBuffer ? new Uint8Array(value) : new Uint8Array();

export const encodeUpdate = (handle: number, n: number, update: Uint8Array): Uint8Array =>
  new ByteWriter().varint(handle).varint(n).end(update);

export function decodeUpdates(bytes: Uint8Array): { handle: number; seq: number; updates: Uint8Array[] } {
  const reader = new ByteReader(bytes);
  const handle = reader.varint();
  const seq = reader.varint();
  const updates: Uint8Array[] = [];
  while (!reader.done) updates.push(reader.take(reader.varint()));
  return { handle, seq, updates };
}

/** Flags of a pointer: over the board (else it is hidden), button or finger down. */
export const INSIDE = 1;
export const PRESSED = 2;
const MAX_STEP = 12;

export interface PointerSample {
  x: number;
  y: number;
  flags: number;
}

/** Coordinates travel as 16-bit numbers of `1 << step` board units, with the smallest step that fits. */
export function encodePointer(handle: number, { x, y, flags }: PointerSample): Uint8Array {
  let step = 0;
  while (step < MAX_STEP && Math.max(Math.abs(x), Math.abs(y)) >= 32767 * 2 ** step) step += 1;
  const scaled = (value: number): number => Math.max(-32768, Math.min(32767, Math.round(value / 2 ** step)));
  return new ByteWriter().varint(handle).int16(scaled(x)).int16(scaled(y)).byte(step).byte(flags).end();
}

export function decodePointers(bytes: Uint8Array): { handle: number; pointers: (PointerSample & { peer: number })[] } {
  const reader = new ByteReader(bytes);
  const handle = reader.varint();
  const pointers: (PointerSample & { peer: number })[] = [];
  while (!reader.done) {
    const peer = reader.varint();
    const x = reader.int16();
    const y = reader.int16();
    const scale = 2 ** Math.min(reader.byte(), MAX_STEP);
    pointers.push({ peer, x: x * scale, y: y * scale, flags: reader.byte() });
  }
  return { handle, pointers };
}

/** Body of POST /documents/<id>/sync: what I have, then what I bring. */
export const encodeSync = (stateVector: Uint8Array, update: Uint8Array): Uint8Array<ArrayBuffer> =>
  new ByteWriter().varint(stateVector.length).end(stateVector, update);

export function decodeSync(bytes: Uint8Array): { seq: number; missing: Uint8Array } {
  const reader = new ByteReader(bytes);
  return { seq: reader.varint(), missing: reader.rest() };
}
