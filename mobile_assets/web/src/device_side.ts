/** The device's half of a router: a lens that is asked one question after the other, and what
 * it says. */
import { PhotoError, PocketLensError } from "./errors.js";
import type { Lens } from "./lens.js";
import { type Outcome, type OutcomeProvenance, unavailable } from "./outcomes.js";
import { within } from "./remote/clock.js";
import type { Prediction } from "./results.js";

/** A `Lens` or a `WorkerLens`. */
export type Device = Pick<Lens, "predict">;

/** What a lens is asked to do; `name` is what its times are kept under. */
export interface DeviceTask<Value> {
  readonly name: string;
  readonly work: (lens: Device) => Promise<Worked<Value>>;
}

/** A value and where it comes from. */
export interface Worked<Value> {
  readonly value: Value;
  readonly provenance: OutcomeProvenance;
}

// How much of the last times counts, and what is expected before there was one, in seconds.
const SHARE = 0.3;
const FIRST = 0.5;

export class DeviceSide {
  private readonly seconds = new Map<string, number>();
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly lens: Device) {}

  /** Seconds that a task takes, by its last times. */
  expected(name: string): number {
    return this.seconds.get(name) ?? FIRST;
  }

  /** Begin; the promise raises `PhotoError` for a photo that is none. */
  start<Value>(task: DeviceTask<Value>): Promise<Outcome<Value>> {
    const done = this.last.then(() => this.done(task));
    this.last = done.catch(() => undefined);
    return done;
  }

  /** What the lens says within so many seconds; one that takes longer is left to end. */
  ask<Value>(task: DeviceTask<Value>, seconds: number): Promise<Outcome<Value>> {
    return within<Outcome<Value>>(
      seconds,
      () => this.start(task),
      () => unavailable("the device was not done by the deadline", 0, "deadline"),
    );
  }

  private async done<Value>(task: DeviceTask<Value>): Promise<Outcome<Value>> {
    try {
      const { value, provenance } = await task.work(this.lens);
      const spent = Object.values(provenance.ms).reduce((sum, ms) => sum + ms, 0) / 1000;
      const before = this.seconds.get(task.name) ?? spent;
      this.seconds.set(task.name, (1 - SHARE) * before + SHARE * spent);
      return { kind: "ok", value, provenance };
    } catch (error) {
      if (error instanceof PhotoError || !(error instanceof PocketLensError)) throw error;
      return unavailable(error.message, null, "device-failed");
    }
  }
}

/** Where a prediction of a lens comes from. */
export function deviceProvenance({ from, ms }: Omit<Prediction, "value">): OutcomeProvenance {
  const { model, sha256, variant, accelerator } = from;
  const whole = { where: "device", bytesSent: 0, bytesSaved: 0, attempts: 1 } as const;
  return { ...whole, model, sha256, variant, accelerator, ms: { ...ms } };
}
