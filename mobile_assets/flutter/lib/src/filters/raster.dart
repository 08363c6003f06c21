/// How much of every pixel an outline covers: of its inside, or of a line along it.
library;

import 'dart:math' as math;

import '../results.dart';
import '../rounding.dart';
import 'colours.dart';
import 'outlines.dart';
import 'planes.dart';

const _rows = 4; // samples of a pixel from top to bottom; across it is exact
const _leastSigma = 0.1;

/// The part of a picture that has the points with a margin; null where all is outside.
Region? regionOf(List<Outline> lines, double margin, int width, int height) {
  var (left, top) = (double.infinity, double.infinity);
  var (right, bottom) = (double.negativeInfinity, double.negativeInfinity);
  for (final line in lines) {
    for (final (x, y) in line.points) {
      left = math.min(left, x);
      top = math.min(top, y);
      right = math.max(right, x);
      bottom = math.max(bottom, y);
    }
  }
  if (left > right) return null;
  final x = math.max(0, (left - margin).floor());
  final y = math.max(0, (top - margin).floor());
  final wide = math.min(width, (right + margin).ceil()) - x;
  final high = math.min(height, (bottom + margin).ceil()) - y;
  return wide > 0 && high > 0 ? Region(x, y, wide, high) : null;
}

/// The cover 0..1 of a region: of the inside where [thick] is 0, else of a line so many pixels
/// wide; its edge fades with [sigma].
Plane coverOf(List<Outline> lines, Region region, double thick, double sigma) {
  final made = Plane(region.width, region.height);
  final moved = [
    for (final line in lines)
      Outline([
        for (final (x, y) in line.points) (x - region.x, y - region.y),
      ], closed: line.closed),
  ];
  if (thick > 0) {
    _stroke(made, moved, thick);
  } else {
    _fill(made, moved);
  }
  return sigma > _leastSigma ? gaussian(made, sigma, 3) : made;
}

/// Adds the inside: where parts overlap, what is inside an even number of them is outside.
void _fill(Plane made, List<Outline> lines) {
  final crossings = List.generate(made.height * _rows, (_) => <double>[]);
  for (final Outline(:points) in lines) {
    for (var i = 0; i < points.length; i += 1) {
      _cross(crossings, points[i], points[(i + 1) % points.length]);
    }
  }
  for (final (row, xs) in crossings.indexed) {
    xs.sort();
    for (var i = 0; i + 1 < xs.length; i += 2) {
      _run(made, row ~/ _rows * made.width, xs[i], xs[i + 1]);
    }
  }
}

/// Notes where an edge crosses the middle of each row of samples.
void _cross(List<List<double>> crossings, Point from, Point to) {
  final ((x0, y0), (x1, y1)) = from.$2 < to.$2 ? (from, to) : (to, from);
  final first = math.max(0, (y0 * _rows - 0.5).ceil());
  final last = math.min(crossings.length - 1, (y1 * _rows - 0.5).ceil() - 1);
  for (var row = first; row <= last; row += 1) {
    final part = ((row + 0.5) / _rows - y0) / (y1 - y0);
    crossings[row].add(x0 + part * (x1 - x0));
  }
}

/// Adds one row of samples from [start] to [end].
void _run(Plane made, int base, double start, double end) {
  final from = clampDouble(start, 0, made.width.toDouble());
  final to = clampDouble(end, 0, made.width.toDouble());
  for (var x = from.floor(); x < to; x += 1) {
    final inside = math.min(x + 1.0, to) - math.max(x.toDouble(), from);
    made.data[base + x] += inside / _rows;
  }
}

void _stroke(Plane made, List<Outline> lines, double thick) {
  for (final Outline(:points, :closed) in lines) {
    final count = closed ? points.length : points.length - 1;
    for (var i = 0; i < count; i += 1) {
      _segment(made, points[i], points[(i + 1) % points.length], thick);
    }
  }
}

/// A straight line with round ends.
void _segment(Plane made, Point from, Point to, double thick) {
  final half = thick / 2;
  final most = math.min(1.0, thick);
  (int, int) span(double a, double b, int count) => (
    clamp((math.min(a, b) - half - 1).floor(), 0, count),
    clamp((math.max(a, b) + half + 1).ceil(), 0, count),
  );
  final (left, right) = span(from.$1, to.$1, made.width);
  final (top, bottom) = span(from.$2, to.$2, made.height);
  for (var y = top; y < bottom; y += 1) {
    for (var x = left; x < right; x += 1) {
      final away = _away((x + 0.5, y + 0.5), from, to);
      final cover = clampDouble(half + 0.5 - away, 0, most);
      final at = y * made.width + x;
      made.data[at] = math.max(made.data[at], cover);
    }
  }
}

double _away(Point at, Point from, Point to) {
  final (dx, dy) = (to.$1 - from.$1, to.$2 - from.$2);
  final (x, y) = (at.$1 - from.$1, at.$2 - from.$2);
  final length = dx * dx + dy * dy;
  final t = length == 0 ? 0.0 : clampDouble((x * dx + y * dy) / length, 0, 1);
  final (a, b) = (x - t * dx, y - t * dy);
  return math.sqrt(a * a + b * b);
}
