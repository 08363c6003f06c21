/// A mask at the model's size to a mask at the photo's.
library;

import 'dart:math' as math;
import 'dart:typed_data';

import '../results.dart';
import '../rounding.dart';
import '../schema.dart';
import 'scene.dart';

/// `upsample-mask`.
Mask upsampleMask(UpsampleMask step, Tensors outputs, Scene scene) {
  final plane = outputOf(outputs, step.output);
  final (width, height) = scene.size;
  final (left, top, right, bottom) = _overPhoto(plane, scene);
  final columns = _Neighbours(left, right, width, plane.shape[2]);
  final rows = _Neighbours(top, bottom, height, plane.shape[1]);
  return Mask(width, height, _spread(plane, columns, rows));
}

/// The columns from left to right and the rows from top to bottom of the plane that lie over
/// the photo; some may lie outside the plane.
(int, int, int, int) _overPhoto(TensorData plane, Scene scene) {
  final high = plane.shape[1];
  final wide = plane.shape[2];
  final (width, height) = scene.size;
  final (u0, v0) = scene.placement.inverse(0, 0);
  final (u1, v1) = scene.placement.inverse(width.toDouble(), height.toDouble());
  final left = rint(u0 * wide);
  final top = rint(v0 * high);
  return (
    left,
    top,
    math.max(rint(u1 * wide), left + 1),
    math.max(rint(v1 * high), top + 1),
  );
}

/// Of each output along an axis: both neighbours in the plane, and the part of the second.
///
/// From [start]..[end] of a side of [count] to [want]; outside the plane its edge is repeated.
final class _Neighbours {
  _Neighbours(int start, int end, int want, int count)
    : first = Int32List(want),
      second = Int32List(want),
      part = Float32List(want) {
    final have = end - start;
    for (var i = 0; i < want; i += 1) {
      final at = (i + 0.5) * (have / want) - 0.5;
      final low = at.floor();
      first[i] = clamp(start + clamp(low, 0, have - 1), 0, count - 1);
      second[i] = clamp(start + clamp(low + 1, 0, have - 1), 0, count - 1);
      part[i] = at - low;
    }
  }

  final Int32List first;
  final Int32List second;
  final Float32List part;
}

Float32List _spread(TensorData plane, _Neighbours columns, _Neighbours rows) {
  final width = columns.part.length;
  final height = rows.part.length;
  final made = Float32List(width * height);
  final known = <int, Float32List>{}; // the last rows that were spread along x
  var to = 0;
  for (var y = 0; y < height; y += 1) {
    known.removeWhere((row, _) => row < rows.first[y]);
    final upper = known[rows.first[y]] ??= _alongX(
      plane,
      rows.first[y],
      columns,
    );
    final lower = known[rows.second[y]] ??= _alongX(
      plane,
      rows.second[y],
      columns,
    );
    for (var x = 0; x < width; x += 1) {
      made[to] = _between(upper[x], lower[x], rows.part[y]);
      to += 1;
    }
  }
  return made;
}

Float32List _alongX(TensorData plane, int y, _Neighbours columns) {
  final start = y * plane.shape[2];
  final made = Float32List(columns.part.length);
  for (var x = 0; x < made.length; x += 1) {
    final left = plane.data[start + columns.first[x]];
    final right = plane.data[start + columns.second[x]];
    made[x] = _between(left, right, columns.part[x]);
  }
  return made;
}

double _between(double first, double second, double part) {
  return fround(fround(first * fround(1 - part)) + fround(second * part));
}
