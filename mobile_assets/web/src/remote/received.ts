/** An answer that was received, as an outcome. */
import type { Outcome, OutcomeProvenance } from "../outcomes.js";
import type { AnswerRecord, Prepared } from "./asking.js";
import type { Answered } from "./caller.js";

const CUT_IN_FULL = "instance-segmentation";

/** Where it comes from. */
export function provenanceOf(
  question: Prepared,
  { model, sha256, variant, device, ms }: AnswerRecord,
  answered: Answered<unknown>,
): OutcomeProvenance {
  const own = Object.entries(ms).map(([stage, spent]) => [`server.${stage}`, spent]);
  return {
    where: "server",
    model,
    sha256,
    variant,
    accelerator: device,
    ms: { ...Object.fromEntries(own), round_trip: Math.round(1000 * answered.ms) / 1000 },
    bytesSent: question.body.length,
    bytesSaved: question.saved,
    attempts: answered.attempts,
  };
}

/** Degraded where the server itself had to do without the network that is meant. */
export function outcomeOf<Value>(value: Value, provenance: OutcomeProvenance): Outcome<Value> {
  const { method = CUT_IN_FULL } = value as { readonly method?: string };
  if (method === CUT_IN_FULL) return { kind: "ok", value, provenance };
  return { kind: "degraded", value, provenance, why: `outlined by ${method}` };
}
