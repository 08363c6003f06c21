/** A `Lens` in a Web Worker: the page goes on while a graph runs, and can stop one that hangs. */
import { type Choice, type Store, browserStore } from "./canary.js";
import * as errors from "./errors.js";
import { BackendError, PocketLensError } from "./errors.js";
import type { Behind } from "./filters/behind.js";
import type { Retouched, Retoucher } from "./filters/retoucher.js";
import type { After, Lens, Request, Trace } from "./lens.js";
import type { Pixels, Prediction } from "./results.js";

/** Where everything is, as URLs of the page's origin. */
export interface WorkerOptions {
  /** `dist/worker.js`. */
  readonly worker: string | URL;
  /** The folder of the bundle. */
  readonly bundle: string | URL;
  /** The folder of the WebAssembly files. */
  readonly wasm: string | URL;
  readonly threads?: number;
  /** How long a call may take, loading included, or after it last said how far it is: then
   * the worker is ended. */
  readonly deadlineMs?: number;
  /** Where the canary's choices are kept. */
  readonly store?: Store | null;
  readonly onChoice?: (model: string, choice: Choice) => void;
}

/** What a worker needs before it can answer. */
export interface Opening {
  readonly bundle: string;
  readonly wasm: string;
  readonly threads: number;
  readonly kept: Readonly<Record<string, string>>;
}

/** What the page asks. */
export interface Asked {
  readonly id: number;
  readonly opening: Opening;
  readonly call:
    | readonly ["predict" | "trace", string, Uint8Array | Pixels, Request]
    | readonly ["filter", string, Uint8Array | Pixels]
    | readonly ["background", Behind, Uint8Array | Pixels];
}

/** What the worker says. */
export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly share: number }
  | { readonly id: number; readonly error: { readonly name: string; readonly message: string } }
  | { readonly kept: readonly [string, string] }
  | { readonly chosen: readonly [string, Choice] };

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly heard: After;
}

const KEPT = "pocketlens-choices";

/** The tasks of a bundle, run in a worker that is started when it is first needed. */
export class WorkerLens
  implements Pick<Lens, "predict" | "trace" | "close">, Pick<Retoucher, "filter" | "background">
{
  private worker: Worker | null = null;
  private asked = 0;
  private readonly waiting = new Map<number, Waiting>();

  constructor(private readonly options: WorkerOptions) {}

  /** As `Lens.predict`; `BackendError` where it takes longer than `deadlineMs`. */
  async predict(
    model: string,
    photo: Uint8Array | Pixels,
    request: Request = {},
    after: After = () => undefined,
  ): Promise<Prediction> {
    return (await this.ask(["predict", model, photo, request], after)) as Prediction;
  }

  /** As `Lens.trace`. */
  async trace(
    model: string,
    photo: Uint8Array | Pixels,
    request: Request = {},
  ): Promise<Trace> {
    return (await this.ask(["trace", model, photo, request])) as Trace;
  }

  /** As `Retoucher.filter`. */
  async filter(preset: string, photo: Uint8Array | Pixels): Promise<Retouched> {
    return (await this.ask(["filter", preset, photo])) as Retouched;
  }

  /** As `Retoucher.background`. */
  async background(behind: Behind, photo: Uint8Array | Pixels): Promise<Retouched> {
    return (await this.ask(["background", behind, photo])) as Retouched;
  }

  /** Ends the worker; calls that wait fail, the next one starts another. */
  async close(): Promise<void> {
    this.end(new BackendError("the worker was closed: ask again"));
  }

  private async ask(call: Asked["call"], after: After = () => undefined): Promise<unknown> {
    const { deadlineMs = 120_000 } = this.options;
    const worker = (this.worker ??= this.started());
    const id = (this.asked += 1);
    const timer = () =>
      setTimeout(() => {
        this.end(
          new BackendError(`the worker did not answer within ${deadlineMs} ms: ask again`),
        );
      }, deadlineMs);
    let late = timer();
    const heard = (share: number) => {
      clearTimeout(late);
      late = timer();
      after(share);
    };
    try {
      return await new Promise((resolve, reject) => {
        this.waiting.set(id, { resolve, reject, heard });
        worker.postMessage({ id, opening: this.opening(), call } satisfies Asked);
      });
    } finally {
      clearTimeout(late);
      this.waiting.delete(id);
    }
  }

  private started(): Worker {
    const url = absolute(this.options.worker);
    const worker = new Worker(url);
    worker.onmessage = ({ data }: MessageEvent<Answer>) => this.hear(data);
    worker.onerror = ({ message }) => {
      this.end(new BackendError(`${url} cannot run (${message || "not found"}): build it`));
    };
    return worker;
  }

  private opening(): Opening {
    const { bundle, wasm, threads = 1 } = this.options;
    return { bundle: absolute(bundle), wasm: absolute(wasm), threads, kept: this.kept() };
  }

  private hear(answer: Answer): void {
    if ("kept" in answer) return this.keep(...answer.kept);
    if ("chosen" in answer) return this.options.onChoice?.(...answer.chosen);
    const waiting = this.waiting.get(answer.id);
    if ("share" in answer) waiting?.heard(answer.share);
    else if ("error" in answer) waiting?.reject(revived(answer.error));
    else waiting?.resolve(answer.value);
  }

  private end(error: BackendError): void {
    this.worker?.terminate();
    this.worker = null;
    for (const { reject } of this.waiting.values()) reject(error);
  }

  private get store(): Store | null {
    const { store = browserStore() } = this.options;
    return store;
  }

  private kept(): Record<string, string> {
    try {
      return JSON.parse(this.store?.getItem(KEPT) ?? "{}") as Record<string, string>;
    } catch {
      return {};
    }
  }

  private keep(key: string, value: string): void {
    try {
      this.store?.setItem(KEPT, JSON.stringify({ ...this.kept(), [key]: value }));
    } catch {
      // a full or forbidden store: it is measured again next time
    }
  }
}

function absolute(url: string | URL): string {
  return new URL(url, globalThis.location.href).href;
}

/** An error of the worker as the class that it was there. */
function revived({ name, message }: { name: string; message: string }): Error {
  const kinds: Readonly<Record<string, unknown>> = errors;
  const kind = kinds[name];
  const error = kind === undefined ? new Error(message) : new PocketLensError(message);
  if (typeof kind === "function") Object.setPrototypeOf(error, kind.prototype as object);
  error.name = name;
  return error;
}
