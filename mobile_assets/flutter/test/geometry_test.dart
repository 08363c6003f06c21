import 'package:flutter_test/flutter_test.dart';
import 'package:pocketlens/src/geometry.dart';
import 'package:pocketlens/src/schema.dart';

import 'tables.dart';

void main() {
  test('a resize is planned as in Python', () {
    for (final row in rowsOf('plan')) {
      final how = plan(
        sizeOf(row['photo']),
        sizeOf(row['input']),
        Resize(fit: row['fit'] as String),
      );
      final reason = '${row['fit']} ${row['photo']} ${row['input']}';
      expect(listOf(how.source), row['source'], reason: reason);
      expect(how.halvings, row['halvings'], reason: reason);
      expect(listOf(how.target), row['target'], reason: reason);
      final [toX, toY] = row['matrix'] as List;
      expectRow(how.placement.toX, doubles(toX), reason);
      expectRow(how.placement.toY, doubles(toY), reason);
    }
  });

  test('a placement is inverted', () {
    final square = Placement.square((40, 30), 25, 0.4);
    final (x, y) = square.pixel(0.25, 0.75);
    final (u, v) = square.inverse(x, y);
    expect(u, closeTo(0.25, 1e-12));
    expect(v, closeTo(0.75, 1e-12));
  });

  test('empty boxes do not overlap', () {
    expect(overlap([1, 1, 1, 1], [1, 1, 1, 1]), 0);
    expect(overlap([0, 0, 2, 2], [1, 0, 3, 2]), closeTo(1 / 3, 1e-12));
  });

  test('of equal scores the earlier comes first', () {
    expect(bestFirst([0, 1, 2, 3], [0.5, 0.7, 0.5, 0.7]), [1, 3, 0, 2]);
  });
}

List<int> listOf(Rect rect) => [rect.$1, rect.$2, rect.$3, rect.$4];

void expectRow(Row row, List<double> wanted, String reason) {
  for (final (i, value) in [row.$1, row.$2, row.$3].indexed) {
    expect(value, closeTo(wanted[i], 1e-9), reason: reason);
  }
}
