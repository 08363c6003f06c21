/// Colours, gradients, and how a paint goes over what is there.
library;

import 'dart:math' as math;
import 'dart:typed_data';

import '../results.dart';
import '../rounding.dart';
import 'art.dart';

const _steps = 256;

typedef Rgb = (int, int, int);

/// A part of a picture: its first column and row, and its size.
final class Region {
  const Region(this.x, this.y, this.width, this.height);

  final int x;
  final int y;
  final int width;
  final int height;
}

/// Where the origin of the art's plane is in pixels, and its two axes.
final class Axes {
  const Axes(this.origin, this.u, this.v);

  final Point origin;
  final Point u;
  final Point v;
}

/// The colour and the opacity 0..1 of a pixel.
typedef Tone = (int, int, int, double);
typedef Paint = Tone Function(int x, int y);

/// Red, green, blue of `#rrggbb`.
Rgb rgbOf(String colour) {
  int at(int from) => int.parse(colour.substring(from, from + 2), radix: 16);
  return (at(1), at(3), at(5));
}

/// Two colours, 0..255, as light adds up on a screen that cannot get brighter than white.
int screened(int below, int above) =>
    255 - ((255 - below) * (255 - above) / 255).round();

/// Lays a tone over the pixel whose first byte is at [to], by [share] 0..1.
void lay(Uint8List data, int to, Tone tone, double share, Blend blend) {
  final (red, green, blue, _) = tone;
  data[to] = _laid(data[to], red, share, blend);
  data[to + 1] = _laid(data[to + 1], green, share, blend);
  data[to + 2] = _laid(data[to + 2], blue, share, blend);
}

int _laid(int below, int colour, double share, Blend blend) {
  final above = switch (blend) {
    Blend.normal => colour,
    Blend.multiply => (below * colour / 255).round(),
    Blend.screen => screened(below, colour),
  };
  return clamp((below + share * (above - below)).round(), 0, 255);
}

/// What a fill paints on the art's plane.
Paint paintOf(Fill fill, Axes axes) {
  if (fill is Plain) {
    final (red, green, blue) = rgbOf(fill.colour);
    return (_, _) => (red, green, blue, 1);
  }
  final gradient = fill as Gradient;
  final table = _tables[gradient] ??= _table(gradient);
  final along = _along(gradient, axes);
  return (x, y) {
    final t = along(x + 0.5, y + 0.5) * (_steps - 1) + 0.5;
    return table[clampDouble(t, 0, _steps - 1).floor()];
  };
}

typedef _Form = double Function(double x, double y);

/// How far along its gradient a place is, 0..1 between its ends.
_Form _along(Gradient fill, Axes axes) {
  switch (fill) {
    case Linear(:final start, :final end):
      final across = (end.$1 - start.$1, end.$2 - start.$2);
      final square = across.$1 * across.$1 + across.$2 * across.$2;
      final length = math.max(square, 1e-12);
      final (p, q) = (across.$1 / length, across.$2 / length);
      return _form(p, q, -p * start.$1 - q * start.$2, axes);
    case Radial(:final centre, :final radius):
      final scale = 1 / radius;
      final right = _form(scale, 0, -centre.$1 * scale, axes);
      final down = _form(0, scale, -centre.$2 * scale, axes);
      return (x, y) {
        final (a, b) = (right(x, y), down(x, y));
        return math.sqrt(a * a + b * b);
      };
  }
}

/// `p u + q v + c` of a place, (u, v) being the art's coordinates.
_Form _form(double p, double q, double c, Axes axes) {
  var ((a, d), (b, e)) = (axes.u, axes.v);
  var area = a * e - b * d;
  if (area.abs() < 1e-6) {
    (a, b, d, e, area) = (1.0, 0.0, 0.0, 1.0, 1.0); // seen from the edge
  }
  final byX = (p * e - q * d) / area;
  final byY = (q * a - p * b) / area;
  final (ox, oy) = axes.origin;
  return (x, y) => (x - ox) * byX + (y - oy) * byY + c;
}

final _tables = Expando<List<Tone>>();

List<Tone> _table(Gradient fill) => [
  for (var i = 0; i < _steps; i += 1) _between(fill.stops, i / (_steps - 1)),
];

/// The tone at [t] between the stops, those of the ends beyond them.
Tone _between(List<Stop> stops, double t) {
  final next = stops.indexWhere((stop) => stop.$1 > t);
  if (next <= 0) return _tone(next == 0 ? stops.first : stops.last);
  final (from, to) = (stops[next - 1], stops[next]);
  final part = (t - from.$1) / (to.$1 - from.$1);
  final (low, high) = (rgbOf(from.$2), rgbOf(to.$2));
  int mixed(int a, int b) => (a + part * (b - a) + 0.5).floor();
  return (
    mixed(low.$1, high.$1),
    mixed(low.$2, high.$2),
    mixed(low.$3, high.$3),
    from.$3 + part * (to.$3 - from.$3),
  );
}

Tone _tone(Stop stop) {
  final (red, green, blue) = rgbOf(stop.$2);
  return (red, green, blue, stop.$3);
}
