/** Several photos at once: a job of the server, followed until it has ended. */
import { find, h, say } from "./dom.js";
import { type Sent, eventsOf } from "./events.js";
import { named } from "./marks.js";
import { opened } from "./photos.js";
import { Trouble, call, sentence } from "./server.js";
import type { Take } from "./taking.js";
import type { Json } from "./types.js";

/** Several photos where there is no job to be made of them. */
export class OneByOne extends Trouble {
  constructor() {
    super("One photo at a time", "Several at once are looked at by the server.", "several");
  }
}

const MOST_NAMES = 4;

/** The parts of a photo's answer that are told here. */
interface PhotoAnswer {
  readonly problem?: { readonly detail: string };
  readonly results?: Readonly<Record<string, { readonly result: Json }>>;
}

/** What the list shows while it goes on. */
interface Shown {
  readonly items: readonly HTMLElement[];
  done: number;
}

/** Have all of them looked at, `most` bytes a question; `take` shows one that is clicked. */
export async function album(files: readonly File[], most: number, take: Take): Promise<void> {
  const items = files.map((file) => item(file, take));
  find("album")
    .querySelector("ul")
    ?.replaceChildren(...items);
  find("album").hidden = false;
  const stop = new AbortController();
  find("album-end").hidden = false;
  find("album-end").onclick = () => stop.abort();
  const shown = { items, done: 0 };
  told(shown);
  try {
    for (const part of parts(files, most)) await job(part, files, shown, stop.signal);
  } finally {
    find("album-end").hidden = true;
  }
  say(`${shown.done} of ${files.length} photos were looked at`);
}

/** As many files together as one question may have. */
export function parts<Kind extends { readonly size: number }>(
  files: readonly Kind[],
  most: number,
): readonly (readonly Kind[])[] {
  const made: Kind[][] = [];
  let left = 0;
  for (const file of files) {
    if (made.length === 0 || file.size > left) {
      made.push([]);
      left = 0.9 * most; // the rest is the form's own
    }
    made.at(-1)?.push(file);
    left -= file.size;
  }
  return made;
}

async function job(
  part: readonly File[],
  files: readonly File[],
  shown: Shown,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return;
  const body = new FormData();
  for (const file of part) body.append("images", file, file.name);
  const response = await call("/v1/analyze/batch", { method: "POST", body, signal });
  const { id } = (await response.json()) as { id: string };
  const end = () => void call(`/v1/jobs/${id}`, { method: "DELETE" }).catch(() => null);
  signal.addEventListener("abort", end);
  const first = files.indexOf(part[0]);
  await follow(id, (photo) => {
    const { number, answer } = photo as unknown as {
      number: number;
      answer: PhotoAnswer | null;
    };
    describe(shown.items[first + number], answer);
    shown.done += 1;
    told(shown);
  });
  signal.removeEventListener("abort", end);
}

/** Listen until the job has ended, again and again where the server pauses. */
async function follow(id: string, take: (photo: Json) => void): Promise<void> {
  let last = "0";
  for (;;) {
    const headers = { Accept: "text/event-stream", "Last-Event-ID": last };
    const response = await call(`/v1/jobs/${id}`, { headers });
    for await (const sent of eventsOf(response)) {
      if (sent.event === "photo") take(sent.data);
      if (sent.event === "done") return;
      last = placeOf(sent) || last;
    }
  }
}

function placeOf({ event, id }: Sent): string {
  return event === "photo" ? id : "";
}

function item(file: File, take: Take): HTMLElement {
  const image = h("img", { alt: "", src: URL.createObjectURL(file) });
  const text = h("span", { class: "soft" }, "waiting");
  const click = () => take(opened(file, file.name));
  const name = h("span", { class: "name" }, file.name);
  return h("li", {}, h("button", { type: "button", click }, image, name, text));
}

function describe(place: HTMLElement, answer: PhotoAnswer | null): void {
  const text = place.querySelector(".soft") as HTMLElement;
  const problem = answer?.problem?.detail;
  text.textContent = problem === undefined ? seen(answer) : sentence(problem);
  place.classList.add(problem === undefined ? "ended" : "failed");
}

/** The names of what was found, each once. */
function seen(answer: PhotoAnswer | null): string {
  const results = Object.values(answer?.results ?? {}).map(({ result }) => result);
  const objects = results.flatMap((one) => (one["objects"] ?? []) as readonly Json[]);
  const faces = results.find((one) => Array.isArray(one["faces"]))?.["faces"] as
    Json[] | undefined;
  const names = [...new Set(objects.map(named))].slice(0, MOST_NAMES);
  const count = faces?.length ?? 0;
  const people = count === 0 ? [] : [count === 1 ? "1 face" : `${count} faces`];
  return [...names, ...people].join(", ") || "nothing that has a name here";
}

function told({ items, done }: Shown): void {
  const bar = find("album").querySelector("progress") as HTMLProgressElement;
  Object.assign(bar, { max: items.length, value: done });
  find("album-title").textContent = `${done} of ${items.length} photos`;
}
