/**
 * One question to a server: sent, repeated where that is safe, ended at its deadline.
 *
 * Every question here is safe to repeat: it is answered from the photo alone and changes
 * nothing, and all its attempts carry one `Idempotency-Key`. What is repeated is what never
 * reached the server or broke on the way, and what the server calls `retryable`.
 */
import type { Unavailable } from "../outcomes.js";
import { Breaker } from "./breaker.js";
import type { Clock } from "./clock.js";
import { Refusal, refusalOf } from "./refusals.js";
import { Holds, RetryBudget, jittered } from "./retrying.js";
import type { RemoteSettings } from "./remote_settings.js";
import { type Reply, type Request, type Transport, TransportError } from "./transport.js";

// A question that had less time than this says nothing of the server where it gets no answer.
const FAIR_SECONDS = 0.25;

/** What came, how many attempts it took, and the milliseconds of the last one. */
export interface Answered<Answer> {
  readonly kind: "answered";
  readonly answer: Answer;
  readonly attempts: number;
  readonly ms: number;
}

/** A request and how its answer is read: `read` raises `Refusal` for one that is none. `ends`:
 * its deadline, a moment of the clock. `hedgeAfter`: seconds, null for never. */
export interface Question<Answer> {
  readonly request: Request;
  readonly read: (reply: Reply) => Answer | Promise<Answer>;
  readonly ends: number;
  readonly hedgeAfter: number | null;
}

type Ended<Answer> = Answered<Answer> | Refusal;

/** Asks one server. */
export class Caller {
  private readonly breaker: Breaker;
  private readonly budget = new RetryBudget();
  private readonly holds: Holds;
  private readonly clock: Clock;

  constructor(
    private readonly transport: Transport,
    private readonly settings: RemoteSettings,
  ) {
    this.clock = settings.clock;
    this.breaker = new Breaker(settings.breakerFailures, settings.breakerSeconds, this.clock);
    this.holds = new Holds(this.clock);
  }

  /** The answer, by the deadline; `Unavailable` where there is none. */
  async ask<Answer>(question: Question<Answer>): Promise<Answered<Answer> | Unavailable> {
    this.budget.earn();
    for (let attempt = 1; ; attempt += 1) {
      const ended = await this.attempt(question);
      if (!(ended instanceof Refusal)) return { ...ended, attempts: attempt };
      const wait = this.wait(question, ended, attempt);
      if (wait === null) return ended.unavailable();
      await this.clock.sleep(wait);
    }
  }

  private async attempt<Answer>(question: Question<Answer>): Promise<Ended<Answer>> {
    const place = question.request.path.split("?")[0];
    const held = this.holds.rest(place);
    if (held > 0) return new Refusal("the server asked to be left alone", "held", held);
    const shut = this.breaker.rest();
    if (shut > 0) {
      return new Refusal("the server has failed again and again", "circuit-open", shut);
    }
    const fair = this.left(question) >= FAIR_SECONDS;
    let alive: boolean | null = null;
    try {
      const ended = await this.race(question);
      alive = !(ended instanceof Refusal) || ended.alive;
      if (ended instanceof Refusal && ended.retryable && ended.retryAfter) {
        this.holds.hold(place, ended.retryAfter);
      }
      return ended;
    } finally {
      this.breaker.note(alive || fair ? alive : null);
    }
  }

  /** The request, and where it is hedged a second one beside it: the first answer counts, and
   * a refusal where nothing else is on its way. Whatever is still asked then is aborted. */
  private race<Answer>(question: Question<Answer>): Promise<Ended<Answer>> {
    const stopping = new AbortController();
    const timers: (() => void)[] = [];
    const ended = new Promise<Ended<Answer>>((resolve, reject) => {
      let waiting = 0;
      const send = () => {
        waiting += 1;
        this.sent(question, stopping.signal).then((came) => {
          waiting -= 1;
          if (waiting === 0 || !(came instanceof Refusal)) resolve(came);
        }, reject);
      };
      const hedge = () => {
        if (this.budget.take()) send();
      };
      const late = () => resolve(new Refusal("no answer by the deadline", "deadline", 0));
      const left = this.left(question);
      const { hedgeAfter } = question;
      timers.push(this.clock.after(left, late));
      if (hedgeAfter !== null && hedgeAfter < left) {
        timers.push(this.clock.after(hedgeAfter, hedge));
      }
      send();
    });
    return ended.finally(() => {
      for (const cancel of timers) cancel();
      stopping.abort();
    });
  }

  private async sent<Answer>(
    { request, read, ends }: Question<Answer>,
    signal: AbortSignal,
  ): Promise<Ended<Answer>> {
    const started = this.clock.now();
    const left = Math.max(1, Math.trunc(1000 * (ends - started)));
    const headers = { ...request.headers, "X-Deadline-Ms": String(left) };
    try {
      const reply = await this.transport({ ...request, headers }, signal);
      if (reply.status !== 200) return refusalOf(reply);
      const answer = await read(reply);
      const ms = 1000 * (this.clock.now() - started);
      return { kind: "answered", answer, attempts: 1, ms };
    } catch (error) {
      if (error instanceof Refusal) return error;
      if (!(error instanceof TransportError)) throw error;
      return new Refusal(`the server cannot be reached (${error.message})`, "unreachable", 0);
    }
  }

  /** Seconds before it is sent again; null where it is not. */
  private wait(question: Question<unknown>, ended: Refusal, attempt: number): number | null {
    const { attempts, backoff } = this.settings;
    if (!ended.retryable || attempt >= attempts) return null;
    const wait = jittered(backoff, attempt, ended.retryAfter, this.clock.random());
    if (wait >= this.left(question) || !this.budget.take()) return null;
    return wait;
  }

  private left(question: Question<unknown>): number {
    return question.ends - this.clock.now();
  }
}
