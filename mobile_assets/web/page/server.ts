/** The fields about a server, and what came of a question in one line. */
import { POLICIES, RemoteLens } from "../src/index.js";
import type { Outcome, Policy } from "../src/index.js";

function valueOf(id: string): string {
  return (document.getElementById(id) as HTMLInputElement | HTMLSelectElement).value.trim();
}

export function listPolicies(): void {
  const options = POLICIES.map((name) => new Option(name, name));
  (document.getElementById("policy") as HTMLSelectElement).replaceChildren(...options);
}

export function policy(): Policy {
  return valueOf("policy") as Policy;
}

/** The server whose address stands there; none where there is none. Raises as `RemoteLens`. */
export function server(): RemoteLens | null {
  const address = valueOf("server");
  return address === "" ? null : new RemoteLens(address, { key: valueOf("key") });
}

/** Write which side answered, or why none did. */
export function sayOutcome(into: HTMLElement, outcome: Outcome<unknown>): void {
  const [kind, text] = into.children;
  kind.textContent = outcome.kind;
  text.textContent = lineOf(outcome);
  into.dataset["kind"] = outcome.kind;
  into.dataset["where"] = outcome.kind === "unavailable" ? "" : outcome.provenance.where;
  into.hidden = false;
}

function lineOf(outcome: Outcome<unknown>): string {
  if (outcome.kind === "unavailable") {
    const { why, retryAfter, code } = outcome;
    const again = retryAfter === null ? "" : `; ask again in ${Math.ceil(retryAfter)} s`;
    return `Nobody answered (${code}): ${why}${again}.`;
  }
  const { where, attempts, bytesSent } = outcome.provenance;
  const sent = bytesSent > 0 ? `, ${bytesSent} bytes sent` : ", nothing was sent";
  const often = attempts > 1 ? `, ${attempts} attempts` : "";
  const less = outcome.kind === "degraded" ? `: ${outcome.why}` : "";
  return `Answered by the ${where}${where === "server" ? sent + often : ""}${less}.`;
}
