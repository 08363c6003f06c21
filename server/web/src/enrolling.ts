/** A face that the server does not know, made known to it: with a name, and with consent. */
import { h } from "./dom.js";
import { call, formOf } from "./server.js";
import type { Answer, Json } from "./types.js";

/** The form for the only face of a photo; null where there is nobody to be made known. */
export function enrolment({ task, photo, place, result }: Answer): HTMLElement | null {
  const faces = (result["faces"] ?? []) as readonly Json[];
  if (task.name !== "people" || place !== "server") return null;
  if (faces.length !== 1 || faces[0]["person"] !== null) return null;
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
