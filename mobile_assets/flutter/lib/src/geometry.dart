/// Where the model's input lies in the photo, and which boxes are kept.
///
/// Photo coordinates are pixels, x to the right, y down, from the top left corner of the top
/// left pixel; a model's are (u, v) in 0..1 of its input in the same directions.
library;

import 'dart:math' as math;

import 'results.dart';
import 'schema.dart';

/// x, y, width, height in whole pixels.
typedef Rect = (int, int, int, int);

/// Width, height.
typedef Size = (int, int);

/// A row of a placement's matrix: a pixel's coordinate is u * $1 + v * $2 + $3.
typedef Row = (double, double, double);

/// Takes what a model says in 0..1 of its input to pixels of the photo.
final class Placement {
  const Placement(this.toX, this.toY);

  /// The input is the upright rectangle from (x0, y0) to (x1, y1) of the photo.
  Placement.region(double x0, double y0, double x1, double y1)
    : toX = (x1 - x0, 0.0, x0),
      toY = (0.0, y1 - y0, y0);

  /// The input is a square of the photo whose upper edge points [angle] radians (clockwise,
  /// as y runs down) away from the x axis.
  factory Placement.square(Point centre, double side, double angle) {
    final (x, y) = centre;
    final across = side * math.cos(angle);
    final down = side * math.sin(angle);
    return Placement(
      (across, -down, x - (across - down) / 2),
      (down, across, y - (across + down) / 2),
    );
  }

  final Row toX;
  final Row toY;

  /// The width of the input in pixels of the photo.
  double get side => hypot(toX.$1, toY.$1);

  /// The pixel of a point in 0..1.
  Point pixel(double u, double v) {
    final (a, b, x) = toX;
    final (d, e, y) = toY;
    return (a * u + b * v + x, d * u + e * v + y);
  }

  /// The point in 0..1 of a pixel.
  Point inverse(double x, double y) {
    final (a, b, left) = toX;
    final (d, e, top) = toY;
    final area = a * e - b * d;
    return (
      ((x - left) * e - (y - top) * b) / area,
      ((y - top) * a - (x - left) * d) / area,
    );
  }
}

double hypot(double x, double y) => math.sqrt(x * x + y * y);

/// How a photo is brought to the size of an input: [source] of the photo is halved
/// [halvings] times by 2x2 means, then resized onto [target] of the input.
final class Plan {
  const Plan(this.source, this.halvings, this.target, this.placement);

  final Rect source;
  final int halvings;
  final Rect target;
  final Placement placement;
}

/// The step `resize` as whole rectangles, for a photo of that size.
Plan plan(Size photo, Size input, Resize resize) {
  final (source, target) = _rectangles(photo, input, resize.fit);
  final halvings = _halvings(source, target, resize.halveFrom);
  final width = (source.$3 >> halvings) << halvings;
  final height = (source.$4 >> halvings) << halvings;
  final scaleX = width / target.$3;
  final scaleY = height / target.$4;
  final left = source.$1 - target.$1 * scaleX;
  final top = source.$2 - target.$2 * scaleY;
  return Plan(
    (source.$1, source.$2, width, height),
    halvings,
    target,
    Placement.region(
      left,
      top,
      left + input.$1 * scaleX,
      top + input.$2 * scaleY,
    ),
  );
}

(Rect, Rect) _rectangles(Size photo, Size input, String fit) {
  final whole = (0, 0, photo.$1, photo.$2);
  final everything = (0, 0, input.$1, input.$2);
  return switch (fit) {
    'letterbox' => (whole, _centred(input, photo)),
    'crop' => (_centred(photo, input), everything),
    _ => (whole, everything),
  };
}

/// The largest rectangle of the proportions [shape] in the middle of [frame].
Rect _centred(Size frame, Size shape) {
  final scale = math.min(frame.$1 / shape.$1, frame.$2 / shape.$2);
  final width = math.min(
    frame.$1,
    math.max(1, (shape.$1 * scale + 0.5).floor()),
  );
  final height = math.min(
    frame.$2,
    math.max(1, (shape.$2 * scale + 0.5).floor()),
  );
  return ((frame.$1 - width) ~/ 2, (frame.$2 - height) ~/ 2, width, height);
}

int _halvings(Rect source, Rect target, int halveFrom) {
  var halvings = 0;
  while (source.$3 >> halvings >= halveFrom * target.$3 &&
      source.$4 >> halvings >= halveFrom * target.$4) {
    halvings += 1;
  }
  return halvings;
}

/// A square around a box's centre, its side [scale] times the longer of the box's.
Placement squareAround(Box box, double scale, double angle) {
  final (x0, y0, x1, y1) = box;
  final side = scale * math.max(x1 - x0, y1 - y0);
  return Placement.square(((x0 + x1) / 2, (y0 + y1) / 2), side, angle);
}

/// The angle of a line in radians: 0 where it runs to the right, clockwise.
double slope(Point from, Point to) {
  return math.atan2(to.$2 - from.$2, to.$1 - from.$1);
}

/// Intersection over union of two rows that begin with a box xyxy; 0 where both are empty.
double overlap(List<double> one, List<double> other) {
  final wide = math.min(one[2], other[2]) - math.max(one[0], other[0]);
  final high = math.min(one[3], other[3]) - math.max(one[1], other[1]);
  final shared = math.max(wide, 0.0) * math.max(high, 0.0);
  final union = _area(one) + _area(other) - shared;
  return union > 0 ? shared / union : 0.0;
}

double _area(List<double> row) {
  return math.max(row[2] - row[0], 0.0) * math.max(row[3] - row[1], 0.0);
}

/// Of rows that overlap by more than the threshold only the best stays: indices, best first.
List<int> nms(
  List<List<double>> rows,
  List<double> scores,
  double iouThreshold,
) {
  var waiting = bestFirst([for (var i = 0; i < rows.length; i += 1) i], scores);
  final kept = <int>[];
  while (waiting.isNotEmpty) {
    final first = waiting.first;
    kept.add(first);
    waiting = [
      for (final i in waiting.skip(1))
        if (!(overlap(rows[first], rows[i]) > iouThreshold)) i,
    ];
  }
  return kept;
}

/// Rows that overlap by more than the threshold melt into one, weighted by score.
List<(List<double>, double)> weightedNms(
  List<List<double>> rows,
  List<double> scores,
  double iouThreshold,
) {
  var waiting = bestFirst([for (var i = 0; i < rows.length; i += 1) i], scores);
  final found = <(List<double>, double)>[];
  while (waiting.isNotEmpty) {
    final first = waiting.first;
    final members = [first];
    final others = <int>[];
    for (final i in waiting.skip(1)) {
      final near = overlap(rows[first], rows[i]) > iouThreshold;
      (near ? members : others).add(i);
    }
    found.add((_mean(members, rows, scores), scores[first]));
    waiting = others;
  }
  return found;
}

/// Indices by the numbers that they point at, the largest first; of equals the lower index.
///
/// `List.sort` may swap equals, so the index decides.
List<int> bestFirst(List<int> indices, List<double> scores) {
  return [...indices]..sort((one, other) {
    final order = scores[other].compareTo(scores[one]);
    return order != 0 ? order : one.compareTo(other);
  });
}

List<double> _mean(
  List<int> members,
  List<List<double>> rows,
  List<double> scores,
) {
  var total = 0.0;
  final sums = List.filled(rows[members.first].length, 0.0);
  for (final i in members) {
    total += scores[i];
    for (var column = 0; column < sums.length; column += 1) {
      sums[column] += scores[i] * rows[i][column];
    }
  }
  return [for (final sum in sums) sum / total];
}
