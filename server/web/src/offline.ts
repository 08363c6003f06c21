/** The service worker, and keeping everything for the time without a network. */
import { find, h } from "./dom.js";
import type { Config } from "./types.js";

/** What of the manifest is read here. */
interface Manifest {
  readonly models: readonly {
    readonly spec: {
      readonly id: string;
      readonly ships: Readonly<Record<string, string>>;
      readonly labels: string;
    };
    readonly files: readonly {
      readonly format: string;
      readonly variant: string;
      readonly path: string;
      readonly bytes: number;
    }[];
  }[];
}

const AT_ONCE = 6;
const RUNTIME_FILES = ["litert_wasm_internal.js", "litert_wasm_internal.wasm"];

/** Begin; without a service worker the page works, with a network. */
export async function startOffline(config: Config): Promise<void> {
  const into = find("offline");
  if (!("serviceWorker" in navigator) || config.device === null) return;
  await navigator.serviceWorker.register("/page/sw.js", { scope: "/" });
  const said = h("p", { class: "soft", role: "status" });
  const button = h(
    "button",
    { type: "button", class: "button" },
    "Keep all models for offline use",
  );
  button.addEventListener("click", () => void keepAll(config, said, button));
  into.replaceChildren(
    h("h3", {}, "Without a network"),
    h(
      "p",
      { class: "soft" },
      "What you have used on this device works offline. All models are about 45 MB.",
    ),
    button,
    said,
  );
}

async function keepAll(config: Config, said: HTMLElement, button: HTMLButtonElement) {
  button.disabled = true;
  try {
    const addresses = await everyAddress(config);
    let done = 0;
    await atOnce(addresses, async (address) => {
      const response = await fetch(address);
      if (!response.ok) throw new Error(`${address}: ${response.status}`);
      await response.arrayBuffer();
      said.textContent = `${(done += 1)} of ${addresses.length} files`;
    });
    said.textContent = "Everything is kept: this page now works without a network.";
  } catch (error) {
    said.textContent = `Not everything could be kept: ${(error as Error).message}`;
  } finally {
    button.disabled = false;
  }
}

/** Do it with all, some at a time; the first failure is raised. */
async function atOnce(all: readonly string[], work: (one: string) => Promise<void>) {
  const left = [...all];
  const worker = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** What is read here of what filters share. */
interface Tables {
  readonly recipes: readonly string[];
  readonly art: readonly string[];
}

/** Every file that a model needs: its own, its labels, and what the canary tries it with; and
 * the filters. */
async function everyAddress({ device }: Config): Promise<readonly string[]> {
  if (device === null) return [];
  const { bundle, worker, wasm } = device;
  const { models } = (await read(`${bundle}manifest.json`)) as Manifest;
  const own = models.flatMap(({ spec, files }) => [
    ...files
      .filter((one) => one.format === "tflite" && one.variant === spec.ships["tflite"])
      .map(({ path }) => path),
    ...(spec.labels === "" ? [] : [`labels/${spec.labels}`]),
  ]);
  const tried = await Promise.all(models.map(({ spec }) => goldenOf(bundle, spec.id)));
  const drawn = await filtersOf(bundle);
  const files = [...new Set([...own, ...tried.flat(), ...drawn])].map((path) => bundle + path);
  return [worker, ...RUNTIME_FILES.map((name) => wasm + name), ...files];
}

async function read(address: string): Promise<unknown> {
  const response = await fetch(address);
  return response.ok ? response.json() : null;
}

/** The golden vectors of a model: their list, and the files that it names. */
async function goldenOf(bundle: string, model: string): Promise<readonly string[]> {
  const list = `golden/${model}/golden.json`;
  const names = pathsIn(await read(bundle + list)).filter((path) => path !== "");
  return [list, ...names.map((path) => `golden/${path}`)];
}

/** The filters' files; none in a bundle without them. */
async function filtersOf(bundle: string): Promise<readonly string[]> {
  const tables = (await read(`${bundle}filters.tables.json`)) as Tables | null;
  if (tables === null) return [];
  const names = [...tables.recipes, ...tables.art.map((name) => `art/${name}`)];
  const files = names.map((name) => `filters/${name}.json`);
  return ["filters.schema.json", "filters.tables.json", ...files];
}

function pathsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(pathsIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) =>
    key === "path" && typeof part === "string" ? [part] : pathsIn(part),
  );
}
