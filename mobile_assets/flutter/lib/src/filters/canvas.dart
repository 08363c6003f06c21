/// What the patterns of the backdrops are painted on.
library;

import 'dart:math' as math;
import 'dart:typed_data';

import '../results.dart';
import '../rounding.dart';
import 'palettes.dart';
import 'planes.dart';
import 'random.dart';
import 'tables.dart';

/// A number at every place: x in heights and y in 0..1, and the number of the pixel.
typedef Of = double Function(double x, double y, int at);

/// sRGB in 0..1, a palette, and the random numbers that the words decide.
final class Canvas {
  Canvas(this.width, this.height, this.palette, this.random)
    : rgb = Plane(width, height, 3) {
    run((_, y, _) => y);
  }

  final int width;
  final int height;
  final Palette palette;
  final Random random;
  final Plane rgb;

  double get aspect => width / height;

  /// The palette's colour at what [t] says of every place.
  void run(Of t) {
    _each((x, y, at) {
      final (red, green, blue) = palette.ramp(t(x, y, at));
      rgb.data[3 * at] = red;
      rgb.data[3 * at + 1] = green;
      rgb.data[3 * at + 2] = blue;
    });
  }

  /// Smooth noise in 0..1; the coarsest bumps are [cells] to a height.
  Float32List noise(double cells, [int octaves = 4]) {
    final total = Float32List(width * height);
    var (weight, share, count) = (0.0, 1.0, cells);
    for (var octave = 0; octave < octaves; octave += 1) {
      final rows = math.max(2, rint(count)) + 1;
      final columns = math.max(2, rint(count * aspect)) + 1;
      final part = resized(grain(columns, rows), width, height, Way.cubic);
      for (var i = 0; i < total.length; i += 1) {
        total[i] += part.data[i] * share;
      }
      weight += share;
      (share, count) = (share / 2, count * 2);
    }
    for (var i = 0; i < total.length; i += 1) {
      total[i] /= weight;
    }
    return total;
  }

  /// Noise in 0..1 at every pixel of a plane of that size.
  Plane grain(int width, int height) =>
      Plane(width, height).map((_) => random.uniform32());

  /// Lighten where [shade] is above 0.5, darken where it is below.
  void tint(Of shade, double strength) {
    _each((x, y, at) {
      final factor = 1 + strength * (2 * shade(x, y, at) - 1);
      for (var c = 3 * at; c < 3 * at + 3; c += 1) {
        rgb.data[c] *= factor;
      }
    });
  }

  /// Paint a colour where [cover] (0..1) says.
  void lay(Vector colour, Of cover) {
    _each((x, y, at) => dab(at, colour, cover(x, y, at)));
  }

  void dab(int at, Vector colour, double share) {
    if (share == 0) return;
    final data = rgb.data;
    final from = 3 * at;
    data[from] += share * (colour.$1 - data[from]);
    data[from + 1] += share * (colour.$2 - data[from + 1]);
    data[from + 2] += share * (colour.$3 - data[from + 2]);
  }

  /// 0 below zero, 1 above, over a few pixels.
  double step(double distance, double pixels) =>
      clampDouble(distance * height / pixels + 0.5, 0, 1);

  /// A soft light around a place (0..1): 1 in its middle.
  Of glow(double x, double y, double reach) => (x1, y1, _) {
    final (dx, dy) = (x1 - x * aspect, y1 - y);
    return math.exp(-(dx * dx + dy * dy) / (reach * reach));
  };

  void _each(void Function(double x, double y, int at) act) {
    var at = 0;
    for (var row = 0; row < height; row += 1) {
      for (var column = 0; column < width; column += 1, at += 1) {
        act((column + 0.5) / height, (row + 0.5) / height, at);
      }
    }
  }
}

/// Every pixel that is no farther away than [reach] to a side.
void within(
  int width,
  int height,
  Point centre,
  double reach,
  void Function(int column, int row, int at) act,
) {
  (int, int) span(double at, int count) => (
    clamp((at - reach).floor(), 0, count),
    clamp((at + reach).ceil() + 1, 0, count),
  );
  final (left, right) = span(centre.$1, width);
  final (top, bottom) = span(centre.$2, height);
  for (var row = top; row < bottom; row += 1) {
    for (var column = left; column < right; column += 1) {
      act(column, row, row * width + column);
    }
  }
}
