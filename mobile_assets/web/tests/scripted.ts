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
  private timers: { readonly at: number; readonly then: () => void }[] = [];
  private running = false;

  constructor(private readonly draw = 0) {}

  /** How many timers nobody has cancelled, that were not done. */
  get left(): number {
    return this.timers.length;
  }

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

  after(seconds: number, then: () => void): () => void {
    const timer = { at: this.time + Math.max(0, seconds), then };
    this.timers.push(timer);
    return () => this.remove(timer);
  }

  /** Goes on from timer to timer until none is left; what follows from one has happened before
   * the next. */
  async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.timers.length === 0) break;
      const next = this.timers.reduce((one, other) => (other.at < one.at ? other : one));
      this.remove(next);
      this.time = Math.max(this.time, next.at);
      next.then();
    }
    this.running = false;
  }

  private remove(timer: unknown): void {
    this.timers = this.timers.filter((one) => one !== timer);
  }
}

/** What a server says in a case, and what it was sent. */
export class Scripted {
  readonly deadlines: number[] = [];
  readonly keys = new Set<string>();
  cut = 0;

  constructor(
    private readonly row: Case,
    private readonly clock: HeldClock,
  ) {}

  readonly transport: Transport = async ({ headers }, signal) => {
    const index = this.deadlines.length;
    this.deadlines.push(Number(headers["X-Deadline-Ms"]));
    const key = headers["Idempotency-Key"];
    if (key) this.keys.add(key);
    const takes: number | null = this.row["takes"] ? this.row["takes"][index] : 0;
    if (takes !== 0) await this.passing(takes, signal);
    const record = CASES["replies"][this.row["replies"][index]];
    if ("fails" in record) throw new TransportError(record.fails);
    return replyOf(record);
  };

  /** So many seconds, or (null) for ever; `TransportError` where it is cut before. */
  private passing(seconds: number | null, signal: AbortSignal): Promise<void> {
    void this.clock.run();
    return new Promise((resolve, reject) => {
      const cancel = seconds === null ? () => undefined : this.clock.after(seconds, done);
      const given = () => {
        cancel();
        this.cut += 1;
        reject(new TransportError("it was cut"));
      };
      function done(): void {
        signal.removeEventListener("abort", given);
        resolve();
      }
      signal.addEventListener("abort", given);
    });
  }
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
