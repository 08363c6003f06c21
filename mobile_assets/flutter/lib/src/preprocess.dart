/// The steps `resize` and `crop-square`, on whole numbers where the contract has them.
library;

import 'dart:math' as math;
import 'dart:typed_data';

import 'geometry.dart';
import 'results.dart';
import 'rounding.dart';
import 'schema.dart';

/// `resize`: the photo at the size of the input, and where that lies in the photo.
(Pixels, Placement) fitPixels(Pixels rgb, Resize resize, Size input) {
  final how = plan((rgb.width, rgb.height), input, resize);
  var pixels = _cut(rgb, how.source);
  for (var i = 0; i < how.halvings; i += 1) {
    pixels = halvedOnce(pixels);
  }
  final resized = bilinear(pixels, how.target.$3, how.target.$4);
  return (_padded(resized, how.target, input, resize.pad), how.placement);
}

/// A rectangle of a picture.
Pixels _cut(Pixels rgb, Rect rect) {
  final (x, y, width, height) = rect;
  if (width == rgb.width && height == rgb.height) return rgb;
  final data = Uint8List(3 * width * height);
  for (var row = 0; row < height; row += 1) {
    final start = 3 * ((y + row) * rgb.width + x);
    data.setRange(
      3 * width * row,
      3 * width * (row + 1),
      Uint8List.sublistView(rgb.data, start, start + 3 * width),
    );
  }
  return Pixels(width, height, data);
}

/// Means of 2 x 2 pixels; an odd row or column at the bottom or right is left out.
Pixels halvedOnce(Pixels rgb) {
  final wide = rgb.width >> 1;
  final high = rgb.height >> 1;
  final data = rgb.data;
  final made = Uint8List(3 * wide * high);
  final down = 3 * rgb.width;
  var to = 0;
  for (var y = 0; y < high; y += 1) {
    var at = 2 * y * down;
    for (var x = 0; x < wide; x += 1) {
      for (var c = at; c < at + 3; c += 1) {
        made[to] =
            (data[c] + data[c + 3] + data[c + down] + data[c + down + 3] + 2) >>
            2;
        to += 1;
      }
      at += 6;
    }
  }
  return Pixels(wide, high, made);
}

/// Of each output along an axis: both neighbours, and their weights in 2048ths.
final class _Neighbours {
  _Neighbours(int have, int want)
    : first = Int32List(want),
      second = Int32List(want),
      ofFirst = Int32List(want),
      ofSecond = Int32List(want) {
    final scale = 1 / (want / have);
    for (var i = 0; i < want; i += 1) {
      final at = fround((i + 0.5) * scale - 0.5);
      final low = at.floor();
      final part = fround(at - low);
      first[i] = clamp(low, 0, have - 1);
      second[i] = clamp(low + 1, 0, have - 1);
      ofFirst[i] = rint(fround(1 - part) * 2048);
      ofSecond[i] = rint(part * 2048);
    }
  }

  final Int32List first;
  final Int32List second;
  final Int32List ofFirst;
  final Int32List ofSecond;
}

/// A picture at another size.
Pixels bilinear(Pixels rgb, int width, int height) {
  if (width == rgb.width && height == rgb.height) return rgb;
  final columns = _Neighbours(rgb.width, width);
  final rows = _Neighbours(rgb.height, height);
  final made = Uint8List(3 * width * height);
  final known = <int, Int32List>{}; // the last rows that were resized along x
  var to = 0;
  for (var y = 0; y < height; y += 1) {
    known.removeWhere((row, _) => row < rows.first[y]);
    final upper = known[rows.first[y]] ??= _alongX(rgb, rows.first[y], columns);
    final lower = known[rows.second[y]] ??= _alongX(
      rgb,
      rows.second[y],
      columns,
    );
    final up = rows.ofFirst[y];
    final down = rows.ofSecond[y];
    for (var i = 0; i < 3 * width; i += 1) {
      made[to] = (((upper[i] * up) >> 16) + ((lower[i] * down) >> 16) + 2) >> 2;
      to += 1;
    }
  }
  return Pixels(width, height, made);
}

/// Row [y], resized along x.
Int32List _alongX(Pixels rgb, int y, _Neighbours columns) {
  final data = rgb.data;
  final made = Int32List(3 * columns.first.length);
  final start = 3 * rgb.width * y;
  var to = 0;
  for (var i = 0; i < columns.first.length; i += 1) {
    final left = start + 3 * columns.first[i];
    final right = start + 3 * columns.second[i];
    final weight = columns.ofFirst[i];
    final other = columns.ofSecond[i];
    for (var c = 0; c < 3; c += 1) {
      made[to] = (data[left + c] * weight + data[right + c] * other) >> 4;
      to += 1;
    }
  }
  return made;
}

