/// A filter as an app uses it: a photo in, the filtered photo out.
///
///     final library = await FilterLibrary.open(fetcher);
///     final sunny = await Filter.preset('sunny', library);
///     final pixels = await sunny.run(lens, photo);
library;

import '../close_up.dart';
import '../pipeline.dart';
import '../results.dart';
import '../transparency.dart';
import 'apply.dart';
import 'library.dart';
import 'matting.dart';
import 'needs.dart';
import 'planes.dart';
import 'ready.dart';
import 'recipe.dart';
import 'scene.dart';

final class Filter {
  Filter._(this.name, this.recipe, this._drawable, this._library)
    : needs = Needs.of(_drawable.layers);

  /// A recipe of the bundle; `UnknownName` lists those there are.
  static Future<Filter> preset(String name, FilterLibrary library) async {
    return _of(await library.recipe(name), name, library);
  }

  /// A recipe of one's own, of its JSON; `SpecError` names the place of what is wrong.
  static Future<Filter> read(Object? json, String name, FilterLibrary library) {
    return _of(library.read(json, '$name.json'), name, library);
  }

  static Future<Filter> _of(
    Recipe recipe,
    String name,
    FilterLibrary library,
  ) async {
    final drawable = await ready(recipe, name, library);
    return Filter._(name, recipe, drawable, library);
  }

  final String name;
  final Recipe recipe;
  final Needs needs;
  final Drawable _drawable;
  final FilterLibrary _library;

  /// The filtered photo at its own size, white where it was transparent; raises as the tasks
  /// of [lens] do.
  Future<Pixels> run(
    Lens lens,
    Pixels photo, {
    Plane? depth,
    double seconds = 0,
  }) async {
    final scene = await observe(lens, photo, depth: depth, seconds: seconds);
    return apply(onWhite(photo), scene);
  }

  /// The filtered picture where the scene is known already.
  Pixels apply(Pixels photo, FilterScene scene) =>
      applied(photo, scene, _drawable, _library.tables);

  /// What the models of [lens] see in a photo; only what the filter needs.
  Future<FilterScene> observe(
    Lens lens,
    Pixels photo, {
    Plane? depth,
    double seconds = 0,
  }) async {
    return FilterScene(
      faces: await _faces(lens, photo),
      alpha: needs.mask ? await _alpha(lens, photo) : null,
      depth: depth,
      painted: {
        for (final mix in needs.styles)
          mix: onWhite((await lens.style(photo, mix)).value.pixels),
      },
      seconds: seconds,
    );
  }

  /// What is transparent is no person.
  Future<Plane> _alpha(Lens lens, Pixels photo) async {
    final mask = (await lens.segment(photo)).value;
    return seen(refined(shown(photo), mask), photo);
  }

  /// With landmarks, and with smiles where they are needed; what turns out to be no face by
  /// either or from close by is left out.
  Future<List<Face>> _faces(Lens lens, Pixels photo) async {
    if (!needs.faces) return const [];
    var found = (await lens.landmarks(photo)).value.faces;
    if (needs.smiles) {
      final smiling = (await lens.smile(photo)).value.faces;
      found = [
        for (final face in smiling)
          for (final same in found)
            if (same.boxXyxy == face.boxXyxy)
              face.withLandmarks(same.landmarks!),
      ];
    }
    return [
      for (final face in found)
        if (await isFace(lens, photo, face)) face,
    ];
  }
}
