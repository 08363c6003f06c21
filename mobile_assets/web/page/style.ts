/** The fields of a style: its number, how much of it, and in whose colours. */
import type { Finish } from "../src/index.js";

function field(id: string): HTMLInputElement {
  return document.getElementById(id) as HTMLInputElement;
}

/** Says what the sliders stand at, and runs where one was let go. */
export function listenToStyle(run: () => void): void {
  for (const id of ["mix", "strength"]) {
    field(id).addEventListener("input", () => {
      field(`${id}-number`).textContent = field(id).value;
    });
  }
  for (const id of ["mix", "strength", "keep-colours"]) {
    field(id).addEventListener("change", run);
  }
}

/** A learnt style by its number. */
export function mix(): string {
  return field("mix").value;
}

/** What becomes of the painting. */
export function finish(): Finish {
  return {
    strength: Number(field("strength").value),
    keepColours: field("keep-colours").checked,
  };
}
