/**
 * Many analyses of a photo in one question: `/v1/analyze` of a server, each told of as it comes.
 *
 *     const said = await remote.analyze(photo, ["objects", "faces"], {
 *       heard: (name, { values }) => draw(name, values.objects, values.faces),
 *     });
 *     if (said.kind === "unavailable") say(said.why);
 */
import type { Size } from "../geometry.js";
import { type Unavailable, unavailable } from "../outcomes.js";
import { READERS, type Values } from "./answers.js";
import { type ServerEvent, eventsOf } from "./events.js";
import {
  type Json,
  list,
  mapOf,
  need,
  number,
  numbers,
  parsedText,
  record,
  text,
  truth,
} from "./reading.js";
import { Refusal, notAnAnswer } from "./refusals.js";
import type { RemoteLens } from "./remote_lens.js";
import type { How } from "./remote_settings.js";
import { type Shown, type Upload, opened } from "./uploads.js";

const READ = [
  "classify",
  "objects",
  "faces",
  "smile",
  "landmarks",
  "instances",
  "semantic-segmentation",
] as const;
type ReadName = (typeof READ)[number];

/**
 * What came of each analysis, by its name.
 *
 * `values`: in the photo's pixels; of analyses that are not read here, the server's JSON, whose
 * pixels are those of the photo that was sent. `problems`: those that failed. `stored`: those
 * that the server had kept. `models`: the id and the SHA-256 of what answered. `ms`: by stage,
 * of the server, once all have come.
 */
export interface Analysed {
  readonly kind: "analysed";
  readonly values: Partial<Pick<Values, ReadName>> & Readonly<Record<string, unknown>>;
  readonly problems: Readonly<Record<string, Unavailable>>;
  readonly stored: readonly string[];
  readonly models: Readonly<Record<string, readonly [string, string]>>;
  readonly ms: Readonly<Record<string, number>>;
}

/** How it is asked: `keep`: whether the server may keep the photo and the results. `heard` is
 * told of each analysis once, as it ends, with everything that has come so far. */
export interface AnalyzeWish extends Omit<How, "model" | "checkpoint" | "sha256" | "fullSize"> {
  readonly keep?: boolean;
  readonly heard?: (name: string, soFar: Analysed) => void;
}

type About = Pick<Upload, "size" | "photo">;

/** What a server says of a photo; `Unavailable` where nothing was answered. Every pixel is
 * sent, without the photo's metadata. */
export async function askAnalyze(
  remote: RemoteLens,
  photo: Shown,
  analyses: readonly string[],
  { keep = true, heard, ...how }: AnalyzeWish,
): Promise<Analysed | Unavailable> {
  const ends = remote.endOf(how);
  const upload = await (await opened(photo)).upload(null, remote.settings.encode);
  const said = { analyses: analyses.join(","), keep: String(keep), masks: "rle" };
  const listener = heard && new Listener(upload, heard);
  const answered = await remote.post(
    {
      path: `/v1/analyze?${new URLSearchParams(said)}`,
      body: upload.content,
      contentType: upload.mediaType,
      accept: "text/event-stream",
      ...(listener && { listen: () => listener.attempt() }),
    },
    ({ body }) => readAnalysis(body, upload),
    how,
    ends,
  );
  await listener?.told;
  return answered.kind === "unavailable" ? answered : answered.answer;
}

/** A whole answer; raises `Refusal` for one that is none. */
export async function readAnalysis(body: Uint8Array, about: About): Promise<Analysed> {
  const found = new Findings(about);
  const [events] = eventsOf(new TextDecoder().decode(body));
  for (const event of events) await found.take(event);
  return found.whole();
}

/** Tells of what comes while it comes, of every attempt; of each analysis once. */
class Listener {
  told: Promise<void> = Promise.resolve();
  private readonly names = new Set<string>();

  constructor(
    private readonly about: About,
    private readonly heard: NonNullable<AnalyzeWish["heard"]>,
  ) {}

  attempt(): (chunk: Uint8Array) => void {
    const [found, decoder] = [new Findings(this.about), new TextDecoder()];
    let rest = "";
    return (chunk) => {
      const [events, left] = eventsOf(rest + decoder.decode(chunk, { stream: true }));
      rest = left;
      this.told = this.told.then(() => this.tell(found, events));
    };
  }

  private async tell(found: Findings, events: readonly ServerEvent[]): Promise<void> {
    try {
      for (const event of events) {
        const name = await found.take(event);
        if (name === "" || this.names.has(name)) continue;
        this.names.add(name);
        this.heard(name, found.soFar);
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error; // whoever reads the whole is told of it
    }
  }
}

/** What has come of an answer. */
class Findings {
  private readonly values: Record<string, unknown> = {};
  private readonly problems: Record<string, Unavailable> = {};
  private readonly stored: string[] = [];
  private readonly models: Record<string, readonly [string, string]> = {};
  private ms: Readonly<Record<string, number>> = {};
  private asked: readonly string[] = [];
  private ended = false;

  constructor(private readonly about: About) {}

  /** A further event; the name of the analysis that has ended by it, or none. */
  async take({ kind, data }: ServerEvent): Promise<string> {
    const json = record(parsedText(data), kind);
    if (kind === "image") this.begin(json);
    if (kind === "done") [this.ended, this.ms] = [true, need(json, "ms", mapOf(number))];
    if (kind !== "result" && kind !== "problem") return "";
    const name = need(json, "name", text);
    if (kind === "result") await this.result(name, json);
    else this.problems[name] = problemOf(need(json, "problem", record));
    return name;
  }

  get soFar(): Analysed {
    const { values, problems, stored, models, ms } = this;
    return {
      kind: "analysed",
      values: { ...values },
      problems: { ...problems },
      stored: [...stored],
      models: { ...models },
      ms,
    };
  }

  /** Everything; where nothing succeeded, the first problem is raised. */
  whole(): Analysed {
    if (!this.ended) throw notAnAnswer("it breaks off");
    const first = this.asked.find((name) => name in this.problems);
    if (first === undefined || Object.keys(this.values).length > 0) return this.soFar;
    const { why, code, retryAfter } = this.problems[first] as Unavailable;
    throw new Refusal(why, code, retryAfter, true);
  }

  private begin(json: Json): void {
    const [width, height] = need(need(json, "image", record), "size", numbers<Size>(2));
    if (width !== this.about.size[0] || height !== this.about.size[1]) {
      throw notAnAnswer("it is about another photo");
    }
    this.asked = need(json, "analyses", list(text));
  }

  private async result(name: string, json: Json): Promise<void> {
    const answer = {
      model: need(json, "model", text),
      variant: need(json, "variant", text),
      sha256: need(json, "sha256", text),
      device: need(json, "device", text),
      size: this.about.size,
      result: need(json, "result", record),
      ms: need(json, "ms", mapOf(number)),
      picture: undefined,
    };
    const kind = READ.find((known) => known === name);
    const { photo } = this.about;
    const value = kind === undefined ? answer.result : await READERS[kind]({ answer, photo });
    if (need(json, "stored", truth)) this.stored.push(name);
    this.models[name] = [answer.model, answer.sha256];
    this.values[name] = value;
  }
}

function problemOf(json: Json): Unavailable {
  const after = need(json, "retryable", truth) ? 0 : null;
  return unavailable(need(json, "detail", text), after, need(json, "code", text));
}
