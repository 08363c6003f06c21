/// A recipe made ready: what it includes is put in, what it names is looked up and checked.
///
/// Every error names the file and the place in it: `party.json: $.layers[2].art: unknown art
/// 'hart'; known: ...`.
library;

import '../errors.dart';
import 'art.dart';
import 'backdrop.dart';
import 'conditions.dart';
import 'library.dart';
import 'recipe.dart';

const _mostLayers = 500; // recipes that include each other grow fast

/// What is drawn: the layers, nothing included any more, and all the art that they name.
final class Drawable {
  const Drawable(this.layers, this.art);

  final List<Layer> layers;
  final Map<String, Art> art;
}

/// What is drawn of a recipe that is called [name].  Raises [SpecError] for art, a recipe or a
/// word that does not exist, recipes that include each other, and layers of the photo that
/// each face would choose.
Future<Drawable> ready(
  Recipe recipe,
  String name,
  FilterLibrary library,
) async {
  final reader = _Reader(library);
  final where = _Where([name], r'$.layers', each: false);
  return Drawable(await reader.resolved(recipe.layers, where), reader.art);
}

/// Which recipes include each other to here, the place in the last, and whether each face
/// chooses what is here.
final class _Where {
  const _Where(this.chain, this.place, {required this.each});

  final List<String> chain;
  final String place;
  final bool each;

  _Where at(String more, {bool? each}) =>
      _Where(chain, '$place$more', each: each ?? this.each);

  Never refuse(String why) =>
      throw SpecError('${chain.last}.json: $place: $why');
}

final class _Reader {
  _Reader(this.library);

  final FilterLibrary library;
  final art = <String, Art>{};
  int _count = 0;

  Future<List<Layer>> resolved(List<Layer> layers, _Where where) async {
    final made = <Layer>[];
    for (final (number, layer) in layers.indexed) {
      final here = where.at('[$number]');
      _count += 1;
      if (_count > _mostLayers) {
        here.refuse(
          'this is layer $_count with all that is included: take fewer',
        );
      }
      switch (layer) {
        case Include(:final recipe):
          made.addAll(await _included(recipe, here));
        case Choice():
          made.add(await _chosen(layer, here));
        default:
          await _check(layer, here);
          made.add(layer);
      }
    }
    return made;
  }

  Future<List<Layer>> _included(String recipe, _Where here) async {
    final named = here.at('.recipe');
    if (here.chain.contains(recipe)) {
      final circle = [...here.chain, recipe].join(' > ');
      named.refuse(
        'the recipe includes itself: $circle; take one of these out',
      );
    }
    final known = library.tables.recipes;
    if (!known.contains(recipe))
      named.refuse(_unknown('recipe', recipe, known));
    final layers = (await library.recipe(recipe)).layers;
    final chain = [...here.chain, recipe];
    return resolved(layers, _Where(chain, r'$.layers', each: here.each));
  }

  Future<Choice> _chosen(Choice layer, _Where here) async {
    final each = here.each || isForEach(layer.test);
    final then = await resolved(layer.then, here.at('.then', each: each));
    final otherwise = await resolved(
      layer.otherwise,
      here.at('.otherwise', each: each),
    );
    return Choice(layer.test, then, otherwise);
  }

  Future<void> _check(Layer layer, _Where here) async {
    if (here.each && layer is! Sticker) {
      here.refuse(
        'each face chooses here, so there can be stickers only: say "of": "any" or "all" for '
        'what the whole photo gets',
      );
    }
    switch (layer) {
      case Sticker(:final art):
        await _checkArt(art, here, onFace: true);
      case Scenery(:final art):
        await _checkArt(art, here, onFace: false);
      case Particles(:final art, :final size):
        await _checkArt(art, here, onFace: false);
        if (size.$1 > size.$2) {
          here
              .at('.size')
              .refuse('the smallest comes first: turn the two round');
        }
      case Background():
        await _checkBackground(layer, here);
      case Blur() || Restyle() || Grade() || Light() || Include() || Choice():
        break;
    }
  }

  Future<void> _checkBackground(Background layer, _Where here) async {
    final known = backdropWords(library.tables.backdrops);
    for (final word in layer.words) {
      if (known.contains(word)) continue;
      here.at('.words').refuse(_unknown('background word', word, known));
    }
    for (final (number, one) in layer.scenery.indexed) {
      await _checkArt(one.art, here.at('.scenery[$number]'), onFace: false);
    }
  }

  Future<void> _checkArt(
    String name,
    _Where here, {
    required bool onFace,
  }) async {
    final named = here.at('.art');
    final known = library.tables.art;
    if (!known.contains(name)) named.refuse(_unknown('art', name, known));
    final found = await library.art(name);
    if (onFace != (found.anchor != null)) {
      final what = onFace ? 'is fastened to no face' : 'belongs on a face';
      named.refuse("'$name' $what: take other art");
    }
    art[name] = found;
  }
}

String _unknown(String kind, String name, List<String> known) =>
    "unknown $kind '$name'; known: ${known.isEmpty ? 'none' : known.join(', ')}";
