/** Where in the page somebody is: at a photo, or among people. The address says it, so that the
 * browser's way back works. */
import { find, h, icon } from "./dom.js";

const PEOPLE = /^#people(?:\/([0-9a-f]{32}))?$/;
const ICONS = {
  people:
    "M9 5a3 3 0 1 0 0 6a3 3 0 1 0 0-6M3 19c0-3.500 2.500-6 6-6s6 2.500 6 6M16 5.500a3 3 0 0 1 0 5M18 13.500c2 1 3 3 3 5.500",
  photo: "M4 6h16v13H4zM4 16l5-5 4 4 3-3 4 4M15.500 9.500v.01",
};

/** Among people, `face` names the group that is open; "" for none. */
export interface Room {
  readonly people: boolean;
  readonly face: string;
}

/** The room of the address. */
export function room(): Room {
  const found = PEOPLE.exec(window.location.hash);
  return { people: found !== null, face: found?.[1] ?? "" };
}

/** Go where photos are looked at. */
export function toPhotos(): void {
  if (room().people) window.location.hash = "desk";
}

/** Show the room of the address, now and whenever it is another; `entered` hears of it. */
export function startRooms(entered: (room: Room) => void): void {
  const show = () => {
    const now = room();
    if (now.people) document.body.dataset["room"] = "people";
    else delete document.body.dataset["room"];
    find("people").hidden = !now.people;
    signpost(now.people);
    document.title = now.people ? "People, PocketLens" : "PocketLens";
    entered(now);
  };
  window.addEventListener("hashchange", show);
  show();
}

function signpost(people: boolean): void {
  const [text, drawing] = people ? ["Photos", ICONS.photo] : ["People", ICONS.people];
  const way = find<HTMLAnchorElement>("way");
  way.replaceChildren(icon(drawing), h("span", {}, text));
  way.href = people ? "#desk" : "#people";
  const skip = document.querySelector(".skip") as HTMLAnchorElement;
  skip.href = people ? "#people" : "#task";
  skip.textContent = people ? "Skip to the people" : "Skip to the tasks";
}
