/** The ways in which a photo comes: chosen, dropped, pasted, from the camera, an address, or
 * one of the samples. */
import { takePhoto } from "./camera.js";
import { find, h } from "./dom.js";
import { fromAddress, given, opened, sample } from "./photos.js";
import type { Photo } from "./types.js";

export type Take = (coming: Promise<Photo>) => void;

/** Who takes what comes: one photo, or several files. */
export interface Takers {
  readonly take: Take;
  readonly takeAll: (files: readonly File[]) => void;
  /** Whether another room took them. */
  readonly elsewhere: (files: readonly File[]) => boolean;
}

/** Listen to all of them. */
export function listenForPhotos(takers: Takers): void {
  const { take } = takers;
  for (const id of ["file", "another"]) listenToFile(find<HTMLInputElement>(id), takers);
  find("camera").addEventListener("click", () => {
    void takePhoto().then((photo) => photo && take(opened(photo, "camera.jpg")));
  });
  find("from-address").addEventListener("submit", (event) => {
    event.preventDefault();
    take(fromAddress(find<HTMLInputElement>("address").value));
  });
  document.addEventListener("paste", (event) => {
    const typing = event.target instanceof HTMLInputElement;
    if (!typing) takeIn(event, event.clipboardData, takers);
  });
  listenToDrops(takers);
}

function listenToFile(input: HTMLInputElement, takers: Takers): void {
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    input.value = "";
    takeFiles(files, takers);
  });
}

function takeFiles(files: readonly File[], { take, takeAll, elsewhere }: Takers): void {
  const [file] = files;
  if (elsewhere(files)) return;
  if (files.length > 1) takeAll(files);
  else if (file) take(opened(file, file.name));
}

function listenToDrops(takers: Takers): void {
  const veil = find("dropping");
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    veil.hidden = false;
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) veil.hidden = true;
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    veil.hidden = true;
    takeIn(event, event.dataTransfer, takers);
  });
}

function takeIn(event: Event, transfer: DataTransfer | null, takers: Takers): void {
  const got = given(transfer);
  if (got.length === 0) return;
  event.preventDefault();
  if (typeof got === "string") takers.take(fromAddress(got));
  else takeFiles(got, takers);
}

/** The samples as buttons. */
export function listSamples(names: readonly string[], take: Take): void {
  const tiles = names.map((name) => {
    const title = name.replace(/\..*/, "");
    const image = h("img", { src: `/page/samples/${name}`, alt: `Sample: ${title}` });
    const click = () => take(sample(name));
    return h("button", { type: "button", class: "sample", click }, image);
  });
  find("samples")
    .querySelector(".tiles")
    ?.replaceChildren(...tiles);
  find("samples").hidden = tiles.length === 0;
}
