// Says as JSON which of the named Dart files cannot be parsed and which are formatted
// otherwise: [{"path", "fault"}].  With --write it formats them instead of saying so.
import { readFileSync, writeFileSync } from "node:fs";
import { format } from "@wasm-fmt/dart_fmt";

const write = process.argv.includes("--write");
const faults = [];
for (const path of process.argv.slice(2).filter((name) => name !== "--write")) {
  const source = readFileSync(path, "utf8");
  try {
    const formatted = format(source, path);
    if (formatted === source) continue;
    if (write) writeFileSync(path, formatted);
    else faults.push({ path, fault: "is formatted otherwise: run tool/check.mjs --write" });
  } catch (error) {
    faults.push({ path, fault: String(error) });
  }
}
console.log(JSON.stringify(faults));
