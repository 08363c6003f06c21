/** The table of cases that Python, TypeScript and Dart are all held to, and what plays them. */
import { webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Clock } from "../src/remote/clock.js";
import type { Reply, Transport } from "../src/remote/transport.js";
import { TransportError } from "../src/remote/transport.js";

// Node 18 has it, but not by that name.
if (globalThis.crypto === undefined) Object.assign(globalThis, { crypto: webcrypto });

const ASSETS = new URL("../../../", import.meta.url); // from web/dist/tests

export type Case = Readonly<Record<string, any>>;
export const CASES: Case = JSON.parse(
  readFileSync(new URL("golden/outcomes.json", ASSETS), "utf8"),
);

/** A file of the bundle. */
export function asset(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(path, ASSETS)));
}

export function replyOf(record: Case): Reply {
  const text: string = record["text"] ?? JSON.stringify(record["body"]);
  return {
    status: record["status"],
    retryAfter: record["retry_after"] ?? "",
    body: new TextEncoder().encode(text),
  };
}

/** Time that only moves when it is told to. */
export class HeldClock implements Clock {
  time = 1000;
  readonly waits: number[] = [];

  constructor(private readonly draw = 0) {}

  now(): number {
    return this.time;
  }

  async sleep(seconds: number): Promise<void> {
    this.waits.push(seconds);
    this.time += seconds;
  }

  random(): number {
    return this.draw;
  }
}

/** Replies of the table by their names, in this order. */
export function scripted(names: readonly string[]) {
  const left = [...names];
  const deadlines: number[] = [];
  const transport: Transport = async ({ headers }) => {
    deadlines.push(Number(headers["X-Deadline-Ms"]));
    const record = CASES["replies"][left.shift() as string];
    if ("fails" in record) throw new TransportError(record.fails);
    return replyOf(record);
  };
  return { transport, deadlines };
}

/** Whether a value is the expected one, numbers with places to a ten-thousandth. */
export function near(found: any, expected: any): boolean {
  if (typeof expected === "number") return Math.abs(found - expected) < 1e-4;
  if (typeof expected !== "object" || expected === null) return found === expected;
  const names = Object.keys(expected);
  return (
    Object.keys(found).length === names.length &&
    names.every((name) => near(found[name], expected[name]))
  );
}
