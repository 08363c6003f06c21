/** The server that the page is from: asked, and its problems in words. */
import type { Answer, Choices, Json, Photo, Task } from "./types.js";

/** What went wrong: a title, and what to do (`message`). */
export class Trouble extends Error {
  constructor(
    readonly title: string,
    message: string,
    readonly code = "",
    readonly retryAfter = 0,
  ) {
    super(message);
  }
}

/** The members of a problem (RFC 9457) that are read. */
interface Problem {
  readonly title?: string;
  readonly detail?: string;
  readonly code?: string;
}

const KEY = "pocketlens-key";
const TRIES = 5;
/** What passes by itself. */
const PASSING = /^(overloaded|loading|rate-limited|storage-busy)$/;

/** The key, kept as long as the tab. */
export function keyText(): string {
  return sessionStorage.getItem(KEY) ?? "";
}

export function keepKey(text: string): void {
  sessionStorage.setItem(KEY, text.trim());
}

/** What `fetch` gives for an address of this server; raises `Trouble` unless it is good. */
export async function call(path: string, request: RequestInit = {}): Promise<Response> {
  const headers = new Headers(request.headers);
  const key = keyText();
  if (key !== "") headers.set("Authorization", `Bearer ${key}`);
  let response: Response;
  try {
    response = await fetch(path, { ...request, headers, cache: "no-store" });
  } catch (error) {
    if ((error as Error).name === "AbortError") throw error;
    throw new Trouble(
      "The server cannot be reached",
      "It may have stopped, or this device is offline. What runs on this device still works.",
      "unreachable",
    );
  }
  if (!response.ok) throw await troubleOf(response);
  return response;
}

/** The same, asked again after a while where the server has much to do. */
export async function callAgain(path: string, request: RequestInit = {}): Promise<Response> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call(path, request);
    } catch (error) {
      const { retryAfter = 0, code = "" } = error as Trouble;
      if (!PASSING.test(code) || attempt === TRIES) throw error;
      await pause(retryAfter, request.signal ?? null);
    }
  }
}

/** Until so many seconds have passed, or nobody waits any more. */
function pause(seconds: number, signal: AbortSignal | null): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 1000 * Math.max(seconds, 1));
    signal?.addEventListener("abort", () => resolve());
  });
}

async function troubleOf(response: Response): Promise<Trouble> {
  const problem = (await response.json().catch(() => ({}))) as Problem;
  const { title = `The server answered ${response.status}`, code = "" } = problem;
  const text = problem.detail ?? "It did not say why. Ask again, or look into its log.";
  return new Trouble(title, sentence(text), code, Number(response.headers.get("Retry-After")));
}

export function sentence(text: string): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}

/** A JSON document of the server. */
export async function record<Kind>(path: string): Promise<Kind> {
  return (await (await call(path)).json()) as Kind;
}

/** The fields of a question about a photo. */
export function formOf(photo: Photo, choices: Choices): FormData {
  const form = new FormData();
  if (photo.source === "") form.set("image", photo.blob, photo.name);
  else form.set("image_url", photo.source);
  for (const [name, value] of Object.entries(choices)) if (value !== "") form.set(name, value);
  return form;
}

/** What the server answers. */
export async function askServer(
  task: Task,
  photo: Photo,
  choices: Choices,
  signal: AbortSignal,
): Promise<Answer> {
  const form = formOf(photo, choices);
  if (task.masked) form.set("masks", "png");
  if (task.pictured && (task.makes || task.group === "More")) form.set("picture", "png");
  if (task.name === "depth") form.set("depth", "colours");
  const headers = { Accept: "application/json" };
  const started = performance.now();
  const method = "POST";
  const response = await call(`/v1/${task.name}`, { method, headers, body: form, signal });
  const whole = (await response.json()) as Json;
  return answerOf(task, photo, whole, performance.now() - started);
}

/** An answer of the API as the page shows it. */
export function answerOf(task: Task, photo: Photo, whole: Json, ms: number): Answer {
  const stages = (whole["ms"] ?? {}) as Record<string, number>;
  return {
    ...{ task, photo, place: "server", ms, stages, soft: null },
    result: (whole["result"] ?? whole) as Json,
    picture: pictureOf(whole["picture"]),
    ran: ranOf(whole),
  };
}

function ranOf(whole: Json): Readonly<Record<string, string>> {
  const ran: Record<string, string> = {};
  for (const name of ["model", "variant", "device"]) {
    const value = whole[name];
    if (typeof value === "string" && value !== "") ran[name] = value;
  }
  const hash = whole["sha256"];
  if (typeof hash === "string" && hash !== "") ran["file"] = `SHA-256 ${hash.slice(0, 12)}…`;
  return ran;
}

function pictureOf(picture: unknown): Blob | null {
  if (typeof picture !== "object" || picture === null) return null;
  const { type, base64 } = picture as { type: string; base64: string };
  return blobOf(base64, type);
}

/** The bytes that base64 stands for. */
export function blobOf(base64: string, type: string): Blob {
  return new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], { type });
}
