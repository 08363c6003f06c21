// Builds the page into server/edge_server/web (or the folder that is named), with the tools of
// mobile_assets/web: `node server/web/build.mjs [folder] [--tests]`. Two builds give the same
// bytes. With --tests, what `node --test` runs is written beside them.
import { cpSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL(".", import.meta.url));
const { build } = createRequire(`${root}../../mobile_assets/web/package.json`)("esbuild");
const into = resolve(process.argv[2] ?? `${root}../edge_server/web`);

mkdirSync(into, { recursive: true });
await build({
  absWorkingDir: root,
  entryPoints: { page: "src/page.ts", people: "src/people_room.ts", sw: "src/sw.ts" },
  outdir: into,
  bundle: true,
  splitting: true,
  chunkNames: "shared",
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "none",
  logLevel: "warning",
});
await build({
  absWorkingDir: root,
  entryPoints: { page: "page.css", people: "people.css" },
  outdir: into,
  minify: true,
  logLevel: "warning",
});
if (process.argv.includes("--tests")) {
  await build({
    absWorkingDir: root,
    entryPoints: ["tests/reading.test.ts"],
    outdir: `${into}/tests`,
    bundle: true,
    format: "esm",
    outExtension: { ".js": ".mjs" },
    platform: "node",
    target: "node18",
    logLevel: "warning",
  });
}
for (const name of ["index.html", "icon.svg"]) cpSync(`${root}${name}`, `${into}/${name}`);
