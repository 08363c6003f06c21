/** What keeps a client from asking a server that is down, again and again. */
import type { Clock } from "./clock.js";

const LONGEST = 60;

/**
 * Opens after some failures in a row; after a while lets one question through.
 *
 * Its answer closes the breaker, its failure doubles the wait, to a minute at most.
 */
export class Breaker {
  private failures = 0;
  private wait: number;
  private opensAt = 0;
  private trying = false;

  constructor(
    private readonly most: number,
    private readonly first: number,
    private readonly clock: Clock,
  ) {
    this.wait = first;
  }

  /** 0 where a question may be sent now, which has to be followed by `note`; else the seconds
   * to wait. */
  rest(): number {
    if (this.failures < this.most) return 0;
    const left = this.opensAt - this.clock.now();
    if (left > 0) return left;
    if (this.trying) return this.wait;
    this.trying = true;
    return 0;
  }

  /** What came of a question: the server lives, or not; null says neither. */
  note(alive: boolean | null): void {
    const tried = this.trying;
    this.trying = false;
    if (alive === true) {
      this.failures = 0;
      this.wait = this.first;
    } else if (tried) {
      this.wait = Math.min(2 * this.wait, LONGEST);
      this.opensAt = this.clock.now() + this.wait;
    } else if (alive === false) {
      this.failures += 1;
      this.opensAt = this.clock.now() + this.wait;
    }
  }
}
