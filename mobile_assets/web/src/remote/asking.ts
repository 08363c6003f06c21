/** A task of the server: what is sent for it, and how its answer is checked. */
import type { Size } from "../geometry.js";
import {
  type Json,
  mapOf,
  maybe,
  need,
  number,
  numbers,
  parsed,
  record,
  text,
} from "./reading.js";
import { Refusal, notAnAnswer } from "./refusals.js";
import { type Reply, joined } from "./transport.js";
import type { Encode, Opened, Upload } from "./uploads.js";

export type Field = string | number | boolean | readonly string[];
export type Fields = Readonly<Record<string, Field | undefined>>;

/** `POST /v1/<task>`; `form`: how the answer is wanted. `longest`: the longer side of a photo
 * beyond which the model sees little more, in pixels; null where every pixel counts.
 * `everyPixel`: all are sent unless it is said otherwise. */
export interface ServerTask {
  readonly longest: number | null;
  readonly everyPixel?: boolean;
  readonly form?: Readonly<Record<string, string>>;
}

const AS_PICTURE = { masks: "none", picture: "png" };

// Twice the side of the largest input of a task's models, so that it is still the server that
// brings the photo to that size. Of faces, 192 pixels are looked at for points, 64 for looks:
// at 1600 a face may take an eighth of the photo's width.
export const TASKS = {
  segment: { longest: 640, form: AS_PICTURE },
  faces: { longest: 640 },
  landmarks: { longest: 1600 },
  smile: { longest: 1600 },
  classify: { longest: 640 },
  objects: { longest: 640 },
  style: { longest: 1024, form: AS_PICTURE },
  depth: { longest: 1280, everyPixel: true, form: AS_PICTURE },
  "super-resolution": { longest: null, form: AS_PICTURE },
  instances: { longest: 1600, form: { masks: "rle" } },
  "semantic-segmentation": { longest: 1040, form: { masks: "rle" } },
  cut: { longest: 1600, everyPixel: true, form: { masks: "rle", picture: "png" } },
} as const satisfies Readonly<Record<string, ServerTask>>;

export type TaskName = keyof typeof TASKS;

/** A question as it is sent, and what is needed to read its answer. */
export interface Prepared {
  readonly task: TaskName;
  readonly path: string;
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly sent: Size;
  readonly photo: Size;
  readonly saved: number;
}

/** What a question is about, beside the photo: `fields` are the task's parameters, those that
 * are undefined or empty are left out; `pictures` go along by their names. `fullSize` sends
 * every pixel, or no more than the model can use; the task decides where it is not said. */
export interface About {
  readonly fields: Fields;
  readonly fullSize: boolean | undefined;
  readonly pictures: Readonly<Record<string, Opened>>;
}

export async function prepared(
  task: TaskName,
  photo: Opened,
  { fields, fullSize, pictures }: About,
  encode: Encode,
): Promise<Prepared> {
  const { longest, everyPixel = false }: ServerTask = TASKS[task];
  const upload = await photo.upload((fullSize ?? everyPixel) ? null : longest, encode);
  const along: [string, Upload][] = [["image", upload]];
  for (const [name, one] of Object.entries(pictures)) {
    along.push([name, await one.upload(longest, encode)]);
  }
  const [body, contentType] =
    along.length === 1 ? [upload.content, upload.mediaType] : multipart(along);
  return {
    task,
    path: pathOf(task, fields),
    body,
    contentType,
    sent: upload.size,
    photo: upload.photo,
    saved: Math.max(0, upload.saved + upload.content.length - body.length),
  };
}

/** The path of a question from the server's root. */
export function pathOf(task: TaskName, fields: Fields): string {
  const { form = {} }: ServerTask = TASKS[task];
  const said = new URLSearchParams(form);
  for (const [name, value] of Object.entries(fields)) {
    const written = Array.isArray(value) ? value.join(",") : String(value ?? "");
    if (written !== "") said.set(name, written);
  }
  const query = String(said);
  return `/v1/${task}${query && `?${query}`}`;
}

/** An answer; what `result` is depends on the task. */
export interface AnswerRecord {
  readonly model: string;
  readonly variant: string;
  readonly sha256: string;
  readonly device: string;
  /** Width and height of the photo as the server saw it. */
  readonly size: Size;
  readonly result: Json;
  readonly ms: Readonly<Record<string, number>>;
  /** The picture's file in base64. */
  readonly picture: string | undefined;
}

/**
 * The answer to a question.
 *
 * `sha256Of` says which file has to answer, by the model's id; empty for any. Raises `Refusal`
 * for an answer that is none, that is about another task or photo, or that was made with
 * another file.
 */
export function readAnswer(
  { task, sent }: Pick<Prepared, "task" | "sent">,
  { body }: Pick<Reply, "body">,
  sha256Of: (model: string) => string,
): AnswerRecord {
  const json = record(parsed(body), "it");
  const answer = {
    model: need(json, "model", text),
    variant: need(json, "variant", text),
    sha256: need(json, "sha256", text),
    device: need(json, "device", text),
    size: need(need(json, "image", record), "size", numbers<Size>(2)),
    result: need(json, "result", record),
    ms: need(json, "ms", mapOf(number)),
    picture: need(maybe(json, "picture", record) ?? { base64: null }, "base64", optionalText),
  };
  const [width, height] = answer.size;
  if (need(json, "task", text) !== task || width !== sent[0] || height !== sent[1]) {
    throw notAnAnswer("it is about another task or photo");
  }
  const wanted = sha256Of(answer.model);
  if (wanted !== "" && answer.sha256 !== wanted) throw anotherFile(answer, wanted);
  return answer;
}

function optionalText(json: unknown, place: string): string | undefined {
  return json === null ? undefined : text(json, place);
}

function anotherFile({ model, sha256 }: AnswerRecord, wanted: string): Refusal {
  const used = sha256.slice(0, 12) || "unknown";
  const why = `the server used another file of ${model} (${used}) than was asked for`;
  return new Refusal(`${why} (${wanted.slice(0, 12)})`, "wrong-file", null, true);
}

function multipart(uploads: readonly (readonly [string, Upload])[]): [Uint8Array, string] {
  const boundary = crypto.randomUUID().replaceAll("-", "");
  const bytes = (head: string) => new TextEncoder().encode(head);
  const parts = uploads.flatMap(([name, { content, mediaType }]) => [
    bytes(
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"` +
        `\r\nContent-Type: ${mediaType}\r\n\r\n`,
    ),
    content,
    bytes("\r\n"),
  ]);
  parts.push(bytes(`--${boundary}--\r\n`));
  return [joined(parts), `multipart/form-data; boundary=${boundary}`];
}
