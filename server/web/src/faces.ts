/** Pictures that the server gives to its key alone: asked for when they come into view. */
import { h } from "./dom.js";
import { callAgain } from "./server.js";
import type { Face } from "./people.js";

const AHEAD = "300px"; // asked for a little before they are seen
const kept = new Map<string, Promise<string>>();
const waiting = new WeakMap<Element, string>();
const watcher = new IntersectionObserver(look, { rootMargin: AHEAD });

/** The picture at an address of the server; `alt` is "" beside a text that says the same. */
export function pictureAt(path: string, alt: string): HTMLImageElement {
  const image = h("img", { alt, class: "coming", draggable: false });
  waiting.set(image, path);
  watcher.observe(image);
  return image;
}

/** A collected face. */
export function faceOf({ id }: Pick<Face, "id">, alt = ""): HTMLImageElement {
  return pictureAt(`/v1/people/faces/${id}/chip`, alt);
}

/** Some faces in a row, and how many more there are. */
export function facesOf(faces: readonly Pick<Face, "id">[], most: number): HTMLElement {
  const more = faces.length - most;
  const rest = more > 0 ? h("span", { class: "more-faces" }, `+${more}`) : null;
  return h("span", { class: "faces" }, ...faces.slice(0, most).map((one) => faceOf(one)), rest);
}

/** Nothing of them stays in the browser. */
export function forgetPictures(): void {
  for (const address of kept.values()) void address.then(URL.revokeObjectURL, () => null);
  kept.clear();
}

function look(entries: readonly IntersectionObserverEntry[]): void {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    watcher.unobserve(target);
    void fill(target as HTMLImageElement, waiting.get(target) ?? "");
  }
}

async function fill(image: HTMLImageElement, path: string): Promise<void> {
  const coming = kept.get(path) ?? fetched(path);
  kept.set(path, coming);
  try {
    image.src = await coming;
    image.classList.remove("coming");
  } catch {
    kept.delete(path);
    image.classList.add("away");
    image.title = "The server did not give this picture";
  }
}

async function fetched(path: string): Promise<string> {
  return URL.createObjectURL(await (await callAgain(path)).blob());
}
