/** The ways in which a photo comes: chosen, dropped, pasted, from the camera, an address, or
 * one of the samples. */
import { takePhoto } from "./camera.js";
import { find, h } from "./dom.js";
import { fromAddress, given, opened, sample } from "./photos.js";
import type { Photo } from "./types.js";

export type Take = (coming: Promise<Photo>) => void;

/** Listen to all of them. */
export function listenForPhotos(take: Take): void {
  for (const id of ["file", "another"]) listenToFile(find<HTMLInputElement>(id), take);
  find("camera").addEventListener("click", () => {
    void takePhoto().then((photo) => photo && take(opened(photo, "camera.jpg")));
  });
  find("from-address").addEventListener("submit", (event) => {
    event.preventDefault();
    take(fromAddress(find<HTMLInputElement>("address").value));
  });
  document.addEventListener("paste", (event) => {
    const typing = event.target instanceof HTMLInputElement;
    if (!typing) takeIn(event, event.clipboardData, take);
  });
  listenToDrops(take);
}

function listenToFile(input: HTMLInputElement, take: Take): void {
  input.addEventListener("change", () => {
    const [file] = input.files ?? [];
    if (file) take(opened(file, file.name));
    input.value = "";
  });
}

function listenToDrops(take: Take): void {
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
    takeIn(event, event.dataTransfer, take);
  });
}

function takeIn(event: Event, transfer: DataTransfer | null, take: Take): void {
  const photo = given(transfer);
  if (photo === null) return;
  event.preventDefault();
  take(typeof photo === "string" ? fromAddress(photo) : opened(photo, photo.name));
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
