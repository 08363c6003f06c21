// Builds dist/: runtime.js (the package), worker.js (a Lens in a worker), page.js (the demo),
// tests/ (for `node --test`), wasm/, LiteRT.js's WebAssembly as npm delivered it, and samples/,
// the photos of the demo.
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const SAMPLES = [
  "astronaut.png",
  "obama.jpg",
  "coffee.png",
  "motorcycle.png",
  "china.jpg",
  "flower.jpg",
];
const root = fileURLToPath(new URL("..", import.meta.url));
const litert = `${root}node_modules/@litertjs/core`;
const { version } = JSON.parse(readFileSync(`${litert}/package.json`, "utf8"));
const tests = readdirSync(`${root}tests`).filter((name) => name.endsWith(".test.ts"));

const browser = {
  absWorkingDir: root,
  outdir: "dist",
  bundle: true,
  target: "es2022",
  minify: true,
  sourcemap: true,
  define: { LITERT_VERSION: JSON.stringify(version) },
  logLevel: "warning",
};

rmSync(`${root}dist`, { recursive: true, force: true });
await build({
  ...browser,
  entryPoints: { runtime: "src/index.ts", page: "page/page.ts" },
  format: "esm",
});
// A classic worker: LiteRT.js loads its WebAssembly by importScripts, which modules lack.
await build({ ...browser, entryPoints: { worker: "src/worker.ts" }, format: "iife" });
await build({
  absWorkingDir: root,
  entryPoints: tests.map((name) => `tests/${name}`),
  outdir: "dist/tests",
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node18",
  logLevel: "warning",
});
mkdirSync(`${root}dist/wasm`);
for (const kind of ["", "_compat", "_threaded"]) {
  for (const end of ["js", "wasm"]) {
    const name = `litert_wasm${kind}_internal.${end}`;
    cpSync(`${litert}/wasm/${name}`, `${root}dist/wasm/${name}`);
  }
}
mkdirSync(`${root}dist/samples`);
for (const name of SAMPLES) {
  cpSync(`${root}../../calibration/data/samples/${name}`, `${root}dist/samples/${name}`);
}
