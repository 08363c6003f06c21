/** Photos that the server keeps and that are like this one. */
import { h } from "./dom.js";
import { percent } from "./marks.js";
import { call } from "./server.js";
import type { Json } from "./types.js";

const KINDS: Readonly<Record<string, string>> = {
  exact: "the same photo",
  near: "a changed copy",
  alike: "something alike",
};

interface Match {
  readonly photo: { readonly id: string; readonly width: number; readonly height: number };
  readonly kind: string;
  readonly score: number;
}

/** The matches with small pictures; none is said. */
export function matchesOf(result: Json): readonly HTMLElement[] {
  const { matches, searched } = result as unknown as { matches: Match[]; searched: number };
  const among = `${searched} ${searched === 1 ? "photo" : "photos"} that the server keeps`;
  if (matches.length === 0)
    return [h("p", { class: "soft" }, `Nothing like it among ${among}.`)];
  const tiles = h("ul", { class: "matches" }, ...matches.map(tile));
  return [h("p", { class: "soft" }, `Among ${among}`), tiles];
}

function tile({ photo, kind, score }: Match): HTMLElement {
  const image = h("img", { alt: `${photo.width} × ${photo.height}` });
  void call(`/v1/photos/${photo.id}/view`)
    .then(async (response) => (image.src = URL.createObjectURL(await response.blob())))
    .catch(() => (image.alt = "The photo is no longer kept"));
  return h("li", {}, image, h("span", {}, `${KINDS[kind] ?? kind}, ${percent(score)}`));
}
