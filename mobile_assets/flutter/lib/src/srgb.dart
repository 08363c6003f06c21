/// The curve of sRGB (IEC 61966-2-1), both ways; values are 0..1.
library;

import 'dart:math' as math;

/// The light of a value.
double linear(double value) => value <= 0.04045
    ? value / 12.92
    : math.pow((value + 0.055) / 1.055, 2.4).toDouble();

/// The value of a light.
double encoded(double light) => light <= 0.0031308
    ? light * 12.92
    : 1.055 * math.pow(light, 1 / 2.4) - 0.055;
