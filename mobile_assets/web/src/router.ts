/**
 * Asks the device or a server, by a policy, and says which it was.
 *
 *     const router = new Router(lens, new RemoteLens("https://vision.example", { key }));
 *     const outcome = await router.smile(photo, { policy: "server-first" });
 *
 * `device-first` and `server-first` ask the other side where the first has no answer; `fastest`
 * asks both at once; `best-quality` sends every pixel to the server where no model of the device
 * answers; with `device-only` nothing is sent.
 */
import { type Device, DeviceSide, deviceProvenance } from "./device_side.js";
import { UnknownName } from "./errors.js";
import { enlarging } from "./fallbacks.js";
import type { Behind } from "./filters/behind.js";
import type { Library } from "./filters/library.js";
import type { ClassMap, CutOut, Depth, Instances } from "./heavy_results.js";
import type { Request } from "./lens.js";
import { type Outcome, mapped } from "./outcomes.js";
import { composing } from "./portrait.js";
import type { Values } from "./remote/answers.js";
import type { Fields, TaskName } from "./remote/asking.js";
import { CLOCK } from "./remote/clock.js";
import type { RemoteLens, ServerStyle } from "./remote/remote_lens.js";
import type { How } from "./remote/remote_settings.js";
import { type Opened, type Shown, opened } from "./remote/uploads.js";
import type { Faces, Labels, Mask, Objects, Picture, Rgba } from "./results.js";
import { type Fallback, POLICIES, type Policy, type Route, Routing } from "./routing.js";
import type { Finish } from "./stylise.js";

/** What a question is asked with: a `policy` other than the router's, and how the server is
 * asked (`seconds` holds for both sides together, `model` for both). */
export interface Wish extends How {
  readonly policy?: Policy;
}

export interface RouterOptions {
  readonly policy?: Policy;
  /** The deadline of a question that has none of its own. */
  readonly seconds?: number;
}

/** The model of the device that is meant by a task. */
const MODELS = {
  segment: "portrait-segmentation",
  faces: "face-detection-short",
  landmarks: "face-landmarks",
  smile: "smile",
  classify: "image-classification",
  objects: "object-detection",
  style: "style-transfer",
} as const satisfies Partial<Record<TaskName, string>>;

type LightTask = keyof typeof MODELS;

/**
 * The tasks of both sides.
 *
 * A photo that is none raises `PhotoError`, a policy that does not exist `UnknownName`;
 * everything else is an outcome. Without `remote` the heavy tasks are unavailable.
 */
export class Router {
  readonly policy: Policy;
  readonly seconds: number;
  private readonly routing: Routing;

  constructor(
    device: Device,
    private readonly remote: RemoteLens | null = null,
    { policy = "device-first", seconds = 30 }: RouterOptions = {},
  ) {
    if (!POLICIES.includes(policy)) throw new UnknownName("policy", policy, POLICIES);
    const clock = remote?.settings.clock ?? CLOCK;
    this.routing = new Routing(new DeviceSide(device), remote, clock);
    this.policy = policy;
    this.seconds = seconds;
  }

  /** The probability of a person at every pixel. */
  segment(photo: Shown, wish?: Wish): Promise<Outcome<Mask>> {
    return this.light("segment", photo, wish);
  }

  /** The person in front of something else; raises as `composing` does. */
  async background(
    photo: Shown,
    behind: Behind = { behind: "nothing" },
    wish?: Wish,
    library: Library | null = null,
  ): Promise<Outcome<Rgba>> {
    const shown = await opened(photo);
    const compose = await composing(shown.pixels, behind, library);
    return mapped(await this.segment(shown, wish), compose);
  }

  /** The faces with their boxes and six points. */
  faces(photo: Shown, wish?: Wish): Promise<Outcome<Faces>> {
    return this.light("faces", photo, wish);
  }

  /** The faces with 468 points each. */
  landmarks(photo: Shown, wish?: Wish): Promise<Outcome<Faces>> {
    return this.light("landmarks", photo, wish);
  }

  /** The faces with the probability of a smile and of each expression. */
  smile(photo: Shown, wish?: Wish): Promise<Outcome<Faces>> {
    return this.light("smile", photo, wish);
  }

