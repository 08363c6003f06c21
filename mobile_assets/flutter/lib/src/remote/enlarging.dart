/// Values of a small photo at the size of the large one.
library;

import 'dart:typed_data';

import '../geometry.dart';
import '../rounding.dart';

/// Bilinear between the pixels' centres; [channels] values a pixel.
Float32List enlarged(List<int> values, Size from, Size to, [int channels = 1]) {
  final (width, height) = from;
  final (wide, high) = to;
  final made = Float32List(channels * wide * high);
  final columns = _places(width, wide);
  final rows = _places(height, high);
  var at = 0;
  for (final (top, bottom, down) in rows) {
    for (final (left, right, across) in columns) {
      for (var c = 0; c < channels; c += 1) {
        double value(int row, int column) =>
            values[channels * (row * width + column) + c].toDouble();
        final above =
            value(top, left) + across * (value(top, right) - value(top, left));
        final below =
            value(bottom, left) +
            across * (value(bottom, right) - value(bottom, left));
        made[at] = above + down * (below - above);
        at += 1;
      }
    }
  }
  return made;
}

/// Of each place along an axis: both neighbours, and the second one's share.
List<(int, int, double)> _places(int have, int want) => [
  for (var i = 0; i < want; i += 1) _place((i + 0.5) * have / want - 0.5, have),
];

(int, int, double) _place(double at, int have) {
  final low = at.floor();
  return (clamp(low, 0, have - 1), clamp(low + 1, 0, have - 1), at - low);
}

/// The value of the pixel that each lies in.
Uint8List nearest(Uint8List values, Size from, Size to) {
  final (width, height) = from;
  final (wide, high) = to;
  final made = Uint8List(wide * high);
  var at = 0;
  for (var y = 0; y < high; y += 1) {
    final row = width * (y * height ~/ high);
    for (var x = 0; x < wide; x += 1) {
      made[at] = values[row + x * width ~/ wide];
      at += 1;
    }
  }
  return made;
}
