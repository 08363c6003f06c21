import 'package:flutter_test/flutter_test.dart';
import 'package:pocketlens/src/preprocess.dart';
import 'package:pocketlens/src/program.dart';
import 'package:pocketlens/src/results.dart';
import 'package:pocketlens/src/schema.dart';

import 'tables.dart';

void main() {
  test('resize gives the bytes that Python gives', () {
    for (final row in rowsOf('resize')) {
      final (wide, high) = sizeOf(row['photo']);
      final resize = Resize(fit: row['fit'] as String, pad: row['pad'] as int);
      final (made, _) = fitPixels(
        photo(wide, high),
        resize,
        sizeOf(row['input']),
      );
      final reason = '${row['fit']} ${row['photo']} ${row['input']}';
      expect(hex(made.data), row['pixels'], reason: reason);
    }
  });

  test('crop-square gives the bytes that Python gives', () {
    for (final row in rowsOf('crop')) {
      final [x0, y0, x1, y1] = doubles(row['box']);
      final [toX, toY] = doubles(row['to']);
      final face = Face(
        boxXyxy: (x0, y0, x1, y1),
        score: 1,
        points: {'a': (0, 0), 'b': (toX, toY)},
      );
      final step = CropSquare(
        scale: (row['scale'] as num).toDouble(),
        level: ('a', 'b'),
        halveFrom: row['halve_from'] as int,
      );
      final made = cropPixels(photo(64, 48), placementOf(face, step), (
        16,
        9,
      ), step.halveFrom);
      expect(hex(made.data), row['pixels'], reason: '${row['box']}');
    }
  });
}
