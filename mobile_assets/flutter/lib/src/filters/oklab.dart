/// OKLab, the colour space in which equal steps look equal.
///
/// Source: B. Ottosson, "A perceptual color space for image processing", 2020.  Colours are
/// triples: sRGB in 0..1; OKLab as lightness 0..1, a, b.
library;

import 'dart:math' as math;

import '../rounding.dart';
import '../srgb.dart';
import 'tables.dart';

typedef _Rows = (Vector, Vector, Vector);

const _Rows _toCones = (
  (0.4122214708, 0.5363325363, 0.0514459929),
  (0.2119034982, 0.6806995451, 0.1073969566),
  (0.0883024619, 0.2817188376, 0.6299787005),
);
const _Rows _toLab = (
  (0.2104542553, 0.7936177850, -0.0040720468),
  (1.9779984951, -2.4285922050, 0.4505937099),
  (0.0259040371, 0.7827717662, -0.8086757660),
);
final _fromCones = _inverse(_toCones);
final _fromLab = _inverse(_toLab);

Vector labFromSrgb(Vector srgb) =>
    _times(_toLab, _each(_times(_toCones, _each(srgb, linear)), _cubeRoot));

/// A colour outside the gamut is clipped to it.
Vector srgbFromLab(Vector lab) {
  final cones = _each(_times(_fromLab, lab), (cone) => cone * cone * cone);
  return _each(_times(_fromCones, cones), _encoded);
}

/// Lightness, chroma and hue (degrees) to OKLab.
Vector labFromLch(double lightness, double chroma, double hue) {
  final angle = hue * math.pi / 180;
  return (lightness, chroma * math.cos(angle), chroma * math.sin(angle));
}

double _encoded(double light) => encoded(clampDouble(light, 0, 1));

double _cubeRoot(double value) =>
    value.sign * math.pow(value.abs(), 1 / 3).toDouble();

Vector _each(Vector of, double Function(double) act) =>
    (act(of.$1), act(of.$2), act(of.$3));

Vector _times(_Rows rows, Vector by) =>
    (_dot(rows.$1, by), _dot(rows.$2, by), _dot(rows.$3, by));

double _dot(Vector row, Vector by) =>
    row.$1 * by.$1 + row.$2 * by.$2 + row.$3 * by.$3;

_Rows _inverse(_Rows rows) {
  final ((a, b, c), (d, e, f), (g, h, i)) = rows;
  final whole = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  Vector scaled(Vector row) => _each(row, (value) => value / whole);
  return (
    scaled((e * i - f * h, c * h - b * i, b * f - c * e)),
    scaled((f * g - d * i, a * i - c * g, c * d - a * f)),
    scaled((d * h - e * g, b * g - a * h, a * e - b * d)),
  );
}
