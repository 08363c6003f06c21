/** The page: a photo and a task go in, the result is drawn. Nothing leaves the browser. */
import type { Choice, ModelSpec, Pixels, Trace } from "../src/index.js";
import { Bundle, WorkerLens, dumped, fetcher, openPhoto } from "../src/index.js";
import { draw } from "./drawing.js";
import { listFindings, listOrigin, listTimes } from "./listing.js";

const SAMPLES = ["astronaut.png", "obama.jpg", "coffee.png", "motorcycle.png", "china.jpg"];
const STYLES = ["flower.jpg", "china.jpg", "coffee.png"];
const FIRST_TASK = "portrait-segmentation";

/** A photo with its pixels, and how long those took. */
interface Opened {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly pixels: Pixels;
  readonly decode: number;
}

function find<Kind extends HTMLElement>(id: string): Kind {
  return document.getElementById(id) as Kind;
}

class Page {
  private photo: Opened | null = null;
  private style: Opened | null = null;
  private trace: Trace | null = null;
  private asked = 0;

  private constructor(
    private readonly bundle: Bundle,
    private readonly lens: WorkerLens,
    private readonly choices: ReadonlyMap<string, Choice>,
  ) {}

  static async start(): Promise<void> {
    const { bundle: folder = "..", wasm = "dist/wasm/" } = document.documentElement.dataset;
    const bundle = await Bundle.open(fetcher(folder));
    const choices = new Map<string, Choice>();
    const lens = new WorkerLens({
      worker: "dist/worker.js",
      bundle: folder,
      wasm,
      onChoice: (id, made) => choices.set(id, made),
    });
    const page = new Page(bundle, lens, choices);
    page.listTasks(bundle.manifest.models.map(({ spec }) => spec));
    page.listen();
    await page.take(await fetched(SAMPLES[0]));
  }

  private listTasks(specs: readonly ModelSpec[]): void {
    const tasks = specs.filter(({ task }) => task.kind !== "style-prediction");
    for (const { id, title } of tasks) {
      const radio = Object.assign(document.createElement("input"), {
        type: "radio",
        name: "task",
        value: id,
        checked: id === FIRST_TASK,
      });
      const label = document.createElement("label");
      label.append(radio, title);
      find("tasks").append(label);
    }
  }

  private listen(): void {
    const drop = find("drop");
    const guarded = (work: () => Promise<void>) => void this.guarded(work);
    listPictures("samples", SAMPLES, (name) =>
      guarded(async () => this.take(await fetched(name))),
    );
    listPictures("styles", STYLES, (name) =>
      guarded(async () => {
        this.style = await fetched(name);
        await this.run();
      }),
    );
    find("photo").addEventListener("change", (event) => {
      const [file] = (event.target as HTMLInputElement).files ?? [];
      if (file) guarded(async () => this.take(await opened(file, file.name)));
    });
    find("tasks").addEventListener("change", () => void this.run());
    find("mix").addEventListener("change", () => void this.run());
    find("mix").addEventListener("input", () => {
      find("mix-number").textContent = find<HTMLInputElement>("mix").value;
    });
    find("dump").addEventListener("click", () => guarded(() => this.save()));
    for (const kind of ["dragover", "dragleave", "drop"] as const) {
      document.addEventListener(kind, (event) => {
        event.preventDefault();
        drop.classList.toggle("over", kind === "dragover");
        const [file] = event.dataTransfer?.files ?? [];
        if (kind === "drop" && file) {
          guarded(async () => this.take(await opened(file, file.name)));
        }
      });
    }
    find("ask").addEventListener("submit", (event) => event.preventDefault());
  }

  private async take(photo: Opened): Promise<void> {
    this.photo = photo;
    draw(find("canvas"), photo.pixels, null);
    await this.run();
  }

  /** Run the task that is chosen; of two that are asked for only the last one is shown. */
  private run(): Promise<void> {
    return this.guarded(async () => {
      const { photo } = this;
      const model = new FormData(find<HTMLFormElement>("ask")).get("task");
      if (photo === null || typeof model !== "string") return;
      const asked = (this.asked += 1);
      const style = await this.options(model);
      say("Running…");
      const trace = await this.lens.trace(model, photo.pixels, style);
      if (asked !== this.asked) return;
      this.show(photo, trace);
    });
  }

  private async options(model: string) {
    const { task } = this.bundle.entry(model).spec;
    const mixed = task.kind === "style-transfer";
    const pictured = task.kind === "style-transfer-any";
    find("options").hidden = !(mixed || pictured);
    find("mix-label").hidden = !mixed;
    find("styles").hidden = !pictured;
    if (mixed) return { mix: find<HTMLInputElement>("mix").value };
    if (!pictured) return {};
    this.style ??= await fetched(STYLES[0]);
    return { style: this.style.pixels };
  }

  private show(photo: Opened, trace: Trace): void {
    this.trace = trace;
    const prediction = {
      ...trace.prediction,
      ms: { ...trace.prediction.ms, decode: photo.decode },
    };
    draw(find("canvas"), photo.pixels, prediction.value);
    listFindings(find("findings"), prediction.value);
    listTimes(find<HTMLTableElement>("times").tBodies[0], prediction);
    listOrigin(find("from"), prediction, this.why(prediction.from.model));
    find<HTMLButtonElement>("dump").disabled = false;
    const { width, height } = photo.pixels;
    say(`${photo.name}, ${width} x ${height}`);
    document.body.dataset["done"] = `${photo.name} ${prediction.from.model}`;
  }

  private why(model: string): string {
    const verdicts = this.choices.get(model)?.verdicts ?? [];
    const left = verdicts.filter(({ reason }) => reason !== "");
    if (left.length === 0) return "it gave the golden answer twice";
    return left.map(({ accelerator, reason }) => `${accelerator}: ${reason}`).join("; ");
  }

  private async save(): Promise<void> {
    if (this.trace === null || this.photo === null) return;
    const content = await dumped(this.trace, this.photo);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type: "application/zip" }));
    link.download = `${this.trace.prediction.from.model}-run.zip`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  /** What goes wrong is said where the result would be. */
  private async guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      failed(error);
    }
  }
}

function listPictures(id: string, names: readonly string[], use: (name: string) => void) {
  for (const name of names) {
    const button = document.createElement("button");
    button.type = "button";
    button.ariaPressed = String(name === names[0]);
    const title = name.replace(/\..*/, "");
    button.append(Object.assign(new Image(), { src: sample(name), alt: title }));
    button.addEventListener("click", () => {
      for (const other of find(id).querySelectorAll("button")) {
        other.ariaPressed = String(other === button);
      }
      use(name);
    });
    find(id).append(button);
  }
}

function sample(name: string): string {
  return new URL(`dist/samples/${name}`, document.baseURI).href;
}

async function fetched(name: string): Promise<Opened> {
  return opened(await (await fetch(sample(name))).blob(), name);
}

async function opened(file: Blob, name: string): Promise<Opened> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const start = performance.now();
  const pixels = await openPhoto(bytes);
  return { name, bytes, pixels, decode: performance.now() - start };
}

function say(text: string): void {
  const status = find("status");
  status.textContent = text;
  status.classList.remove("wrong");
}

function failed(error: unknown): void {
  const status = find("status");
  status.textContent = String((error as Error)?.message ?? error);
  status.classList.add("wrong");
}

Page.start().catch(failed);
