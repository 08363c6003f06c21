/// The patterns of the backdrops: functions of the place in the picture and a palette.
///
/// Coordinates run over 0..1 from top to bottom, and as far in heights from left to right, so
/// that another size is the same composition.
library;

import 'dart:math' as math;

import '../results.dart';
import '../rounding.dart';
import 'canvas.dart';
import 'planes.dart';
import 'tables.dart';

/// In the order in which they lie over each other.
const Map<String, void Function(Canvas)> patterns = {
  'gradient': _gradient,
  'clouds': _clouds,
  'marble': _marble,
  'waves': _waves,
  'stripes': _stripes,
  'dots': _dots,
  'bokeh': _bokeh,
  'rays': _rays,
  'stars': _stars,
  'mountains': _mountains,
  'confetti': _confetti,
  'texture': _texture,
};

/// The palette from top to bottom, leaning a little, with a soft light on it.
void _gradient(Canvas canvas) {
  canvas.run(
    (x, y, _) => clampDouble(y + 0.18 * (x / canvas.aspect - 0.5), 0, 1),
  );
  canvas.tint(canvas.glow(0.35, 0.3, 0.9), 0.06);
}

/// The tooth of good paper: fine grain over slow unevenness.
void _texture(Canvas canvas) {
  final grain = canvas.grain(canvas.width, canvas.height);
  final fine = gaussian(grain, math.max(0.6, canvas.height / 900)).data;
  canvas.tint((_, _, at) => 0.5 + (fine[at] - 0.5) * 1.6, 0.16);
  final slow = canvas.noise(3);
  canvas.tint((_, _, at) => slow[at], 0.14);
}

/// Banks of cloud in the palette's light colours.
void _clouds(Canvas canvas) {
  final noise = canvas.noise(2.2, 6);
  canvas.lay(canvas.palette.at(1, lighten: 0.12, mute: 0.5), (_, _, at) {
    final cover = clampDouble((noise[at] - 0.42) * 3.2, 0, 1);
    return cover * cover * 0.85;
  });
}

/// Veins: the palette along lines that noise bends.
void _marble(Canvas canvas) {
  final noise = canvas.noise(2, 5);
  canvas.run((x, y, at) {
    final bent = x * 1.1 + y * 0.7 + 1.9 * noise[at];
    return 0.5 + 0.5 * math.sin(bent * 5.5);
  });
}

/// Rolling bands, each a little further along the palette, with a soft upper edge.
void _waves(Canvas canvas) {
  for (var number = 0; number < 7; number += 1) {
    final phase = canvas.random.uniform() * 6.28;
    final share = (number + 0.5) / 7;
    final colour = canvas.palette.at(share, lighten: 0.02 * number);
    canvas.lay(colour, (x, y, _) {
      final swell = 0.05 * math.sin(x * (2.2 + number * 0.35) + phase);
      return canvas.step(y - (share + swell), 1.5);
    });
  }
}

/// Slanted stripes, alternately lighter.
void _stripes(Canvas canvas) {
  canvas.tint(
    (x, y, _) => 0.5 + 0.5 * _tanh(math.sin((x + y * 0.6) * 9 * math.pi) * 14),
    0.07,
  );
}

/// Even dots in a colour from the other end of the palette.
void _dots(Canvas canvas) {
  const cell = 1 / 14;
  canvas.lay(canvas.palette.at(0.9, lighten: 0.08), (x, y, _) {
    final row = (y / cell).floor();
    final u = (x / cell + 0.5 * (row % 2)) % 1 - 0.5;
    final v = y / cell % 1 - 0.5;
    final away = math.sqrt(u * u + v * v) * cell;
    return (1 - canvas.step(away - cell * 0.2, 1)) * 0.55;
  });
}

/// Lights out of focus, large and faint before small and bright.
void _bokeh(Canvas canvas) {
  final data = canvas.rgb.data;
  for (var i = 0; i < data.length; i += 1) {
    data[i] *= 0.8;
  }
  double draw() => canvas.random.uniform();
  for (var number = 0; number < 46; number += 1) {
    final (x, y) = (draw() * canvas.aspect, draw());
    final wide = draw();
    final radius = 0.015 + 0.09 * wide * wide * (1 - number / 60);
    final colour = canvas.palette.at(draw(), lighten: 0.12);
    _disc(canvas, (x, y), radius, colour, 0.1 + 0.3 * draw());
  }
}

