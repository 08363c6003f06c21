/**
 * A server's models, asked as a `Lens` is.
 *
 *     const remote = new RemoteLens("https://vision.example", { key });
 *     const outcome = await remote.depth(photo);
 *     if (outcome.kind !== "unavailable") draw(outcome.value.metres);
 */
import { PocketLensError } from "../errors.js";
import type { CutOut, ClassMap, Depth, Instances } from "../heavy_results.js";
import { type Outcome, type Unavailable, mapped } from "../outcomes.js";
import type { Faces, Labels, Mask, Objects, Picture } from "../results.js";
import { type Finish, finished } from "../stylise.js";
import { READERS, type Values } from "./answers.js";
import {
  type AnswerRecord,
  type Fields,
  type Prepared,
  prepared,
  readAnswer,
} from "./asking.js";
import type { TaskName } from "./asking.js";
import { type Answered, Caller } from "./caller.js";
import { Capabilities, readModels } from "./capabilities.js";
import { outcomeOf, provenanceOf } from "./received.js";
import { REMOTE_SETTINGS, type RemoteSettings } from "./remote_settings.js";
import { Address, fetching } from "./transport.js";
import { type Opened, type Shown, opened } from "./uploads.js";

/**
 * How a question is asked, whatever it is about.
 *
 * `model` and `checkpoint`: other ones than the task's first. `seconds`: its deadline. `sha256`:
 * of the file that has to answer. `fullSize`: send every pixel of the photo, or (false) no more
 * than the model can use; super-resolution, depth and cut send every pixel where it is not said,
 * the others do not. `hedgeAfter`: seconds without an answer after which it is sent once more.
 * `key`: makes attempts that are the same question, one (a new one each time).
 */
export interface How {
  readonly model?: string;
  readonly checkpoint?: string;
  readonly seconds?: number;
  readonly sha256?: string;
  readonly fullSize?: boolean;
  readonly hedgeAfter?: number;
  readonly key?: string;
}

/** What a server is asked with. `files`: which file (SHA-256) has to answer for a model, by its
 * id. */
export interface RemoteOptions {
  readonly key?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly settings?: Partial<RemoteSettings>;
}

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

  /**
   * The objects of those names cut out; `fields`: `background`, `score`.
   *
   * Degraded where the server had to do without its network for outlines.
   */
  cut(
    photo: Shown,
    objects: readonly string[],
    how?: How,
    fields: Fields = {},
  ): Promise<Outcome<CutOut>> {
    return this.ask("cut", photo, { objects, ...fields }, how);
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

  /** Any of the tasks, by the name that the server has for it. */
  async ask<Name extends TaskName>(
    task: Name,
    photo: Shown,
    fields: Fields,
    how: How = {},
    pictures: Readonly<Record<string, Opened>> = {},
  ): Promise<Outcome<Values[Name]>> {
    const { clock, encode } = this.settings;
    const ends = clock.now() + (how.seconds ?? this.settings.seconds);
    const about = {
      fields: { ...fields, model: how.model, checkpoint: how.checkpoint },
      fullSize: how.fullSize,
      pictures,
    };
    const question = await prepared(task, await opened(photo), about, encode);
    const answered = await this.send<Values[Name]>(question, how, ends, READERS[task]);
    if (answered.kind === "unavailable") {
      if (STALE.includes(answered.code)) this.capabilities = null;
      return answered;
    }
    const [record, value] = answered.answer;
    return outcomeOf(value, provenanceOf(question, record, answered));
  }

  private send<Value>(
    question: Prepared,
    how: How,
    ends: number,
    read: (reading: { answer: AnswerRecord; photo: Prepared["photo"] }) => Promise<Value>,
  ): Promise<Answered<readonly [AnswerRecord, Value]> | Unavailable> {
    const headers = {
      ...this.headers,
      "Content-Type": question.contentType,
      "Idempotency-Key": how.key || crypto.randomUUID(),
    };
    const wanted = (model: string) => how.sha256 || (this.files[model] ?? "");
    return this.caller.ask({
      request: { method: "POST", path: question.path, body: question.body, headers },
      ends,
      hedgeAfter: how.hedgeAfter ?? this.settings.hedgeAfter,
      read: async (reply) => {
        const answer = readAnswer(question, reply, wanted);
        return [answer, await read({ answer, photo: question.photo })] as const;
      },
    });
  }
}
