/// The numbers that all runtimes of filters share: `filters.tables.json`, written by Python.
library;

import '../fields.dart';

typedef Vector = (double, double, double);

/// The mean face, in distances between the eyes, and the landmarks that art is fastened to.
final class FaceTable {
  const FaceTable(this.landmarks, this.points, this.spots);

  factory FaceTable.read(Object? json, String place) {
    final fields = Fields(json, place, const ['points', 'spots']);
    final points = fields.need('points', listOf(_point));
    return FaceTable(
      [for (final (landmark, _) in points) landmark],
      [for (final (_, at) in points) at],
      fields.need('spots', mapOf(listOf(asInt))),
    );
  }

  final List<int> landmarks;
  final List<Vector> points;
  final Map<String, List<int>> spots;

  static (int, Vector) _point(Object? json, String place) {
    final fields = Fields(json, place, const ['landmark', 'xyz']);
    final [x, y, z] = fields.need('xyz', listOf(asDouble));
    return (fields.need('landmark', asInt), (x, y, z));
  }
}

/// Palettes from the top of a picture to its bottom, and plain colours, as hex codes.
final class BackdropTable {
  const BackdropTable(this.palettes, this.colours);

  factory BackdropTable.read(Object? json, String place) {
    final fields = Fields(json, place, const ['palettes', 'colours']);
    return BackdropTable(
      fields.need('palettes', mapOf(asString)),
      fields.need('colours', mapOf(asString)),
    );
  }

  final Map<String, String> palettes;
  final Map<String, String> colours;
}

/// Both, and the names of all recipes and of all art in the bundle.
final class Tables {
  const Tables(this.face, this.backdrops, this.recipes, this.art);

  factory Tables.read(Object? json, String place) {
    final fields = Fields(json, place, const [
      'face',
      'backdrops',
      'recipes',
      'art',
    ]);
    return Tables(
      fields.need('face', FaceTable.read),
      fields.need('backdrops', BackdropTable.read),
      fields.need('recipes', listOf(asString)),
      fields.need('art', listOf(asString)),
    );
  }

  final FaceTable face;
  final BackdropTable backdrops;
  final List<String> recipes;
  final List<String> art;
}
