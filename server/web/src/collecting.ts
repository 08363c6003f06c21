/** Faces looked for, photo by photo: in those that are kept, or in files that are kept then. */
import { h } from "./dom.js";
import { counted } from "./people.js";
import { Trouble, callAgain } from "./server.js";

/** One photo to look at: its name, and how the server is asked. */
export interface Look {
  readonly name: string;
  /** Of a photo that is kept already; "" for another. */
  readonly id: string;
  readonly path: string;
  readonly body: FormData | null;
}

/** What is wrong with a photo, and not with the server. */
const OF_THE_PHOTO = /^(image-|empty-image|unsupported-|body-too-large|not-found)/;

export function ofKept(id: string): Look {
  return { name: "a kept photo", id, path: `/v1/people/photos/${id}`, body: null };
}

export function ofFile(file: File): Look {
  const body = new FormData();
  body.set("image", file, file.name);
  return { name: file.name, id: "", path: "/v1/people/faces", body };
}

/** What came of it: faces found, what was looked at, and what was wrong with others. */
export interface Looked {
  readonly faces: number;
  readonly done: readonly Look[];
  readonly wrong: readonly string[];
}

/** Look at all, showing in `place` how far it is, until it is stopped there; raises `Trouble`
 * where the server cannot. */
export async function lookAt(looks: readonly Look[], place: HTMLElement): Promise<Looked> {
  const stop = new AbortController();
  const bar = h("progress", { max: looks.length, value: 0, "aria-labelledby": "looking" });
  const told = h("span", { id: "looking" });
  const end = () => stop.abort();
  const button = h("button", { type: "button", class: "button small", click: end }, "Stop");
  place.replaceChildren(h("div", { class: "looking" }, bar, h("p", {}, told, button)));
  let faces = 0;
  const done: Look[] = [];
  const wrong: string[] = [];
  try {
    for (const [number, look] of looks.entries()) {
      told.textContent = `Looking for faces: ${number + 1} of ${counted(looks.length, "photo")}`;
      const found = await one(look, stop.signal).catch(unlessOfThePhoto);
      if (stop.signal.aborted) break;
      bar.value = number + 1;
      if (typeof found === "string") wrong.push(`${look.name}: ${found}`);
      else [faces] = [faces + found, done.push(look)];
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    place.replaceChildren();
  }
  return { faces, done, wrong };
}

/** How many faces there are. */
async function one({ path, body }: Look, signal: AbortSignal): Promise<number> {
  const response = await callAgain(path, { method: "POST", body, signal });
  return ((await response.json()) as { faces: readonly unknown[] }).faces.length;
}

function unlessOfThePhoto(error: unknown): string {
  if (error instanceof Trouble && OF_THE_PHOTO.test(error.code)) return error.message;
  throw error;
}
