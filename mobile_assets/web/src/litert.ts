/** LiteRT.js: the only file that knows it. */
import { type CompiledModel, Tensor as LiteTensor } from "@litertjs/core";
import { getWebGpuDevice, loadAndCompile, loadLiteRt } from "@litertjs/core";
import type { Accelerator, Backend, Session } from "./backend.js";
import { BackendError } from "./errors.js";
import type { Tensor, Tensors } from "./results.js";

declare const LITERT_VERSION: string; // the build writes the version that was installed
const SIGNATURE = "serving_default";

/** Where the WebAssembly files are, and how many threads they may use. */
export interface LiteRtOptions {
  /** A URL of this page's origin; it ends in a slash. */
  readonly wasm: string | URL;
  /** More than one needs a page that is isolated (headers COOP and COEP). */
  readonly threads?: number;
}

/** LiteRT.js on WebAssembly (XNNPACK) or, where there is one, on WebGPU. */
export class LiteRt implements Backend {
  readonly name = "litert.js";
  readonly version = LITERT_VERSION;

  private constructor(private readonly threads: number) {}

  private static loaded: Promise<LiteRt> | null = null;

  /** Loads the WebAssembly, once a page: who asks again is given the same. */
  static async load({ wasm, threads = 1 }: LiteRtOptions): Promise<LiteRt> {
    const folder = new URL(wasm, globalThis.location.href);
    if (folder.origin !== globalThis.location.origin) {
      throw new BackendError(`${folder} is another origin's: serve the files beside the page`);
    }
    LiteRt.loaded ??= LiteRt.from(folder, threads);
    const backend = await LiteRt.loaded.catch((error) => {
      LiteRt.loaded = null; // the next call may try again
      throw error;
    });
    if (backend.threads !== threads) {
      throw new BackendError(
        `LiteRT.js runs with threads: ${backend.threads} in this page: ask for as many`,
      );
    }
    return backend;
  }

  private static async from(folder: URL, threads: number): Promise<LiteRt> {
    // In a worker LiteRT.js would look for its files beside the worker's script.
    const locateFile = (name: string) => new URL(name, folder).href;
    const mainScriptUrlOrBlob = locateFile("litert_wasm_threaded_internal.js");
    Object.assign(globalThis, { Module: { locateFile, mainScriptUrlOrBlob } });
    try {
      await loadLiteRt(folder.href, { threads: threads > 1 });
    } catch (error) {
      const { message } = error as Error;
      throw new BackendError(`LiteRT.js is not at ${folder} (${message}): run 'npm run build'`);
    }
    return new LiteRt(threads);
  }

  accelerators(): readonly Accelerator[] {
    return getWebGpuDevice() !== null ? ["wasm", "webgpu"] : ["wasm"];
  }

  async open(model: Uint8Array, accelerator: Accelerator): Promise<Session> {
    const cpuOptions = { numThreads: this.threads };
    try {
      const compiled = await loadAndCompile(model, { accelerator, cpuOptions });
      if (compiled.options.accelerator !== accelerator) {
        compiled.delete();
        throw new Error(`it does not run on ${accelerator} wholly`);
      }
      return new LiteSession(compiled, accelerator);
    } catch (error) {
      throw new BackendError(`LiteRT.js cannot use the file: ${firstLine(error)}`);
    }
  }
}

class LiteSession implements Session {
  constructor(
    private readonly compiled: CompiledModel,
    private readonly accelerator: Accelerator,
  ) {}

  async run(inputs: Tensors): Promise<Tensors> {
    const given: LiteTensor[] = [];
    try {
      const named: Record<string, LiteTensor> = {};
      for (const [name, tensor] of Object.entries(inputs)) {
        named[name] = await this.sent(tensor, given);
      }
      const outputs = await this.compiled.run(SIGNATURE, named);
      const read = Object.entries(outputs).map(
        async ([name, tensor]) => [name, await fetched(tensor)] as const,
      );
      return Object.fromEntries(await Promise.all(read));
    } catch (error) {
      throw new BackendError(`LiteRT.js cannot run the graph: ${firstLine(error)}`);
    } finally {
      for (const tensor of given) tensor.delete();
    }
  }

  close(): void {
    this.compiled.delete();
  }

  private async sent(tensor: Tensor, given: LiteTensor[]): Promise<LiteTensor> {
    let sent = new LiteTensor(tensor.data, [...tensor.shape]);
    if (this.accelerator === "webgpu") sent = await sent.moveTo("webgpu");
    given.push(sent);
    return sent;
  }
}

async function fetched(tensor: LiteTensor): Promise<Tensor> {
  const shape = [...tensor.type.layout.dimensions];
  const data = Float32Array.from(await tensor.data());
  tensor.delete();
  return { shape, data };
}

function firstLine(error: unknown): string {
  return String((error as Error)?.message ?? error).split("\n", 1)[0];
}
