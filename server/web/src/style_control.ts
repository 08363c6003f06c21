/** The learnt styles as small pictures, and a picture of one's own. */
import type { Control } from "./controls.js";
import { h } from "./dom.js";
import type { Choices } from "./types.js";

const STYLES = 26;
const COLUMNS = 13; // of the pictures in styles.webp

export function styleControl(): Control {
  let style = "0";
  const picture = h("input", {
    ...{ type: "file", accept: "image/*", id: "style-picture" },
    change: () => picture.files?.length && (own.checked = true),
  });
  const own = h("input", { type: "radio", name: "style", value: "own" });
  const tiles = h("div", { class: "styles", role: "radiogroup", "aria-label": "Styles" });
  for (let number = 0; number < STYLES; number += 1) {
    const radio = h("input", {
      ...{ type: "radio", name: "style", value: number, checked: number === 0 },
      "aria-label": `Style ${number}`,
      change: () => (style = String(number)),
    });
    const thumb = h("span", { class: "thumb", title: `Style ${number}` });
    thumb.style.setProperty("--x", `${(100 * (number % COLUMNS)) / (COLUMNS - 1)}%`);
    thumb.style.setProperty("--y", `${100 * Math.floor(number / COLUMNS)}%`);
    tiles.append(h("label", {}, radio, thumb));
  }
  const like = h("label", { class: "own" }, own, h("span", {}, "Like a picture of yours"));
  const strength = h("input", { type: "range", min: 0, max: 1, step: 0.05, value: 1 });
  const keep = h("input", { type: "checkbox" });
  const element = h(
    "fieldset",
    { class: "group" },
    h("legend", {}, "Style"),
    tiles,
    h("div", { class: "like" }, like, picture),
    h("label", { class: "field" }, h("span", {}, "How strong"), strength),
    h("label", { class: "field" }, h("span", {}, "Keep the photo's colours"), keep),
  );
  picture.setAttribute("aria-label", "The picture whose style is taken");
  const file = () => picture.files?.[0] ?? null;
  const choices = (): Choices => ({
    ...(own.checked ? { style_image: file() ?? "" } : { style }),
    ...(strength.value !== "1" && { strength: strength.value }),
    ...(keep.checked && { keep_colours: "true" }),
  });
  const lacks = () =>
    own.checked && file() === null ? "Choose the picture to paint like." : "";
  return {
    element,
    choices,
    lacks,
    covers: ["style", "strength", "keep_colours", "style_image"],
  };
}
