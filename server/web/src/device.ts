/** The bundle's models, run in this browser: nothing of the photo leaves it. */
import { openPhoto } from "../../../mobile_assets/web/src/images.js";
import type { Retouched } from "../../../mobile_assets/web/src/filters/retoucher.js";
import type { After, Request } from "../../../mobile_assets/web/src/lens.js";
import type { Pixels, Provenance } from "../../../mobile_assets/web/src/results.js";
import { resultRecord } from "../../../mobile_assets/web/src/wire.js";
import { WorkerLens } from "../../../mobile_assets/web/src/worker_lens.js";
import { behindOf } from "./behind.js";
import { canvasOf, coloursOf, pngOf } from "./pixels.js";
import { Trouble } from "./server.js";
import type { Answer, Choices, Config, Photo, Task } from "./types.js";

const ANY_STYLE = "style-transfer-any";

/** Answers tasks by the browser runtime. */
export class Device {
  private lens: WorkerLens | null = null;

  constructor(private readonly config: Config) {}

  /** What the task's model says; raises `Trouble`. `after` is told the share that is done of
   * what takes long. */
  async ask(
    task: Task,
    photo: Photo,
    choices: Choices,
    signal: AbortSignal,
    after: After,
  ): Promise<Answer> {
    const told: After = (share) => void (signal.aborted || after(share));
    const stop = () => void this.close();
    signal.addEventListener("abort", stop);
    try {
      return await this.answered(task, photo, choices, told);
    } catch (error) {
      if (signal.aborted) throw new DOMException("cancelled", "AbortError");
      if (error instanceof Trouble) throw error;
      throw new Trouble("This device cannot compute it", (error as Error).message, "device");
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  /** Give the memory back. */
  async close(): Promise<void> {
    await this.lens?.close();
    this.lens = null;
  }

  private async answered(
    task: Task,
    photo: Photo,
    choices: Choices,
    after: After,
  ): Promise<Answer> {
    const started = performance.now();
    const bytes = new Uint8Array(await photo.known.arrayBuffer());
    const making = await this.retouching(task, bytes, choices);
    if (making !== null) return retouched(task, photo, making, started);
    const [model, request] = await asked(task, choices);
    const prediction = await this.opened().predict(model, bytes, request, after);
    const { value, ms: stages } = prediction;
    const soft = "probability" in value ? value : null;
    const pixels = "pixels" in value ? canvasOf(value.pixels as Pixels) : null;
    return {
      ...{ task, photo, place: "device", ran: ranOf([prediction.from]) },
      picture: pixels && (await pngOf(pixels)),
      soft: task.makes ? null : soft,
      result: "values" in value ? {} : resultRecord(value),
      ms: performance.now() - started,
      stages: { ...stages },
    };
  }

  /** The pictures that are drawn, not computed by one model; null for other tasks. */
  private async retouching(
    task: Task,
    photo: Uint8Array,
    choices: Choices,
  ): Promise<Retouched | null> {
    if (task.name === "filter") return this.opened().filter(String(choices["preset"]), photo);
    if (task.name !== "background") return null;
    return this.opened().background(await behindOf(choices), photo);
  }

  private opened(): WorkerLens {
    if (this.config.device === null) {
      throw new Trouble("Not on this device", "The server has no browser runtime.", "device");
    }
    return (this.lens ??= new WorkerLens(this.config.device));
  }
}

/** The model and what it is asked; a picture as the style is another model's business. */
async function asked(task: Task, choices: Choices): Promise<readonly [string, Request]> {
  if (task.name === "super-resolution") {
    return [task.device, { scale: Number(choices["scale"]) }];
  }
  if (task.name !== "style") return [choices["model"]?.toString() || task.device, {}];
  const { style = "0", style_image: picture, strength = "1", keep_colours: keep } = choices;
  const finish = { strength: Number(strength), keepColours: keep === "true" };
  if (!(picture instanceof Blob)) return [task.device, { mix: String(style), ...finish }];
  const like = await openPhoto(new Uint8Array(await picture.arrayBuffer()));
  return [ANY_STYLE, { style: like, ...finish }];
}

async function retouched(
  task: Task,
  photo: Photo,
  { picture, from, ms: stages }: Retouched,
  started: number,
): Promise<Answer> {
  return {
    ...{ task, photo, place: "device", soft: null, ran: ranOf(from), stages: { ...stages } },
    result: { channels: "RGBA" },
    picture: await pngOf(coloursOf(picture)),
    ms: performance.now() - started,
  };
}

function ranOf(from: readonly Provenance[]): Readonly<Record<string, string>> {
  const [first] = from;
  if (first === undefined) return { model: "none was needed" };
  return {
    model: from.map(({ model, version }) => `${model} ${version}`).join(", "),
    variant: first.variant,
    device: `${first.backend}, ${first.accelerator}`,
    file: from.map(({ sha256 }) => `SHA-256 ${sha256.slice(0, 12)}…`).join(", "),
  };
}
