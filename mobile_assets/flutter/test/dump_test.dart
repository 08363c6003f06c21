import 'dart:typed_data';

import 'package:flutter_test/flutter_test.dart';
import 'package:pocketlens/pocketlens.dart';
import 'package:pocketlens/src/dump.dart';
import 'package:pocketlens/src/schema.dart';

void main() {
  test('a stage is written as golden vectors are', () {
    final files = <String, Uint8List>{};
    final pixels = Pixels(1, 2, Uint8List.fromList([1, 2, 3, 4, 5, 6]));
    final made = stageRecord(
      Stage(2, const CropSquare(scale: 1), 0, pixels),
      files,
    ).toJson();
    expect(made['index'], 2);
    expect(made['step'], 'crop-square');
    expect(made['face'], 0);
    expect(files['2-face0-values.bin'], [1, 2, 3, 4, 5, 6]);
  });

  test('numbers are written little-endian in their own type', () {
    final files = <String, Uint8List>{};
    final outputs = {
      'scores': TensorData(const [1, 1], Float32List.fromList([1])),
    };
    final record = stageRecord(Stage(3, const Run(), null, outputs), files);
    final values = record.values.single;
    expect(values.dtype, 'float32');
    expect(values.shape, [1, 1]);
    expect(files['3-scores.bin'], [0, 0, 0x80, 0x3f]);
  });
}
