/** Results as the JSON of the contract: apps and tests rely on these names. */
import type { Face, Prediction, Result } from "./results.js";

export type Json = Readonly<Record<string, unknown>>;

/** What stands under `result`: coordinates to a thousandth, probabilities to a millionth. */
export function resultRecord(value: Result): Json {
  if ("faces" in value) return { faces: value.faces.map(faceRecord) };
  if ("labels" in value) {
    return { labels: value.labels.map(({ label, score }) => ({ label, score: share(score) })) };
  }
  if ("objects" in value) {
    return {
      objects: value.objects.map(({ label, score, boxXyxy }) => ({
        label,
        score: share(score),
        box: boxXyxy.map(pixels),
      })),
    };
  }
  if ("probability" in value) return { person: share(mean(value.probability)) };
  if ("pixels" in value) return { channels: value.pixels.alpha ? "RGBA" : "RGB" };
  return { values: [...value.values.data] };
}

/** Which file ran, on what, and how long each stage took. */
export function predictionRecord({ value, ms, from }: Prediction): Json {
  const times = Object.entries(ms).map(([stage, time]) => [stage, pixels(time)]);
  return { ...from, ms: Object.fromEntries(times), result: resultRecord(value) };
}

function faceRecord(face: Face): Json {
  const { landmarks, smile, expressions } = face;
  return {
    box: face.boxXyxy.map(pixels),
    score: share(face.score),
    points: mapped(face.points, (point) => point.map(pixels)),
    ...(landmarks && { landmarks: triples(landmarks) }),
    ...(smile !== undefined && { smile: share(smile) }),
    ...(expressions && { expressions: mapped(expressions, share) }),
  };
}

function mapped<Value, Made>(
  record: Readonly<Record<string, Value>>,
  make: (value: Value) => Made,
): Readonly<Record<string, Made>> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, make(value)]));
}

function triples(landmarks: Float32Array): readonly (readonly number[])[] {
  return Array.from({ length: landmarks.length / 3 }, (_, i) =>
    Array.from(landmarks.subarray(3 * i, 3 * i + 3), pixels),
  );
}

function mean(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function pixels(value: number): number {
  return Math.round(value * 1e3) / 1e3;
}

function share(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
