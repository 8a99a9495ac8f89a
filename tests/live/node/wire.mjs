// Byte layouts of docs/protocol.md §1 and §6.

export const concat = (...parts) => new Uint8Array(Buffer.concat(parts));
export const bytesOf = (value) => new Uint8Array(value);
export const fromBase64 = (text) => new Uint8Array(Buffer.from(text, "base64"));
export const toBase64 = (bytes) => Buffer.from(bytes).toString("base64");

export function varint(value) {
  const out = [];
  let left = value;
  while (left > 0x7f) {
    out.push((left & 0x7f) | 0x80);
    left = Math.floor(left / 128);
  }
  out.push(left);
  return Uint8Array.from(out);
}

export function readVarint(bytes, offset) {
  let value = 0;
  let scale = 1;
  for (let at = offset; ; at += 1) {
    value += (bytes[at] & 0x7f) * scale;
    if (bytes[at] < 0x80) return [value, at + 1];
    scale *= 128;
  }
}
