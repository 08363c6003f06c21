/// The recipes and the art of a bundle, each read when it is first needed.
library;

import 'dart:convert';

import '../bundle.dart';
import '../errors.dart';
import '../fields.dart';
import 'art.dart';
import 'outlines.dart';
import 'recipe.dart';
import 'tables.dart';

const _tablesPath = 'filters.tables.json';

final class FilterLibrary {
  FilterLibrary._(this._fetcher, this.tables);

  /// The filters of the bundle that [fetcher] reads; [BundleError] where it has none.
  static Future<FilterLibrary> open(Fetcher fetcher) async {
    final json = await _json(fetcher, _tablesPath);
    return FilterLibrary._(fetcher, Tables.read(json, _tablesPath));
  }

  final Fetcher _fetcher;
  final Tables tables;
  final _art = <String, Art>{};

  /// The recipe of that name; [UnknownName] lists those there are.
  Future<Recipe> recipe(String name) async {
    if (!tables.recipes.contains(name)) {
      throw UnknownName('filter', name, tables.recipes);
    }
    return read(await _json(_fetcher, 'filters/$name.json'), '$name.json');
  }

  /// A recipe of one's own, of its JSON; [SpecError] names the place of what is wrong.
  Recipe read(Object? json, String file) => _told(Recipe.read, json, file);

  /// The art of that name; [UnknownName] lists those there are.
  Future<Art> art(String name) async {
    if (!tables.art.contains(name)) {
      throw UnknownName('art', name, tables.art);
    }
    if (_art[name] case final known?) return known;
    final path = 'art/$name.json';
    final json = await _json(_fetcher, 'filters/$path');
    final art = _told(Art.read, json, path);
    // Path data that cannot be drawn is an error of the file.
    for (final (number, shape) in art.shapes.indexed) {
      try {
        outlinesOf(shape);
      } on SpecError catch (error) {
        throw SpecError('$path: \$.shapes[$number].d: ${error.message}');
      }
    }
    return _art[name] = art;
  }
}

/// What a reader makes of a file; what is wrong is an error of the recipe, not of the bundle.
T _told<T>(Reader<T> read, Object? json, String file) {
  try {
    return read(json, '$file: \$');
  } on BundleError catch (error) {
    throw SpecError(error.message);
  }
}

Future<Object?> _json(Fetcher fetcher, String path) async {
  final bytes = await fetcher(path);
  if (bytes == null) {
    throw BundleError('$path is missing: name a bundle with filters');
  }
  try {
    return jsonDecode(utf8.decode(bytes));
  } on FormatException {
    throw SpecError('$path is not JSON: get it again');
  }
}
