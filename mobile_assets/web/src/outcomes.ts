/**
 * What comes of a question that may be answered here, elsewhere, or not at all.
 *
 *     const outcome = await router.faces(photo);
 *     if (outcome.kind === "unavailable") say(outcome.why);
 *     else draw(outcome.value.faces);
 *
 * An outage is never an empty list: no faces is an `Ok`, and an `Unavailable` has no value, so
 * that whoever does not ask for the kind first does not compile.
 */

/**
 * Where a value comes from.
 *
 * `sha256`: of the model's file, empty where it is not known. `ms`: milliseconds by stage; of a
 * server's answer `server.*` are its own and `round_trip` is all of it. `bytesSent`: the upload;
 * `bytesSaved`: what the photo as given has more than that.
 */
export interface OutcomeProvenance {
  readonly where: "device" | "server";
  readonly model: string;
  readonly sha256: string;
  readonly variant: string;
  readonly accelerator: string;
  readonly ms: Readonly<Record<string, number>>;
  readonly bytesSent: number;
  readonly bytesSaved: number;
  readonly attempts: number;
}

/** What was asked for. */
export interface Ok<Value> {
  readonly kind: "ok";
  readonly value: Value;
  readonly provenance: OutcomeProvenance;
}

/** Less than what was asked for; `why` says in what. */
export interface Degraded<Value> {
  readonly kind: "degraded";
  readonly value: Value;
  readonly provenance: OutcomeProvenance;
  readonly why: string;
}

/**
 * No answer: `why` is one line; `retryAfter` seconds from now it may be asked again, null where
 * asking again will not help.
 *
 * `code` is the server's (`weights-missing`, `invalid-parameter`, ...) or one of `unreachable`,
 * `deadline`, `circuit-open`, `not-an-answer`, `wrong-file`, `held`, `not-offered`,
 * `not-asked`, `device-failed`.
 */
export interface Unavailable {
  readonly kind: "unavailable";
  readonly why: string;
  readonly retryAfter: number | null;
  readonly code: string;
}

export type Outcome<Value> = Ok<Value> | Degraded<Value> | Unavailable;

export function unavailable(why: string, retryAfter: number | null, code: string): Unavailable {
  return { kind: "unavailable", why, retryAfter, code };
}

/** The outcome with another value made of its own, where it has one. */
export function mapped<Value, Other>(
  outcome: Outcome<Value>,
  change: (value: Value) => Other,
): Outcome<Other> {
  if (outcome.kind === "unavailable") return outcome;
  return { ...outcome, value: change(outcome.value) };
}

/** The outcome with `why` it is less than what was asked for. */
export function degraded<Value>(outcome: Outcome<Value>, why: string): Outcome<Value> {
  if (outcome.kind === "unavailable") return outcome;
  const { value, provenance } = outcome;
  const first = outcome.kind === "degraded" ? `${outcome.why}; ` : "";
  return { kind: "degraded", value, provenance, why: first + why };
}
