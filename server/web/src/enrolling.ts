/** A face that the server does not know, made known to it: with a name, and with consent; and
 * a person whom it knows, forgotten. */
import { h } from "./dom.js";
import { forgotten } from "./forgetting.js";
import { call, formOf } from "./server.js";
import type { Answer, Json } from "./types.js";

/** What can be done about the only face of a photo; null where there is none, or more. */
export function enrolment(answer: Answer): HTMLElement | null {
  const faces = (answer.result["faces"] ?? []) as readonly Json[];
  if (answer.task.name !== "people" || faces.length !== 1) return null;
  const [{ person, name }] = faces;
  return person === null ? making(answer) : forgetting(String(person), String(name));
}

function forgetting(person: string, name: string): HTMLElement {
  const said = h("p", { class: "soft", role: "status" });
  const click = async () => {
    if (await forgotten({ id: person, name }, [])) {
      said.textContent = `${name} is forgotten, with every face that was kept.`;
    }
  };
  const forget = h(
    "button",
    { type: "button", class: "button small", click: () => void click() },
    `Forget ${name}`,
  );
  return h("div", { class: "fields" }, forget, said);
}

function making({ photo }: Answer): HTMLElement {
  const name = h("input", {
    type: "text",
    required: true,
    maxlength: 200,
    autocomplete: "off",
  });
  const by = h("input", { type: "text", required: true, maxlength: 200, autocomplete: "off" });
  const said = h("p", { class: "soft", role: "status" });
  const form = h(
    "form",
    { class: "fields" },
    h("label", { class: "field" }, h("span", {}, "Name"), name),
    h("label", { class: "field" }, h("span", {}, "Who agreed to it"), by),
    h("button", { type: "submit", class: "button" }, "Remember this face"),
    said,
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const consent_at = new Date().toISOString().slice(0, 10);
    const body = formOf(photo, { name: name.value, consent_by: by.value, consent_at });
    call("/v1/people/enrolments", { method: "POST", body }).then(
      () => (said.textContent = `${name.value} is known from now on. Ask again to see it.`),
      (error: Error) => (said.textContent = error.message),
    );
  });
  return h("details", { class: "more" }, h("summary", {}, "Make this person known"), form);
}
