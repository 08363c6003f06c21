/** What the page offers, and how a router is asked for it. */
import type {
  Depth,
  Finish,
  ModelSpec,
  Opened,
  Outcome,
  Result,
  Router,
} from "../src/index.js";

/** What may be drawn. */
export type Drawn = Result | Depth;

/** A task in the list; `heavy` is one for which the device has no model. */
export interface Offered {
  readonly id: string;
  readonly title: string;
  readonly heavy: boolean;
}

const HEAVY: readonly Offered[] = [
  { id: "depth", title: "Depth, by a server", heavy: true },
  { id: "super-resolution", title: "Twice the pixels, by a server", heavy: true },
];
/** What answers no photo of its own, and what stands in for a heavy task. */
const UNLISTED: readonly string[] = ["style-prediction", "super-resolution"];
/** The method of a router for a model's kind of task. */
const METHODS = {
  "portrait-segmentation": "segment",
  "face-detection": "faces",
  "face-landmarks": "landmarks",
  "face-expression": "smile",
  "image-classification": "classify",
  "object-detection": "detect",
} as const;

/** The models that answer a photo, then what only a server knows. */
export function offered(specs: readonly ModelSpec[]): readonly Offered[] {
  const light = specs.filter(({ task }) => !UNLISTED.includes(task.kind));
  return [...light.map(({ id, title }) => ({ id, title, heavy: false })), ...HEAVY];
}

/** What a style is made of: a mix of learnt ones, or a picture; and what becomes of it. */
export interface Style {
  readonly of: string | Opened;
  readonly finish: Finish;
}

/** A router's outcome for a task of the page; `spec` is that of a light one. */
export async function asked(
  router: Router,
  id: string,
  spec: ModelSpec | null,
  photo: Opened,
  style: Style,
): Promise<Outcome<Drawn>> {
  if (id === "depth") return router.depth(photo, { fullSize: false });
  if (spec === null) return router.superResolution(photo, {}, { scale: 2 });
  const wish = { model: spec.id };
  const { kind } = spec.task;
  if (kind in METHODS) return router[METHODS[kind as keyof typeof METHODS]](photo, wish);
  return router.style(photo, style.of, wish, style.finish);
}
