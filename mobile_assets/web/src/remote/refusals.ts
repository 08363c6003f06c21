/** Answers that are none: problem details, other statuses, and what cannot be read. */
import { type Unavailable, unavailable } from "../outcomes.js";
import type { Reply } from "./transport.js";

const LONGEST_WAIT = 3600;
const GATEWAY = [502, 503, 504]; // of a proxy, which knows no problem details
const NEVER_REPEATED = ["deadline", "circuit-open"];

/**
 * Why there is no answer.
 *
 * `retryAfter`: seconds after which it may be asked again, null where that does not help.
 * `alive`: whether a server that works said so.
 */
export class Refusal extends Error {
  constructor(
    readonly why: string,
    readonly code: string,
    readonly retryAfter: number | null = null,
    readonly alive = false,
  ) {
    super(why);
  }

  /** Whether the same question may be sent again. */
  get retryable(): boolean {
    return this.retryAfter !== null && !NEVER_REPEATED.includes(this.code);
  }

  /** The refusal as an outcome. */
  unavailable(): Unavailable {
    return unavailable(this.why, this.retryAfter, this.code);
  }
}

/** An answer that is none: it may be asked for again at once. */
export function notAnAnswer(what: string): Refusal {
  return new Refusal(`the server's answer cannot be used: ${what}`, "not-an-answer", 0);
}

/** The refusal that an answer with a status other than 200 is. */
export function refusalOf({ status, retryAfter, body }: Reply): Refusal {
  const after = secondsOf(retryAfter);
  const problem = problemOf(body);
  if (problem === null) {
    const retryable = GATEWAY.includes(status) || status === 429;
    const what = status === 0 ? "a redirect" : `status ${status}`;
    const why = `the server answered with ${what}`;
    return new Refusal(why, "not-an-answer", retryable ? after : null);
  }
  const { code, detail, retryable } = problem;
  const alive = status < 500 || status === 503 || code === "deadline-exceeded";
  return new Refusal(detail, code, retryable ? after : null, alive);
}

/** What is read of RFC 9457's problem details. */
interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly retryable: boolean;
}

function problemOf(body: Uint8Array): Problem | null {
  try {
    const json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
    const { code, detail, retryable = false } = json as Record<string, unknown>;
    const fits =
      typeof code === "string" && typeof detail === "string" && typeof retryable === "boolean";
    return fits ? { code, detail, retryable } : null;
  } catch {
    return null;
  }
}

/** Seconds; 0 for none. A date is not read: no server of ours sends one. */
export function secondsOf(retryAfter: string): number {
  return /^[0-9]+$/.test(retryAfter) ? Math.min(Number(retryAfter), LONGEST_WAIT) : 0;
}
