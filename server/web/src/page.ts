/** The page: a photo, a task, and what comes of it, here or on the server. */
import { OneByOne, album } from "./album.js";
import { analyze } from "./analyze.js";
import { type Document, type Model, tasksOf } from "./catalogue.js";
import { type Control, controlsOf, listControls } from "./controls.js";
import { Device } from "./device.js";
import { find, h, say } from "./dom.js";
import { summary } from "./findings.js";
import { listHistory } from "./history.js";
import { calm, explain, failed, listRuns, listenToKey } from "./notices.js";
import { startOffline } from "./offline.js";
import { startPeople } from "./people_door.js";
import { through } from "./photos.js";
import { began, ended, reached } from "./progress.js";
import { placed, showResult } from "./result.js";
import { toPhotos } from "./rooms.js";
import { Trouble, askServer, record } from "./server.js";
import { Stage } from "./stage.js";
import { listSamples, listenForPhotos } from "./taking.js";
import { able, listTasks } from "./task_list.js";
import { startTheme } from "./theme.js";
import type { Answer, Choices, Config, Photo, Place, Task } from "./types.js";

const FIRST = "objects";
const PLACE_KEY = "pocketlens-place";
const MOST_RUNS = 12;
const SOON = 350; // milliseconds after the last change

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
  private readonly take = (coming: Promise<Photo>) => void this.receive(coming);

  private constructor(private readonly config: Config) {
    this.device = new Device(config);
  }

  static async start(): Promise<void> {
    startTheme();
    const config = (await (await fetch("/page/config.json")).json()) as Config;
    const page = new Page(config);
    page.listen();
    listSamples(config.samples, page.take);
    await page.connect();
    void startOffline(config).catch(() => null);
    document.body.dataset["ready"] = "yes";
  }

  /** Ask the server what it can; where it cannot be asked, this device goes on. */
  private async connect(): Promise<void> {
    let [document, models]: [Document | null, readonly Model[]] = [null, []];
    calm();
    try {
      document = await record<Document>("/v1/openapi.json");
      ({ models } = await record<{ models: readonly Model[] }>("/v1/models"));
      void listHistory(this.take);
    } catch (error) {
      failed(error, "connect");
    }
    this.tasks = tasksOf(this.config, document, models);
    const unable = this.config.device === null;
    this.radio("device").disabled = unable;
    const here = document === null || localStorage.getItem(PLACE_KEY) === "device";
    this.settle(here && !unable ? "device" : "server");
  }

  private radio(place: Place): HTMLInputElement {
    return find("places").querySelector(`[value=${place}]`) as HTMLInputElement;
  }

  /** Compute there from now on; the task stays where it can. */
  private settle(place: Place): void {
    this.place = place;
    this.radio(place).checked = true;
    const fit = this.tasks.filter((task) => able(task, place));
    const same = fit.find(({ name }) => name === this.task?.name);
    const task = same ?? fit.find(({ name }) => name === FIRST) ?? fit[0] ?? null;
    listTasks(this.tasks, place, task?.name ?? "", (chosen) => this.choose(chosen));
    explain(this.config, place);
    this.choose(task);
  }

  private listen(): void {
    listenToKey(() => void this.connect());
    const elsewhere = startPeople(this.take);
    const takeAll = (files: readonly File[]) => void this.receiveAll(files);
    listenForPhotos({ take: this.take, takeAll, elsewhere });
    find("again").addEventListener("click", () => this.leave());
    find("places").addEventListener("change", (event) => {
      calm();
      const { value } = event.target as HTMLInputElement;
      localStorage.setItem(PLACE_KEY, value);
      this.settle(value as Place);
    });
    find("controls").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.run();
    });
    find("controls").addEventListener("change", () => this.later());
    find("task").addEventListener("submit", (event) => event.preventDefault());
  }

  /** Show a photo once it is there, and ask about it. */
  private async receive(coming: Promise<Photo>): Promise<void> {
    try {
      const photo = await coming.catch((error: unknown) => through(error, this.place));
      calm();
      if (this.photo !== null) URL.revokeObjectURL(this.photo.shown);
      this.photo = photo;
      this.answers = [];
      this.present(photo);
      this.choose(this.task);
    } catch (error) {
      failed(error, "photo");
    }
  }

  /** Several photos are a job for the server; this device takes them one by one. */
  private async receiveAll(files: readonly File[]): Promise<void> {
    try {
      if (this.place === "device") throw new OneByOne();
      this.leave();
      await album(files, this.config.most_bytes, this.take);
      await listHistory(this.take);
    } catch (error) {
      failed(error, "album");
    }
  }

  private present(photo: Photo): void {
    const size = h("span", { class: "soft" }, ` ${photo.width} × ${photo.height}`);
    find("photo-name").replaceChildren(h("strong", {}, photo.name), size);
    this.stage = new Stage(photo);
    toPhotos();
    find("stage").replaceChildren(this.stage.figure);
    find("under").replaceChildren(this.stage.switches);
    find("welcome").hidden = true;
    for (const id of ["work", "side"]) find(id).hidden = false;
    document.body.dataset["view"] = "work";
    listRuns([], () => null);
  }

  /** Back to the beginning. */
  private leave(): void {
    this.running?.abort();
    this.photo = this.stage = null;
    this.answers = [];
    find("welcome").hidden = false;
    for (const id of ["work", "side", "result"]) find(id).hidden = true;
    delete document.body.dataset["view"];
    calm();
    void listHistory(this.take);
    find("file").focus();
  }

  /** Another task: its settings, and its answer where that is quick. */
  private choose(task: Task | null): void {
    this.task = task;
    this.running?.abort();
    clearTimeout(this.waiting);
    ended();
    this.controls = task === null ? [] : controlsOf(task, this.config, this.place);
    listControls(task, this.controls);
    if (this.photo === null) return;
    calm();
    find("result").hidden = true;
    this.stage?.show(this.photo, null);
    if (this.ready()) void this.run();
  }

  /** Whether it may be asked without the button. */
  private ready(): boolean {
    const { task } = this;
    if (task === null || task.slow) return false;
    return this.controls.every(({ lacks }) => lacks() === "");
  }

  /** Something was chosen: ask again soon, where that is quick. */
  private later(): void {
    clearTimeout(this.waiting);
    this.waiting = window.setTimeout(() => {
      if (this.photo !== null && this.ready()) void this.run();
    }, SOON);
  }

  private async run(): Promise<void> {
    const { photo, task } = this;
    if (photo === null || task === null) return;
    clearTimeout(this.waiting);
    calm();
    const lacking = this.controls.map(({ lacks }) => lacks()).find((text) => text !== "");
    if (lacking) return failed(new Trouble("One thing is missing", lacking), "lacks");
    this.running?.abort();
    const running = (this.running = new AbortController());
    const where = this.place === "device" ? "on this device" : "on the server";
    began(task.title, where, () => this.stop(running));
    try {
      const answer = await this.ask(task, photo, running.signal);
      if (this.running === running && !running.signal.aborted) this.took(answer);
    } catch (error) {
      if (this.running === running && !running.signal.aborted) failed(error, task.name);
    } finally {
      if (this.running === running) ended();
    }
  }

  private stop(running: AbortController): void {
    running.abort();
    ended();
    say("Cancelled");
  }

  private ask(task: Task, photo: Photo, signal: AbortSignal): Promise<Answer> {
    const choices = Object.assign({}, ...this.controls.map((one) => one.choices())) as Choices;
    if (this.place === "device") return this.device.ask(task, photo, choices, signal, reached);
    const ask = task.name === "analyze" ? analyze : askServer;
    return ask(task, photo, choices, signal, (part, done, of) => {
      reached(done, of);
      this.show(part);
    });
  }

  private took(answer: Answer): void {
    this.answers = [answer, ...this.answers].slice(0, MOST_RUNS);
    this.show(answer);
    say(`${answer.task.title}: ${summary(answer)}. ${placed(answer)}.`);
    document.body.dataset["done"] = `${answer.photo.name} ${answer.task.name} ${answer.place}`;
    if (answer.task.name === "analyze") void listHistory(this.take);
  }

  private show(answer: Answer): void {
    if (this.stage === null) return;
    this.stage.show(answer.photo, answer);
    showResult(answer, this.stage);
    listRuns(this.answers, (old) => this.show(old));
  }
}

Page.start().catch((error: Error) => {
  find("promise").textContent = `The page cannot begin: ${error.message}`;
});
