/// Light and colours of a picture: curves in a table, saturation in a matrix, soft light.
///
/// Exposure and warmth are gains of linear light that end in white without clipping:
/// `g x / (1 + (g - 1) x)` for a gain g over 1.
library;

import 'dart:math' as math;
import 'dart:typed_data';

import '../results.dart';
import '../rounding.dart';
import '../srgb.dart';
import 'colours.dart';
import 'planes.dart';
import 'recipe.dart';

const _luma = [0.2126, 0.7152, 0.0722];
const _small =
    96; // pixels: what is smooth is made this large and then enlarged

/// The picture in other light and colours.
Pixels graded(Pixels photo, Grade grade) {
  final Pixels(:width, :height, :data) = photo;
  final curves = _curves(grade);
  final matrix = grade.saturation != 0 || grade.shade != 0
      ? _matrix(grade)
      : null;
  final dark = grade.vignette > 0
      ? resized(_vignette(grade.vignette), width, height, Way.linear).data
      : null;
  final made = Uint8List(data.length);
  final curved = List.filled(3, 0);
  for (var pixel = 0; pixel < width * height; pixel += 1) {
    final at = 3 * pixel;
    for (var c = 0; c < 3; c += 1) {
      curved[c] = curves[c][data[at + c]];
    }
    final factor = dark == null ? 1.0 : dark[pixel].round() / 255;
    for (var c = 0; c < 3; c += 1) {
      final value = matrix == null ? curved[c] : _row(matrix[c], curved);
      made[at + c] = (value * factor).round();
    }
  }
  return Pixels(width, height, made);
}

int _row(List<double> row, List<int> rgb) {
  final value = row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2] + row[3];
  return clamp(value.round(), 0, 255);
}

/// The picture with a soft light on it.
Pixels lit(Pixels photo, Light light) {
  final Pixels(:width, :height, :data) = photo;
  final wide = math.max(2, (_small * width / height).round());
  final glow = resized(_glow(light, wide), width, height, Way.linear).data;
  final made = Uint8List(data.length);
  for (var i = 0; i < data.length; i += 1) {
    made[i] = screened(data[i], glow[i].round());
  }
  return Pixels(width, height, made);
}

/// The tables of exposure, warmth and contrast, one a channel.
List<Uint8List> _curves(Grade grade) {
  final tint = [
    for (final way in const [0.5, 0.0, -0.5]) math.pow(2, way * grade.warmth),
  ];
  var whole = 0.0;
  for (var i = 0; i < 3; i += 1) {
    whole += _luma[i] * tint[i];
  }
  return [
    for (final own in tint)
      _curve(math.pow(2, grade.exposure) * own / whole, grade.contrast),
  ];
}

Uint8List _curve(double gain, double contrast) {
  final made = Uint8List(256);
  for (var value = 0; value < 256; value += 1) {
    final given = linear(value / 255);
    final light = given * gain / (1 + math.max(gain - 1, 0) * given);
    final x = clampDouble(encoded(light), 0, 1);
    // More contrast: towards a smooth step; less: towards grey.
    final towards = contrast > 0 ? x * x * (3 - 2 * x) : 0.5;
    final curved = x + contrast.abs() * (towards - x);
    made[value] = (clampDouble(curved, 0, 1) * 255 + 0.5).floor();
  }
  return made;
}

/// What a pixel (r, g, b, 1) is multiplied with.
List<List<double>> _matrix(Grade grade) {
  final (red, green, blue) = rgbOf(grade.colour);
  final over = [red, green, blue];
  return [
    for (var row = 0; row < 3; row += 1)
      [
        for (var column = 0; column < 3; column += 1)
          (1 - grade.shade) *
              (_luma[column] +
                  (1 + grade.saturation) *
                      ((row == column ? 1 : 0) - _luma[column])),
        grade.shade * over[row],
      ],
  ];
}

/// Multiplied with a picture of any shape, 0..255.
Plane _vignette(double strength) {
  final made = Plane(_small, _small);
  double at(int i) {
    final place = (i + 0.5) / _small * 2 - 1;
    return place * place;
  }

  for (var i = 0; i < made.data.length; i += 1) {
    final away = (at(i ~/ _small) + at(i % _small)) / 2;
    final far = clampDouble((away - 0.15) / 0.85, 0, 1);
    final dark = 1 - strength * math.pow(far, 1.3);
    made.data[i] = (dark * 255 + 0.5).floorToDouble();
  }
  return made;
}

/// What a light adds, 0..255.
Plane _glow(Light light, int wide) {
  final made = Plane(wide, _small, 3);
  final (red, green, blue) = rgbOf(light.colour);
  final over = [red, green, blue];
  for (var i = 0; i < wide * _small; i += 1) {
    final x = (i % wide + 0.5) / _small - light.at.$1 * wide / _small;
    final y = (i ~/ wide + 0.5) / _small - light.at.$2;
    final near = clampDouble(1 - math.sqrt(x * x + y * y) / light.reach, 0, 1);
    final fade = near * near * light.strength;
    for (var c = 0; c < 3; c += 1) {
      made.data[3 * i + c] = (fade * over[c] + 0.5).floorToDouble();
    }
  }
  return made;
}
