/** The page: a photo, a task, and what comes of it, here or on the server. */
import { takePhoto } from "./camera.js";
import { type Document, type Model, tasksOf } from "./catalogue.js";
import { type Control, controlsOf } from "./controls.js";
import { Device } from "./device.js";
import { find, h, icon, say } from "./dom.js";
import { summary } from "./findings.js";
import { startOffline } from "./offline.js";
import { fromAddress, given, opened, sample } from "./photos.js";
import { began, ended } from "./progress.js";
import { millis, placed, showResult } from "./result.js";
import { Trouble, askServer, keepKey, keyText, record } from "./server.js";
import { Stage } from "./stage.js";
import { able, listTasks } from "./task_list.js";
import { startTheme } from "./theme.js";
import type { Answer, Choices, Config, Photo, Place, Task } from "./types.js";

const FIRST = "objects";
const KEY_ICON = "M8 9a4 4 0 1 0 0 8a4 4 0 1 0 0-8M11 10.500L20 4M16 7l3 3M14 8.500l2 2";
const MOST_RUNS = 12;

class Page {
  private tasks: readonly Task[] = [];
  private task: Task | null = null;
  private place: Place = "server";
  private photo: Photo | null = null;
  private stage: Stage | null = null;
  private controls: readonly Control[] = [];
  private running: AbortController | null = null;
  private answers: readonly Answer[] = [];
  private waiting = 0;
  private readonly device: Device;

  private constructor(private readonly config: Config) {
    this.device = new Device(config);
  }

  static async start(): Promise<void> {
    startTheme();
    find("settings").replaceChildren(icon(KEY_ICON));
    const config = await (await fetch("/page/config.json")).json();
    const page = new Page(config as Config);
    page.listen();
    page.listSamples();
    await page.connect();
    void startOffline(page.config).catch(() => null);
    document.body.dataset["ready"] = "yes";
  }

  /** Ask the server what it can; where it cannot be asked, this device goes on. */
  private async connect(): Promise<void> {
    let [document, models]: [Document | null, readonly Model[]] = [null, []];
    try {
      document = await record<Document>("/v1/openapi.json");
      ({ models } = await record<{ models: readonly Model[] }>("/v1/models"));
      this.calm();
    } catch (error) {
      this.failed(error, "connect");
    }
    this.tasks = tasksOf(this.config, document, models);
    const unable = this.config.device === null;
    find("places").querySelector<HTMLInputElement>("[value=device]")!.disabled = unable;
    const wanted = document === null && !unable ? "device" : this.place;
    this.settle(wanted);
  }

  private settle(place: Place): void {
    this.place = place;
    find("places").querySelector<HTMLInputElement>(`[value=${place}]`)!.checked = true;
    const still = this.task !== null && able(this.task, place) ? this.task.name : FIRST;
    const fit = this.tasks.filter((task) => able(task, place));
    this.task = fit.find(({ name }) => name === still) ?? fit[0] ?? null;
    listTasks(this.tasks, place, this.task?.name ?? "", (task) => this.choose(task));
    this.explain();
    this.choose(this.task);
  }

  /** Say where photos go. */
  private explain(): void {
    const { host } = window.location;
    const here = "Photos stay in this browser: nothing is sent.";
    const there = `Photos are sent to ${host}, and to nobody else.`;
    const text = this.place === "device" ? here : there;
    const lacking =
      "To compute on this device, the server needs the browser runtime: make web, or a bundle made with edge-convert bundle --platform web.";
    find("promise").textContent = text;
    find("where").replaceChildren(
      text,
      ...(this.config.device === null ? [h("span", { class: "lacking" }, ` ${lacking}`)] : []),
    );
    find("version").textContent = `PocketLens ${this.config.version}`;
    find("from-address").hidden = !this.config.urls;
  }

  private listSamples(): void {
    const tiles = this.config.samples.map((name) => {
      const title = name.replace(/\..*/, "");
      const image = h("img", {
        src: `/page/samples/${name}`,
        alt: `Sample: ${title}`,
        loading: "lazy",
      });
      return h(
        "button",
        { type: "button", class: "sample", click: () => this.take(sample(name)) },
        image,
      );
    });
    find("samples")
      .querySelector(".tiles")
      ?.replaceChildren(...tiles);
    find("samples").hidden = tiles.length === 0;
  }

