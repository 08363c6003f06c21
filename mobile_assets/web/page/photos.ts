/** The photos of the page: samples, and files of one's own. */
import { Opened, openPhoto } from "../src/index.js";

/** A photo with its name, and how long its pixels took. */
export interface Chosen {
  readonly name: string;
  readonly photo: Opened;
  readonly decode: number;
}

/** Buttons with pictures, of which one is pressed. */
export function listPictures(
  id: string,
  names: readonly string[],
  use: (name: string) => void,
): void {
  const into = document.getElementById(id) as HTMLElement;
  for (const name of names) {
    const button = document.createElement("button");
    button.type = "button";
    button.ariaPressed = String(name === names[0]);
    const title = name.replace(/\..*/, "");
    button.append(Object.assign(new Image(), { src: sample(name), alt: title }));
    button.addEventListener("click", () => {
      for (const other of into.querySelectorAll("button")) {
        other.ariaPressed = String(other === button);
      }
      use(name);
    });
    into.append(button);
  }
}

function sample(name: string): string {
  return new URL(`dist/samples/${name}`, document.baseURI).href;
}

export async function fetched(name: string): Promise<Chosen> {
  return opened(await (await fetch(sample(name))).blob(), name);
}

export async function opened(file: Blob, name: string): Promise<Chosen> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const start = performance.now();
  const photo = new Opened(await openPhoto(bytes), bytes);
  return { name, photo, decode: performance.now() - start };
}
