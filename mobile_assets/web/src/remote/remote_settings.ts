/** How a server is asked: deadlines, repetitions, patience. */
import { CLOCK, type Clock } from "./clock.js";
import type { Transport } from "./transport.js";
import { type Encode, encoded } from "./uploads.js";

/**
 * `seconds`: the deadline of a question where it has none of its own. `attempts`: how often it
 * is sent at most, with waits drawn from 0 to `backoff` seconds, doubled each time (full
 * jitter).
 *
 * After `breakerFailures` failures in a row nothing is sent for `breakerSeconds`; then one
 * question is let through to see. `hedgeAfter` seconds without an answer, the question is sent
 * once more beside the first; null for never. `modelsSeconds`: how long a list of models counts
 * as fresh.
 * `encode` makes the files that are sent; `transport` sends them, by `fetch` where it is null.
 */
export interface RemoteSettings {
  readonly seconds: number;
  readonly attempts: number;
  readonly backoff: number;
  readonly breakerFailures: number;
  readonly breakerSeconds: number;
  readonly hedgeAfter: number | null;
  readonly modelsSeconds: number;
  readonly maxAnswerBytes: number;
  readonly encode: Encode;
  readonly transport: Transport | null;
  readonly clock: Clock;
}

export const REMOTE_SETTINGS: RemoteSettings = {
  seconds: 30,
  attempts: 3,
  backoff: 0.1,
  breakerFailures: 5,
  breakerSeconds: 5,
  hedgeAfter: null,
  modelsSeconds: 60,
  maxAnswerBytes: 256 * 1024 * 1024,
  encode: encoded,
  transport: null,
  clock: CLOCK,
};
