/// How numbers are rounded, where the contract says how.
library;

import 'dart:typed_data';

// 1.5 * 2^52: beside it a float64 has no places after the point, so the sum is rounded.
const _magic = 6755399441055744.0;
final _single = Float32List(1);

/// To the nearest whole number, halves to the even one (`round()` takes halves away from
/// zero); for |value| < 2^51.
int rint(double value) => (value + _magic - _magic).toInt();

/// To the nearest float32, as a float64 that holds it.
double fround(double value) {
  _single[0] = value;
  return _single[0];
}

/// Brought into low..high.
int clamp(int value, int low, int high) {
  if (value < low) return low;
  return value > high ? high : value;
}

/// Brought into low..high.
double clampDouble(double value, double low, double high) {
  if (value < low) return low;
  return value > high ? high : value;
}
