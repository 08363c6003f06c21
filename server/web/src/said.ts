/** What was said of groups, and how it is taken back. */
import { h } from "./dom.js";
import { facesOf } from "./faces.js";
import { type Decision, type Everybody } from "./people.js";

const SHOWN = 4;
type Undo = (decision: Decision) => void;

/** All of it, the newest first; null where nothing was. */
export function saidOf({ decisions, people }: Everybody, undo: Undo): HTMLElement | null {
  if (decisions.length === 0) return null;
  const names = new Map(people.map(({ id, name }) => [id, name]));
  const items = decisions.map((one) => item(one, names.get(one.person) ?? "", undo));
  const title = `What you said of them (${decisions.length})`;
  return h("details", { class: "told" }, h("summary", {}, title), h("ul", {}, ...items));
}

function item(decision: Decision, name: string, undo: Undo): HTMLElement {
  const text = inWords(decision, name);
  const click = () => undo(decision);
  const label = `Take back: ${text}`;
  return h(
    "li",
    {},
    row(decision.faces),
    h("span", {}, text),
    decision.others.length > 0 ? row(decision.others) : null,
    h(
      "button",
      { type: "button", class: "button small", "aria-label": label, click },
      "Take it back",
    ),
  );
}

function row(ids: readonly string[]): HTMLElement {
  const faces = ids.map((id) => ({ id }));
  return facesOf(faces, SHOWN);
}

function inWords({ kind, faces }: Decision, name: string): string {
  const those = faces.length === 1 ? "This" : "These";
  const are = faces.length === 1 ? "is" : "are";
  if (kind === "person") return `${those} ${are} ${name}`;
  return kind === "merge" ? "These are one person" : `${those} ${are} not the person of`;
}
