/** How a server is asked: deadlines, repetitions, patience. */
import { CLOCK, type Clock } from "./clock.js";
import type { Transport } from "./transport.js";
import { type Encode, encoded } from "./uploads.js";

/**
 * How a question is asked, whatever it is about.
 *
 * `model` and `checkpoint`: other ones than the task's first. `seconds`: its deadline. `sha256`:
 * of the file that has to answer. `fullSize`: send every pixel of the photo, or (false) no more
 * than the model can use; super-resolution, depth and cut send every pixel where it is not said,
 * the others do not. `hedgeAfter`: seconds without an answer after which it is sent once more.
 * `key`: makes attempts that are the same question, one (a new one each time).
 */
export interface How {
  readonly model?: string;
  readonly checkpoint?: string;
  readonly seconds?: number;
  readonly sha256?: string;
  readonly fullSize?: boolean;
  readonly hedgeAfter?: number;
  readonly key?: string;
}

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

/** What a server is asked with. `files`: which file (SHA-256) has to answer for a model, by its
 * id. */
export interface RemoteOptions {
  readonly key?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly settings?: Partial<RemoteSettings>;
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
