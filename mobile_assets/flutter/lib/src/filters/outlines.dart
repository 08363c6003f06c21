/// The outlines of shapes: path data and ellipses as points.
library;

import 'dart:math' as math;

import '../errors.dart';
import '../results.dart';
import 'art.dart';

/// One line of points, which goes back to its first where it is closed.
final class Outline {
  const Outline(this.points, {required this.closed});

  final List<Point> points;
  final bool closed;
}

final _token = RegExp(r'\s*,?\s*(?:([MLCQZ])|([-+]?(?:\d+\.?\d*|\.\d+)))');
const _takes = {'M': 1, 'L': 1, 'Q': 2, 'C': 3};
const _farthest = 1000;
const _steps = 20; // straight pieces of a curve
const _round = 64; // and of an ellipse
final _known = Expando<List<Outline>>();

/// The outlines of a shape in its own coordinates; [SpecError] for wrong path data.
List<Outline> outlinesOf(Shape shape) => _known[shape] ??= switch (shape) {
  EllipseShape() => [_ellipse(shape)],
  PathShape(:final d) => _drawn(d),
};

Outline _ellipse(EllipseShape shape) {
  final turn = shape.turn * math.pi / 180;
  final (cos, sin) = (math.cos(turn), math.sin(turn));
  final points = <Point>[];
  for (var i = 0; i < _round; i += 1) {
    final angle = 2 * math.pi * i / _round;
    final along = shape.radii.$1 * math.cos(angle);
    final across = shape.radii.$2 * math.sin(angle);
    points.add((
      along * cos - across * sin + shape.centre.$1,
      along * sin + across * cos + shape.centre.$2,
    ));
  }
  return Outline(points, closed: true);
}

List<Outline> _drawn(String data) {
  final made = <Outline>[];
  var points = <Point>[];
  void lift({required bool closed}) {
    if (points.length > 1) made.add(Outline(points, closed: closed));
  }

  for (final (letter, given) in _commands(data)) {
    if (letter != 'M' && points.isEmpty) _refuse(data, 'begin with M x,y');
    switch (letter) {
      case 'M':
        lift(closed: false);
        points = [given.first];
      case 'Z':
        lift(closed: true);
        points = [points.first];
      case 'L':
        points.addAll(given);
      default:
        points.addAll(_curved([points.last, ...given]));
    }
  }
  lift(closed: false);
  return made;
}

/// A Bezier curve, by repeated halving of its control polygon (de Casteljau).
Iterable<Point> _curved(List<Point> controls) sync* {
  for (var i = 1; i <= _steps; i += 1) {
    final t = i / _steps;
    var level = controls;
    while (level.length > 1) {
      level = [
        for (var k = 1; k < level.length; k += 1)
          _between(level[k - 1], level[k], t),
      ];
    }
    yield level.single;
  }
}

Point _between(Point from, Point to, double t) =>
    (from.$1 + t * (to.$1 - from.$1), from.$2 + t * (to.$2 - from.$2));

/// Each command with its points; one letter may be followed by several.
Iterable<(String, List<Point>)> _commands(String data) sync* {
  var letter = '';
  var waiting = <double>[];
  void check(String named) {
    if (waiting.isNotEmpty) {
      _refuse(data, '$named has a number too few or too many');
    }
  }

  for (final (name, number) in _tokens(data)) {
    if (name.isNotEmpty) {
      check(letter.isEmpty ? 'the start' : letter);
      letter = name;
      if (name == 'Z') yield (name, const []);
      continue;
    }
    waiting.add(double.parse(number));
    final takes = _takes[letter];
    if (takes == null) _refuse(data, 'the number $number follows no command');
    if (waiting.length == 2 * takes) {
      yield (letter, _pairs(waiting));
      waiting = [];
      if (letter == 'M') letter = 'L';
    }
  }
  check('$letter at the end');
}

List<Point> _pairs(List<double> numbers) => [
  for (var i = 0; i + 1 < numbers.length; i += 2) (numbers[i], numbers[i + 1]),
];

Iterable<(String, String)> _tokens(String data) sync* {
  final end = data.trimRight().length;
  var at = 0;
  while (at < end) {
    final found = _token.matchAsPrefix(data, at);
    if (found == null) {
      final shown = data.substring(at, math.min(at + 10, data.length));
      _refuse(data, "'$shown' is none of M, L, C, Q, Z, number");
    }
    final number = found[2] ?? '';
    if (number.isNotEmpty && double.parse(number).abs() > _farthest) {
      _refuse(data, 'the number $number is larger than $_farthest');
    }
    yield (found[1] ?? '', number);
    at = found.end;
  }
}

Never _refuse(String data, String why) {
  final shown = data.substring(0, math.min(40, data.length));
  throw SpecError("path data '$shown': $why");
}
