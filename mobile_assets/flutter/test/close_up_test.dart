import 'dart:typed_data';

import 'package:flutter_test/flutter_test.dart';
import 'package:pocketlens/pocketlens.dart';
import 'package:pocketlens/src/close_up.dart';

/// A photo whose pixels say where they are.
Pixels photo(int width, int height) {
  final data = Uint8List(3 * width * height);
  for (var i = 0; i < width * height; i += 1) {
    data.setAll(3 * i, [i % width, i ~/ width, 7]);
  }
  return Pixels(width, height, data);
}

Face face(double x0, double y0, double x1, double y1) =>
    Face(boxXyxy: (x0, y0, x1, y1), score: 0.6, points: const {});

void main() {
  test('a square is half as large again', () {
    final (pixels, left, top) = squareOf(photo(30, 20), face(10, 5, 18, 11));
    expect((left, top, pixels.width, pixels.height), (8, 2, 12, 12));
    expect(pixels.data.sublist(0, 6), [8, 2, 7, 9, 2, 7]);
  });

  test('beyond the photo its edge is repeated', () {
    final (pixels, left, top) = squareOf(photo(30, 20), face(-4, -4, 4, 4));
    expect((left, top, pixels.width), (-6, -6, 12));
    expect(pixels.data.sublist(0, 3), [0, 0, 7]);
    expect(pixels.data.sublist(pixels.data.length - 3), [5, 5, 7]);
  });
}
