/**
 * A server's models, asked as a `Lens` is.
 *
 *     const remote = new RemoteLens("https://vision.example", { key });
 *     const outcome = await remote.depth(photo);
 *     if (outcome.kind !== "unavailable") draw(outcome.value.metres);
 */
import { PocketLensError } from "../errors.js";
import type { Behind } from "../filters/behind.js";
import type { Library } from "../filters/library.js";
import type { CutOut, ClassMap, Depth, Instances } from "../heavy_results.js";
import { type Outcome, type Unavailable, mapped } from "../outcomes.js";
import { composing } from "../portrait.js";
import type { Faces, Labels, Mask, Objects, Picture, Rgba } from "../results.js";
import { type Finish, finished } from "../stylise.js";
import { asTransparent } from "../transparency.js";
import { READERS, type Values } from "./answers.js";
import { type AnswerRecord, type Fields, prepared, readAnswer } from "./asking.js";
import type { TaskName } from "./asking.js";
import { type Analysed, type AnalyzeWish, askAnalyze } from "./analyze.js";
import { type Answered, Caller } from "./caller.js";
import { Capabilities, readModels } from "./capabilities.js";
import { outcomeOf, provenanceOf } from "./received.js";
import {
  type How,
  REMOTE_SETTINGS,
  type RemoteOptions,
  type RemoteSettings,
} from "./remote_settings.js";
import { Address, type Reply, type Sending, fetching } from "./transport.js";
import { type Opened, type Shown, opened } from "./uploads.js";

/** A style: a mix of learnt ones, or the picture that gives it. */
export type ServerStyle = string | Shown;

// What the server says of its models is stale where it now says otherwise.
const STALE = ["weights-missing", "model-unhealthy", "model-not-found", "not-found"];

/**
 * The tasks of a server.
 *
 * Each takes a photo, its file's bytes or its pixels, and gives an outcome; it raises only
 * `PhotoError` for a photo that is none, and `PocketLensError` for what cannot be asked.
 */
export class RemoteLens {
  readonly settings: RemoteSettings;
  private readonly files: Readonly<Record<string, string>>;
  private readonly headers: Readonly<Record<string, string>>;
  private readonly caller: Caller;
  private capabilities: Capabilities | null = null;

  /** Raises `PocketLensError` for a wrong URL, or a key that others could read. */
  constructor(url: string, { key = "", files = {}, settings = {} }: RemoteOptions = {}) {
    const address = new Address(url);
    if (key !== "" && !address.isPrivate) {
      throw new PocketLensError(`a key would cross the network in clear: use https for ${url}`);
    }
    this.settings = { ...REMOTE_SETTINGS, ...settings };
    this.files = files;
    this.headers = {
      Accept: "application/json",
      ...(key !== "" && { Authorization: `Bearer ${key}` }),
    };
    const { transport, maxAnswerBytes } = this.settings;
    this.caller = new Caller(
      transport ?? fetching(address.root, maxAnswerBytes),
      this.settings,
    );
  }

  /** The probability of a person at every pixel, in steps of 1/255. */
  segment(photo: Shown, how?: How): Promise<Outcome<Mask>> {
    return this.ask("segment", photo, {}, how);
  }

  /** The person in front of something else, composed here: the server sees a small photo, and
   * the picture has all pixels of the large one. Raises as `composing` does. */
  async background(
    photo: Shown,
    behind: Behind = { behind: "nothing" },
    how?: How,
    library: Library | null = null,
  ): Promise<Outcome<Rgba>> {
    const shown = await opened(photo);
    const compose = await composing(shown.pixels, behind, library);
    return mapped(await this.ask("segment", shown, {}, how), compose);
  }

  /** The faces with their boxes and six points. */
  faces(photo: Shown, how?: How): Promise<Outcome<Faces>> {
    return this.ask("faces", photo, {}, how);
  }

  /** The faces with 468 points each. */
  landmarks(photo: Shown, how?: How): Promise<Outcome<Faces>> {
    return this.ask("landmarks", photo, {}, how);
  }

  /** The faces with the probability of a smile and of each expression. */
  smile(photo: Shown, how?: How): Promise<Outcome<Faces>> {
    return this.ask("smile", photo, {}, how);
  }

  /** The photo painted in a style; the server paints at its own size, the rest is done here. */
  async style(
    photo: Shown,
    style: ServerStyle = "0",
    how?: How,
    finish: Finish = {},
  ): Promise<Outcome<Picture>> {
    const shown = await opened(photo);
    const named = typeof style === "string";
    const pictures = named ? {} : { style_image: await opened(style) };
    const outcome = await this.ask("style", shown, named ? { style } : {}, how, pictures);
    return mapped(outcome, (painted) => finished(shown.pixels, painted, finish));
  }

  /** What the photo shows: the best labels. */
  classify(photo: Shown, how?: How): Promise<Outcome<Labels>> {
    return this.ask("classify", photo, {}, how);
  }

