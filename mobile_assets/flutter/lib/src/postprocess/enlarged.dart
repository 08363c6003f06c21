/// The window of an enlarged picture that a network made: what of it is kept.
library;

import 'dart:typed_data';

import '../errors.dart';
import '../results.dart';
import '../rounding.dart';
import '../schema.dart';
import 'scene.dart';

/// `join-windows`, of one window: the part to be put into its place.
Picture joinWindows(JoinWindows step, Tensors outputs, Scene scene) {
  final window = scene.window;
  if (window == null) {
    throw const SpecError('the program cuts no windows: add that step');
  }
  final (:rows, :columns) = window;
  final picture = outputOf(outputs, step.output);
  final height = step.scale * (rows.last - rows.first);
  final width = step.scale * (columns.last - columns.first);
  final top = step.scale * (rows.first - rows.start);
  final left = step.scale * (columns.first - columns.start);
  final made = Uint8List(3 * width * height);
  for (var y = 0; y < height; y += 1) {
    final from = 3 * ((top + y) * picture.shape[2] + left);
    final to = 3 * y * width;
    for (var i = 0; i < 3 * width; i += 1) {
      made[to + i] = rint(clampDouble(picture.data[from + i], 0, 255));
    }
  }
  return Picture(Pixels(width, height, made));
}
