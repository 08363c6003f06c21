import 'dart:typed_data';

import 'package:flutter_test/flutter_test.dart';
import 'package:pocketlens/pocketlens.dart';

import 'tables.dart';

void main() {
  test('YUV becomes the RGB that Python makes, in both ranges', () {
    for (final row in rowsOf('colours')) {
      final frame = YuvFrame.i420(bytesOf(row['i420'] as String), 2, 2);
      final rgb = yuvToRgb(frame, Span.values.byName(row['span'] as String));
      expect(hex(rgb.data), row['rgb'], reason: '${row['i420']}');
    }
  });

  test('frames are turned clockwise, then mirrored', () {
    for (final row in rowsOf('upright')) {
      final made = upright(
        photo(3, 2),
        row['rotation'] as int,
        row['mirror'] as bool,
      );
      expect((made.width, made.height), sizeOf(row['size']));
      expect(hex(made.data), row['rgb'], reason: '${row['rotation']}');
    }
  });

  test('a plane without its bytes is an error that says how many', () {
    expect(
      () => yuvToRgb(YuvFrame.nv21(Uint8List(10), 4, 4)),
      throwsA(isA<PhotoUnreadable>()),
    );
  });

  test('alpha is dropped and rows may have gaps', () {
    final bgra = Uint8List.fromList([1, 2, 3, 9, 0, 0, 4, 5, 6, 9]);
    expect(bgraToRgb(bgra, 1, 2, 6).data, [3, 2, 1, 6, 5, 4]);
  });
}
