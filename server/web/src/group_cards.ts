/** Groups as cards: a face, a name, how many photos; several are chosen to be one person. */
import { Choosing } from "./choosing.js";
import { h } from "./dom.js";
import { faceOf, facesOf, pictureAt } from "./faces.js";
import {
  type Everybody,
  type Group,
  type Person,
  agreed,
  counted,
  photosOf,
} from "./people.js";

const BESIDE = 4;
const AT_FIRST = 60;
type Card = () => HTMLElement;

/** What can be done with cards. */
export interface Acts {
  readonly name: (group: Group) => void;
  readonly forget: (person: Person) => void;
  /** Groups that are taken for one person, at least two. */
  readonly merge: (groups: readonly Group[]) => void;
}

/** All cards, and the bar that appears when some are chosen. */
export function cardsOf(all: Everybody, acts: Acts): readonly HTMLElement[] {
  const choosing = new Choosing<Group>({
    ...{ verb: "They are one person", least: 2, most: Infinity },
    tell: chosenInWords,
    act: acts.merge,
  });
  const cards = (groups: readonly Group[]) =>
    groups.map((group) => () => cardOf(group, acts, choosing));
  const named = all.groups.filter(({ person }) => person !== null);
  const nameless = all.groups.filter(({ person }) => person === null);
  const seen = new Set(named.map(({ person }) => person?.id));
  const unseen = all.people.filter(({ id }) => !seen.has(id));
  return [
    ...section("Whom you know", [
      ...cards(named),
      ...unseen.map((person) => () => unseenCard(person, acts)),
    ]),
    ...section("Who are they?", cards(nameless)),
    choosing.bar,
  ];
}

/** The title of a group. */
export function titleOf({ person }: Group): string {
  return person?.name ?? "No name yet";
}

/** How many photos it is in. */
export function extentOf({ faces }: Group): string {
  return counted(photosOf(faces).length, "photo");
}

function chosenInWords(chosen: readonly Group[]): string {
  if (chosen.length === 1) return "Choose another group of the same person";
  const people = new Map(chosen.map(({ person }) => [person?.id, person?.name] as const));
  const names = [...people.values()].filter((name) => name !== undefined);
  if (names.length > 1) return `${names.join(" and ")}: the name that was given last stays`;
  return `${chosen.length} groups are chosen`;
}

/** Some at first, all when that is asked for. */
function section(title: string, cards: readonly Card[]): readonly HTMLElement[] {
  if (cards.length === 0) return [];
  const list = h("ul", { class: "cards" }, ...cards.slice(0, AT_FIRST).map((make) => make()));
  const count = h("span", { class: "soft" }, ` ${cards.length}`);
  const rest = cards.slice(AT_FIRST);
  const more = rest.length > 0 ? showing(rest, list) : null;
  return [h("section", {}, h("h2", {}, title, count), list, more)];
}

function showing(rest: readonly Card[], list: HTMLElement): HTMLElement {
  const button = h("button", { type: "button", class: "button" }, `Show ${rest.length} more`);
  button.addEventListener("click", () => {
    const made = rest.map((make) => make());
    list.append(...made);
    button.remove();
    made[0].querySelector("a")?.focus();
  });
  return button;
}

function cardOf(group: Group, acts: Acts, choosing: Choosing<Group>): HTMLElement {
  const [cover, ...others] = group.faces;
  const title = titleOf(group);
  return h(
    "li",
    { class: "card" },
    h(
      "a",
      { href: `#people/${cover.id}` },
      h("span", { class: "cover" }, faceOf(cover)),
      h("span", { class: group.person === null ? "name soft" : "name" }, title),
      h("span", { class: "soft" }, extentOf(group)),
      others.length > 0 ? facesOf(others, BESIDE) : null,
    ),
    choosing.box(group, `Choose ${title}, ${extentOf(group)}`),
    group.person === null ? nameButton(group, acts) : null,
  );
}

function nameButton(group: Group, acts: Acts): HTMLElement {
  const label = `Name the person in ${extentOf(group)}`;
  const click = () => acts.name(group);
  const attributes = { type: "button", class: "button small", "aria-label": label, click };
  return h("button", attributes, "Name");
}

/** Somebody who is known, and in no photo that was looked at. */
function unseenCard(person: Person, acts: Acts): HTMLElement {
  const { id, name, consent } = person;
  const click = () => acts.forget(person);
  return h(
    "li",
    { class: "card" },
    h(
      "div",
      {},
      h("span", { class: "cover" }, pictureAt(`/v1/people/${id}/chip`, "")),
      h("span", { class: "name" }, name),
      h("span", { class: "soft" }, "in no group"),
      h("span", { class: "soft" }, `Consent: ${agreed(consent)}`),
    ),
    h("button", { type: "button", class: "button small", click }, `Forget ${name}`),
  );
}
