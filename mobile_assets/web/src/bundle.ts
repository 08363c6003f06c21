/** The models on the server: the manifest, and files that are the ones it names. */
import { checkProgram } from "./contract.js";
import { BundleError, BundleNotFound, BundleTampered, PocketLensError } from "./errors.js";
import { SchemaTooNew, SpecError, UnknownName } from "./errors.js";
import { sha256 } from "./hashes.js";
import type { Manifest, ModelEntry, ModelFile, ModelSpec } from "./manifest_types.js";
import { SCHEMA } from "./manifest_types.js";
import { checked } from "./schema.js";

export const SCHEMA_VERSION = 3;

/** The bytes of a file of the bundle by its path, or null where there is none. */
export type Fetcher = (path: string) => Promise<Uint8Array | null>;

/** Files below a URL of this page's origin. */
export function fetcher(folder: string | URL): Fetcher {
  const root = new URL(folder, globalThis.location?.href);
  if (!root.pathname.endsWith("/")) root.pathname += "/";
  return async (path) => {
    let response: Response;
    try {
      response = await fetch(new URL(path, root), { cache: "no-cache" });
    } catch {
      throw new BundleError(`${path} cannot be fetched: is the server that had the page gone?`);
    }
    if (response.status === 404) return null;
    if (!response.ok) throw new BundleError(`${path}: the server says ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  };
}

/** A model's file with its bytes, which are those that the manifest names. */
export interface VerifiedFile {
  readonly file: ModelFile;
  readonly bytes: Uint8Array;
}

/** A manifest, labels and models. */
export class Bundle {
  private constructor(
    readonly manifest: Manifest,
    readonly fetcher: Fetcher,
  ) {}

  /** Raises `BundleNotFound`, `SchemaTooNew`, or `BundleError` for a manifest that does not
   * say what it should. */
  static async open(files: Fetcher): Promise<Bundle> {
    const bytes = await files("manifest.json");
    if (bytes === null) {
      throw new BundleNotFound(
        "there is no manifest.json: name the folder that has the bundle",
      );
    }
    return new Bundle(readManifest(bytes), files);
  }

  /** The model of that id; `UnknownName` lists those there are. */
  entry(id: string): ModelEntry {
    const { models } = this.manifest;
    const found = models.find(({ spec }) => spec.id === id);
    if (found === undefined)
      throw new UnknownName(
        "model",
        id,
        models.map(({ spec }) => spec.id),
      );
    return found;
  }

  /** The TFLite file that ships, for an input of that size (the default one). */
  async file(entry: ModelEntry, sizeHw = entry.spec.image.sizes_hw[0]): Promise<VerifiedFile> {
    const { spec, files } = entry;
    const built = files.filter(
      ({ format, variant }) => format === "tflite" && variant === spec.ships["tflite"],
    );
    const file = built.find(({ size_hw }) => size_hw.join() === sizeHw.join());
    if (file === undefined) {
      const known = built.map(({ size_hw }) => size_hw.join("x"));
      throw new UnknownName(`size of ${spec.id}`, sizeHw.join("x"), known);
    }
    return { file, bytes: await this.verified(file) };
  }

  /** The class names in the order of the last output, as many as it has classes; none where
   * the model has none. */
  async labels(spec: ModelSpec): Promise<readonly string[]> {
    if (spec.labels === "") return [];
    const bytes = await this.fetcher(`labels/${spec.labels}`);
    if (bytes === null) {
      throw new BundleTampered(`labels/${spec.labels} is missing: restore that file`);
    }
    const lines = text(bytes, `labels/${spec.labels}`).split(/\r?\n/);
    if (lines.at(-1) === "") lines.pop();
    const classes = spec.outputs.at(-1)?.shape.at(-1);
    if (lines.length !== classes) {
      throw new BundleTampered(
        `${spec.labels} has ${lines.length} labels, ${spec.id} ${classes} classes: ` +
          "restore that file",
      );
    }
    if ((await sha256(bytes)) !== this.entry(spec.id).labels_sha256) {
      throw new BundleTampered(
        `labels/${spec.labels} is not the file that the manifest names (SHA-256 differs): ` +
          "restore it",
      );
    }
    return lines;
  }

  private async verified(file: ModelFile): Promise<Uint8Array> {
    const bytes = await this.fetcher(file.path);
    if (bytes === null) {
      throw new BundleTampered(`${file.path} is missing: restore that file`);
    }
    if (bytes.length !== file.bytes || (await sha256(bytes)) !== file.sha256) {
      throw new BundleTampered(
        `${file.path} is not the file that the manifest names (SHA-256 differs): restore it`,
      );
    }
    return bytes;
  }
}

/** The manifest in those bytes; what does not fit is named by its place. */
export function readManifest(bytes: Uint8Array): Manifest {
  try {
    const raw: unknown = JSON.parse(text(bytes, "manifest.json"));
    checkVersion((raw as { schema_version?: unknown } | null)?.schema_version);
    const manifest = checked(raw, SCHEMA) as Manifest;
    for (const { spec } of manifest.models) checkProgram(spec);
    return manifest;
  } catch (error) {
    if (error instanceof PocketLensError && !(error instanceof SpecError)) throw error;
    const { message } = error as Error;
    throw new BundleError(`manifest.json cannot be used: ${message}`);
  }
}

function checkVersion(version: unknown): void {
  if (typeof version !== "number") {
    throw new BundleError("manifest.json has no schema_version: build the bundle again");
  }
  if (version > SCHEMA_VERSION) {
    throw new SchemaTooNew(
      `manifest.json has schema ${version}, this PocketLens reads ${SCHEMA_VERSION}: ` +
        "update PocketLens",
    );
  }
  if (version < SCHEMA_VERSION) {
    throw new BundleError(
      `manifest.json has schema ${version}, this PocketLens reads ${SCHEMA_VERSION}: ` +
        "build the bundle again",
    );
  }
}

function text(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new BundleTampered(`${path} is damaged: restore that file`);
  }
}
