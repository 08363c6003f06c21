/// Painted pixels to a picture of the photo's size, and a style to a vector.
library;

import 'dart:typed_data';

import '../results.dart';
import '../rounding.dart';
import '../schema.dart';
import 'scene.dart';

const _a = -0.75;

/// `round-pixels`.
Pixels roundPixels(RoundPixels step, Tensors outputs) {
  final picture = outputOf(outputs, step.output);
  final made = Uint8List(picture.data.length);
  for (var i = 0; i < made.length; i += 1) {
    made[i] = rint(clampDouble(picture.data[i], 0, 255));
  }
  return Pixels(picture.shape[2], picture.shape[1], made);
}

/// `resize-picture`.
Picture resizePicture(Pixels painted, Scene scene) {
  final (width, height) = scene.size;
  if (width == painted.width && height == painted.height) {
    return Picture(painted);
  }
  final columns = _Taps(painted.width, width);
  final rows = _Taps(painted.height, height);
  final known = <int, Float32List>{}; // the last rows that were resized along x
  final made = Uint8List(3 * width * height);
  for (var y = 0; y < height; y += 1) {
    known.removeWhere((row, _) => row < rows.at[4 * y]);
    final four = [
      for (var tap = 4 * y; tap < 4 * y + 4; tap += 1)
        known[rows.at[tap]] ??= _alongX(painted, rows.at[tap], columns),
    ];
    _alongY(four, rows.weights, 4 * y, made, 3 * width * y);
  }
  return Picture(Pixels(width, height, made));
}

/// Of each output along an axis: four neighbours and their weights.
final class _Taps {
  _Taps(int have, int want)
    : at = Int32List(4 * want),
      weights = Float32List(4 * want) {
    final scale = 1 / (want / have);
    for (var i = 0; i < want; i += 1) {
      final place = fround((i + 0.5) * scale - 0.5);
      final low = place.floor();
      _cubic(fround(place - low), weights, 4 * i);
      for (var tap = 0; tap < 4; tap += 1) {
        at[4 * i + tap] = clamp(low - 1 + tap, 0, have - 1);
      }
    }
  }

  final Int32List at;
  final Float32List weights;
}

void _cubic(double t, Float32List into, int to) {
  final first = fround(
    ((_a * (t + 1) - 5 * _a) * (t + 1) + 8 * _a) * (t + 1) - 4 * _a,
  );
  final second = _near(t);
  final third = _near(fround(1 - t));
  into[to] = first;
  into[to + 1] = second;
  into[to + 2] = third;
  into[to + 3] = fround(fround(fround(1 - first) - second) - third);
}

double _near(double x) => fround(((_a + 2) * x - (_a + 3)) * x * x + 1);

Float32List _alongX(Pixels rgb, int y, _Taps columns) {
  final count = columns.at.length ~/ 4;
  final made = Float32List(3 * count);
  final start = 3 * rgb.width * y;
  for (var x = 0; x < count; x += 1) {
    for (var c = 0; c < 3; c += 1) {
      var sum = 0.0;
      for (var tap = 4 * x; tap < 4 * x + 4; tap += 1) {
        final value = rgb.data[start + 3 * columns.at[tap] + c];
        sum = fround(sum + fround(value * columns.weights[tap]));
      }
      made[3 * x + c] = sum;
    }
  }
  return made;
}

void _alongY(
  List<Float32List> four,
  Float32List weights,
  int from,
  Uint8List into,
  int to,
) {
  for (var i = 0; i < four.first.length; i += 1) {
    var sum = 0.0;
    for (var tap = 0; tap < 4; tap += 1) {
      sum = fround(sum + fround(four[tap][i] * weights[from + tap]));
    }
    into[to + i] = clamp(rint(sum), 0, 255);
  }
}

/// `read-vector`.
StyleVector readVector(ReadVector step, Tensors outputs) {
  return StyleVector(outputOf(outputs, step.output));
}
