/** The service worker, and keeping everything for the time without a network. */
import { find, h } from "./dom.js";
import type { Config } from "./types.js";

/** What of the manifest is read here. */
interface Manifest {
  readonly models: readonly {
    readonly spec: {
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
      "What you have used on this device works offline. All models are about 35 MB.",
    ),
    button,
    said,
  );
}

async function keepAll(config: Config, said: HTMLElement, button: HTMLButtonElement) {
  button.disabled = true;
  try {
    const addresses = await everyAddress(config);
    for (const [done, address] of addresses.entries()) {
      said.textContent = `${done} of ${addresses.length} files`;
      const response = await fetch(address);
      if (!response.ok) throw new Error(`${address}: ${response.status}`);
      await response.arrayBuffer();
    }
    said.textContent = "Everything is kept: this page now works without a network.";
  } catch (error) {
    said.textContent = `Not everything could be kept: ${(error as Error).message}`;
  } finally {
    button.disabled = false;
  }
}

async function everyAddress({ device }: Config): Promise<readonly string[]> {
  if (device === null) return [];
  const { bundle, worker, wasm } = device;
  const manifest = (await (await fetch(`${bundle}manifest.json`)).json()) as Manifest;
  const files = manifest.models.flatMap(({ spec, files }) => [
    ...files
      .filter((one) => one.format === "tflite" && one.variant === spec.ships["tflite"])
      .map(({ path }) => path),
    ...(spec.labels === "" ? [] : [`labels/${spec.labels}`]),
  ]);
  return [
    worker,
    ...RUNTIME_FILES.map((name) => wasm + name),
    ...new Set(files.map((path) => bundle + path)),
  ];
}
