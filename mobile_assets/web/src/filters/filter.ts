/**
 * A filter as an app uses it: a photo in, the filtered photo out.
 *
 *     const library = await Library.open(fetcher("/"));
 *     const sunny = await Filter.preset("sunny", library);
 *     const pixels = await sunny.run(lens, bytes);
 */
import { isFace } from "../close_up.js";
import { openPhoto } from "../images.js";
import type { Lens } from "../lens.js";
import type { Face, Faces, Mask, Picture, Pixels } from "../results.js";
import { seen, shown } from "../transparency.js";
import { applied } from "./apply.js";
import type { Library } from "./library.js";
import { refined } from "./matting.js";
import { type Needs, needsOf } from "./needs.js";
import type { Plane } from "./planes.js";
import { type Drawable, ready } from "./ready.js";
import type { Recipe } from "./recipe.js";
import type { Scene } from "./scene.js";

/** Models whose results a scene is made of. */
const LANDMARKS = "face-landmarks";
const SMILE = "smile";
const PORTRAIT = "portrait-segmentation";
const STYLE = "style-transfer";

/** What a filter asks of a lens. */
type Looking = Pick<Lens, "predict" | "trace">;

/** What of a scene may be said by the caller; the rest is looked for. */
export interface Also {
  readonly depth?: Plane | null;
  readonly seconds?: number;
}

export class Filter {
  readonly needs: Needs;

  private constructor(
    readonly name: string,
    readonly recipe: Recipe,
    private readonly drawable: Drawable,
    private readonly library: Library,
  ) {
    this.needs = needsOf(drawable.layers);
  }

  /** A recipe of the bundle; `UnknownName` lists those there are. */
  static async preset(name: string, library: Library): Promise<Filter> {
    return Filter.of(await library.recipe(name), name, library);
  }

  /** A recipe of one's own, from its JSON; `SpecError` names the place of what is wrong. */
  static async read(value: unknown, name: string, library: Library): Promise<Filter> {
    return Filter.of(library.read(value, `${name}.json`), name, library);
  }

  private static async of(recipe: Recipe, name: string, library: Library): Promise<Filter> {
    return new Filter(name, recipe, await ready(recipe, name, library), library);
  }

  /** The filtered photo at its own size, white where it was transparent; raises as `Lens.predict` does. */
  async run(lens: Looking, photo: Uint8Array | Pixels, also: Also = {}): Promise<Pixels> {
    const rgb = photo instanceof Uint8Array ? await openPhoto(photo) : photo;
    return this.apply(shown(rgb, true), await this.observe(lens, rgb, also));
  }

  /** The filtered picture where the scene is known already. */
  apply(photo: Pixels, scene: Omit<Scene, "table">): Pixels {
    const { face, backdrops } = this.library.tables;
    return applied(photo, { ...scene, table: face }, this.drawable, backdrops);
  }

  /** What the models of `lens` see in a photo; only what the filter needs. */
  async observe(
    lens: Looking,
    rgb: Pixels,
    { depth = null, seconds = 0 }: Also = {},
  ): Promise<Omit<Scene, "table">> {
    const { needs } = this;
    const faces = needs.faces ? await facesOf(lens, rgb, needs) : [];
    const alpha = needs.mask ? await alphaOf(lens, rgb) : null;
    const painted: Record<string, Pixels> = {};
    for (const mix of needs.styles) {
      const { value } = await lens.predict(STYLE, rgb, { mix });
      painted[mix] = shown((value as Picture).pixels, true);
    }
    return { faces, alpha, depth, painted, seconds };
  }
}

async function alphaOf(lens: Pick<Lens, "predict">, rgb: Pixels): Promise<Plane> {
  const { value } = await lens.predict(PORTRAIT, rgb);
  return seen(refined(shown(rgb), value as Mask), rgb);
}

/** Faces with landmarks, and with smiles where they are needed; what turns out to be no face by
 * either or from close by is left out. */
async function facesOf(lens: Looking, rgb: Pixels, needs: Needs): Promise<readonly Face[]> {
  const models = [LANDMARKS, ...(needs.smiles ? [SMILE] : [])];
  const [first, ...others] = await Promise.all(
    models.map(async (model) => (await lens.predict(model, rgb)).value as Faces),
  );
  const both = others.reduce((faces, { faces: more }) => joined(faces, more), first.faces);
  const kept: Face[] = [];
  for (const face of both) {
    if (await isFace(lens, rgb, face)) kept.push(face);
  }
  return kept;
}

/** Faces that are in both lists, with what each of them says. */
function joined(faces: readonly Face[], more: readonly Face[]): readonly Face[] {
  return faces.flatMap((face) => {
    const same = more.find(({ boxXyxy }) => boxXyxy.every((at, i) => at === face.boxXyxy[i]));
    return same
      ? [{ ...face, ...same, ...(face.landmarks && { landmarks: face.landmarks }) }]
      : [];
  });
}
