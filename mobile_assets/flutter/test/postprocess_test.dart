import 'dart:typed_data';

import 'package:flutter_test/flutter_test.dart';
import 'package:pocketlens/src/errors.dart';
import 'package:pocketlens/src/geometry.dart';
import 'package:pocketlens/src/postprocess/candidates.dart';
import 'package:pocketlens/src/postprocess/classification.dart';
import 'package:pocketlens/src/postprocess/landmarks.dart';
import 'package:pocketlens/src/postprocess/scene.dart';
import 'package:pocketlens/src/postprocess/segmentation.dart';
import 'package:pocketlens/src/postprocess/style.dart';
import 'package:pocketlens/src/results.dart';
import 'package:pocketlens/src/schema.dart';
import 'package:pocketlens/src/stylise.dart';

import 'tables.dart';

final whole = Placement.region(0, 0, 1, 1);

void main() {
  test('candidates go through every step as in Python', () {
    final table = tables['candidates'] as Table;
    final outputs = outputsOf(table['outputs'] as Table);
    final where = Placement.region(-3, 5, 97, 61);
    final scene = Scene(const [], where, (90, 60));
    const one = SelectCandidates(
      boxes: 'boxes',
      scores: 'face',
      points: 'points',
      threshold: 0.4,
    );
    const many = SelectCandidates(
      boxes: 'boxes',
      scores: 'scores',
      threshold: 0.5,
      most: 20,
    );
    final faces = select(one, outputs);
    expectFound(faces, table['select']);
    const melting = WeightedNms(iouThreshold: 0.3);
    expectFound(melt(melting, faces), table['melt']);
    final things = toPhoto(select(many, outputs), scene);
    expectFound(things, table['map']);
    final kept = suppress(const Nms(iouThreshold: 0.3, most: 8), things);
    expectFound(kept, table['nms']);
    expectFound(clip(kept, scene), table['clip']);
  });

  test('a mask is spread over the photo as in Python', () {
    for (final row in rowsOf('mask')) {
      final (width, height) = sizeOf(row['input']);
      final size = sizeOf(row['photo']);
      final how = plan(size, (
        width,
        height,
      ), Resize(fit: row['fit'] as String));
      final mask = upsampleMask(const UpsampleMask(output: 'p'), {
        'p': plane(width, height),
      }, Scene(const [], how.placement, size));
      final wanted = doubles(row['probability']);
      for (final (i, value) in wanted.indexed) {
        expect(
          mask.probability[11 * i],
          closeTo(value, 1e-6),
          reason: '${row['fit']} ${row['photo']} at $i',
        );
      }
    }
  });

  test('a picture is resized as in Python, to one grey level', () {
    for (final row in rowsOf('picture')) {
      final (width, height) = sizeOf(row['input']);
      final scene = Scene(const [], whole, sizeOf(row['photo']));
      final made = resizePicture(photo(width, height), scene).pixels.data;
      final wanted = bytesOf(row['pixels'] as String);
      expect(made.length, wanted.length);
      for (var i = 0; i < made.length; i += 1) {
        expect((made[i] - wanted[i]).abs(), lessThanOrEqualTo(1));
      }
    }
  });

  test('points are taken to the photo as in Python', () {
    final table = tables['landmarks'] as Table;
    final points = Float32List.fromList(doubles(table['points']));
    final scene = Scene(const [], Placement.square((40, 30), 25, 0.4), (
      64,
      48,
    ));
    final placed = mapPoints(const MapPoints(output: 'p'), {
      'p': TensorData(const [1, 4, 3], points),
    }, scene);
    for (final (i, value) in doubles(table['placed']).indexed) {
      expect(placed[i], closeTo(value, 1e-4));
    }
  });

  test('of equal probabilities the lower index comes first', () {
    final table = tables['labels'] as Table;
    final shares = Float32List.fromList(doubles(table['shares']));
    final scene = Scene('abcde'.split(''), whole, (1, 1));
    final best = topLabels(const TopLabels(output: 's', most: 3), {
      's': TensorData(const [1, 5], shares),
    }, scene);
    expect([
      for (final it in best.labels) [it.label, it.score],
    ], table['best']);
  });

  test('a face that is none is left out', () {
    const step = KeepPresent(output: 'p', threshold: 0.7);
    Tensors present(double share) => {
      'p': TensorData(const [1, 1], Float32List.fromList([share])),
    };
    expect(keepPresent(step, present(0.7)), isNotNull); // as float32
    expect(keepPresent(step, present(0.69)), isNull);
  });

  test('pixels are rounded to the even number and brought into 0..255', () {
    final values = Float32List.fromList([-3, 0.5, 1.5, 254.5, 300, 7]);
    final made = roundPixels(const RoundPixels(output: 'p'), {
      'p': TensorData(const [1, 1, 2, 3], values),
    });
    expect(made.data, [0, 0, 2, 254, 255, 7]);
  });

  test('a mix of styles sums to 1', () {
    for (final row in tables['styles'] as List) {
      final [mix, weights] = row as List;
      expect(parseStyle(mix as String, 4).data, weights);
    }
    expect(() => parseStyle('4', 4), throwsA(isA<UnknownName>()));
    expect(() => parseStyle('1:-1', 4), throwsA(isA<SpecError>()));
    expect(() => parseStyle('1:0', 4), throwsA(isA<SpecError>()));
  });

  test('a painting is finished to the bytes of Python', () {
    for (final row in rowsOf('finished')) {
      final (width, height) = sizeOf(row['size']);
      final rgb = photo(width, height);
      final finish = Finish(
        strength: (row['strength'] as num).toDouble(),
        keepColours: row['keep_colours'] as bool,
      );
      final made = finished(rgb, Picture(turned(rgb)), finish);
      expect((made.pixels.width, made.pixels.height), (width, height));
      expect(made.pixels.data, bytesOf(row['pixels'] as String));
    }
    final rgb = photo(4, 3);
    final painting = Picture(turned(rgb));
    final whole = finished(rgb, painting, const Finish());
    expect(whole.pixels.data, painting.pixels.data);
  });
}

/// Upside down, backwards.
Pixels turned(Pixels rgb) {
  final made = Uint8List(rgb.data.length);
  for (var i = 0; i < made.length; i += 1) {
    made[i] = rgb.data[made.length - 3 - i + 2 * (i % 3)];
  }
  return Pixels(rgb.width, rgb.height, made);
}

Tensors outputsOf(Table outputs) {
  return outputs.map((name, value) {
    final [shape, numbers] = value as List;
    return MapEntry(
      name,
      TensorData(
        (shape as List).cast<int>(),
        Float32List.fromList(doubles(numbers)),
      ),
    );
  });
}

void expectFound(Candidates found, Object? wanted) {
  final {'rows': rows, 'scores': scores, 'classes': classes} = wanted! as Table;
  expect(found.scores, doubles(scores));
  expect(found.classes, classes);
  expect(found.rows.length, (rows as List).length);
  for (final (i, row) in rows.indexed) {
    for (final (j, value) in doubles(row).indexed) {
      expect(found.rows[i][j], closeTo(value, 1e-9), reason: 'row $i');
    }
  }
}
