/** A ZIP file of small files, stored as they are: every system can open it. */

/** The bytes of a ZIP file of these files, in their order, all of 1 January 1980. */
export function zipped(files: Readonly<Record<string, Uint8Array>>): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [path, bytes] of Object.entries(files)) {
    const name = new TextEncoder().encode(path);
    const about = aboutFile(name, bytes);
    parts.push(record(0x04034b50, about), name, bytes);
    directory.push(record(0x02014b50, entry(about, offset)), name);
    offset += 30 + name.length + bytes.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const count = directory.length / 2;
  const end = record(0x06054b50, [0, 0, count, count, [size], [offset], 0]);
  return joined([...parts, ...directory, end]);
}

/** Numbers of 16 bits, or of 32 where they stand in a list. */
type Fields = readonly (number | readonly [number])[];

const VERSION = 20;
const UTF8_NAMES = 1 << 11;
const FIRST_DAY = (1 << 5) | 1;

function aboutFile(name: Uint8Array, bytes: Uint8Array): Fields {
  const size = bytes.length;
  return [VERSION, UTF8_NAMES, 0, 0, FIRST_DAY, [crc32(bytes)], [size], [size], name.length, 0];
}

function entry(about: Fields, offset: number): Fields {
  return [VERSION, ...about, 0, 0, 0, [0], [offset]];
}

function record(signature: number, fields: Fields): Uint8Array {
  const all: Fields = [[signature], ...fields];
  const size = all.reduce<number>((sum, field) => sum + (typeof field === "number" ? 2 : 4), 0);
  const view = new DataView(new ArrayBuffer(size));
  let at = 0;
  for (const field of all) {
    if (typeof field === "number") view.setUint16(at, field, true);
    else view.setUint32(at, field[0], true);
    at += typeof field === "number" ? 2 : 4;
  }
  return new Uint8Array(view.buffer);
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1)
    value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** The checksum that ZIP and PNG use. */
export function crc32(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = (sum >>> 8) ^ TABLE[(sum ^ byte) & 0xff];
  return (sum ^ 0xffffffff) >>> 0;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const made = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    made.set(part, at);
    at += part.length;
  }
  return made;
}
