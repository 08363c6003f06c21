/** A filter on a picture of which everything is known already: no model, no network. */
import { PocketLensError } from "../errors.js";
import type { Face, Pixels } from "../results.js";
import { type Anchor, faceAnchor, flatAnchor } from "./anchors.js";
import type { Art } from "./art.js";
import { backdrop } from "./backdrop.js";
import { split } from "./conditions.js";
import { defocused } from "./defocus.js";
import { graded, lit } from "./grading.js";
import { over } from "./layering.js";
import { paintParticles } from "./particles.js";
import { type Plane, plane } from "./planes.js";
import { type Drawable, type ReadyLayer, wordsOf } from "./ready.js";
import type { Area, Background, Painting, Place, Restyle, Scenery, Sticker } from "./recipe.js";
import type { Scene } from "./scene.js";
import { paintArt } from "./shapes.js";
import type { BackdropTable } from "./tables.js";

/**
 * The filtered picture; `photo` is not written to. The same picture, scene and recipe give the
 * same bytes. Raises `PocketLensError` where the scene has no painting in a style that the
 * recipe wants.
 */
export function applied(
  photo: Pixels,
  scene: Scene,
  drawable: Drawable,
  table: BackdropTable,
): Pixels {
  const work = new Work({ ...photo, data: photo.data.slice() }, scene, drawable, table);
  work.carryOut(drawable.layers, scene);
  return work.picture;
}

/** The picture as far as it is done. */
class Work {
  private readonly background: Plane | null;

  constructor(
    public picture: Pixels,
    private readonly whole: Scene,
    private readonly drawable: Drawable,
    private readonly table: BackdropTable,
  ) {
    const { alpha } = whole;
    this.background = alpha && { ...alpha, data: alpha.data.map((share) => 1 - share) };
  }

  /** `scene` has the faces that the layers are for. */
  carryOut(layers: readonly ReadyLayer[], scene: Scene): void {
    for (const layer of layers) {
      if (layer.do !== "choose") this.paint(layer, scene);
      else {
        const [then, otherwise] = split(layer.when, scene);
        if (then) this.carryOut(layer.then, then);
        if (otherwise) this.carryOut(layer.otherwise, otherwise);
      }
    }
  }

  private paint(layer: Painting, scene: Scene): void {
    const { picture } = this;
    switch (layer.do) {
      case "background":
        return this.paintBehind(layer);
      case "blur":
        this.picture = defocused(picture, this.whole, layer.strength);
        return undefined;
      case "style":
        return this.put(layer.on, restyled(picture, layer, scene));
      case "grade":
        return this.put(layer.on, graded(picture, layer));
      case "light":
        return this.put(layer.on, lit(picture, layer));
      case "particles": {
        const free = this.free(layer.place);
        return paintParticles(picture, this.art(layer.art), layer, scene.seconds, free);
      }
      case "scenery":
        return paintScenery(picture, this.art(layer.art), layer, this.free(layer.place));
      case "sticker":
        return this.stick(layer, scene);
    }
  }

  private art(name: string): Art {
    return this.drawable.art.get(name) as Art;
  }

  /** Where may be painted: not on the person, when it is behind. */
  private free(place: Place): Plane | null {
    return place === "behind" ? this.background : null;
  }

  /** Nobody in the picture: there is nothing to put a background behind. */
  private paintBehind(layer: Background): void {
    const { alpha } = this.whole;
    if (alpha === null) return;
    const behind = backdrop(wordsOf(layer), this.picture, this.table);
    for (const one of layer.scenery) paintScenery(behind, this.art(one.art), one, null);
    this.picture = over(this.picture, behind, alpha);
  }

  /** Put another picture where `area` says; without a mask nobody is in the picture. */
  private put(area: Area, other: Pixels): void {
    const { alpha } = this.whole;
    if (area === "photo" || (alpha === null && area === "background")) {
      this.picture = other;
    } else if (alpha !== null) {
      const share = area === "person" ? alpha : (this.background as Plane);
      this.picture = between(this.picture, other, share);
    }
  }

  /** The small faces, which are the far ones, first. */
  private stick(layer: Sticker, scene: Scene): void {
    const art = this.art(layer.art);
    const anchors = scene.faces.flatMap((face) => fastened(art, face, scene, layer.scale));
    anchors.sort((a, b) => a.scale - b.scale);
    for (const anchor of anchors) {
      paintArt(this.picture, art, { anchor, opacity: layer.opacity, free: null });
    }
  }
}

function fastened(art: Art, face: Face, { table }: Scene, scale: number): readonly Anchor[] {
  if (!face.landmarks) return [];
  const anchor = faceAnchor(face.landmarks, art.anchor ?? "eyes", table);
  return [(art.round ? anchor.rounded(art.z) : anchor).scaled(scale)];
}

function paintScenery(canvas: Pixels, art: Art, layer: Scenery, free: Plane | null): void {
  const { width, height } = canvas;
  const at = [layer.at[0] * width, layer.at[1] * height] as const;
  const anchor = flatAnchor(at, layer.size * height, layer.turn);
  paintArt(canvas, art, { anchor, opacity: layer.opacity, free });
}

function restyled(picture: Pixels, { mix, strength }: Restyle, { painted }: Scene): Pixels {
  if (!Object.hasOwn(painted, mix)) {
    throw new PocketLensError(
      `the scene has no painting in the style '${mix}': put it into 'painted'`,
    );
  }
  const share = plane(picture.width, picture.height, 1, strength);
  return strength === 0 ? picture : between(picture, painted[mix], share);
}

/** One picture where the share is 0, the other where it is 1. */
function between({ width, height, data }: Pixels, other: Pixels, share: Plane): Pixels {
  const mixed = (value: number, at: number) =>
    Math.round(value + share.data[Math.floor(at / 3)] * (other.data[at] - value));
  return { width, height, data: data.map(mixed) };
}
