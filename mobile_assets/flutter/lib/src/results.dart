/// What comes back: coordinates in pixels of the upright photo, x to the right, y down, from
/// the top left corner of the top left pixel; left and right are those of the person.
library;

import 'dart:typed_data';

/// RGB, 8 bits: [data] has 3 bytes a pixel, row by row, [alpha] one, where not all is opaque.
final class Pixels {
  const Pixels(this.width, this.height, this.data, [this.alpha]);

  final int width;
  final int height;
  final Uint8List data;
  final Uint8List? alpha;
}

/// The same and how opaque each pixel is: [data] has 4 bytes a pixel, row by row.
final class Rgba {
  const Rgba(this.width, this.height, this.data);

  final int width;
  final int height;
  final Uint8List data;
}

/// Numbers at the border of a graph, in row-major order.
final class TensorData {
  const TensorData(this.shape, this.data);

  final List<int> shape;
  final Float32List data;
}

/// Tensors by the names of the signature.
typedef Tensors = Map<String, TensorData>;

/// x0, y0, x1, y1.
typedef Box = (double, double, double, double);

/// x, y.
typedef Point = (double, double);

/// What a model makes of a photo.
sealed class Result {
  const Result();
}

/// A person's probability at every pixel, 0..1, row by row.
final class Mask extends Result {
  const Mask(this.width, this.height, this.probability);

  final int width;
  final int height;
  final Float32List probability;
}

/// A picture of the photo's size.
final class Picture extends Result {
  const Picture(this.pixels);

  final Pixels pixels;
}

/// A face: its box, score 0..1, and points by name.
///
/// [landmarks]: x, y, z of 468 points one after the other; z is in the same scale, smaller
/// is nearer.  [smile] and [expressions] are probabilities.
final class Face {
  const Face({
    required this.boxXyxy,
    required this.score,
    required this.points,
    this.landmarks,
    this.smile,
    this.expressions,
  });

  final Box boxXyxy;
  final double score;
  final Map<String, Point> points;
  final Float32List? landmarks;
  final double? smile;
  final Map<String, double>? expressions;

  Face withLandmarks(Float32List landmarks) => Face(
    boxXyxy: boxXyxy,
    score: score,
    points: points,
    landmarks: landmarks,
    smile: smile,
    expressions: expressions,
  );

  Face withExpressions(Map<String, double> expressions, String smile) => Face(
    boxXyxy: boxXyxy,
    score: score,
    points: points,
    landmarks: landmarks,
    smile: expressions[smile],
    expressions: expressions,
  );
}

/// The faces of a photo, the best score first; none is an answer, not an error.
final class Faces extends Result {
  const Faces(this.faces);

  final List<Face> faces;
}

/// A class and its probability, 0..1.
final class Label {
  const Label(this.label, this.score);

  final String label;
  final double score;
}

/// The best labels of a photo, the best first.
final class Labels extends Result {
  const Labels(this.labels);

  final List<Label> labels;
}

/// An object: its class, score 0..1 and box.
final class DetectedObject {
  const DetectedObject(this.label, this.score, this.boxXyxy);

  final String label;
  final double score;
  final Box boxXyxy;
}

/// The objects of a photo, the best score first.
final class Objects extends Result {
  const Objects(this.objects);

  final List<DetectedObject> objects;
}

/// What a style predictor makes of a picture.
final class StyleVector extends Result {
  const StyleVector(this.values);

  final TensorData values;
}

/// Wall time of each stage in milliseconds; a task of two models adds them up.
final class Timings {
  const Timings({this.preprocess = 0, this.run = 0, this.postprocess = 0});

  final double preprocess;
  final double run;
  final double postprocess;

  Timings operator +(Timings other) => Timings(
    preprocess: preprocess + other.preprocess,
    run: run + other.run,
    postprocess: postprocess + other.postprocess,
  );
}

/// Which file ran, and on what.
final class Provenance {
  const Provenance({
    required this.model,
    required this.version,
    required this.variant,
    required this.sha256,
    required this.accelerator,
  });

  final String model;
  final String version;
  final String variant;
  final String sha256;
  final String accelerator;
}

/// A value and how it came about.
final class Prediction<T extends Result> {
  const Prediction(this.value, this.ms, this.from);

  final T value;
  final Timings ms;
  final Provenance from;
}
