/// CIE L*a*b* of 8 bits in whole numbers, to the bytes that OpenCV has in Python.
///
/// Source: CIE 15, 8.2.1, with the white of D65; sRGB by IEC 61966-2-1.  On the way there light
/// has 2040 steps and its cube root 15 bits after the point, on the way back both have 14.
library;

import 'dart:math' as math;
import 'dart:typed_data';

import 'results.dart';
import 'rounding.dart';
import 'srgb.dart';

const _white = 2040;
const _one = 1 << 14;
// In 4096ths: the rows of sRGB's matrix by the white, and of its inverse.
const _toXyz = [1777, 1541, 778, 871, 2929, 296, 73, 448, 3575];
const _fromXyz = [12615, -6296, -2223, -3773, 7684, 185, 217, -836, 4715];

final _light = _table(256, (value) => _white * linear(value / 255));
final _root = _table(3072, _rootAt);
final _byte = _table(4096, (light) => 255 * encoded(light / 4096));
final _height = _table(256, (value) => _one * ((value / 2.55 + 16) / 116));
final _luminance = _table(256, _luminanceAt);

/// The colours (a* and b*) of the photo in the lightness (L*) of another picture of its size.
Pixels lightened(Pixels photo, Pixels other) {
  final data = photo.data;
  final made = Uint8List(data.length);
  for (var at = 0; at < data.length; at += 3) {
    final own = _rootOf(data, at, 3);
    final a = _rounded(500 * (_rootOf(data, at, 0) - own) + (128 << 15), 15);
    final b = _rounded(200 * (own - _rootOf(data, at, 6)) + (128 << 15), 15);
    final lightness = _rounded(296 * _rootOf(other.data, at, 3) - 1336934, 15);
    final up = _height[lightness];
    final x = _cubed(up + ((268435 * a + 128) >> 13) - 4194);
    final y = _luminance[lightness];
    final z = _cubed(up - ((41943 * b + 16) >> 9) + 10484);
    for (var c = 0; c < 3; c += 1) {
      final row = 3 * c;
      final light =
          _fromXyz[row] * x + _fromXyz[row + 1] * y + _fromXyz[row + 2] * z;
      made[at + c] = _byte[clamp(_rounded(light, 14), 0, 4095)];
    }
  }
  return Pixels(photo.width, photo.height, made);
}

/// The cube root of X, Y or Z (the [row] 0, 3 or 6) of a pixel.
int _rootOf(Uint8List data, int at, int row) {
  var sum = 0;
  for (var c = 0; c < 3; c += 1) {
    sum += _toXyz[row + c] * _light[data[at + c]];
  }
  return _root[_rounded(sum, 12)];
}

Uint16List _table(int length, double Function(int index) of) =>
    Uint16List.fromList([for (var i = 0; i < length; i += 1) rint(of(i))]);

/// With 15 bits; before it is rounded to them, what is behind ten further ones is cut off.
double _rootAt(int step) {
  final light = fround(step / _white);
  if (light <= 216 / 24389) return 2 * _one * (light * 841 / 108 + 16 / 116);
  final root = math.pow(light, 1 / 3).toDouble();
  return (root * (1 << 25)).floorToDouble() / 1024;
}

double _luminanceAt(int value) {
  final lightness = value / 2.55;
  if (lightness < 8) return _one * (lightness * 27 / 24389);
  final height = (lightness + 16) / 116;
  return _one * (height * height * height);
}

/// What [_rootAt] is the root of, with 14 bits.
int _cubed(int of) {
  if (of <= 3390) return (of * 108 / 841).truncate() - 290;
  return (((of * of) >> 14) * of) >> 14;
}

int _rounded(int value, int bits) => (value + (1 << (bits - 1))) >> bits;
