/** When a question is repeated: how long to wait before, and whether there is budget. */
import type { Clock } from "./clock.js";

const MOST = 10;
const SHARE = 0.2;

/** Repetitions are a fifth of the questions at most, so that a server in trouble does not get
 * three times the load; ten may be saved up. */
export class RetryBudget {
  private tokens = MOST;

  /** A question was asked. */
  earn(): void {
    this.tokens = Math.min(MOST, this.tokens + SHARE);
  }

  /** Whether one may be repeated; it is counted. */
  take(): boolean {
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}

/** Which addresses asked to be left alone, and until when (`Retry-After`). */
export class Holds {
  private readonly until = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** Ask nothing of the address for so long. */
  hold(path: string, seconds: number): void {
    this.until.set(path, this.clock.now() + seconds);
  }

  /** Seconds until it may be asked again; 0 for now. */
  rest(path: string): number {
    return Math.max(0, (this.until.get(path) ?? 0) - this.clock.now());
  }
}

/** Seconds before the next attempt: anything from 0 to `backoff` doubled with each (`draw` says
 * what, 0..1), after what the server asked for. */
export function jittered(
  backoff: number,
  attempt: number,
  retryAfter: number | null,
  draw: number,
): number {
  return (retryAfter ?? 0) + draw * backoff * 2 ** (attempt - 1);
}