/// Light that fans out from behind the person's shoulder.
void _rays(Canvas canvas) {
  canvas.tint((x, y, _) {
    final angle = math.atan2(y - 0.85, x - canvas.aspect / 2);
    return 0.5 + 0.5 * _tanh(math.sin(angle * 14) * 4);
  }, 0.09);
  canvas.tint(canvas.glow(0.5, 0.85, 0.8), 0.12);
}

/// A night sky: many faint stars, few bright ones.
void _stars(Canvas canvas) {
  final sky = Plane(canvas.width, canvas.height);
  double draw() => canvas.random.uniform();
  for (var number = 0; number < 420; number += 1) {
    final at = (draw() * canvas.width, draw() * canvas.height);
    final size = canvas.height / 900 * (0.6 + 2.2 * math.pow(draw(), 6));
    final radius = math.max(3, (size * 8).round()) / 8;
    _star(sky, at, radius, 0.35 + 0.65 * draw());
  }
  final halo = gaussian(sky, canvas.height / 250).data;
  canvas.lay((
    1,
    0.98,
    0.93,
  ), (_, _, at) => clampDouble(sky.data[at] + halo[at] * 1.5, 0, 1));
}

/// Paper snippets in all the palette's colours.
void _confetti(Canvas canvas) {
  final Canvas(:width, :height, :palette, :random) = canvas;
  final lighten = palette.lightness > 0.6 ? -0.16 : 0.16;
  for (var number = 0; number < 150; number += 1) {
    final (x, y) = (random.uniform() * width, random.uniform() * height);
    final colour = palette.at(random.uniform(), lighten: lighten);
    final angle = random.uniform() * math.pi;
    final (cos, sin) = (math.cos(angle), math.sin(angle));
    final (long, wide) = (0.011 * height + 0.5, 0.0045 * height + 0.5);
    within(width, height, (x, y), long + 2, (column, row, at) {
      final (dx, dy) = (column - x, row - y);
      final inside =
          (dx * cos + dy * sin).abs() <= long &&
          (dy * cos - dx * sin).abs() <= wide;
      if (inside) canvas.dab(at, colour, 1);
    });
  }
}

/// Ridges behind each other, the far ones paler.
void _mountains(Canvas canvas) {
  for (var number = 0; number < 4; number += 1) {
    final count = 3 + 4 * number;
    final line = Plane(count, 1).map((_) => canvas.random.normal());
    final ends = resized(line, canvas.width, 1, Way.cubic).data;
    final colour = canvas.palette.at(0.55 - 0.16 * number, mute: 0.25);
    canvas.lay(colour, (_, y, at) {
      final ridge = 0.5 + 0.13 * number + 0.05 * ends[at % canvas.width];
      return canvas.step(y - ridge, 1.2);
    });
  }
}

/// A light out of focus: a disc that is brighter at its rim.
void _disc(
  Canvas canvas,
  Point at,
  double radius,
  Vector colour,
  double strength,
) {
  final Canvas(:width, :height) = canvas;
  final (x, y) = at;
  final reach = radius * height + 2;
  within(width, height, (x * height, y * height), reach, (column, row, at) {
    final (dx, dy) = ((column + 0.5) / height - x, (row + 0.5) / height - y);
    final away = math.sqrt(dx * dx + dy * dy);
    final inside = clampDouble((radius - away) * height / 3 + 0.5, 0, 1);
    final share = inside * (0.7 + 0.3 * away / radius) * strength;
    canvas.dab(at, colour, share);
  });
}

/// A star as OpenCV draws it: all pixels that its disc touches.
void _star(Plane sky, Point centre, double radius, double bright) {
  final touched = radius + (radius < 0.7 ? 0.5 : 0.3);
  within(sky.width, sky.height, centre, touched + 1, (column, row, at) {
    final (dx, dy) = (column - centre.$1, row - centre.$2);
    if (dx * dx + dy * dy <= touched * touched) sky.data[at] = bright;
  });
}

double _tanh(double value) {
  final grown = math.exp(-2 * value.abs());
  return value.sign * (1 - grown) / (1 + grown);
}
