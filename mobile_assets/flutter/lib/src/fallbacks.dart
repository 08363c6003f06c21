/// A light answer to a heavy question: less than what was asked for, and it says so.
library;

import 'device_side.dart';
import 'errors.dart';
import 'outcomes.dart';
import 'pipeline.dart';
import 'remote/uploads.dart';
import 'results.dart';
import 'routing.dart';
import 'transparency.dart';

const _scales = {2, 4};
const _most = 250000; // pixels of a photo that a device enlarges by a network
const _secondsAPixel = 3e-5;
const _byNetwork =
    "enlarged by the device's compact network, which was trained on drawings: edges are sharp, "
    'textures are not';
const _interpolated = 'enlarged by interpolation, which adds no detail: ';
const _tooLarge =
    'the photo has more than the $_most pixels that a device is given';

/// The photo with more pixels: by the compact network, where the device has it and the photo
/// is not too large for it, else interpolated.
Fallback<Picture> enlarging(Pixels photo, [int scale = 4]) {
  final large = photo.width * photo.height > _most;
  final fitting = _scales.contains(scale) && !large;
  return Fallback(
    (lens) async =>
        fitting ? await _enlarged(lens, photo, scale) : _larger(photo, scale),
    (made) => switch (made.model) {
      compactModel => _byNetwork,
      _ when large => _interpolated + _tooLarge,
      _ => '${_interpolated}no super-resolution is at hand',
    },
    seconds: fitting ? photo.width * photo.height * _secondsAPixel : 0,
  );
}

Future<Worked<Picture>> _enlarged(Lens lens, Pixels photo, int scale) async {
  try {
    final made = await lens.superResolution(photo);
    final size = (photo.width * scale, photo.height * scale);
    final pixels = made.value.pixels;
    final fitted = pixels.width == size.$1
        ? pixels
        : withAlpha(resized(pixels, size), photo);
    return (Picture(fitted), deviceProvenance(made));
  } on UnknownName {
    return _larger(photo, scale); // the bundle has no such network
  }
}

Worked<Picture> _larger(Pixels photo, int scale) {
  final watch = Stopwatch()..start();
  final size = (photo.width * scale, photo.height * scale);
  final larger = withAlpha(resized(photo, size), photo);
  final provenance = OutcomeProvenance(
    where: Side.device,
    model: 'bilinear',
    sha256: '', // no model made it
    variant: '',
    accelerator: '',
    ms: {'run': watch.elapsedMicroseconds / 1000},
  );
  return (Picture(larger), provenance);
}
