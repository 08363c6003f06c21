/// Shapes painted on pixels, with soft edges: cover first, colour second, then blended.
library;

import '../results.dart';
import 'anchors.dart';
import 'art.dart';
import 'colours.dart';
import 'outlines.dart';
import 'planes.dart';
import 'raster.dart';

/// How a piece of art is painted: where, how opaque, and only where [free] says (0..1).
final class Brush {
  const Brush(this.anchor, {this.opacity = 1, this.free});

  final Anchor anchor;
  final double opacity;
  final Plane? free;
}

/// Paint all shapes of art on a picture, in place.
void paintArt(Pixels canvas, Art art, Brush brush) {
  for (final shape in art.shapes) {
    _paintShape(canvas, art, shape, brush);
    if (!shape.mirror) continue;
    final mirrored = Brush(
      brush.anchor.mirrored(),
      opacity: brush.opacity,
      free: brush.free,
    );
    _paintShape(canvas, art, shape, mirrored);
  }
}

/// Paint one shape, its inside and then its line.
void _paintShape(Pixels canvas, Art art, Shape shape, Brush brush) {
  final anchor = brush.anchor;
  if (shape.plane == Side.side && anchor.away.$1 * shape.at >= 0) return;
  final scale = anchor.scale;
  final lines = _traced(art, shape, anchor);
  final margin = 2 + scale * (shape.stroke / 2 + 1.5 * shape.soft);
  final region = regionOf(lines, margin, canvas.width, canvas.height);
  if (region == null) return;
  final axes = _axes(art, shape, anchor);
  for (final (fill, width) in _coats(shape)) {
    final sigma = shape.soft * scale / 2;
    final cover = coverOf(lines, region, width * scale, sigma);
    _spread(canvas, region, cover, (paintOf(fill, axes), shape, brush));
  }
}

List<(Fill, double)> _coats(Shape shape) => [
  if (shape.fill case final fill?) (fill, 0),
  if (shape.stroke > 0) (Plain(shape.ink), shape.stroke),
];

/// The outlines of a shape in pixels.
List<Outline> _traced(Art art, Shape shape, Anchor anchor) => [
  for (final line in outlinesOf(shape))
    Outline([
      for (final (x, y) in line.points)
        shape.plane == Side.side
            ? anchor.pixel(shape.at, y, x + art.z)
            : anchor.pixel(x, y, art.z + art.bend * x * x),
    ], closed: line.closed),
];

Axes _axes(Art art, Shape shape, Anchor anchor) {
  final side = shape.plane == Side.side;
  final origin = anchor.pixel(side ? shape.at : 0, 0, art.z);
  return Axes(origin, side ? anchor.w : anchor.u, anchor.v);
}

/// Blend a paint into a region as far as it covers.
void _spread(
  Pixels canvas,
  Region region,
  Plane cover,
  (Paint, Shape, Brush) coat,
) {
  final (paint, shape, brush) = coat;
  final opacity = shape.opacity * brush.opacity;
  var at = 0;
  for (var row = 0; row < region.height; row += 1) {
    for (var column = 0; column < region.width; column += 1, at += 1) {
      if (cover.data[at] == 0) continue;
      final (x, y) = (region.x + column, region.y + row);
      final pixel = y * canvas.width + x;
      final tone = paint(x, y);
      final there = brush.free?.data[pixel] ?? 1;
      final share = cover.data[at] * opacity * tone.$4 * there;
      lay(canvas.data, 3 * pixel, tone, share, shape.blend);
    }
  }
}
