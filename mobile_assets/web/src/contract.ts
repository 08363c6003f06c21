/**
 * The steps of a program: what each takes and gives, and whether a program makes sense.
 *
 * Their definitions are in mobile_assets/CONTRACT.md; their fields and types are made of the
 * schema (manifest_types.ts).
 */
import { SpecError } from "./errors.js";
import type { ModelSpec, Step } from "./manifest_types.js";

export type StepName = Step["step"];
export type StepOf<Name extends StepName> = Extract<Step, { step: Name }>;

/** What each step takes and gives: a step follows on one that gives what it takes. */
export const FLOW: Readonly<Record<StepName, readonly [takes: string, gives: string]>> = {
  "decode-photo": ["bytes", "photo"],
  "find-faces": ["photo", "face"],
  resize: ["photo", "pixels"],
  "crop-square": ["face", "pixels"],
  "cut-windows": ["photo", "pixels"],
  "write-tensor": ["pixels", "tensors"],
  "mix-styles": ["tensors", "tensors"],
  "embed-style": ["tensors", "tensors"],
  run: ["tensors", "outputs"],
  "select-candidates": ["outputs", "candidates"],
  "weighted-nms": ["candidates", "candidates"],
  nms: ["candidates", "candidates"],
  "map-boxes": ["candidates", "candidates"],
  "clip-boxes": ["candidates", "candidates"],
  "name-points": ["candidates", "faces"],
  "label-boxes": ["candidates", "objects"],
  "upsample-mask": ["outputs", "mask"],
  "top-labels": ["outputs", "labels"],
  "name-expressions": ["outputs", "expressions"],
  "keep-present": ["outputs", "outputs"],
  "map-points": ["outputs", "landmarks"],
  "round-pixels": ["outputs", "painted"],
  "resize-picture": ["painted", "picture"],
  "join-windows": ["outputs", "picture"],
  "read-vector": ["outputs", "vector"],
};

/** What the last step of a program gives, by the kind of task. */
export const RESULTS: Readonly<Record<ModelSpec["task"]["kind"], string>> = {
  "portrait-segmentation": "mask",
  "face-detection": "faces",
  "face-landmarks": "landmarks",
  "face-expression": "expressions",
  "style-transfer": "picture",
  "style-transfer-any": "picture",
  "style-prediction": "vector",
  "super-resolution": "picture",
  "image-classification": "labels",
  "object-detection": "objects",
};

const ROLES = ["output", "boxes", "scores", "points"] as const;

/** The first step of a kind, or undefined. */
export function stepOf<Name extends StepName>(
  program: readonly Step[],
  name: Name,
): StepOf<Name> | undefined {
  return program.find((step): step is StepOf<Name> => step.step === name);
}

/**
 * `SpecError`, naming the place, for steps that do not follow from each other, tensors that
 * the model does not have, or a result of another kind than the task's.
 */
export function checkProgram(spec: ModelSpec): void {
  let now = "bytes";
  spec.program.forEach((step, index) => {
    const place = `${spec.id}: program[${index}] '${step.step}'`;
    const [takes, gives] = FLOW[step.step];
    if (takes !== now) {
      throw new SpecError(`${place} takes ${takes}, not ${now}: put it elsewhere`);
    }
    checkTensors(step, spec, place);
    now = gives;
  });
  const wanted = RESULTS[spec.task.kind];
  if (now !== wanted) {
    throw new SpecError(
      `${spec.id}: its program gives ${now}, a ${spec.task.kind} model has to give ${wanted}: ` +
        "complete the steps",
    );
  }
}

function checkTensors(step: Step, spec: ModelSpec, place: string): void {
  const inputs = [spec.image.name, ...spec.vectors.map((vector) => vector.name)];
  const outputs = spec.outputs.map((output) => output.name);
  const fields = step as unknown as Readonly<Record<string, unknown>>;
  const named = [
    ...ROLES.map((role) => [fields[role], outputs] as const),
    [fields["input"], inputs] as const,
  ];
  for (const [name, known] of named) {
    if (typeof name === "string" && name !== "" && !known.includes(name)) {
      throw new SpecError(
        `${place} names the tensor '${name}': take one of ${known.join(", ")}`,
      );
    }
  }
}
