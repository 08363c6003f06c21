/** One group, opened: who it is, and the photos it is in, with the face marked in each. */
import { Choosing } from "./choosing.js";
import { h } from "./dom.js";
import { faceOf, pictureAt } from "./faces.js";
import { extentOf } from "./group_cards.js";
import {
  type Everybody,
  type Face,
  type Group,
  type Kept,
  type Person,
  agreed,
} from "./people.js";

const SIDE = 640;

/** What can be done with a group that is open. */
export interface GroupActs {
  readonly name: (group: Group) => void;
  readonly rename: (person: Person) => void;
  readonly forget: (person: Person) => void;
  readonly open: (photo: Kept) => void;
  /** These faces of the group are somebody else. */
  readonly split: (faces: readonly Face[]) => void;
}

/** The group as elements, the title to be focused among them. */
export function groupPage(
  group: Group,
  all: Everybody,
  acts: GroupActs,
): readonly HTMLElement[] {
  const person = all.people.find(({ id }) => id === group.person?.id) ?? null;
  const choosing = new Choosing<Face>({
    ...{ verb: "Somebody else", least: 1, most: group.faces.length - 1 },
    tell: (chosen) =>
      chosen.length === group.faces.length
        ? "All are chosen: leave one face that stays"
        : `${chosen.length} of ${group.faces.length} chosen: not the person of the others?`,
    act: acts.split,
  });
  const tiles = group.faces.map((face) => tile(face, group, all, acts, choosing));
  return [
    h("p", {}, h("a", { href: "#people", class: "back" }, "All people")),
    head(group, person, acts),
    h("ul", { class: "sights" }, ...tiles),
    choosing.bar,
  ];
}

function head(group: Group, person: Person | null, acts: GroupActs): HTMLElement {
  const title = h("h1", { id: "people-title", tabindex: -1 }, person?.name ?? "Who is this?");
  return h(
    "div",
    { class: "who" },
    h("span", { class: "cover" }, faceOf(group.faces[0])),
    h("div", {}, title, h("p", { class: "soft" }, `In ${extentOf(group)}`), consentOf(person)),
    h("div", { class: "bar-tools" }, ...buttons(group, person, acts)),
  );
}

function consentOf(person: Person | null): HTMLElement | null {
  if (person === null) return null;
  const { note } = person.consent;
  const text = `Consent: ${agreed(person.consent)}${note === "" ? "" : `. ${note}`}`;
  return h("p", { class: "soft" }, text);
}

function buttons(group: Group, person: Person | null, acts: GroupActs): readonly HTMLElement[] {
  if (person === null) return [button("Name", "button primary", () => acts.name(group))];
  return [
    button("Another name", "button", () => acts.rename(person)),
    button(`Forget ${person.name}`, "button warning", () => acts.forget(person)),
  ];
}

function button(text: string, kind: string, click: () => void): HTMLElement {
  return h("button", { type: "button", class: kind, click }, text);
}

function tile(
  face: Face,
  group: Group,
  all: Everybody,
  acts: GroupActs,
  choosing: Choosing<Face>,
): HTMLElement {
  const photo = all.photos.get(face.photo);
  const number = `${group.faces.indexOf(face) + 1} of ${group.faces.length}`;
  const box = group.faces.length > 1 ? choosing.box(face, `Choose face ${number}`) : null;
  if (photo === undefined) {
    const gone = h("span", { class: "soft" }, "The photo is no longer kept");
    return h("li", {}, faceOf(face), gone, box);
  }
  const image = pictureAt(`/v1/photos/${photo.id}/view?side=${SIDE}`, `Photo ${number}`);
  const view = h("span", { class: "sight" }, image, frame(face, photo));
  view.style.setProperty("--ratio", String(photo.width / photo.height));
  const click = () => acts.open(photo);
  const label = `Look at photo ${number}`;
  const open = h("button", { type: "button", "aria-label": label, click }, view);
  return h("li", {}, open, box);
}

/** Where the face is, in hundredths of the photo. */
function frame({ box }: Face, { width, height }: Kept): HTMLElement {
  const [left, top, right, bottom] = box;
  const made = h("span", { class: "frame" });
  const sides = {
    left: left / width,
    top: top / height,
    width: (right - left) / width,
    height: (bottom - top) / height,
  };
  for (const [name, share] of Object.entries(sides)) {
    made.style.setProperty(name, `${100 * share}%`);
  }
  return made;
}
