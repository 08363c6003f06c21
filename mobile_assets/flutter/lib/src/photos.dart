/// Bytes to an upright sRGB photo by the engine of Flutter: the step `decode-photo`.
library;

import 'dart:typed_data';
import 'dart:ui' as ui;

import 'package:flutter/services.dart' show AssetBundle;

import 'bundle.dart';
import 'errors.dart';
import 'results.dart';

/// What is refused: more bytes, or more pixels once unpacked.
const maxBytes = 256 * 1024 * 1024;
const maxPixels = 150000000;

/// The photo in those bytes as a person sees it.
///
/// The engine carries out EXIF orientation and turns ICC profiles into sRGB; alpha is kept beside
/// the colours, where not all is opaque.
/// Raises [PhotoUnreadable] or [PhotoTooLarge].
Future<Pixels> decodePhoto(Uint8List bytes) async {
  if (bytes.isEmpty) {
    throw const PhotoUnreadable('the file is empty: give a photo');
  }
  if (bytes.length > maxBytes) {
    throw PhotoTooLarge(
      'the file has more than ${maxBytes ~/ 1000000} million bytes: save it smaller',
    );
  }
  final image = await _decoded(bytes);
  try {
    return await _read(image);
  } finally {
    image.dispose();
  }
}

Future<ui.Image> _decoded(Uint8List bytes) async {
  try {
    final buffer = await ui.ImmutableBuffer.fromUint8List(bytes);
    final descriptor = await ui.ImageDescriptor.encoded(buffer);
    _checkPixels(descriptor.width, descriptor.height);
    final codec = await descriptor.instantiateCodec();
    final frame = await codec
        .getNextFrame(); // of an animation the first counts
    codec.dispose();
    descriptor.dispose();
    buffer.dispose();
    return frame.image;
  } on PocketLensError {
    rethrow;
  } catch (_) {
    // The engine throws Exception or String, by platform and version.
    throw const PhotoUnreadable(
      'the file is not a picture that this device decodes, or it is damaged: '
      'save it as JPEG or PNG',
    );
  }
}

void _checkPixels(int width, int height) {
  if (width * height > maxPixels) {
    throw PhotoTooLarge(
      'the photo has $width x $height pixels, more than the '
      '${maxPixels ~/ 1000000} million that are allowed: shrink it',
    );
  }
}

Future<Pixels> _read(ui.Image image) async {
  // Straight, because colours without their alpha must not be darker.
  const format = ui.ImageByteFormat.rawStraightRgba;
  final read = await image.toByteData(format: format);
  if (read == null) {
    throw const PhotoUnreadable('the photo cannot be read: take another one');
  }
  final rgba = Uint8List.sublistView(read);
  final data = Uint8List(3 * image.width * image.height);
  final alpha = Uint8List(image.width * image.height);
  for (var from = 0, to = 0; to < data.length; from += 4, to += 3) {
    data[to] = rgba[from];
    data[to + 1] = rgba[from + 1];
    data[to + 2] = rgba[from + 2];
    alpha[to ~/ 3] = rgba[from + 3];
  }
  final isOpaque = alpha.every((value) => value == 255);
  return Pixels(image.width, image.height, data, isOpaque ? null : alpha);
}

/// Pixels as a PNG file, opaque, for `RemoteLens`; the engine makes no JPEG.
Future<(Uint8List, String)> encodePng(Pixels rgb) async {
  final rgba = Uint8List(4 * rgb.width * rgb.height);
  for (var from = 0, to = 0; to < rgba.length; from += 3, to += 4) {
    rgba[to] = rgb.data[from];
    rgba[to + 1] = rgb.data[from + 1];
    rgba[to + 2] = rgb.data[from + 2];
    rgba[to + 3] = 255;
  }
  final buffer = await ui.ImmutableBuffer.fromUint8List(rgba);
  final descriptor = ui.ImageDescriptor.raw(
    buffer,
    width: rgb.width,
    height: rgb.height,
    pixelFormat: ui.PixelFormat.rgba8888,
  );
  final codec = await descriptor.instantiateCodec();
  final image = (await codec.getNextFrame()).image;
  try {
    final made = await image.toByteData(format: ui.ImageByteFormat.png);
    if (made == null) {
      throw const PhotoTooLarge('the device has no memory left: shrink it');
    }
    return (Uint8List.sublistView(made), 'image/png');
  } finally {
    image.dispose();
    codec.dispose();
    descriptor.dispose();
    buffer.dispose();
  }
}

/// A bundle in the assets of an app, below [folder].
Fetcher assetFetcher(AssetBundle assets, [String folder = 'assets/bundle']) {
  return (path) async {
    try {
      return Uint8List.sublistView(await assets.load('$folder/$path'));
    } on Exception {
      return null; // an asset that is missing has no error of its own
    } on Error {
      return null; // FlutterError, which is how assets say it
    }
  };
}