  private listen(): void {
    for (const id of ["file", "another"]) {
      const input = find<HTMLInputElement>(id);
      input.addEventListener("change", () => {
        const [file] = input.files ?? [];
        if (file) this.take(opened(file, file.name));
        input.value = "";
      });
    }
    find("camera").addEventListener("click", () => void this.shoot());
    find("again").addEventListener("click", () => this.leave());
    find("from-address").addEventListener("submit", (event) => {
      event.preventDefault();
      this.take(fromAddress(find<HTMLInputElement>("address").value));
    });
    find("places").addEventListener("change", (event) => {
      this.settle((event.target as HTMLInputElement).value as Place);
    });
    find("controls").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.run();
    });
    find("controls").addEventListener("change", () => this.later());
    find("task").addEventListener("submit", (event) => event.preventDefault());
    this.listenToTransfers();
    this.listenToKey();
  }

  private listenToTransfers(): void {
    const veil = find("dropping");
    const takeIn = (event: Event, transfer: DataTransfer | null) => {
      const photo = given(transfer);
      if (photo === null) return;
      event.preventDefault();
      this.take(typeof photo === "string" ? fromAddress(photo) : opened(photo, photo.name));
    };
    document.addEventListener("paste", (event) => {
      if (!(event.target instanceof HTMLInputElement)) takeIn(event, event.clipboardData);
    });
    document.addEventListener("dragover", (event) => {
      event.preventDefault();
      veil.hidden = false;
    });
    document.addEventListener("dragleave", (event) => {
      if (event.relatedTarget === null) veil.hidden = true;
    });
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      veil.hidden = true;
      takeIn(event, event.dataTransfer);
    });
  }

  private listenToKey(): void {
    const dialog = find<HTMLDialogElement>("key-dialog");
    const input = find<HTMLInputElement>("key");
    find("settings").addEventListener("click", () => {
      input.value = keyText();
      dialog.showModal();
    });
    dialog.addEventListener("close", () => {
      if (input.value.trim() === keyText()) return;
      keepKey(input.value);
      void this.connect();
    });
  }

  private async shoot(): Promise<void> {
    const photo = await takePhoto();
    if (photo !== null) this.take(opened(photo, "camera.jpg"));
  }

  /** Show a photo once it is there, and ask about it. */
  private take(coming: Promise<Photo>): void {
    void coming.then(
      (photo) => {
        this.calm();
        if (this.photo !== null) URL.revokeObjectURL(this.photo.shown);
        this.photo = photo;
        this.answers = [];
        this.present(photo);
        this.choose(this.task);
      },
      (error) => this.failed(error, "photo"),
    );
  }

  private present(photo: Photo): void {
    const { name, width, height } = photo;
    find("photo-name").replaceChildren(
      h("strong", {}, name),
      h("span", { class: "soft" }, ` ${width} × ${height}`),
    );
    this.stage = new Stage(photo);
    find("stage").replaceChildren(this.stage.figure);
    find("under").replaceChildren(this.stage.switches);
    find("welcome").hidden = true;
    find("work").hidden = false;
    find("side").hidden = false;
    document.body.dataset["view"] = "work";
    this.listRuns();
  }

  /** Back to the beginning. */
  private leave(): void {
    this.running?.abort();
    this.photo = this.stage = null;
    this.answers = [];
    find("welcome").hidden = false;
    for (const id of ["work", "side", "result"]) find(id).hidden = true;
    delete document.body.dataset["view"];
    this.calm();
    find("file").focus();
  }

  private choose(task: Task | null): void {
    this.task = task;
    this.running?.abort();
    clearTimeout(this.waiting);
    this.calm();
    const form = find("controls");
    if (task === null) return form.replaceChildren();
    this.controls = controlsOf(task, this.config, this.place);
    const asks = this.controls.length > 0 || task.slow;
    form.replaceChildren(
      h("h2", {}, task.title),
      h("p", { class: "soft" }, task.hint),
      ...this.controls.map(({ element }) => element),
      ...(asks
        ? [h("button", { type: "submit", class: "button primary wide" }, task.verb)]
        : []),
    );
    if (this.photo === null) return;
    find("result").hidden = true;
    this.stage?.show(this.photo, null);
    if (this.ready()) void this.run();
  }

  /** Whether it may be asked without the button. */
  private ready(): boolean {
    const { task } = this;
    if (task === null || task.slow || (this.place === "server" && task.missing)) return false;
    return this.controls.every(({ lacks }) => lacks() === "");
  }

  /** Something was chosen: ask again soon, where that is quick. */
  private later(): void {
    clearTimeout(this.waiting);
    this.waiting = window.setTimeout(() => {
      if (this.photo !== null && this.ready()) void this.run();
    }, 350);
  }

  private async run(): Promise<void> {
    const { photo, task } = this;
    if (photo === null || task === null) return;
    const lacking = this.controls.map(({ lacks }) => lacks()).find((text) => text !== "");
    if (lacking) return this.failed(new Trouble("One thing is missing", lacking), "lacks");
    this.running?.abort();
    const running = (this.running = new AbortController());
    const where = this.place === "device" ? "on this device" : "on the server";
    this.calm();
    began(task.title, where, () => running.abort());
    try {
      const answer = await this.ask(task, photo, running.signal);
      if (this.running === running) this.took(answer);
    } catch (error) {
      if (this.running === running && !running.signal.aborted) this.failed(error, task.name);
    } finally {
      if (this.running === running) ended();
    }
  }

  private ask(task: Task, photo: Photo, signal: AbortSignal): Promise<Answer> {
    const choices = Object.assign({}, ...this.controls.map((one) => one.choices())) as Choices;
    const asked = this.place === "device" ? this.device : null;
    return asked?.ask(task, photo, choices, signal) ?? askServer(task, photo, choices, signal);
  }

  private took(answer: Answer): void {
    this.answers = [answer, ...this.answers].slice(0, MOST_RUNS);
    this.show(answer);
    say(`${answer.task.title}: ${summary(answer)}. ${placed(answer)}.`);
    Object.assign(window, { pocketlens: answer }); // for whoever looks with the console
    document.body.dataset["done"] = `${answer.photo.name} ${answer.task.name} ${answer.place}`;
  }

  private show(answer: Answer): void {
    if (this.stage === null) return;
    this.stage.show(answer.photo, answer);
    showResult(answer, this.stage);
    this.listRuns();
  }

  private listRuns(): void {
    const items = this.answers.map((answer) => {
      const look = () => this.show(answer);
      const place = h("span", { class: `dot ${answer.place}`, "aria-hidden": "true" });
      const where = answer.place === "device" ? "device" : "server";
      const time = h("span", { class: "soft" }, `${where}, ${millis(answer.ms)}`);
      return h(
        "li",
        {},
        h("button", { type: "button", click: look }, place, answer.task.title, time),
      );
    });
    find("runs")
      .querySelector("ol")
      ?.replaceChildren(...items);
    find("runs").hidden = items.length < 2;
  }

  private calm(): void {
    find("problem").hidden = true;
    document.body.removeAttribute("data-problem");
    ended();
  }

  /** What went wrong, in words, where the result would be. */
  private failed(error: unknown, during: string): void {
    const known = error instanceof Trouble;
    const title = known ? error.title : "Something went wrong in this page";
    const text = (error as Error).message;
    const problem = find("problem");
    const act =
      known && error.code === "unauthenticated"
        ? h(
            "button",
            { type: "button", class: "button", click: () => find("settings").click() },
            "Enter a key",
          )
        : null;
    problem.replaceChildren(h("h2", {}, title), h("p", {}, text), ...(act ? [act] : []));
    problem.hidden = false;
    if (this.photo === null) find("welcome").prepend(problem);
    else find("controls").after(problem);
    document.body.dataset["problem"] = known && error.code !== "" ? error.code : during;
  }
}

Page.start().catch((error: Error) => {
  find("promise").textContent = `The page cannot begin: ${error.message}`;
});
