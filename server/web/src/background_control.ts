/** What is behind people: nothing, a blur, a colour, words, or a picture. */
import type { Control } from "./controls.js";
import { h } from "./dom.js";
import type { Choices, Config } from "./types.js";

const KINDS = {
  transparent: "Nothing",
  blur: "Blurred",
  colour: "A colour",
  words: "Words",
  picture: "A picture",
} as const;
type Kind = keyof typeof KINDS;
const FIRST = ["sunset", "gradient"];

export function backgroundControl({ backgrounds }: Config): Control {
  const colour = h("input", { type: "color", value: "#ece2d0", "aria-label": "The colour" });
  const picture = h("input", { type: "file", accept: "image/*", "aria-label": "The picture" });
  const all = [...backgrounds.colours, ...backgrounds.patterns];
  const words = wordsPicker(backgrounds);
  const panels: Readonly<Partial<Record<Kind, HTMLElement>>> = {
    colour: h("div", { class: "panel" }, colour),
    words,
    picture: h("div", { class: "panel" }, picture),
  };
  const kinds = h("div", { class: "pick", role: "radiogroup", "aria-label": "Behind people" });
  let kind: Kind = "transparent";
  const choose = (chosen: Kind) => {
    kind = chosen;
    for (const [name, panel] of Object.entries(panels)) panel.hidden = name !== kind;
  };
  for (const [name, title] of Object.entries(KINDS)) {
    const unable = name === "words" && all.length === 0;
    const radio = h("input", {
      ...{
        type: "radio",
        name: "behind",
        value: name,
        checked: name === kind,
        disabled: unable,
      },
      change: () => choose(name as Kind),
    });
    kinds.append(h("label", {}, radio, h("span", { class: `tile ${name}` }, title)));
  }
  choose(kind);
  const file = () => picture.files?.[0] ?? null;
  const choices = (): Choices => {
    if (kind === "picture") return { background_image: file() ?? "" };
    if (kind === "words") return { background: chosenWords(words).join(",") };
    return { background: kind === "colour" ? colour.value : kind };
  };
  const lacks = () => {
    if (kind === "picture" && file() === null) return "Choose a picture to put behind.";
    return kind === "words" && chosenWords(words).length === 0 ? "Choose a word or two." : "";
  };
  const parts = [kinds, ...Object.values(panels)];
  const legend = h("legend", {}, "Behind people");
  const element = h("fieldset", { class: "group" }, legend, ...parts);
  return { element, choices, lacks, covers: ["background", "background_image"] };
}

function wordsPicker({ colours, patterns }: Config["backgrounds"]): HTMLElement {
  const tick = (word: string) =>
    h(
      "label",
      { class: "chip" },
      h("input", { type: "checkbox", value: word, checked: FIRST.includes(word) }),
      h("span", {}, word),
    );
  const part = (title: string, list: readonly string[]) =>
    h("div", { role: "group", "aria-label": title }, h("h4", {}, title), ...list.map(tick));
  return h(
    "div",
    { class: "panel words" },
    part("Colours and moods", colours),
    part("Patterns", patterns),
  );
}

function chosenWords(words: HTMLElement): readonly string[] {
  return [...words.querySelectorAll<HTMLInputElement>("input:checked")].map(
    ({ value }) => value,
  );
}
