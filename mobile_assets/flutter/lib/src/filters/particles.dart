/// What falls, flies and floats: the same seed and time give the same pieces.
library;

import 'dart:math' as math;
import 'dart:typed_data';

import '../results.dart';
import 'anchors.dart';
import 'art.dart';
import 'planes.dart';
import 'random.dart';
import 'recipe.dart';
import 'shapes.dart';

const _swings = 0.4; // a second

/// Paint the pieces on a picture in place, where [free] says.
void paintParticles(
  Pixels canvas,
  Art art,
  Particles layer, {
  required double seconds,
  required Plane? free,
}) {
  final dyed = [
    if (art.shapes.every(_isPlain))
      for (final colour in layer.colours) art.dyed(colour),
  ];
  final air = _Air(layer.seed, layer.count);
  for (var i = 0; i < layer.count; i += 1) {
    final own = dyed.isEmpty ? art : dyed[i % dyed.length];
    final opacity = layer.opacity * (0.55 + 0.45 * air.near[i]);
    final anchor = _anchor(layer, air, i, canvas, seconds);
    paintArt(canvas, own, Brush(anchor, opacity: opacity, free: free));
  }
}

bool _isPlain(Shape shape) =>
    shape.fill is Plain && shape.stroke == 0 && !shape.mirror;

/// The numbers that a seed gives, in 0..1, the small and far ones first.
final class _Air {
  factory _Air(int seed, int count) {
    final random = Random(seed);
    Float64List drawn() {
      final numbers = Float64List(count);
      for (var i = 0; i < count; i += 1) {
        numbers[i] = random.uniform();
      }
      return numbers;
    }

    final (across, down) = (drawn(), drawn());
    final near = drawn()..sort();
    return _Air._(across, down, near, drawn(), drawn(), drawn());
  }

  const _Air._(
    this.across,
    this.down,
    this.near,
    this.turn,
    this.spin,
    this.phase,
  );

  final Float64List across;
  final Float64List down;
  final Float64List near;
  final Float64List turn;
  final Float64List spin;
  final Float64List phase;
}

/// Where a piece is at a time; the far ones move less.
Anchor _anchor(
  Particles layer,
  _Air air,
  int i,
  Pixels canvas,
  double seconds,
) {
  final (least, most) = layer.size;
  final aspect = canvas.width / canvas.height;
  final size = least + (most - least) * air.near[i] * air.near[i];
  final pace = size / most * seconds;
  final angle = 2 * math.pi * (_swings * seconds + air.phase[i]);
  final swing = layer.sway * math.sin(angle);
  // What leaves comes in again on the other side.
  final (wide, high) = (aspect + 2 * most, 1 + 2 * most);
  final x = (air.across[i] * wide + layer.velocity.$1 * pace) % wide;
  final y = (air.down[i] * high + layer.velocity.$2 * pace) % high;
  final height = canvas.height.toDouble();
  final at = ((x - most + swing) * height, (y - most) * height);
  final spun = layer.spin * (2 * air.spin[i] - 1) * seconds;
  final turn = layer.turn * (2 * air.turn[i] - 1) + spun;
  return Anchor.flat(at, size * height, turn);
}
