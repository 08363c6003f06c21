/** Which of the two lists of a choice holds, and for which faces. */
import type { Face } from "../results.js";
import { heldOf } from "./anchors.js";
import type { FaceTest, Test } from "./recipe.js";
import { type Scene, personShare } from "./scene.js";

/** Whether every face answers for itself. */
export function isForEach(test: Test): boolean {
  if (test.test === "not") return isForEach(test.that);
  if (test.test === "both" || test.test === "either") return test.tests.some(isForEach);
  return "of" in test && test.of === "each";
}

/**
 * The scene for `then` and the scene for `otherwise`; null where a list is left out.
 *
 * A test of `each` face gives both, with the faces that pass and with the others; where there
 * is no face, neither.
 */
export function split(test: Test, scene: Scene): readonly [Scene | null, Scene | null] {
  if (!isForEach(test)) return holds(test, scene) ? [scene, null] : [null, scene];
  const passes = (face: Face) => holds(test, { ...scene, faces: [face] });
  const of = (faces: readonly Face[]) => (faces.length ? { ...scene, faces } : null);
  return [of(scene.faces.filter(passes)), of(scene.faces.filter((face) => !passes(face)))];
}

/** Whether a test holds for a scene; of no face nothing holds, neither any nor all. */
export function holds(test: Test, scene: Scene): boolean {
  switch (test.test) {
    case "faces": {
      const count = scene.faces.length;
      return test.least <= count && (test.most === null || count <= test.most);
    }
    case "person":
      return personShare(scene) >= test.least;
    case "not":
      return !holds(test.that, scene);
    case "both":
      return test.tests.every((one) => holds(one, scene));
    case "either":
      return test.tests.some((one) => holds(one, scene));
    default:
      return ofFaces(test, scene);
  }
}

function ofFaces(test: FaceTest, { faces, table }: Scene): boolean {
  const value = (face: Face) => {
    if (test.test === "smiling") return face.smile ?? 0;
    return Math.abs(heldOf(face, table)[test.test === "turned" ? 0 : 1]);
  };
  const passed = faces.map((face) => value(face) >= test.least);
  return test.of === "any"
    ? passed.includes(true)
    : passed.length > 0 && !passed.includes(false);
}
