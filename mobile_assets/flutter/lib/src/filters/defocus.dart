/// Out of focus behind the person: by depths where they are known, else all alike.
///
/// A lens blurs a point in proportion to how far its inverse distance is from that of what is
/// in focus.  The person's colours do not bleed into what is behind, because the means leave
/// the person out.
library;

import 'dart:math' as math;
import 'dart:typed_data';

import '../results.dart';
import '../rounding.dart';
import 'layering.dart';
import 'planes.dart';

const _widest = 1 / 20; // of the longer side, at full strength
const _levels = 3;
const _sharpest = 6; // pixels of blur at the size at which it is computed

/// The colours of the picture with what is behind the person blurred.  [depth] in metres;
/// without a person and without depths it stays.
Pixels defocused(Pixels photo, Plane? alpha, Plane? depth, double strength) {
  final longer = math.max(photo.width, photo.height);
  final sigma = strength * _widest * longer / 2;
  if (sigma < 0.3 || (alpha == null && depth == null)) return photo;
  final person = alpha ?? Plane(photo.width, photo.height);
  final behind = depth == null
      ? _withoutPerson(photo, person, sigma)
      : _byDepth(photo, person, depth, sigma);
  final Pixels(:width, :height, :data) = photo;
  return over(Pixels(width, height, data), behind, person);
}

/// Between pictures of more and more blur, by how far everything is.
Pixels _byDepth(Pixels photo, Plane alpha, Plane depth, double sigma) {
  final far = _farness(depth, alpha);
  final made = Uint8List.fromList(photo.data);
  for (var number = 1; number <= _levels; number += 1) {
    final sharp = sigma * number / _levels;
    final blurred = _withoutPerson(photo, alpha, sharp).data;
    for (var at = 0; at < made.length; at += 1) {
      final level = far[at ~/ 3] * _levels - (number - 1);
      final share = clampDouble(level, 0, 1);
      made[at] = (made[at] + share * (blurred[at] - made[at])).round();
    }
  }
  return Pixels(photo.width, photo.height, made);
}

/// How much out of focus each pixel is, 0..1, when the person (or, without one, what is
/// nearest) is in focus; what is nearer is sharp too.
Float32List _farness(Plane depth, Plane alpha) {
  final inverse = depth.map((metres) => 1 / math.max(metres, 0.1)).data;
  final person = [
    for (var at = 0; at < inverse.length; at += 1)
      if (alpha.data[at] > 0.5) inverse[at],
  ]..sort();
  final every = Float32List.fromList(inverse)..sort();
  final focus = person.isEmpty ? _quantile(every, 0.8) : _quantile(person, 0.5);
  final widest = math.max(focus - every.first, 1e-6);
  for (var at = 0; at < inverse.length; at += 1) {
    inverse[at] = clampDouble((focus - inverse[at]) / widest, 0, 1);
  }
  return inverse;
}

/// Between the two values in order that are nearest to that share.
double _quantile(List<double> sorted, double share) {
  final place = share * (sorted.length - 1);
  final low = place.floor();
  final high = math.min(low + 1, sorted.length - 1);
  return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
}

/// Blurred means of everything that is seen but the person.
Pixels _withoutPerson(Pixels photo, Plane alpha, double sigma) {
  final Pixels(:width, :height, :data) = photo;
  final scale = math.min(1.0, _sharpest / sigma);
  final wide = math.max(1, (width * scale).round());
  final high = math.max(1, (height * scale).round());
  final whole = Plane.ofBytes(width, height, data, 3);
  final colours = resized(whole, wide, high, Way.area);
  final rest = resized(besides(alpha, photo), wide, high, Way.area);
  final weight = rest.map((share) => share * share + 1e-4);
  final blurred = weightedMean(
    colours,
    weight,
    (plane) => gaussian(plane, sigma * scale),
  ).map((value) => clampDouble(value + 0.5, 0, 255).floorToDouble());
  final large = resized(blurred, width, height, Way.linear).data;
  final made = Uint8List(data.length);
  for (var i = 0; i < made.length; i += 1) {
    made[i] = large[i].round();
  }
  return Pixels(width, height, made);
}
