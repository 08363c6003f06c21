/// The person in front of something else: only the edge has to be computed.
///
/// Along the edge the person's own colours are estimated from means around each pixel (Forte,
/// "Approximate Fast Foreground Colour Estimation", 2021).
library;

import 'dart:math' as math;
import 'dart:typed_data';

import '../results.dart';
import '../rounding.dart';
import '../transparency.dart';
import 'planes.dart';

const _longest = 160;
const _sure =
    2 / 255; // less is nobody, more than 1 - this nothing but the person

/// The person of [photo] before [behind]; [alpha] 0..1, where it is 1 the pixels are the
/// photo's own, as far as that is opaque.
Pixels over(Pixels photo, Pixels behind, Plane alpha) {
  final data = Uint8List.fromList(behind.data);
  _eachOfPerson(photo, alpha, (pixel, channel, own, share) {
    final at = 3 * pixel + channel;
    final mixed = data[at] + share * (own - data[at]);
    data[at] = share > 1 - _sure ? own.toInt() : (mixed + 0.5).floor();
  });
  return Pixels(photo.width, photo.height, data);
}

/// The person of [photo] alone: also where the edge lets some through, the colours are the
/// person's own.
Rgba cutOut(Pixels photo, Plane alpha) {
  final data = Uint8List(4 * photo.width * photo.height);
  final there = seen(alpha, photo).data;
  for (var pixel = 0; pixel < there.length; pixel += 1) {
    data[4 * pixel + 3] = rint(255 * there[pixel]);
  }
  _eachOfPerson(photo, alpha, (pixel, channel, own, share) {
    data[4 * pixel + channel] = rint(own);
  });
  return Rgba(photo.width, photo.height, data);
}

/// A colour of the person, 0..255, and how opaque the person is there.
typedef _Put = void Function(int pixel, int channel, double own, double share);

void _eachOfPerson(Pixels photo, Plane alpha, _Put put) {
  final (near, far) = _sides(photo, alpha);
  final there = seen(alpha, photo).data;
  for (var pixel = 0; pixel < alpha.data.length; pixel += 1) {
    final share = alpha.data[pixel];
    if (share < _sure) continue;
    final at = 3 * pixel;
    final small = 3 * _placed(pixel, photo, near);
    for (var c = 0; c < 3; c += 1) {
      final value = photo.data[at + c];
      final (a, b) = (near.data[small + c], far.data[small + c]);
      final rest = value - share * a - (1 - share) * b;
      final own = clampDouble(a + share * rest, 0, 255);
      final kept = share > 1 - _sure ? value.toDouble() : own;
      put(pixel, c, kept, there[pixel]);
    }
  }
}

int _placed(int pixel, Pixels photo, Plane small) {
  final x = pixel % photo.width * small.width ~/ photo.width;
  final y = pixel ~/ photo.width * small.height ~/ photo.height;
  return y * small.width + x;
}

/// How much of what is seen of a photo is not the person.
Plane besides(Plane alpha, Pixels photo) =>
    seen(alpha.map((share) => 1 - share), photo);

/// Mean colours of the person and of what is behind, at a small size.
(Plane, Plane) _sides(Pixels photo, Plane alpha) {
  final Pixels(:width, :height, :data) = photo;
  final scale = math.min(1.0, _longest / math.max(width, height));
  final wide = math.max(1, (width * scale).round());
  final high = math.max(1, (height * scale).round());
  final whole = Plane.ofBytes(width, height, data, 3);
  final colours = resized(whole, wide, high, Way.area);
  final near = resized(seen(alpha, photo), wide, high, Way.area);
  final far = resized(besides(alpha, photo), wide, high, Way.area);
  return (_means(colours, near), _means(colours, far));
}

/// The mean colour around each pixel, weighted by the eighth power of the share.
Plane _means(Plane colours, Plane share) {
  final longer = math.max(colours.width, colours.height);
  final side = math.max(9, longer ~/ 14) | 1;
  final weight = share.map((value) => math.pow(value, 8) + 1e-6);
  return weightedMean(colours, weight, (plane) => boxed(plane, side));
}

/// What [mean] makes of colours times weights, divided by what it makes of the weights.
Plane weightedMean(Plane colours, Plane weight, Plane Function(Plane) mean) {
  final weighted = Plane(colours.width, colours.height, 3);
  for (var i = 0; i < weighted.data.length; i += 1) {
    weighted.data[i] = colours.data[i] * weight.data[i ~/ 3];
  }
  final (made, total) = (mean(weighted), mean(weight));
  for (var i = 0; i < made.data.length; i += 1) {
    made.data[i] /= total.data[i ~/ 3];
  }
  return made;
}
