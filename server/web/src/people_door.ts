/** The way to the people: their room is fetched when somebody first comes. */
import { find, h } from "./dom.js";
import type { PeopleRoom } from "./people_room.js";
import { room, startRooms } from "./rooms.js";
import type { Take } from "./taking.js";

/** Begin; whether files that are dropped or pasted were taken there. */
export function startPeople(take: Take): (files: readonly File[]) => boolean {
  let people: PeopleRoom | null = null;
  const enter = async () => {
    if (people === null && !room().people) return;
    people ??= await fetched(take);
    await people?.enter();
  };
  startRooms(() => void enter());
  find("key-dialog").addEventListener("close", () => void people?.refresh());
  return (files) => room().people && (people?.add(files) ?? true);
}

/** The room with its looks; null, which is said there, where they cannot be fetched. */
async function fetched(take: Take): Promise<PeopleRoom | null> {
  try {
    const [{ PeopleRoom: Room }] = await Promise.all([import("./people_room.js"), dressed()]);
    find("people").replaceChildren();
    return new Room(take);
  } catch {
    const title = h("h1", { id: "people-title", tabindex: -1 }, "People");
    const text = "The server cannot be reached. Load the page again when it can.";
    find("people").replaceChildren(title, h("p", { class: "notice", role: "alert" }, text));
    return null;
  }
}

function dressed(): Promise<void> {
  const link = h("link", { rel: "stylesheet", href: "/page/people.css" });
  return new Promise((resolve, reject) => {
    link.addEventListener("load", () => resolve());
    link.addEventListener("error", () => {
      link.remove();
      reject(new Error("there is no people.css"));
    });
    document.head.append(link);
  });
}
