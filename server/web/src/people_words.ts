/** What the room of people says of itself: how much there is, and what to begin with. */
import { h } from "./dom.js";
import { type Everybody, counted } from "./people.js";

/** The ways to more faces. */
export interface Ways {
  readonly look: () => void;
  readonly add: (files: readonly File[]) => void;
}

/** The title with what is there, and the buttons; `unseen` photos have no face here. */
export function heading(text: string, unseen = 0, ways: Ways | null = null) {
  const title = h("h1", { id: "people-title", tabindex: -1 }, "People");
  const about = h("div", {}, title, text === "" ? null : h("p", { class: "soft" }, text));
  const tools =
    ways === null ? null : h("div", { class: "bar-tools" }, ...buttons(unseen, ways));
  return [h("div", { class: "bar" }, about, tools)];
}

/** How many people in how many photos. */
export function extentInWords({ groups, people, photos }: Everybody, unseen: number): string {
  const known = people.length === 0 ? "nobody has a name yet" : `you know ${people.length}`;
  if (groups.length === 0) return `No face is collected; ${known}`;
  const who = `${counted(groups.length, "person", "people")} in ${photos.size - unseen} of `;
  return `${who}${counted(photos.size, "kept photo")}; ${known}`;
}

/** Where there is nobody yet. */
export function emptiness(photos: number, unseen: number, ways: Ways): readonly HTMLElement[] {
  const [title, text] = beginning(photos, unseen);
  const tools = h("div", { class: "ways" }, ...buttons(unseen, ways));
  const promise =
    `Photos and faces stay on ${window.location.host}. Nobody is given a name who did not ` +
    "agree, and whoever has one can be forgotten.";
  return [
    ...heading(""),
    h(
      "div",
      { class: "hero" },
      h("span", { class: "three", "aria-hidden": "true" }, h("i", {}), h("i", {}), h("i", {})),
      h("h2", {}, title),
      h("p", { class: "soft" }, text),
      tools,
      h("p", { class: "soft" }, promise),
    ),
  ];
}

function beginning(photos: number, unseen: number): readonly [string, string] {
  const groups = "The faces in them become groups, one a person.";
  if (photos === 0) {
    return ["No photos are kept here yet", `Add some with people in them. ${groups}`];
  }
  const kept = photos === 1 ? "One photo is kept" : `${counted(photos, "photo")} are kept`;
  if (unseen === 0)
    return [`${kept}, and no face is in them`, `Add some with people. ${groups}`];
  return [`${kept}, and no face of them`, `Faces are collected when you ask for it. ${groups}`];
}

function buttons(unseen: number, { look, add }: Ways): readonly HTMLElement[] {
  const label =
    unseen === 1 ? "Look for faces in 1 photo" : `Look for faces in ${unseen} photos`;
  const input = h("input", {
    ...{ type: "file", multiple: true, accept: "image/*,.heic,.heif,.avif", class: "spoken" },
    change: () => {
      const files = [...(input.files ?? [])];
      input.value = "";
      add(files);
    },
  });
  const adding = h("label", { class: "button primary" }, input, h("span", {}, "Add photos"));
  const looking = h("button", { type: "button", class: "button", click: look }, label);
  return unseen > 0 ? [looking, adding] : [adding];
}
