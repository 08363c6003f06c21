/// The face mesh's points to pixels of the photo (arXiv 1907.06724).
library;

import 'dart:typed_data';

import '../results.dart';
import '../rounding.dart';
import '../schema.dart';
import 'scene.dart';

/// `keep-present`: the outputs, or null where the crop shows no face.
Tensors? keepPresent(KeepPresent step, Tensors outputs) {
  final presence = outputOf(outputs, step.output).data[0];
  return presence >= fround(step.threshold) ? outputs : null;
}

/// `map-points`: x, y, z of each point, one after the other.
Float32List mapPoints(MapPoints step, Tensors outputs, Scene scene) {
  final data = outputOf(outputs, step.output).data;
  final placed = Float32List(data.length);
  for (var i = 0; i < data.length; i += 3) {
    final (x, y) = scene.placement.pixel(data[i], data[i + 1]);
    placed[i] = x;
    placed[i + 1] = y;
    placed[i + 2] = data[i + 2] * scene.placement.side;
  }
  return placed;
}