  /** The objects with their boxes. */
  detect(photo: Shown, how?: How): Promise<Outcome<Objects>> {
    return this.ask("objects", photo, {}, how);
  }

  /** How far every pixel is, to the millimetre; `fields`: `focal_length` and what else the
   * server's model takes. */
  depth(photo: Shown, how?: How, fields: Fields = {}): Promise<Outcome<Depth>> {
    return this.ask("depth", photo, fields, how);
  }

  /** The photo with more pixels; `fields`: what the server's model takes. */
  superResolution(photo: Shown, how?: How, fields: Fields = {}): Promise<Outcome<Picture>> {
    return this.ask("super-resolution", photo, fields, how);
  }

  /** The objects with their masks; `fields`: `score`, `classes` and more. */
  instances(photo: Shown, how?: How, fields: Fields = {}): Promise<Outcome<Instances>> {
    return this.ask("instances", photo, fields, how);
  }

  /** The class of every pixel. */
  semanticSegmentation(
    photo: Shown,
    how?: How,
    fields: Fields = {},
  ): Promise<Outcome<ClassMap>> {
    return this.ask("semantic-segmentation", photo, fields, how);
  }

  /** The objects of those names cut out; `fields`: `background`, `score`. Degraded where the
   * server had to do without its network for outlines. */
  cut(
    photo: Shown,
    objects: readonly string[],
    how?: How,
    fields: Fields = {},
  ): Promise<Outcome<CutOut>> {
    return this.ask("cut", photo, { objects, ...fields }, how);
  }

  /** Many analyses in one question: those named, or all that need to be told no more. */
  analyze(
    photo: Shown,
    analyses: readonly string[] = [],
    wish: AnalyzeWish = {},
  ): Promise<Analysed | Unavailable> {
    return askAnalyze(this, photo, analyses, wish);
  }

  /** What the server can do; asked anew where that is older than the settings say, or `fresh`
   * is wanted. */
  async models(fresh = false, seconds = 2): Promise<Capabilities | Unavailable> {
    const { clock, modelsSeconds, hedgeAfter } = this.settings;
    const known = this.capabilities;
    if (known !== null && !fresh && known.age < modelsSeconds) return known;
    const request = { method: "GET", path: "/v1/models", headers: this.headers } as const;
    const question = { request, read: readModels, ends: clock.now() + seconds, hedgeAfter };
    const answered = await this.caller.ask(question);
    if (answered.kind === "unavailable") return answered;
    this.capabilities = new Capabilities(answered.answer, clock);
    return this.capabilities;
  }

  /** Any of the tasks, by the name that the server has for it; pictures are as transparent as
   * the photo, of whose alpha the server is sent nothing. */
  async ask<Name extends TaskName>(
    task: Name,
    photo: Shown,
    fields: Fields,
    how: How = {},
    pictures: Readonly<Record<string, Opened>> = {},
  ): Promise<Outcome<Values[Name]>> {
    const ends = this.endOf(how);
    const about = {
      fields: { ...fields, model: how.model, checkpoint: how.checkpoint },
      fullSize: how.fullSize,
      pictures,
    };
    const { encode } = this.settings;
    const shown = await opened(photo);
    const question = await prepared(task, shown, about, encode);
    const wanted = (model: string) => how.sha256 || (this.files[model] ?? "");
    const read = async (reply: Reply): Promise<readonly [AnswerRecord, Values[Name]]> => {
      const answer = readAnswer(question, reply, wanted);
      return [answer, await READERS[task]({ answer, photo: question.photo })];
    };
    const { path, body, contentType } = question;
    const answered = await this.post({ path, body, contentType }, read, how, ends);
    if (answered.kind === "unavailable") {
      if (STALE.includes(answered.code)) this.capabilities = null;
      return answered;
    }
    const [record, value] = answered.answer;
    const seen = asTransparent(value, shown.pixels);
    return outcomeOf(seen, provenanceOf(question, record, answered));
  }

  /** Ask anything that is safe to repeat, until `ends`; all attempts carry one
   * `Idempotency-Key`. `read` raises `Refusal` for an answer that is none. */
  post<Answer>(
    { accept = "application/json", contentType, ...sending }: Sending,
    read: (reply: Reply) => Promise<Answer>,
    how: How,
    ends: number,
  ): Promise<Answered<Answer> | Unavailable> {
    const headers = {
      ...this.headers,
      Accept: accept,
      "Content-Type": contentType,
      "Idempotency-Key": how.key || crypto.randomUUID(),
    };
    const hedgeAfter = how.hedgeAfter ?? this.settings.hedgeAfter;
    return this.caller.ask({
      request: { method: "POST", ...sending, headers },
      ends,
      hedgeAfter,
      read,
    });
  }

  /** The deadline of a question that is asked now, a moment of the clock. */
  endOf({ seconds = this.settings.seconds }: How): number {
    return this.settings.clock.now() + seconds;
  }
}
