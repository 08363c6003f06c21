/** Names of objects, typed with suggestions, one after the other. */
import type { Control } from "./controls.js";
import { h, say } from "./dom.js";
import type { Config } from "./types.js";

const OFTEN = ["person", "cat", "dog", "car", "cup"];

/** `needed`: there has to be one. */
export function namesControl(
  parameter: string,
  title: string,
  { objects }: Config,
  needed: boolean,
): Control {
  const names = new Set<string>();
  const chips = h("ul", { class: "chips", "aria-label": `${title}: chosen` });
  const list = h(
    "datalist",
    { id: "names" },
    ...objects.map((name) => h("option", { value: name })),
  );
  const input = h("input", {
    id: "name",
    type: "text",
    list: "names",
    placeholder: "person, cup, cat …",
    autocomplete: "off",
    autocapitalize: "off",
    enterkeyhint: "done",
  });
  const add = (text: string) => {
    for (const name of text.split(",").map((word) => word.trim())) if (name) names.add(name);
    input.value = "";
    draw();
  };
  const draw = () => {
    chips.replaceChildren(...[...names].map(chip));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const chip = (name: string) => {
    const drop = () => {
      names.delete(name);
      say(`${name} is no longer chosen`);
      draw();
      input.focus();
    };
    const label = `Remove ${name}`;
    return h(
      "li",
      {},
      name,
      h("button", { type: "button", "aria-label": label, click: drop }, "×"),
    );
  };
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && input.value.trim() !== "") {
      event.preventDefault();
      add(input.value);
    }
    if (event.key === "Backspace" && input.value === "") {
      names.delete([...names].at(-1) ?? "");
      draw();
    }
  });
  input.addEventListener("input", (event) => {
    const picked =
      !(event instanceof InputEvent) || event.inputType === "insertReplacementText";
    if (picked && objects.includes(input.value)) add(input.value);
  });
  const often = OFTEN.filter((name) => objects.includes(name)).map((name) =>
    h("button", { type: "button", class: "chip", click: () => add(name) }, name),
  );
  const element = h(
    "div",
    { class: "field" },
    h("label", { for: "name" }, title),
    chips,
    input,
    list,
    h("div", { class: "often" }, h("span", { class: "soft" }, "often:"), ...often),
  );
  const chosen = () => [...new Set([...names, input.value.trim()])].filter(Boolean);
  const lacks = () => (needed && chosen().length === 0 ? "Type what is to be cut out." : "");
  return {
    element,
    lacks,
    covers: [parameter],
    choices: () => ({ [parameter]: chosen().join(",") }),
  };
}
