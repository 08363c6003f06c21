/// What is put behind the person: nothing, a blur, a colour, words, or a picture.
library;

import 'dart:math' as math;
import 'dart:typed_data';

import '../results.dart';
import '../rounding.dart';
import '../transparency.dart';
import 'backdrop.dart';
import 'colours.dart';
import 'defocus.dart';
import 'layering.dart';
import 'library.dart';
import 'planes.dart';

// Of what a filter blurs at most: a sigma of a thirtieth of the longer side.
const _blur = 4 / 3;

/// One of [BehindNothing], [BehindBlur], [BehindColour], [BehindWords] and [BehindPicture].
sealed class Behind {
  const Behind();
}

/// The person alone.
final class BehindNothing extends Behind {
  const BehindNothing();
}

/// What is there, out of focus.
final class BehindBlur extends Behind {
  const BehindBlur();
}

/// [colour] is `#rrggbb`.
final class BehindColour extends Behind {
  const BehindColour(this.colour);

  final String colour;
}

/// A background made of words, as in `['sunset', 'gradient']`, by the tables of a [library].
final class BehindWords extends Behind {
  const BehindWords(this.words, this.library);

  final List<String> words;
  final FilterLibrary library;
}

/// A picture that covers what is behind; what is over is cut off evenly.
final class BehindPicture extends Behind {
  const BehindPicture(this.picture);

  final Pixels picture;
}

/// The photo's person, as opaque as [alpha] says, before that.  Raises `UnknownName` for a word
/// that is none.
Rgba before(Pixels photo, Plane alpha, Behind behind) => switch (behind) {
  BehindNothing() => cutOut(photo, alpha),
  BehindBlur() => rgbaOf(
    withAlpha(defocused(photo, alpha, null, _blur), photo),
  ),
  BehindColour(:final colour) => rgbaOf(
    over(photo, _filled(colour, photo), alpha),
  ),
  BehindWords(:final words, :final library) => rgbaOf(
    over(
      photo,
      backdrop(words, photo.width, photo.height, library.tables.backdrops),
      alpha,
    ),
  ),
  BehindPicture(:final picture) => rgbaOf(
    over(photo, covering(onWhite(picture), photo.width, photo.height), alpha),
  ),
};

/// A picture that hides everything, but for what it says itself.
Rgba rgbaOf(Pixels photo) {
  final Pixels(:width, :height, data: rgb, :alpha) = photo;
  final data = Uint8List(4 * width * height);
  for (var pixel = 0; pixel < width * height; pixel += 1) {
    data.setRange(4 * pixel, 4 * pixel + 3, rgb, 3 * pixel);
    data[4 * pixel + 3] = alpha == null ? 255 : alpha[pixel];
  }
  return Rgba(width, height, data);
}

Pixels _filled(String colour, Pixels photo) {
  final (red, green, blue) = rgbOf(colour);
  final data = Uint8List(3 * photo.width * photo.height);
  for (var at = 0; at < data.length; at += 3) {
    data[at] = red;
    data[at + 1] = green;
    data[at + 2] = blue;
  }
  return Pixels(photo.width, photo.height, data);
}

/// A picture scaled until it covers that size, what is over cut off evenly.
Pixels covering(Pixels picture, int width, int height) {
  final scale = math.max(width / picture.width, height / picture.height);
  final part = _middle(
    picture,
    math.max(1, math.min(picture.width, rint(width / scale))),
    math.max(1, math.min(picture.height, rint(height / scale))),
  );
  final way = scale < 1 ? Way.area : Way.cubic;
  final made = resized(part, width, height, way).data;
  final data = Uint8List(made.length);
  for (var at = 0; at < made.length; at += 1) {
    data[at] = clampDouble(made[at], 0, 255).round();
  }
  return Pixels(width, height, data);
}

Plane _middle(Pixels from, int width, int height) {
  final made = Plane(width, height, 3);
  final left = (from.width - width) ~/ 2;
  final top = (from.height - height) ~/ 2;
  for (var y = 0; y < height; y += 1) {
    final start = 3 * ((top + y) * from.width + left);
    for (var x = 0; x < 3 * width; x += 1) {
      made.data[3 * width * y + x] = from.data[start + x].toDouble();
    }
  }
  return made;
}
