/// A photo as it is sent: no larger than the model can use, and without its metadata.
///
/// A JPEG that is small enough is sent as it is, but for where and with what it was taken;
/// anything else as the encoder of the app makes it.
library;

import 'dart:math' as math;
import 'dart:typed_data';

import '../geometry.dart';
import '../preprocess.dart';
import '../results.dart';
import '../rounding.dart';
import 'jpeg.dart';

/// Makes a file of pixels, and says its media type; `encodePng` of `flutter.dart` is one.  One
/// that makes JPEG sends fewer bytes.
typedef Encode = Future<(Uint8List, String)> Function(Pixels pixels);

/// [content], whose upright picture has [size] pixels; the photo has [photo], and [saved] bytes
/// more as it was given (0 where it was given as pixels).
final class Upload {
  const Upload({
    required this.content,
    required this.mediaType,
    required this.size,
    required this.photo,
    required this.saved,
  });

  final Uint8List content;
  final String mediaType;
  final Size size;
  final Size photo;
  final int saved;
}

/// Pixels at another size: means of 2 x 2 until less than half is left to shrink, then
/// bilinear, so that no pixel is skipped.
Pixels resized(Pixels rgb, Size size) {
  final (width, height) = size;
  var pixels = rgb;
  while (pixels.width >= 2 * width && pixels.height >= 2 * height) {
    pixels = halvedOnce(pixels);
  }
  return bilinear(pixels, width, height);
}

/// A photo's size where its longer side may have [longest] pixels, or any number of them.
Size sentSize(Size photo, int? longest) {
  final (width, height) = photo;
  final scale = longest == null
      ? 1.0
      : math.min(1.0, longest / math.max(width, height));
  return (math.max(1, rint(width * scale)), math.max(1, rint(height * scale)));
}

/// A photo, and the bytes that it came in, none where it came as pixels.
final class Opened {
  const Opened(this.pixels, [this.encoded]);

  final Pixels pixels;
  final Uint8List? encoded;

  /// As it is sent, its longer side at most [longest] pixels, where that is said.
  Future<Upload> upload(int? longest, Encode encode) async {
    final photo = (pixels.width, pixels.height);
    final size = sentSize(photo, longest);
    final given = encoded;
    final (content, mediaType) = size == photo && given != null && isJpeg(given)
        ? (withoutMetadata(given), 'image/jpeg')
        : await encode(resized(pixels, size));
    return Upload(
      content: content,
      mediaType: mediaType,
      size: size,
      photo: photo,
      saved: math.max(0, (given?.length ?? 0) - content.length),
    );
  }
}
