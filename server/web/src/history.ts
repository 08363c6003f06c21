/** The photos that the server keeps: looked at again, or forgotten. */
import { find, h, say } from "./dom.js";
import { opened } from "./photos.js";
import { type Trouble, call, record } from "./server.js";
import type { Photo } from "./types.js";

interface Kept {
  readonly id: string;
  readonly format: string;
  readonly width: number;
  readonly height: number;
  readonly kept: number;
}

const MOST = 24;
const shown: string[] = [];
let lists = 0;

/** Where these are the reasons, there is no history to be told of, or they are told elsewhere. */
const NO_HISTORY = [
  "store-disabled",
  "forbidden",
  "unauthenticated",
  "not-found",
  "unreachable",
];

/** List them; a store that is away is said, and is no empty list.  Of lists that were asked
 * for at once, the newest is shown. */
export async function listHistory(take: (photo: Promise<Photo>) => void): Promise<void> {
  lists += 1;
  const mine = lists;
  try {
    const { photos } = await record<{ photos: readonly Kept[] }>(`/v1/photos?limit=${MOST}`);
    if (mine !== lists) return;
    for (const address of shown.splice(0)) URL.revokeObjectURL(address);
    put(
      photos.map((photo) => tile(photo, take)),
      photos.length > 0,
    );
  } catch (error) {
    if (mine !== lists) return;
    const { code, message } = error as Trouble;
    put([h("p", { class: "notice" }, message)], !NO_HISTORY.includes(code));
  }
}

function put(content: readonly HTMLElement[], seen: boolean): void {
  tiles()?.replaceChildren(...content);
  find("history").hidden = !seen;
}

function tiles(): Element | null {
  return find("history").querySelector(".tiles");
}

function tile(photo: Kept, take: (photo: Promise<Photo>) => void): HTMLElement {
  const day = new Date(1000 * photo.kept).toLocaleDateString(undefined, {
    dateStyle: "medium",
  });
  const about = `Photo kept on ${day}, ${photo.width} × ${photo.height}`;
  const image = h("img", { alt: about });
  void small(photo.id, image);
  const look = () => take(original(photo));
  const forget = () => void remove(photo, take);
  return h(
    "div",
    { class: "kept" },
    h("button", { type: "button", class: "sample", click: look }, image),
    h(
      "button",
      {
        type: "button",
        class: "forget",
        "aria-label": `Forget the ${about.toLowerCase()}`,
        click: forget,
      },
      "×",
    ),
  );
}

async function small(id: string, image: HTMLImageElement): Promise<void> {
  const response = await call(`/v1/photos/${id}/view`).catch(() => null);
  if (response === null) return;
  image.src = URL.createObjectURL(await response.blob());
  shown.push(image.src);
}

async function original({ id, format }: Kept): Promise<Photo> {
  const response = await call(`/v1/photos/${id}/original`);
  return opened(await response.blob(), `${id.slice(0, 8)}.${format}`);
}

async function remove({ id }: Kept, take: (photo: Promise<Photo>) => void): Promise<void> {
  let said = "The photo and everything known of it is forgotten";
  const notices: HTMLElement[] = [];
  try {
    await call(`/v1/photos/${id}`, { method: "DELETE" });
  } catch (error) {
    said = `The photo is not forgotten: ${(error as Error).message}`;
    notices.push(h("p", { class: "notice" }, said));
  }
  say(said);
  await listHistory(take);
  tiles()?.prepend(...notices);
  find("history-title").focus();
}
