/// PNG to its samples, number for number: the engine of Flutter knows 8 bits only.
library;

import 'dart:io' show zlib;
import 'dart:typed_data';

import 'errors.dart';

/// Samples as they are stored, [channels] a pixel, of 8 or 16 bits ([depth]).
final class Samples {
  const Samples({
    required this.width,
    required this.height,
    required this.channels,
    required this.depth,
    required this.data,
  });

  final int width;
  final int height;
  final int channels;
  final int depth;
  final List<int> data;
}

const _signature = [137, 80, 78, 71, 13, 10, 26, 10];
// Grey, RGB, grey and alpha, RGB and alpha; what has a palette is not read.
const _channels = {0: 1, 2: 3, 4: 2, 6: 4};

/// The samples of a PNG that has no palette, at least 8 bits, and is not interlaced; raises
/// [PhotoUnreadable] for others.
Samples decodeSamples(Uint8List bytes) {
  for (var i = 0; i < _signature.length; i += 1) {
    if (bytes.length < 33 || bytes[i] != _signature[i]) throw _damaged;
  }
  final view = ByteData.sublistView(bytes);
  final width = view.getUint32(16);
  final height = view.getUint32(20);
  final depth = bytes[24];
  final channels = _channels[bytes[25]];
  final plain = (depth == 8 || depth == 16) && bytes[28] == 0;
  if (channels == null || !plain || width == 0 || height == 0) throw _damaged;
  final stride = width * channels * depth ~/ 8;
  final lines = _unfiltered(
    _inflated(bytes),
    height,
    stride,
    channels * depth ~/ 8,
  );
  return Samples(
    width: width,
    height: height,
    channels: channels,
    depth: depth,
    data: depth == 8 ? lines : _wide(lines),
  );
}

const _damaged = PhotoUnreadable(
  'the picture is damaged or cut short: get it again',
);

Uint16List _wide(Uint8List lines) {
  final data = Uint16List(lines.length ~/ 2);
  for (var i = 0; i < data.length; i += 1) {
    data[i] = (lines[2 * i] << 8) | lines[2 * i + 1];
  }
  return data;
}

List<int> _inflated(Uint8List bytes) {
  final view = ByteData.sublistView(bytes);
  final packed = BytesBuilder();
  var at = 8;
  while (at + 12 <= bytes.length) {
    final length = view.getUint32(at);
    final end = at + 8 + length;
    if (end > bytes.length) throw _damaged;
    final kind = String.fromCharCodes(bytes, at + 4, at + 8);
    if (kind == 'IDAT') packed.add(Uint8List.sublistView(bytes, at + 8, end));
    at = end + 4;
  }
  try {
    return zlib.decode(packed.takeBytes());
  } on FormatException {
    throw _damaged;
  }
}

/// The lines of samples, without the byte in front of each that says how it was filtered.
Uint8List _unfiltered(List<int> raw, int height, int stride, int step) {
  if (raw.length < height * (stride + 1)) throw _damaged;
  final lines = Uint8List(height * stride);
  var above = Uint8List(stride);
  for (var y = 0; y < height; y += 1) {
    final line = Uint8List.sublistView(lines, y * stride, (y + 1) * stride);
    line.setRange(0, stride, raw, y * (stride + 1) + 1);
    _unfilter(raw[y * (stride + 1)], line, above, step);
    above = line;
  }
  return lines;
}

/// One line, in place: each byte was stored as its difference from those before and above.
void _unfilter(int kind, Uint8List line, Uint8List above, int step) {
  if (kind > 4) throw _damaged;
  if (kind == 0) return;
  for (var i = 0; i < line.length; i += 1) {
    final left = i < step ? 0 : line[i - step];
    final corner = i < step ? 0 : above[i - step];
    line[i] = (line[i] + _predicted(kind, left, above[i], corner)) & 255;
  }
}

int _predicted(int kind, int left, int up, int corner) {
  if (kind == 1) return left;
  if (kind == 2) return up;
  if (kind == 3) return (left + up) >> 1;
  final byLeft = (up - corner).abs();
  final byUp = (left - corner).abs();
  final byCorner = (left + up - 2 * corner).abs();
  if (byLeft <= byUp && byLeft <= byCorner) return left;
  return byUp <= byCorner ? up : corner;
}
