// What Python computed, made by `python -m edge_convert.dart_tables`.
import 'dart:convert';
import 'dart:io';
import 'dart:typed_data';

import 'package:pocketlens/src/results.dart';

typedef Table = Map<String, dynamic>;

final Table tables =
    jsonDecode(File('test/data/tables.json').readAsStringSync()) as Table;

List<Table> rowsOf(String name) => (tables[name] as List).cast<Table>();

/// A photo that whole numbers define.
Pixels photo(int width, int height) {
  final data = Uint8List(3 * width * height);
  var to = 0;
  for (var y = 0; y < height; y += 1) {
    for (var x = 0; x < width; x += 1) {
      for (var c = 0; c < 3; c += 1) {
        data[to] = (x * 31 + y * 57 + c * 83 + x * y * 6) % 256;
        to += 1;
      }
    }
  }
  return Pixels(width, height, data);
}

/// Probabilities that whole numbers define.
TensorData plane(int width, int height) {
  final rgb = photo(width, height).data;
  final data = Float32List(width * height);
  for (var i = 0; i < data.length; i += 1) {
    data[i] = rgb[3 * i] / 256;
  }
  return TensorData([1, height, width, 1], data);
}

String hex(Uint8List bytes) =>
    bytes.map((byte) => byte.toRadixString(16).padLeft(2, '0')).join();

Uint8List bytesOf(String hex) => Uint8List.fromList([
  for (var i = 0; i < hex.length; i += 2)
    int.parse(hex.substring(i, i + 2), radix: 16),
]);

(int, int) sizeOf(Object? pair) {
  final [width, height] = (pair! as List).cast<int>();
  return (width, height);
}

List<double> doubles(Object? list) => [
  for (final value in list! as List) (value as num).toDouble(),
];
