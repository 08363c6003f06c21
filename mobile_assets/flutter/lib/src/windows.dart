/// Overlapping windows of a photo, for a network whose input is smaller: `cut-windows`.
library;

import 'dart:math' as math;
import 'dart:typed_data';

import 'errors.dart';
import 'geometry.dart';
import 'results.dart';

/// A window along one axis, in pixels of the photo: where it starts, and from where to where
/// it is kept.
typedef Stretch = ({int start, int first, int last});

/// A window of a photo.
typedef PhotoWindow = ({Stretch rows, Stretch columns});

/// Every window of a photo for an input of a size, row by row.
List<PhotoWindow> windowsOf(Size photo, Size input, int margin) {
  final columns = stretches(photo.$1, input.$1, margin);
  return [
    for (final row in stretches(photo.$2, input.$2, margin))
      for (final column in columns) (rows: row, columns: column),
  ];
}

/// The windows of [want] pixels along an axis of [have]: what they keep covers it.
List<Stretch> stretches(int have, int want, int margin) {
  if (have <= want) return [(start: 0, first: 0, last: have)];
  if (want <= 2 * margin) {
    throw SpecError('$want pixels are too few for the margins');
  }
  final step = want - 2 * margin;
  final count = (have - 2 * margin + step - 1) ~/ step;
  final starts = [
    for (var i = 0; i < count; i += 1) i * (have - want) ~/ (count - 1),
  ];
  final cuts = [
    0,
    for (var i = 1; i < count; i += 1) (starts[i - 1] + want + starts[i]) ~/ 2,
    have,
  ];
  return [
    for (final (i, start) in starts.indexed)
      (start: start, first: cuts[i], last: cuts[i + 1]),
  ];
}

/// The pixels of a window; beyond the photo its last ones are repeated.
Pixels cutWindow(Pixels rgb, PhotoWindow window, Size size) {
  final (width, height) = size;
  final data = Uint8List(3 * width * height);
  for (var y = 0; y < height; y += 1) {
    final row = math.min(window.rows.start + y, rgb.height - 1) * rgb.width;
    for (var x = 0; x < width; x += 1) {
      final column = math.min(window.columns.start + x, rgb.width - 1);
      final to = 3 * (y * width + x);
      data.setRange(to, to + 3, rgb.data, 3 * (row + column));
    }
  }
  return Pixels(width, height, data);
}

/// Puts what is kept of a window into its place in a picture [scale] times the photo's size.
void placeWindow(Pixels whole, PhotoWindow window, Pixels part, int scale) {
  final top = scale * window.rows.first;
  final left = scale * window.columns.first;
  for (var y = 0; y < part.height; y += 1) {
    final to = 3 * ((top + y) * whole.width + left);
    final from = 3 * y * part.width;
    whole.data.setRange(to, to + 3 * part.width, part.data, from);
  }
}
