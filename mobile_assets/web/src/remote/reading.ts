/** JSON of a server, held against what it has to be; fields that nobody asks for are left
 * alone. What does not fit is a `Refusal`. */
import { notAnAnswer } from "./refusals.js";

export type Json = Readonly<Record<string, unknown>>;
export type Read<Value> = (json: unknown, place: string) => Value;

export function record(json: unknown, place: string): Json {
  if (typeof json === "object" && json !== null && !Array.isArray(json)) return json as Json;
  throw wrong(place, "an object");
}

export function text(json: unknown, place: string): string {
  return typeof json === "string" ? json : fail(place, "a text");
}

export function number(json: unknown, place: string): number {
  return typeof json === "number" ? json : fail(place, "a number");
}

export function truth(json: unknown, place: string): boolean {
  return typeof json === "boolean" ? json : fail(place, "true or false");
}

export function whole(json: unknown, place: string): number {
  return Number.isInteger(json) ? (json as number) : fail(place, "a whole number");
}

export function list<Value>(read: Read<Value>): Read<readonly Value[]> {
  return (json, place) => {
    if (!Array.isArray(json)) return fail(place, "a list");
    return json.map((item, i) => read(item, `${place}[${i}]`));
  };
}

/** A list of so many numbers. */
export function numbers<Numbers extends readonly number[]>(count: number): Read<Numbers> {
  return (json, place) => {
    const read = list(number)(json, place);
    return read.length === count
      ? (read as unknown as Numbers)
      : fail(place, `${count} numbers`);
  };
}

export function mapOf<Value>(read: Read<Value>): Read<Readonly<Record<string, Value>>> {
  return (json, place) =>
    Object.fromEntries(
      Object.entries(record(json, place)).map(([name, it]) => [
        name,
        read(it, `${place}.${name}`),
      ]),
    );
}

/** A field that has to be there. */
export function need<Value>(from: Json, name: string, read: Read<Value>): Value {
  return read(from[name], name);
}

/** A field that may be absent or null. */
export function maybe<Value>(from: Json, name: string, read: Read<Value>): Value | undefined {
  return from[name] === undefined || from[name] === null ? undefined : read(from[name], name);
}

/** The JSON in these bytes. */
export function parsed(body: Uint8Array): unknown {
  return reading(() => new TextDecoder("utf-8", { fatal: true }).decode(body));
}

export function parsedText(json: string): unknown {
  return reading(() => json);
}

function reading(json: () => string): unknown {
  try {
    return JSON.parse(json());
  } catch {
    throw notAnAnswer("it is not JSON");
  }
}

function fail(place: string, wanted: string): never {
  throw wrong(place, wanted);
}

function wrong(place: string, wanted: string) {
  return notAnAnswer(`${place} is not ${wanted}`);
}
