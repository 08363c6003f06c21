/** Everything at once: the server's analyses as they come, by server-sent events. */
import { type Sent, eventsOf } from "./events.js";
import { call, formOf, sentence } from "./server.js";
import type { Answer, Choices, Json, Photo, Task } from "./types.js";

/** What is told on the way: the answer so far, and how many of the analyses have ended. */
export type Partial = (answer: Answer, done: number, of: number) => void;

/** Ask for every analysis; each result stands under its analysis' name, `problems` has what
 * kept others from answering. */
export async function analyze(
  task: Task,
  photo: Photo,
  choices: Choices,
  signal: AbortSignal,
  partial: Partial,
): Promise<Answer> {
  const body = formOf(photo, choices);
  body.set("masks", "png");
  const headers = { Accept: "text/event-stream" };
  const started = performance.now();
  const response = await call("/v1/analyze", { method: "POST", headers, body, signal });
  const gathered = new Gathered(task, photo, started);
  for await (const sent of eventsOf(response)) {
    if (gathered.take(sent) && !signal.aborted)
      partial(gathered.answer(), gathered.done, gathered.of);
  }
  return gathered.whole();
}

/** What has come so far. */
class Gathered {
  of = 0;
  private readonly results: Record<string, Json> = {};
  private readonly problems: Record<string, string> = {};
  private readonly stages: Record<string, number> = {};
  private ended = false;

  constructor(
    private readonly task: Task,
    private readonly photo: Photo,
    private readonly started: number,
  ) {}

  get done(): number {
    return Object.keys(this.results).length + Object.keys(this.problems).length;
  }

  /** Whether there is something new to show. */
  take({ event, data }: Sent): boolean {
    const name = String(data["name"] ?? "");
    if (event === "image") this.of = (data["analyses"] as readonly string[]).length;
    if (event === "done") this.ended = true;
    if (event === "problem") {
      const { detail, title } = data["problem"] as Readonly<Record<string, string>>;
      this.problems[name] = sentence(detail ?? title);
    }
    if (event === "result") {
      this.results[name] = data["result"] as Json;
      const { run = 0 } = (data["ms"] ?? {}) as Readonly<Record<string, number>>;
      this.stages[data["stored"] === true ? `${name} (known already)` : name] = run;
    }
    return event === "result" || event === "problem";
  }

  answer(): Answer {
    const none = Object.keys(this.problems).length === 0;
    const { task, photo, stages } = this;
    return {
      ...{ task, photo, place: "server", stages: { ...stages }, picture: null, soft: null },
      result: { ...this.results, ...(none ? {} : { problems: { ...this.problems } }) },
      ms: performance.now() - this.started,
      ran: {},
    };
  }

  /** The answer, once the stream has said that it is all. */
  whole(): Answer {
    if (!this.ended) throw new Error("the server ended before everything was told: ask again");
    return this.answer();
  }
}
