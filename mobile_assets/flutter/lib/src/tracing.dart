/// The numbers of what a step gives, by name: for golden vectors, and to find a fault.
library;

import 'dart:typed_data';

import 'postprocess/candidates.dart';
import 'results.dart';

/// Numbers in row-major order: a [Uint8List], an [Int32List] (indices of classes), a
/// [Float32List] or a [Float64List].
final class Numbers {
  const Numbers(this.shape, this.data);

  final List<int> shape;
  final TypedData data;

  /// As golden vectors name it.
  String get dtype => switch (data) {
    Uint8List() => 'uint8',
    Int32List() => 'int32',
    Float32List() => 'float32',
    _ => 'float64',
  };

  /// Raw numbers, little-endian.
  Uint8List get bytes => data.buffer.asUint8List(
    // Every machine that runs an app stores numbers this way round.
    data.offsetInBytes,
    data.lengthInBytes,
  );

  /// One after the other.
  List<num> get flat => data as List<num>;
}

/// The numbers of what a step gave by name; none where there was nothing to give.
Map<String, Numbers> arraysOf(Object? value) => switch (value) {
  null => const {},
  final Pixels pixels => {'values': _ofPixels(pixels)},
  Picture(:final pixels) => {'pixels': _ofPixels(pixels)},
  StyleVector(:final values) => {'values': _ofTensor(values)},
  final Tensors tensors => tensors.map(
    (name, tensor) => MapEntry(name, _ofTensor(tensor)),
  ),
  final Map<String, double> shares => {'probabilities': _list(shares.values)},
  final Float32List points => {
    'values': Numbers([points.length ~/ 3, 3], points),
  },
  final Candidates found => {
    'rows': _table(found.rows),
    'scores': _list(found.scores),
    'classes': Numbers([
      found.classes.length,
    ], Int32List.fromList(found.classes)),
  },
  Mask(:final width, :final height, :final probability) => {
    'probability': Numbers([height, width], probability),
  },
  Faces(:final faces) => _ofFaces(faces),
  Labels(:final labels) => {'scores': _list(labels.map((it) => it.score))},
  Objects(:final objects) => {
    'boxes': _table([for (final thing in objects) _ofBox(thing.boxXyxy)], 4),
    'scores': _list(objects.map((it) => it.score)),
  },
  _ => throw ArgumentError.value(value, 'value', 'is not what a step gives'),
};

Numbers _ofPixels(Pixels it) => Numbers([it.height, it.width, 3], it.data);

Numbers _ofTensor(TensorData it) => Numbers(it.shape, it.data);

Map<String, Numbers> _ofFaces(List<Face> faces) {
  final points = Float64List.fromList([
    for (final face in faces)
      for (final (x, y) in face.points.values) ...[x, y],
  ]);
  final shape = [
    faces.length,
    if (faces.isNotEmpty) ...[faces.first.points.length, 2],
  ];
  return {
    'boxes': _table([for (final face in faces) _ofBox(face.boxXyxy)], 4),
    'points': Numbers(shape, points),
    'scores': _list(faces.map((it) => it.score)),
  };
}

List<double> _ofBox(Box box) => [box.$1, box.$2, box.$3, box.$4];

Numbers _table(List<List<double>> rows, [int? columns]) => Numbers([
  rows.length,
  if (columns != null) columns else if (rows.isNotEmpty) rows.first.length,
], Float64List.fromList([for (final row in rows) ...row]));

Numbers _list(Iterable<double> values) {
  final data = Float64List.fromList(values.toList());
  return Numbers([data.length], data);
}
