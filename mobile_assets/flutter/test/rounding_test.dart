import 'package:flutter_test/flutter_test.dart';
import 'package:pocketlens/src/rounding.dart';

import 'tables.dart';

void main() {
  test('halves are rounded to the even number', () {
    for (final pair in tables['rint'] as List) {
      final [value, rounded] = doubles(pair);
      expect(rint(value), rounded, reason: '$value');
    }
  });

  test('numbers are rounded to float32', () {
    expect(fround(0.1), 0.10000000149011612);
    expect(fround(16777217), 16777216);
  });
}
