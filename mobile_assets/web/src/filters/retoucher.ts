/**
 * Whole pictures from a photo's bytes: with a filter, or with another background.
 *
 *     const retoucher = new Retoucher(lens, await Library.open(fetcher("/")));
 *     const { picture } = await retoucher.background({ behind: "blur" }, bytes);
 */
import { openPhoto } from "../images.js";
import type { Lens, Request, Trace } from "../lens.js";
import { composing } from "../portrait.js";
import { NO_TIME, added } from "../predictor.js";
import type { Mask, Pixels, Prediction, Provenance, Rgba, Timings } from "../results.js";
import { type Behind, rgbaOf } from "./behind.js";
import { Filter } from "./filter.js";
import type { Library } from "./library.js";

/** The picture, of the photo's size; the models that were asked, and milliseconds: those of
 * the models added up, and of all that was drawn. */
export interface Retouched {
  readonly picture: Rgba;
  readonly from: readonly Provenance[];
  readonly ms: Timings & { readonly drawing: number };
}

type Asking = Pick<Lens, "predict" | "trace">;

export class Retoucher {
  constructor(
    private readonly lens: Asking,
    private readonly library: Library,
  ) {}

  /** The photo with a filter of the bundle; `UnknownName` lists those there are. Raises as
   * `Lens.predict` does. */
  async filter(preset: string, photo: Uint8Array | Pixels): Promise<Retouched> {
    const filter = await Filter.preset(preset, this.library);
    return this.timed(photo, async (rgb, lens) => rgbaOf(await filter.run(lens, rgb)));
  }

  /** The photo's people before something else, hair and all; raises as `Lens.predict` does,
   * and `UnknownName` for a word that is none. */
  async background(
    behind: Behind,
    photo: Uint8Array | Pixels,
    model = "portrait-segmentation",
  ): Promise<Retouched> {
    return this.timed(photo, async (rgb, lens) => {
      const compose = await composing(rgb, behind, this.library);
      const { value } = await lens.predict(model, rgb);
      return compose(value as Mask);
    });
  }

  private async timed(
    photo: Uint8Array | Pixels,
    make: (rgb: Pixels, lens: Asking) => Promise<Rgba>,
  ): Promise<Retouched> {
    const start = performance.now();
    const rgb = photo instanceof Uint8Array ? await openPhoto(photo) : photo;
    const decode = performance.now() - start;
    const witness = new Witness(this.lens);
    const picture = await make(rgb, witness);
    const ms = added({ ...NO_TIME, decode }, witness.ms);
    const models = Object.values(ms).reduce((sum, one) => sum + one, 0);
    const drawing = Math.max(0, performance.now() - start - models);
    return { picture, from: witness.asked, ms: { ...ms, drawing } };
  }
}

/** A lens that remembers what it was asked. */
class Witness implements Asking {
  ms = NO_TIME;
  private readonly from = new Map<string, Provenance>();

  constructor(private readonly lens: Asking) {}

  /** Each once, in alphabetical order. */
  get asked(): readonly Provenance[] {
    return [...this.from.keys()].sort().map((model) => this.from.get(model) as Provenance);
  }

  async predict(
    model: string,
    photo: Uint8Array | Pixels,
    request: Request = {},
  ): Promise<Prediction> {
    return this.noted(model, await this.lens.predict(model, photo, request));
  }

  async trace(
    model: string,
    photo: Uint8Array | Pixels,
    request: Request = {},
  ): Promise<Trace> {
    const traced = await this.lens.trace(model, photo, request);
    this.noted(model, traced.prediction);
    return traced;
  }

  private noted(model: string, made: Prediction): Prediction {
    this.from.set(model, made.from);
    this.ms = added(this.ms, made.ms);
    return made;
  }
}
