import 'dart:convert';
import 'dart:io';
import 'dart:math' as math;
import 'dart:typed_data';

import 'package:flutter_test/flutter_test.dart';
import 'package:pocketlens/pocketlens.dart';
import 'package:pocketlens/src/filters/backdrop.dart';
import 'package:pocketlens/src/filters/outlines.dart';
import 'package:pocketlens/src/filters/random.dart';

import 'tables.dart';

final files = folderFetcher(Directory.current.parent.path);
final libraries = FilterLibrary.open(files);

/// The mean difference in grey levels.
double apart(Uint8List ours, Uint8List theirs) {
  expect(ours.length, theirs.length);
  var sum = 0;
  for (var i = 0; i < ours.length; i += 1) {
    sum += (ours[i] - theirs[i]).abs();
  }
  return sum / ours.length;
}

/// Who is an ellipse.
Plane person(int width, int height) {
  final made = Plane(width, height);
  for (var i = 0; i < made.data.length; i += 1) {
    final x = (i % width - 24) / 15;
    final y = (i ~/ width - 40) / 30;
    made.data[i] = math.pow(x, 2) + math.pow(y, 2) < 1 ? 1 : 0;
  }
  return made;
}

void main() {
  test('a seed gives the numbers that it gives in Python', () {
    for (final row in rowsOf('random')) {
      final random = Random(row['seed'] as int);
      for (final number in doubles(row['uniform'])) {
        expect(random.uniform(), number);
      }
      for (final number in doubles(row['uniform32'])) {
        expect(random.uniform32(), number);
      }
      for (final number in doubles(row['normal'])) {
        expect(random.normal(), closeTo(number, 1e-9));
      }
    }
  });

  test('words give the background that they give in Python', () async {
    final table = (await libraries).tables.backdrops;
    for (final row in rowsOf('backdrops')) {
      final (width, height) = sizeOf(row['size']);
      final words = (row['words'] as String).split(',');
      final made = backdrop(words, width, height, table);
      final theirs = bytesOf(row['drawn'] as String);
      expect(apart(made.data, theirs), lessThan(3), reason: '$words');
    }
  });

  test('a filter draws what it draws in Python', () async {
    for (final row in rowsOf('filters')) {
      final (width, height) = sizeOf(row['size']);
      final face = Face(
        boxXyxy: (12, 12, 36, 42),
        score: 1,
        points: const {},
        landmarks: Float32List.fromList(doubles(row['landmarks'])),
        smile: (row['smile'] as num).toDouble(),
      );
      final scene = FilterScene(
        faces: [face],
        alpha: person(width, height),
        seconds: (row['seconds'] as num).toDouble(),
      );
      final preset = row['preset'] as String;
      final filter = await Filter.preset(preset, await libraries);
      final made = filter.apply(photo(width, height), scene);
      final theirs = bytesOf(row['drawn'] as String);
      expect(apart(made.data, theirs), lessThan(4), reason: preset);
    }
  });

  test('every preset is read, and says what it needs', () async {
    final library = await libraries;
    for (final name in library.tables.recipes) {
      final filter = await Filter.preset(name, library);
      expect(filter.recipe.layers, isNotEmpty, reason: name);
    }
    final mood = await Filter.preset('mood', library);
    expect((mood.needs.smiles, mood.needs.mask), (true, true));
  });

  test('every piece of art can be drawn', () async {
    final library = await libraries;
    for (final name in library.tables.art) {
      for (final shape in (await library.art(name)).shapes) {
        expect(outlinesOf(shape), isNotEmpty, reason: name);
      }
    }
  });

  test('what is wrong in a recipe is named by its place', () async {
    final library = await libraries;
    for (final (layer, place) in const [
      ('{"do": "grade", "warmt": 1}', r'$.layers[0]'),
      ('{"do": "grade", "warmth": 2}', r'$.layers[0].warmth'),
      ('{"do": "glow"}', r'$.layers[0]'),
      ('{"do": "sticker", "art": "hart"}', r'$.layers[0].art'),
      ('{"do": "background", "words": "sky,cloud"}', r'$.layers[0].words'),
      ('{"do": "include", "recipe": "own"}', r'$.layers[0].recipe'),
    ]) {
      final json = jsonDecode(
        '{"title": "A", "about": "B", "layers": [$layer]}',
      );
      await expectLater(
        () async => Filter.read(json, 'own', library),
        throwsA(
          isA<SpecError>().having(
            (error) => error.message,
            'message',
            allOf(startsWith('own.json: '), contains(place)),
          ),
        ),
      );
    }
  });
}
