/// Vector art as data; `filters.schema.json` says what each field means.
library;

import '../errors.dart';
import '../fields.dart';
import '../results.dart';
import 'reading.dart';

enum Blend { normal, multiply, screen }

enum Side { front, side }

/// Where along a gradient, which colour, how opaque.
typedef Stop = (double, String, double);

/// What a shape is filled with.
sealed class Fill {
  const Fill();

  static Fill read(Object? json, String place) {
    if (json is String) return Plain(colourOf(json, place));
    return switch (tagOf(json, place, 'gradient')) {
      'linear' => Linear.read(json, place),
      'radial' => Radial.read(json, place),
      final other => throw SpecError(
        "$place: unknown gradient '$other': mend it",
      ),
    };
  }
}

final class Plain extends Fill {
  const Plain(this.colour);

  final String colour;
}

sealed class Gradient extends Fill {
  const Gradient(this.stops);

  final List<Stop> stops;
}

final class Linear extends Gradient {
  const Linear(this.start, this.end, super.stops);

  factory Linear.read(Object? json, String place) {
    final fields = Fields(json, place, const [
      'gradient',
      'start',
      'end',
      'stops',
    ]);
    return Linear(
      fields.need('start', point),
      fields.need('end', point),
      fields.need('stops', someOf(_stop, 2)),
    );
  }

  final Point start;
  final Point end;
}

final class Radial extends Gradient {
  const Radial(this.centre, this.radius, super.stops);

  factory Radial.read(Object? json, String place) {
    final fields = Fields(json, place, const [
      'gradient', 'centre', 'radius', 'stops', //
    ]);
    return Radial(
      fields.need('centre', point),
      fields.need('radius', above0(20)),
      fields.need('stops', someOf(_stop, 2)),
    );
  }

  final Point centre;
  final double radius;
}

Stop _stop(Object? json, String place) {
  final items = json is List<Object?> && json.length == 3 ? json : null;
  if (items == null)
    throw SpecError('$place is not [at, colour, opacity]: mend it');
  return (
    share(items[0], '$place[0]'),
    colourOf(items[1], '$place[1]'),
    share(items[2], '$place[2]'),
  );
}

/// What all shapes have.
sealed class Shape {
  Shape(Fields fields)
    : fill = fields.maybe('fill', Fill.read),
      stroke = fields.maybe('stroke', inRange(0, 5)) ?? 0,
      ink = fields.maybe('ink', colourOf) ?? '#000000',
      opacity = fields.maybe('opacity', share) ?? 1,
      soft = fields.maybe('soft', inRange(0, 2)) ?? 0,
      blend = Blend.values.byName(
        fields.maybe('blend', oneOf(const ['normal', 'multiply', 'screen'])) ??
            'normal',
      ),
      mirror = fields.maybe('mirror', asBool) ?? false,
      plane = Side.values.byName(
        fields.maybe('plane', oneOf(const ['front', 'side'])) ?? 'front',
      ),
      at = fields.maybe('at', inRange(-100, 100)) ?? 0;

  /// The same shape with another fill.
  Shape.dyed(Shape other, this.fill)
    : stroke = other.stroke,
      ink = other.ink,
      opacity = other.opacity,
      soft = other.soft,
      blend = other.blend,
      mirror = other.mirror,
      plane = other.plane,
      at = other.at;

  static const _names = [
    'shape', 'fill', 'stroke', 'ink', 'opacity', 'soft', 'blend', 'mirror', //
    'plane', 'at',
  ];

  static Shape read(Object? json, String place) {
    return switch (tagOf(json, place, 'shape')) {
      'path' => PathShape.read(json, place),
      'ellipse' => EllipseShape.read(json, place),
      final other => throw SpecError("$place: unknown shape '$other': mend it"),
    };
  }

  final Fill? fill;
  final double stroke;
  final String ink;
  final double opacity;
  final double soft;
  final Blend blend;
  final bool mirror;
  final Side plane;
  final double at;

  Shape withFill(Fill fill);
}

final class PathShape extends Shape {
  PathShape._(super.fields, this.d);

  PathShape._dyed(PathShape other, Fill fill)
    : d = other.d,
      super.dyed(other, fill);

  factory PathShape.read(Object? json, String place) {
    final fields = Fields(json, place, const [...Shape._names, 'd']);
    return PathShape._(fields, fields.need('d', textTo(4000)));
  }

  final String d;

  @override
  Shape withFill(Fill fill) => PathShape._dyed(this, fill);
}

final class EllipseShape extends Shape {
  EllipseShape._(super.fields, this.centre, this.radii, this.turn);

  EllipseShape._dyed(EllipseShape other, Fill fill)
    : centre = other.centre,
      radii = other.radii,
      turn = other.turn,
      super.dyed(other, fill);

  factory EllipseShape.read(Object? json, String place) {
    final fields = Fields(json, place, const [
      ...Shape._names, 'centre', 'radii', 'turn', //
    ]);
    return EllipseShape._(
      fields,
      fields.need('centre', point),
      fields.need('radii', pairOf(above0(20))),
      fields.maybe('turn', inRange(-360, 360)) ?? 0,
    );
  }

  final Point centre;
  final (double, double) radii;
  final double turn;

  @override
  Shape withFill(Fill fill) => EllipseShape._dyed(this, fill);
}

/// A sticker or a particle: its shapes in the order in which they are painted.
final class Art {
  const Art({
    required this.anchor,
    required this.z,
    required this.bend,
    required this.round,
    required this.shapes,
  });

  factory Art.read(Object? json, String place) {
    final fields = Fields(json, place, const [
      'title', 'anchor', 'z', 'bend', 'round', 'shapes', //
    ]);
    fields.need('title', textTo(40));
    return Art(
      anchor: fields.maybe('anchor', oneOf(spots)),
      z: fields.maybe('z', inRange(-3, 3)) ?? 0,
      bend: fields.maybe('bend', inRange(-2, 2)) ?? 0,
      round: fields.maybe('round', asBool) ?? false,
      shapes: fields.need('shapes', someOf(Shape.read)),
    );
  }

  /// The spots of a face that art may be fastened to.
  static const spots = [
    'eyes',
    'brow',
    'forehead',
    'nose',
    'upper-lip',
    'mouth',
    'chin',
    'cheeks', //
  ];

  final String? anchor;
  final double z;
  final double bend;
  final bool round;
  final List<Shape> shapes;

  /// The art with its first shape in another colour.
  Art dyed(String colour) => Art(
    anchor: anchor,
    z: z,
    bend: bend,
    round: round,
    shapes: [shapes.first.withFill(Plain(colour)), ...shapes.skip(1)],
  );
}
