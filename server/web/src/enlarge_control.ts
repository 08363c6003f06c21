/** How many times as large, and what a small network makes of it. */
import type { Control } from "./controls.js";
import { h } from "./dom.js";
import type { Place } from "./types.js";

const SMALL =
  "By a small network: edges get sharp, fur and leaves look drawn, small things may vanish." +
  " It takes about a minute a megapixel.";

export function enlargeControl(place: Place): Control {
  const field = h(
    "select",
    {},
    new Option("Twice as high and wide", "2"),
    new Option("Four times as high and wide", "4", true, true),
  );
  const element = h("label", { class: "field" }, h("span", {}, "How large"), field);
  if (place === "device") element.append(h("span", { class: "soft" }, SMALL));
  const choices = () => ({ scale: field.value });
  return { element, choices, lacks: () => "", covers: ["scale"] };
}
