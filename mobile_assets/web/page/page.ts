/** The page: a photo and a task go in, the result is drawn. Nothing leaves the browser, unless a
 * server is named. */
import type { Choice, ModelSpec, Outcome, Trace } from "../src/index.js";
import { Bundle, RemoteLens, Router, WorkerLens, dumped, fetcher } from "../src/index.js";
import { draw } from "./drawing.js";
import { listFindings, listOrigin, listServer, listTimes } from "./listing.js";
import { type Chosen, fetched, listPictures, opened } from "./photos.js";
import { listPolicies, policy, sayOutcome, server } from "./server.js";
import { finish, listenToStyle, mix } from "./style.js";
import { type Drawn, type Style, asked, offered } from "./tasks.js";

const SAMPLES = ["astronaut.png", "obama.jpg", "coffee.png", "motorcycle.png", "china.jpg"];
const STYLES = ["flower.jpg", "china.jpg", "coffee.png"];
const FIRST_TASK = "portrait-segmentation";

function find<Kind extends HTMLElement>(id: string): Kind {
  return document.getElementById(id) as Kind;
}

class Page {
  private chosen: Chosen | null = null;
  private style: Chosen | null = null;
  private trace: Trace | null = null;
  private remote: RemoteLens | null = null;
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
    for (const { id, title } of offered(specs)) {
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
    listPolicies();
    find("tasks").addEventListener("change", () => void this.run());
    find("policy").addEventListener("change", () => void this.run());
    for (const id of ["server", "key"]) {
      find(id).addEventListener("change", () =>
        guarded(async () => {
          this.asked += 1; // what the last server answers is no longer asked for
          this.remote = null;
          this.remote = server(); // with it its breaker and what it can do
          await this.run();
        }),
      );
    }
    listenToStyle(() => void this.run());
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

  private async take(chosen: Chosen): Promise<void> {
    this.chosen = chosen;
    draw(find("canvas"), chosen.photo.pixels, null);
    await this.run();
  }

  /** Run the task that is chosen; of two that are asked for only the last one is shown. */
  private run(): Promise<void> {
    return this.guarded(async () => {
      const { chosen, lens } = this;
      const id = new FormData(find<HTMLFormElement>("ask")).get("task");
      if (chosen === null || typeof id !== "string") return;
      const number = (this.asked += 1);
      const entry = this.bundle.manifest.models.find(({ spec }) => spec.id === id);
      const style = await this.options(entry?.spec ?? null);
      say("Running…");
      let trace: Trace | null = null;
      const inWindows = (model: string) =>
        this.bundle.entry(model).spec.program[1].step === "cut-windows"; // a trace has only one
      const device: Pick<WorkerLens, "predict"> = {
        predict: async (model, photo, request, after) => {
          if (inWindows(model)) return lens.predict(model, photo, request, after);
          return (trace = await lens.trace(model, photo, request)).prediction;
        },
      };
      const router = new Router(device, this.remote, { policy: policy() });
      const outcome = await asked(router, id, entry?.spec ?? null, chosen.photo, style);
      if (number !== this.asked) return;
      const here = outcome.kind !== "unavailable" && outcome.provenance.where === "device";
      this.show(chosen, outcome, here ? trace : null);
      document.body.dataset["done"] = `${chosen.name} ${id}`;
    });
  }

  private async options(spec: ModelSpec | null): Promise<Style> {
    const mixed = spec?.task.kind === "style-transfer";
    const pictured = spec?.task.kind === "style-transfer-any";
    find("options").hidden = !(mixed || pictured);
    find("mix-label").hidden = !mixed;
    find("styles").hidden = !pictured;
    if (!pictured) return { of: mix(), finish: finish() };
    this.style ??= await fetched(STYLES[0]);
    return { of: this.style.photo, finish: finish() };
  }

  private show(chosen: Chosen, outcome: Outcome<Drawn>, trace: Trace | null): void {
    const { pixels } = chosen.photo;
    this.trace = trace;
    find<HTMLButtonElement>("dump").disabled = trace === null;
    sayOutcome(find("outcome"), outcome);
    say(`${chosen.name}, ${pixels.width} x ${pixels.height}`);
    const value = outcome.kind === "unavailable" ? null : outcome.value;
    draw(find("canvas"), pixels, value);
    listFindings(find("findings"), value);
    this.showOrigin(chosen, outcome, trace);
  }

  private showOrigin(chosen: Chosen, outcome: Outcome<Drawn>, trace: Trace | null): void {
    const times = find<HTMLTableElement>("times").tBodies[0];
    if (trace !== null) {
      const { prediction } = trace;
      listTimes(times, { ...prediction.ms, decode: chosen.decode });
      listOrigin(find("from"), prediction, this.why(prediction.from.model));
    } else if (outcome.kind !== "unavailable") {
      listTimes(times, outcome.provenance.ms);
      listServer(find("from"), outcome.provenance);
    } else {
      times.replaceChildren();
      find("from").replaceChildren();
    }
  }

  private why(model: string): string {
    const verdicts = this.choices.get(model)?.verdicts ?? [];
    const left = verdicts.filter(({ reason }) => reason !== "");
    if (left.length === 0) return "it gave the golden answer twice";
    return left.map(({ accelerator, reason }) => `${accelerator}: ${reason}`).join("; ");
  }

  private async save(): Promise<void> {
    if (this.trace === null || this.chosen === null) return;
    const { name, photo } = this.chosen;
    const content = await dumped(this.trace, { name, bytes: photo.encoded });
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

function say(text: string): void {
  const status = find("status");
  status.textContent = text;
  status.classList.remove("wrong");
}

function failed(error: unknown): void {
  find("outcome").hidden = true; // what is drawn is no answer to this
  const status = find("status");
  status.textContent = String((error as Error)?.message ?? error);
  status.classList.add("wrong");
}

Page.start().catch(failed);
