/** What runs graphs, behind an interface: LiteRT.js (litert.ts), or a stand-in in tests. */
import type { Tensors } from "./results.js";

export type Accelerator = "wasm" | "webgpu";

/** A graph that is ready to run. */
export interface Session {
  /** Outputs by name of inputs by name; `BackendError` where that fails. */
  run(inputs: Tensors): Promise<Tensors>;
  /** Gives the memory back. */
  close(): void;
}

/** A runtime for TFLite files. */
export interface Backend {
  readonly name: string;
  readonly version: string;
  /** What there is on this device, the one that always works first. */
  accelerators(): readonly Accelerator[];
  /** `BackendError` where the file cannot be used on that accelerator. */
  open(model: Uint8Array, accelerator: Accelerator): Promise<Session>;
}
