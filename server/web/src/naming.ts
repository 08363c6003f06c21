/** A group's name: of somebody who is known, or of somebody new, who has to have agreed. */
import { asked } from "./dialogs.js";
import { h } from "./dom.js";
import { facesOf } from "./faces.js";
import { type Group, type Person, agreed, decide, send } from "./people.js";

const MOST_NAME = 200;
const MOST_NOTE = 1000;
const SHOWN = 5;
const NOBODY = "";

/** Ask whose faces these are, and tell the server; whether that was done. */
export function named(group: Group, people: readonly Person[]): Promise<boolean> {
  const [face] = group.faces;
  const known = among(people);
  const name = text({ maxlength: MOST_NAME, required: true });
  const consent = consentOf();
  const fresh = h("div", { class: "fields" }, field("Name", name), consent.group);
  const choose = () => {
    const somebody = known !== null && known.value !== NOBODY;
    fresh.hidden = somebody;
    for (const input of fresh.querySelectorAll("input")) input.disabled = somebody;
  };
  known?.addEventListener("change", choose);
  return asked({
    title: "Who is this?",
    content: [
      facesOf(group.faces, SHOWN),
      known === null ? null : field("Whom the server knows", known),
      fresh,
    ],
    verb: "Save the name",
    act: () => {
      if (known !== null && known.value !== NOBODY) {
        return decide({ kind: "person", clusters: [face.id], person: known.value });
      }
      const said = { name: name.value, face: face.id, ...consent.said() };
      return send("POST", "/v1/people/enrolments", said);
    },
  });
}

/** Ask for another name of a person; whether it was said. */
export function renamed({ id, name }: { id: string; name: string }): Promise<boolean> {
  const input = text({ maxlength: MOST_NAME, required: true, value: name });
  return asked({
    title: `Another name for ${name}`,
    content: [field("Name", input)],
    verb: "Save the name",
    act: () => send("PATCH", `/v1/people/${id}`, { name: input.value }),
  });
}

function among(people: readonly Person[]): HTMLSelectElement | null {
  if (people.length === 0) return null;
  return h(
    "select",
    {},
    h("option", { value: NOBODY }, "Nobody yet: somebody new"),
    ...people.map(({ id, name, consent }) =>
      h("option", { value: id }, `${name} (${agreed(consent)})`),
    ),
  );
}

/** The tick and what the API has to be told: who said yes, when, and to what. */
function consentOf() {
  const tick = h("input", { type: "checkbox", required: true });
  const by = text({ maxlength: MOST_NAME, required: true, placeholder: "The person" });
  const at = h("input", { type: "date", required: true, value: today(), max: today() });
  const note = text({ maxlength: MOST_NOTE });
  const words =
    "This person said yes, or whoever may speak for them. The server then keeps the name, a " +
    "small picture of this face and 128 numbers that tell it from others, until they are " +
    "forgotten.";
  const group = h(
    "fieldset",
    { class: "consent" },
    h("legend", {}, "Consent"),
    h("label", { class: "tick" }, tick, h("span", {}, words)),
    field("Who said yes", by),
    field("On which day", at),
    field("To what, and how that can be shown (if you like)", note),
  );
  const said = () => ({
    consent_by: by.value,
    consent_at: at.value,
    ...(note.value === "" ? {} : { consent_note: note.value }),
  });
  return { group, said };
}

function field(title: string, input: HTMLElement): HTMLElement {
  return h("label", { class: "field" }, h("span", {}, title), input);
}

function text(attributes: Readonly<Record<string, string | number | boolean>>) {
  return h("input", { type: "text", autocomplete: "off", ...attributes });
}

/** The day here, `YYYY-MM-DD`. */
function today(): string {
  const now = new Date();
  return new Date(now.getTime() - 60_000 * now.getTimezoneOffset()).toISOString().slice(0, 10);
}
