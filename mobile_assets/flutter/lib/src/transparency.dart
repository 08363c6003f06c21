/// What becomes of a photo's transparency: models are given its colours alone, as the contract
/// says; what is made of the photo has the transparency again.
library;

import 'dart:typed_data';

import 'filters/planes.dart';
import 'heavy_results.dart';
import 'results.dart';
import 'rounding.dart';

/// A picture as transparent as its photo, whose alpha is made as large by the bicubic kernel.
Pixels withAlpha(Pixels pixels, Pixels photo) {
  final alpha = photo.alpha;
  if (alpha == null) return pixels;
  final Pixels(:width, :height, :data) = pixels;
  final own = Plane.ofBytes(photo.width, photo.height, alpha, 1);
  final large = resized(own, width, height, Way.cubic).data;
  final made = Uint8List(width * height);
  for (var i = 0; i < made.length; i += 1) {
    made[i] = clampDouble(large[i] + 0.5, 0, 255).floor();
  }
  return Pixels(width, height, data, made);
}

/// The photo, white where it is wholly transparent: nobody sees what colours it has there.
Pixels shown(Pixels photo) {
  final alpha = photo.alpha;
  if (alpha == null) return photo;
  final Pixels(:width, :height, :data) = photo;
  final made = Uint8List.fromList(data);
  for (var i = 0; i < made.length; i += 1) {
    if (alpha[i ~/ 3] == 0) made[i] = 255;
  }
  return Pixels(width, height, made, alpha);
}

/// The photo as it looks on white paper, opaque.
Pixels onWhite(Pixels photo) {
  final alpha = photo.alpha;
  if (alpha == null) return photo;
  final Pixels(:width, :height, :data) = photo;
  final made = Uint8List(data.length);
  for (var i = 0; i < made.length; i += 1) {
    made[i] = (255.5 + alpha[i ~/ 3] / 255 * (data[i] - 255)).floor();
  }
  return Pixels(width, height, made);
}

/// As much of a plane 0..1 as is seen of the photo.
Plane seen(Plane share, Pixels photo) {
  final alpha = photo.alpha;
  if (alpha == null) return share;
  final made = Plane(share.width, share.height);
  for (var i = 0; i < made.data.length; i += 1) {
    made.data[i] = share.data[i] * alpha[i] / 255;
  }
  return made;
}

/// What was cut out of a photo as if that were opaque: RGBA is as opaque as both are, RGB on
/// white shows more of the white.
CutOut thinned(CutOut cut, Pixels photo) {
  final Pixels(:width, :height, :alpha) = photo;
  if (alpha == null) return cut;
  return CutOut(
    channels: cut.channels,
    data: cut.channels == 3
        ? onWhite(Pixels(width, height, cut.data, alpha)).data
        : _thinned(cut.data, alpha),
    mask: cut.mask,
    found: cut.found,
    method: cut.method,
  );
}

Uint8List _thinned(Uint8List rgba, Uint8List alpha) {
  final made = Uint8List.fromList(rgba);
  for (var i = 0; i < alpha.length; i += 1) {
    made[4 * i + 3] = (rgba[4 * i + 3] * alpha[i] / 255 + 0.5).floor();
  }
  return made;
}
