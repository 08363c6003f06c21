/// The edge of a mask, refined against the photo, so that hair is not cut with scissors.
///
/// The guided filter (He, Sun and Tang, "Guided Image Filtering", 2010) explains the mask near
/// its edge as a linear function of the photo's colours; where the mask is sure, it stays.
library;

import 'dart:math' as math;

import '../results.dart';
import '../rounding.dart';
import 'planes.dart';

const _longest = 640;
const _radius = 1 / 36;
const _epsilon = 1e-4;
const _sure = 0.08;
const _pairs = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)];

/// How opaque the person is at every pixel, 0..1 in steps of 1/255.
Plane refined(Pixels photo, Mask mask) {
  final Mask(:width, :height, :probability) = mask;
  final scale = math.min(1.0, _longest / math.max(width, height));
  final wide = math.max(1, (width * scale).round());
  final high = math.max(1, (height * scale).round());
  final whole = Plane.ofBytes(width, height, photo.data, 3, 1 / 255);
  final known = Plane.of(width, height, 1, probability);
  final (slopes, offset) = _coefficients(
    resized(whole, wide, high, Way.area),
    resized(known, wide, high, Way.area),
  );
  final steep = resized(slopes, width, height, Way.linear).data;
  final shift = resized(offset, width, height, Way.linear).data;
  final made = Plane(width, height);
  for (var i = 0; i < made.data.length; i += 1) {
    var found = shift[i] + 0.0;
    for (var c = 3 * i; c < 3 * i + 3; c += 1) {
      found += steep[c] * photo.data[c] / 255;
    }
    made.data[i] = (_settled(found, probability[i]) * 255 + 0.5).floor() / 255;
  }
  return made;
}

/// Stretch what the filter left grey, and keep what the network was sure of.
double _settled(double alpha, double probability) {
  final stretched = clampDouble((alpha - 0.1) / 0.8, 0, 1);
  final least = math.min(probability, 1 - probability);
  final unsure = clampDouble(least / _sure, 0, 1);
  final decided = probability >= 0.5 ? 1.0 : 0.0;
  return decided + unsure * (stretched - decided);
}

/// Slopes and offset such that mask = slopes . guide + offset, locally.
(Plane, Plane) _coefficients(Plane guide, Plane mask) {
  final Plane(:width, :height) = mask;
  final radius = math.max(2, (math.max(width, height) * _radius).round());
  Plane mean(Plane one) => boxed(one, 2 * radius + 1, Edge.reflect);
  final means = mean(guide).data;
  final meanMask = mean(mask).data;
  final squares = mean(
    _products(guide, 6, (at, k) {
      final (i, j) = _pairs[k];
      return guide.data[3 * at + i] * guide.data[3 * at + j];
    }),
  ).data;
  final shared = mean(
    _products(guide, 3, (at, k) => guide.data[3 * at + k] * mask.data[at]),
  ).data;
  final slopes = Plane(width, height, 3);
  final offset = Plane(width, height);
  for (var at = 0; at < mask.data.length; at += 1) {
    final m = [for (var k = 0; k < 3; k += 1) means[3 * at + k]];
    final spread = [
      for (var k = 0; k < 6; k += 1)
        squares[6 * at + k] - m[_pairs[k].$1] * m[_pairs[k].$2],
    ];
    final right = [
      for (var k = 0; k < 3; k += 1) shared[3 * at + k] - m[k] * meanMask[at],
    ];
    final found = _solved(spread, right);
    var level = meanMask[at] + 0.0;
    for (var k = 0; k < 3; k += 1) {
      slopes.data[3 * at + k] = found[k];
      level -= found[k] * m[k];
    }
    offset.data[at] = level;
  }
  return (mean(slopes), mean(offset));
}

Plane _products(Plane like, int channels, double Function(int at, int k) of) {
  final made = Plane(like.width, like.height, channels);
  for (var i = 0; i < made.data.length; i += 1) {
    made.data[i] = of(i ~/ channels, i % channels);
  }
  return made;
}

/// x of `A x = right`, A being symmetric and given by its upper half, by Cramer's rule.
List<double> _solved(List<double> upper, List<double> right) {
  final (b, c, e) = (upper[1], upper[2], upper[4]);
  final a = upper[0] + _epsilon;
  final d = upper[3] + _epsilon;
  final f = upper[5] + _epsilon;
  final (x, y, z) = (d * f - e * e, c * e - b * f, b * e - c * d);
  final whole = a * x + b * y + c * z;
  final [p, q, r] = right;
  return [
    (x * p + y * q + z * r) / whole,
    (y * p + (a * f - c * c) * q + (b * c - a * e) * r) / whole,
    (z * p + (b * c - a * e) * q + (a * d - b * b) * r) / whole,
  ];
}
