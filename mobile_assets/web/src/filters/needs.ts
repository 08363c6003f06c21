/** What a filter has to know of a picture, so that nothing else is computed. */
import type { ReadyLayer } from "./ready.js";
import type { Test } from "./recipe.js";

/** `faces`, their `landmarks`, their `smiles`, the person's `mask`, `depth`, and the `styles`
 * that the picture has to be painted in. */
export interface Needs {
  readonly faces: boolean;
  readonly landmarks: boolean;
  readonly smiles: boolean;
  readonly mask: boolean;
  readonly depth: boolean;
  readonly styles: readonly string[];
}

type Part = ReadyLayer | Test;

/** What all the layers and their tests need together. */
export function needsOf(layers: readonly ReadyLayer[]): Needs {
  const parts = [...partsOf(layers)];
  const tests = new Set(parts.map((part) => ("test" in part ? part.test : part.do)));
  const landmarks = ["sticker", "tilted", "turned"].some((kind) => tests.has(kind as never));
  const smiles = tests.has("smiling");
  return {
    faces: landmarks || smiles || tests.has("faces"),
    landmarks,
    smiles,
    mask: parts.some(looksAtTheMask),
    depth: tests.has("blur"),
    styles: [...new Set(parts.flatMap((part) => ("mix" in part ? [part.mix] : [])))],
  };
}

function looksAtTheMask(part: Part): boolean {
  if ("test" in part) return part.test === "person";
  if ("place" in part) return part.place === "behind";
  if ("on" in part) return part.on !== "photo";
  return part.do === "background" || part.do === "blur";
}

function* partsOf(layers: readonly ReadyLayer[]): Generator<Part> {
  for (const layer of layers) {
    yield layer;
    if (layer.do === "choose") {
      yield* testsOf(layer.when);
      yield* partsOf([...layer.then, ...layer.otherwise]);
    }
  }
}

function* testsOf(test: Test): Generator<Test> {
  yield test;
  if (test.test === "not") yield* testsOf(test.that);
  else if (test.test === "both" || test.test === "either") {
    for (const one of test.tests) yield* testsOf(one);
  }
}