  /** What the photo shows. */
  classify(photo: Shown, wish?: Wish): Promise<Outcome<Labels>> {
    return this.light("classify", photo, wish);
  }

  /** The objects with their boxes. */
  detect(photo: Shown, wish?: Wish): Promise<Outcome<Objects>> {
    return this.light("objects", photo, wish);
  }

  /** The photo painted in a style; `finish`: how much of it, in whose colours. */
  async style(
    photo: Shown,
    style: ServerStyle = "0",
    wish: Wish = {},
    finish: Finish = {},
  ): Promise<Outcome<Picture>> {
    const shown = await opened(photo);
    const picture = typeof style === "string" ? null : await opened(style);
    const model = picture === null ? MODELS.style : "style-transfer-any";
    const from = picture === null ? { mix: String(style) } : { style: picture.pixels };
    const request = { ...from, ...finish };
    return this.routed(
      {
        task: "style",
        device: onDevice("style", wish.model ?? model, shown, request),
        server: (how) => this.known.style(shown, picture ?? style, how, finish),
        fallback: null,
      },
      wish,
    );
  }

  /** How far every pixel is; only a server knows. */
  depth(photo: Shown, wish?: Wish, fields?: Fields): Promise<Outcome<Depth>> {
    return this.heavy("depth", photo, wish, fields);
  }

  /** The objects with their masks; only a server knows. */
  instances(photo: Shown, wish?: Wish, fields?: Fields): Promise<Outcome<Instances>> {
    return this.heavy("instances", photo, wish, fields);
  }

  /** The class of every pixel; only a server knows. */
  semanticSegmentation(photo: Shown, wish?: Wish, fields?: Fields): Promise<Outcome<ClassMap>> {
    return this.heavy("semantic-segmentation", photo, wish, fields);
  }

  /** The objects of those names cut out; only a server does it. */
  cut(
    photo: Shown,
    objects: readonly string[],
    wish?: Wish,
    fields: Fields = {},
  ): Promise<Outcome<CutOut>> {
    return this.heavy("cut", photo, wish, { objects, ...fields });
  }

  /** The photo with more pixels; without a server it is enlarged, and `Degraded`. */
  async superResolution(
    photo: Shown,
    wish?: Wish,
    fields: Fields = {},
  ): Promise<Outcome<Picture>> {
    const shown = await opened(photo);
    const { scale } = fields;
    const fallback = enlarging(shown.pixels, typeof scale === "number" ? scale : 4);
    return this.heavy("super-resolution", shown, wish, fields, fallback);
  }

  private async light<Name extends LightTask>(
    task: Name,
    photo: Shown,
    wish: Wish = {},
  ): Promise<Outcome<Values[Name]>> {
    const shown = await opened(photo);
    return this.routed<Values[Name]>(
      {
        task,
        device: onDevice(task, wish.model ?? MODELS[task], shown, {}),
        server: (how) => this.known.ask(task, shown, {}, how),
        fallback: null,
      },
      wish,
    );
  }

  private async heavy<Name extends TaskName>(
    task: Name,
    photo: Shown,
    wish: Wish = {},
    fields: Fields = {},
    fallback: Fallback<Values[Name]> | null = null,
  ): Promise<Outcome<Values[Name]>> {
    const shown = await opened(photo);
    const server = (how: How) => this.known.ask(task, shown, fields, how);
    return this.routed<Values[Name]>({ task, device: null, server, fallback }, wish);
  }

  /** The server, of which a routing without one asks nothing. */
  private get known(): RemoteLens {
    return this.remote as RemoteLens;
  }

  private routed<Value>(route: Route<Value>, wish: Wish): Promise<Outcome<Value>> {
    const { policy = this.policy, ...how } = wish;
    return this.routing.ask(route, policy, how, how.seconds ?? this.seconds);
  }
}

function onDevice<Name extends LightTask>(
  task: Name,
  model: string,
  photo: Opened,
  request: Request,
): NonNullable<Route<Values[Name]>["device"]> {
  return {
    name: task,
    work: async (lens) => {
      const { value, ...made } = await lens.predict(model, photo.pixels, request);
      return { value: value as unknown as Values[Name], provenance: deviceProvenance(made) };
    },
  };
}
