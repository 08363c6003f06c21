/** The policies of a router: which side is asked, in which order, and with how much time. */
import type { DeviceSide, DeviceTask } from "./device_side.js";
import { PocketLensError, UnknownName } from "./errors.js";
import {
  type Outcome,
  type OutcomeProvenance,
  type Unavailable,
  degraded,
  unavailable,
} from "./outcomes.js";
import type { TaskName } from "./remote/asking.js";
import { type Clock, within } from "./remote/clock.js";
import type { RemoteLens } from "./remote/remote_lens.js";
import type { How } from "./remote/remote_settings.js";

export const POLICIES = [
  "device-first",
  "server-first",
  "device-only",
  "fastest",
  "best-quality",
] as const;
export type Policy = (typeof POLICIES)[number];

const LIST_SECONDS = 2; // that a server gets to say what it can do

/** What to do instead, and in what it is less. */
export interface Fallback<Value> {
  readonly work: DeviceTask<Value>["work"];
  /** Of what was made. */
  readonly why: (made: OutcomeProvenance) => string;
  /** That it is expected to take, where that is known beforehand. */
  readonly seconds?: number;
}

/** A question and every way to have it answered. `device`: by the very model that is meant;
 * null for a heavy one. `fallback`: by less. */
export interface Route<Value> {
  readonly task: TaskName;
  readonly server: (how: How) => Promise<Outcome<Value>>;
  readonly device: DeviceTask<Value> | null;
  readonly fallback: Fallback<Value> | null;
}

/** Answers routes by a policy, within their deadline. */
export class Routing {
  constructor(
    private readonly device: DeviceSide,
    private readonly remote: Pick<RemoteLens, "models"> | null,
    private readonly clock: Clock,
  ) {}

  /** The outcome, by the deadline; raises `UnknownName` for a policy there is not. */
  async ask<Value>(
    route: Route<Value>,
    policy: Policy,
    how: How,
    seconds: number,
  ): Promise<Outcome<Value>> {
    const ends = this.clock.now() + seconds;
    switch (policy) {
      case "device-first":
        return this.deviceFirst(route, how, ends);
      case "server-first":
        return this.serverFirst(route, how, ends);
      case "device-only":
        return this.lightly(route, ends, await this.here(route, ends));
      case "fastest":
        return this.fastest(route, how, ends);
      case "best-quality": // what a lens does, it does with every pixel
        return this.deviceFirst(route, { ...how, fullSize: true }, ends);
      default:
        throw new UnknownName("policy", policy satisfies never, POLICIES);
    }
  }

  private async deviceFirst<Value>(route: Route<Value>, how: How, ends: number) {
    const here = await this.here(route, ends);
    if (here.kind !== "unavailable") return here;
    const there = await this.there(route, how, ends - this.reserve(route, ends));
    if (there.kind !== "unavailable") return there;
    return this.lightly(route, ends, neither(here, there));
  }

  private async serverFirst<Value>(route: Route<Value>, how: How, ends: number) {
    const there = await this.there(route, how, ends - this.reserve(route, ends));
    if (there.kind !== "unavailable") return there;
    const here = await this.here(route, ends);
    if (here.kind !== "unavailable") return here;
    return this.lightly(route, ends, neither(here, there));
  }

  /** Both at once; the first answer counts. */
  private async fastest<Value>(route: Route<Value>, how: How, ends: number) {
    if (route.device === null) return this.deviceFirst(route, how, ends);
    const here = this.device.start(route.device);
    const there = this.there(route, how, ends);
    const first = Promise.race([here, there]).then(async (outcome) => {
      if (outcome.kind !== "unavailable") return outcome;
      const [one, other] = await Promise.all([here, there]);
      if (one.kind !== "unavailable") return one;
      return other.kind !== "unavailable" ? other : neither(one, other);
    });
    return within<Outcome<Value>>(
      ends - this.clock.now(),
      () => first,
      () => unavailable("neither side was done by the deadline", 0, "deadline"),
    );
  }

  private async here<Value>(route: Route<Value>, ends: number): Promise<Outcome<Value>> {
    if (route.device === null) {
      return unavailable(`no model for ${route.task} on the device`, null, "not-offered");
    }
    return this.device.ask(route.device, ends - this.clock.now());
  }

  private async there<Value>(
    route: Route<Value>,
    how: How,
    ends: number,
  ): Promise<Outcome<Value>> {
    if (this.remote === null) return unavailable("no server is known", null, "not-offered");
    const seconds = Math.min(LIST_SECONDS, (ends - this.clock.now()) / 2);
    const models = await this.remote.models(false, Math.max(seconds, 0));
    if ("kind" in models) return models;
    const refusal = models.refusal(route.task, how.model);
    if (refusal !== null) return refusal;
    try {
      const left = Math.max(ends - this.clock.now(), 0);
      return await route.server({ ...how, seconds: left });
    } catch (error) {
      if (!(error instanceof PocketLensError)) throw error;
      return unavailable(error.message, null, "not-asked");
    }
  }

  /** The fallback in place of an outage, where there is one. */
  private async lightly<Value>(
    route: Route<Value>,
    ends: number,
    outcome: Outcome<Value>,
  ): Promise<Outcome<Value>> {
    if (route.fallback === null || outcome.kind !== "unavailable") return outcome;
    const task = { name: light(route.task), work: route.fallback.work };
    const lighter = await this.device.ask(task, ends - this.clock.now());
    if (lighter.kind === "unavailable") return neither(lighter, outcome);
    const why = route.fallback.why(lighter.provenance);
    return degraded(lighter, `${why} (${outcome.why})`);
  }

  /** Seconds to keep for the device, should the server fail; half of all at most. */
  private reserve(route: Route<unknown>, ends: number): number {
    if (route.device === null && route.fallback === null) return 0;
    const name = route.device === null ? light(route.task) : route.device.name;
    const least = route.fallback?.seconds ?? 0;
    const wanted = 2 * Math.max(this.device.expected(name), least) + 0.05;
    return Math.max(0, Math.min(wanted, (ends - this.clock.now()) / 2));
  }
}

function light(task: TaskName): string {
  return `${task}, lightly`;
}

/**
 * Both reasons, and the sooner of the times after which it may be asked again.
 *
 * That the device has no such model is no news where a server was asked.
 */
export function neither(here: Unavailable, there: Unavailable): Unavailable {
  if (here.code === "not-offered" && there.code !== "not-offered") return there;
  const waits = [here.retryAfter, there.retryAfter].filter((wait) => wait !== null);
  const why = `device: ${here.why}; server: ${there.why}`;
  return unavailable(why, waits.length === 0 ? null : Math.min(...waits), there.code);
}
