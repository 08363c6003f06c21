/// Backgrounds made of words: `rainbow,texture`, `night,stars`; the same words give the same
/// picture.
library;

import 'dart:convert';
import 'dart:typed_data';

import '../errors.dart';
import '../results.dart';
import '../rounding.dart';
import 'canvas.dart';
import 'palettes.dart';
import 'patterns.dart';
import 'random.dart';
import 'tables.dart';

const _plain = 'studio';

/// Every word that there is, in alphabetical order.
List<String> backdropWords(BackdropTable table) => {
  'rainbow',
  ...table.palettes.keys,
  ...table.colours.keys,
  ...patterns.keys,
}.toList()..sort();

/// Paint a background of that size.
///
/// Palettes and colours follow each other from top to bottom; patterns lie over them, the
/// texture last.  Raises [UnknownName] listing all words.
Pixels backdrop(
  List<String> words,
  int width,
  int height,
  BackdropTable table,
) {
  final known = backdropWords(table);
  for (final word in words) {
    if (!known.contains(word)) {
      throw UnknownName('background word', word, known);
    }
  }
  final paints = [
    for (final word in words)
      if (!patterns.containsKey(word)) word,
  ];
  final palette = Palette(paints.isEmpty ? const [_plain] : paints, table);
  final random = Random(_crc32(utf8.encode(words.join(','))));
  final canvas = Canvas(width, height, palette, random);
  final drawn = patterns.keys.where(words.contains);
  for (final name in drawn.isEmpty ? const ['gradient'] : drawn) {
    patterns[name]!(canvas);
  }
  return _dithered(canvas);
}

/// Half a grey level of noise, so that slow gradients show no bands.
Pixels _dithered(Canvas canvas) {
  final Canvas(:width, :height, :rgb) = canvas;
  final noise = canvas.grain(width, height).data;
  final data = Uint8List(rgb.data.length);
  for (var i = 0; i < data.length; i += 1) {
    data[i] = clampDouble(rgb.data[i] * 255 + noise[i ~/ 3], 0, 255).floor();
  }
  return Pixels(width, height, data);
}

/// The checksum of zlib and PNG.
int _crc32(List<int> bytes) {
  var rest = 0xffffffff;
  for (final byte in bytes) {
    rest ^= byte;
    for (var bit = 0; bit < 8; bit += 1) {
      rest = rest >> 1 ^ (rest & 1 == 1 ? 0xedb88320 : 0);
    }
  }
  return rest ^ 0xffffffff;
}
