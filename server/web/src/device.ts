/** The bundle's models, run in this browser: nothing of the photo leaves it. */
import { openPhoto } from "../../../mobile_assets/web/src/images.js";
import type { Request } from "../../../mobile_assets/web/src/lens.js";
import type { Mask, Pixels, Prediction } from "../../../mobile_assets/web/src/results.js";
import { resultRecord } from "../../../mobile_assets/web/src/wire.js";
import { WorkerLens } from "../../../mobile_assets/web/src/worker_lens.js";
import { behind } from "./behind.js";
import { canvasOf, pngOf } from "./pixels.js";
import { Trouble } from "./server.js";
import type { Answer, Choices, Config, Photo, Task } from "./types.js";

const ANY_STYLE = "style-transfer-any";

/** Answers tasks by the browser runtime. */
export class Device {
  private lens: WorkerLens | null = null;

  constructor(private readonly config: Config) {}

  /** What the task's model says; raises `Trouble`. */
  async ask(task: Task, photo: Photo, choices: Choices, signal: AbortSignal): Promise<Answer> {
    const started = performance.now();
    const stop = () => void this.close();
    signal.addEventListener("abort", stop);
    try {
      return await this.answered(task, photo, choices, started);
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
    started: number,
  ): Promise<Answer> {
    const bytes = new Uint8Array(await photo.known.arrayBuffer());
    const [model, request] = await asked(task, choices);
    const prediction = await this.opened().predict(model, bytes, request);
    const { value, ms: stages } = prediction;
    const soft = "probability" in value ? value : null;
    const picture = await pictureOf(task, photo, prediction, choices);
    return {
      ...{ task, photo, place: "device", picture, ran: ranOf(prediction) },
      soft: task.makes ? null : soft,
      result: "values" in value ? {} : resultRecord(value),
      ms: performance.now() - started,
      stages: { ...stages },
    };
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
  if (task.name !== "style") return [choices["model"]?.toString() || task.device, {}];
  const { style = "0", style_image: picture } = choices;
  if (!(picture instanceof Blob)) return [task.device, { mix: String(style) }];
  return [ANY_STYLE, { style: await openPhoto(new Uint8Array(await picture.arrayBuffer())) }];
}

async function pictureOf(
  task: Task,
  photo: Photo,
  { value }: Prediction,
  choices: Choices,
): Promise<Blob | null> {
  if ("pixels" in value) return pngOf(canvasOf(value.pixels as Pixels));
  if (task.name !== "background") return null;
  return pngOf(await behind(photo, value as Mask, choices));
}

function ranOf({ from }: Prediction): Readonly<Record<string, string>> {
  return {
    model: `${from.model} ${from.version}`,
    variant: from.variant,
    device: `${from.backend}, ${from.accelerator}`,
    file: `SHA-256 ${from.sha256.slice(0, 12)}…`,
  };
}