Pixels _padded(Pixels rgb, Rect target, Size input, int pad) {
  final (x, y, _, _) = target;
  final (width, height) = input;
  if (rgb.width == width && rgb.height == height) return rgb;
  final data = Uint8List(3 * width * height)
    ..fillRange(0, 3 * width * height, pad);
  for (var row = 0; row < rgb.height; row += 1) {
    final from = 3 * rgb.width * row;
    final to = 3 * ((y + row) * width + x);
    data.setRange(
      to,
      to + 3 * rgb.width,
      Uint8List.sublistView(rgb.data, from, from + 3 * rgb.width),
    );
  }
  return Pixels(width, height, data);
}

/// `crop-square`, for the placement of the square.
Pixels cropPixels(Pixels rgb, Placement placement, Size input, int halveFrom) {
  final (width, height) = input;
  final (a, b, x0) = placement.toX;
  final (d, e, y0) = placement.toY;
  final ax = a / width;
  final dx = d / width;
  final ay = b / height;
  final dy = e / height;
  final shrinks = math.min(hypot(ax, dx), hypot(ay, dy));
  final (left, right) = _reach(placement.toX, rgb.width);
  final (top, bottom) = _reach(placement.toY, rgb.height);
  var part = _cut(rgb, (left, top, right - left + 1, bottom - top + 1));
  var scale = 1.0;
  while (math.min(part.width, part.height) > 1 &&
      shrinks >= halveFrom / scale) {
    part = halvedOnce(part);
    scale /= 2;
  }
  final startX = (x0 - left + (ax + ay) / 2) * scale - 0.5;
  final startY = (y0 - top + (dx + dy) / 2) * scale - 0.5;
  return _warped(
    part,
    (ax * scale, ay * scale, startX),
    (dx * scale, dy * scale, startY),
    input,
  );
}

/// The first and last of [count] pixels that a row of a placement's matrix leads to.
(int, int) _reach(Row row, int count) {
  final (byU, byV, start) = row;
  final first = start + math.min(byU, 0.0) + math.min(byV, 0.0) - 2;
  final last = start + math.max(byU, 0.0) + math.max(byV, 0.0) + 2;
  return (
    clamp(first.truncate(), 0, count - 1),
    clamp(last.truncate(), 0, count - 1),
  );
}

/// Bilinear in float32; each row takes column and row of a pixel that is made to where it is
/// read.
Pixels _warped(Pixels rgb, Row toX, Row toY, Size input) {
  final (width, height) = input;
  final xi = fround(toX.$1);
  final xj = fround(toX.$2);
  final x = fround(toX.$3);
  final yi = fround(toY.$1);
  final yj = fround(toY.$2);
  final y = fround(toY.$3);
  final data = Uint8List(3 * width * height);
  var to = 0;
  for (var j = 0; j < height; j += 1) {
    final startX = fround(fround(j * xj) + x);
    final startY = fround(fround(j * yj) + y);
    for (var i = 0; i < width; i += 1) {
      // Rounded once, as processors do that multiply and add in one go.
      final px = fround(i * xi + startX);
      final py = fround(i * yi + startY);
      _readAt(rgb, px, py, data, to);
      to += 3;
    }
  }
  return Pixels(width, height, data);
}

void _readAt(Pixels rgb, double px, double py, Uint8List into, int to) {
  final data = rgb.data;
  final lowX = px.floor();
  final lowY = py.floor();
  final partX = fround(px - lowX);
  final partY = fround(py - lowY);
  final left = 3 * clamp(lowX, 0, rgb.width - 1);
  final right = 3 * clamp(lowX + 1, 0, rgb.width - 1);
  final upper = 3 * rgb.width * clamp(lowY, 0, rgb.height - 1);
  final lower = 3 * rgb.width * clamp(lowY + 1, 0, rgb.height - 1);
  for (var c = 0; c < 3; c += 1) {
    final above = _between(
      data[upper + left + c],
      data[upper + right + c],
      partX,
    );
    final below = _between(
      data[lower + left + c],
      data[lower + right + c],
      partX,
    );
    into[to + c] = rint(_mixed(above, below, partY));
  }
}

double _between(int first, int second, double part) {
  return _mixed(first.toDouble(), second.toDouble(), part);
}

double _mixed(double first, double second, double part) {
  return fround(first + part * fround(second - first));
}
