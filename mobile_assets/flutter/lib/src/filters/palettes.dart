/// The colours of the backdrops, and what is made of them.
library;

import 'dart:math' as math;

import '../rounding.dart';
import 'oklab.dart';
import 'tables.dart';

const _steps = 2048;
const _rainbowStops = 13;

/// A continuous run of colours, 0 at the top of a picture to 1 at its bottom.
final class Palette {
  factory Palette(List<String> words, BackdropTable table) {
    final stops = [
      for (final word in words)
        ..._stops(word, table, tonal: words.length == 1),
    ];
    final raw = [
      for (var i = 0; i < _steps; i += 1) _between(stops, i / (_steps - 1)),
    ];
    final sigma = 0.25 * _steps / math.max(stops.length - 1, 1) + 1;
    return Palette._(_smooth(raw, sigma));
  }

  Palette._(this._lab)
    : _table = [for (final lab in _lab) srgbFromLab(lab)],
      lightness = _lab.fold(0.0, (sum, lab) => sum + lab.$1) / _steps;

  final List<Vector> _lab;
  final List<Vector> _table;
  final double lightness;

  /// The colour at [t], clipped to 0..1: sRGB in 0..1.
  Vector ramp(double t) {
    final place = t * (_steps - 1) + 0.5;
    return _table[clampDouble(place, 0, _steps - 1).floor()];
  }

  /// One colour; [lighten] is added to its OKLab lightness, [mute] (0..1) takes away that part
  /// of its chroma.
  Vector at(double t, {double lighten = 0, double mute = 0}) {
    final (lightness, a, b) =
        _lab[(clampDouble(t, 0, 1) * (_steps - 1)).round()];
    final light = clampDouble(lightness + lighten, 0, 1);
    return srgbFromLab((light, a * (1 - mute), b * (1 - mute)));
  }
}

/// The OKLab colours of a palette, or of a plain colour ([tonal]: its tones).
List<Vector> _stops(String word, BackdropTable table, {required bool tonal}) {
  if (word == 'rainbow') return _rainbow();
  if (table.palettes[word] case final palette?) return _labs(palette);
  final colours = _labs(table.colours[word]!);
  return tonal ? _tones(colours.first) : colours;
}

List<Vector> _labs(String hexes) => [
  for (final code in hexes.split(' ')) labFromSrgb(_srgb(code)),
];

Vector _srgb(String code) {
  double part(int at) => int.parse(code.substring(at, at + 2), radix: 16) / 255;
  return (part(0), part(2), part(4));
}

/// Five tones of one colour, dark to light; chroma fades towards black and white, as it does
/// in paint.
List<Vector> _tones(Vector colour) {
  final (lightness, a, b) = colour;
  return [
    for (final (more, fade) in const [
      (-0.22, 0.75), (-0.11, 0.95), (0.0, 1.0), (0.09, 0.8), (0.17, 0.5), //
    ])
      (clampDouble(lightness + more, 0.08, 0.99), a * fade, b * fade),
  ];
}

/// Red to violet at nearly one lightness, so that no colour shouts.
List<Vector> _rainbow() {
  Vector stop(double hue) {
    final wave = math.cos((hue - 105) * math.pi / 180);
    return labFromLch(0.74 + 0.07 * wave, 0.155, hue);
  }

  return [
    for (var i = 0; i < _rainbowStops; i += 1)
      stop(20 + 310 * i / (_rainbowStops - 1)),
  ];
}

Vector _between(List<Vector> stops, double t) {
  final place = t * (stops.length - 1);
  final low = math.min(place.floor(), math.max(stops.length - 2, 0));
  final (from, to) = (stops[low], stops[math.min(low + 1, stops.length - 1)]);
  final part = place - low;
  double mixed(double a, double b) => a + part * (b - a);
  return (mixed(from.$1, to.$1), mixed(from.$2, to.$2), mixed(from.$3, to.$3));
}

/// Rounds off the corners that linear interpolation leaves, where the eye sees bands.
List<Vector> _smooth(List<Vector> values, double sigma) {
  final reach = (3 * sigma).floor();
  final kernel = [
    for (var i = -reach; i <= reach; i += 1)
      math.exp(-0.5 * (i / sigma) * (i / sigma)),
  ];
  final total = kernel.reduce((sum, weight) => sum + weight);
  Vector around(int at) {
    var (x, y, z) = (0.0, 0.0, 0.0);
    for (var k = 0; k < kernel.length; k += 1) {
      final (a, b, c) = values[clamp(at + k - reach, 0, values.length - 1)];
      final weight = kernel[k] / total;
      (x, y, z) = (x + a * weight, y + b * weight, z + c * weight);
    }
    return (x, y, z);
  }

  return [for (var at = 0; at < values.length; at += 1) around(at)];
}
