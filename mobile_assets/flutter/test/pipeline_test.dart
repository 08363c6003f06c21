// Whole tasks on graphs that give what they gave in Python.
import 'dart:convert';
import 'dart:typed_data';

import 'package:flutter_test/flutter_test.dart';
import 'package:pocketlens/flutter.dart';
import 'package:pocketlens/pocketlens.dart';
import 'package:pocketlens/src/schema.dart';

import 'bundle_test.dart' show files;
import 'tables.dart' show photo;

/// Gives the golden outputs of a file for the photo of that name, one face after the other.
final class Replaying implements Accelerator {
  Replaying(this.golden, this.bundle, this.photo);

  final GoldenVectors golden;
  final Bundle bundle;
  final String photo;

  @override
  String get name => 'golden';

  @override
  String get driver => '1';

  @override
  Future<Session> open(Uint8List model) async {
    for (final entry in bundle.manifest.models) {
      final file = await bundle.file(entry);
      if (file.bytes.length != model.length) continue;
      final vectors = await golden.of(entry.spec.id);
      return ReplayingSession(
        golden,
        vectors.cases.firstWhere((it) => it.name == photo),
      );
    }
    throw const BackendError('no such file');
  }
}

final class ReplayingSession implements Session {
  ReplayingSession(this.golden, this.vectors);

  final GoldenVectors golden;
  final GoldenCase vectors;
  var runs = 0;

  @override
  Future<Tensors> run(Tensors inputs) async {
    final all = vectors.stages.where((it) => it.step == 'run').toList();
    final stage = all[runs % all.length];
    runs += 1;
    return {
      for (final values in stage.values)
        values.name: TensorData(
          values.shape,
          Float32List.fromList([
            for (final it in (await golden.load(values))!) it.toDouble(),
          ]),
        ),
    };
  }

  @override
  Future<void> close() async {}
}

/// Paints the same picture, whatever it is given.
final class Painting implements Accelerator, Session {
  @override
  String get name => 'painting';

  @override
  String get driver => '1';

  @override
  Future<Session> open(Uint8List model) async => this;

  @override
  Future<Tensors> run(Tensors inputs) async {
    final data = Float32List(3 * 256 * 256);
    for (var i = 0; i < data.length; i += 1) {
      data[i] = (i * 7 % 256).toDouble();
    }
    return {
      'picture': TensorData(const [1, 256, 256, 3], data),
    };
  }

  @override
  Future<void> close() async {}
}

void main() {
  TestWidgetsFlutterBinding.ensureInitialized();
  final golden = GoldenVectors(files, decodePhoto);

  Future<(Lens, GoldenCase, Pixels)> opened(String model, String photo) async {
    final bundle = await Bundle.open(files);
    final accelerator = Replaying(golden, bundle, photo);
    final vectors = (await golden.of(
      model,
    )).cases.firstWhere((it) => it.name == photo);
    final exact = vectors.stages.first.values.single.path;
    final lens = Lens(bundle, (_, _) async => accelerator);
    return (lens, vectors, await golden.photo(exact));
  }

  for (final (model, photo) in [
    ('face-detection-short', 'portrait-exif6'),
    ('face-detection-short', 'astronaut'),
    ('face-landmarks', 'portrait-exif6'),
    ('smile', 'portrait-exif6'),
    ('image-classification', 'coffee'),
    ('object-detection', 'motorcycle-exif8'),
  ]) {
    test('$model on $photo gives the result of Python', () async {
      final (lens, vectors, pixels) = await opened(model, photo);
      final made = await lens.predict(model, Request(pixels));
      expect(made.from.model, model);
      expectNear(resultRecord(made.value), vectors.result, vectors);
    });
  }

  test('a style is as strong and as coloured as was asked', () async {
    final lens = Lens(await Bundle.open(files), (_, _) async => Painting());
    final pixels = photo(20, 16);
    final whole = (await lens.style(pixels)).value;
    expect((whole.pixels.width, whole.pixels.height), (20, 16));
    const finish = Finish(strength: 0.4, keepColours: true);
    final made = await lens.style(pixels, '0', 'style-transfer', finish);
    final wanted = finished(pixels, whole, finish).pixels.data;
    expect(made.value.pixels.data, wanted);
    expect(wanted, isNot(whole.pixels.data));
    expect(wanted, isNot(pixels.data));
  });

  test('a task on a model of another kind is an error', () async {
    final (lens, _, pixels) = await opened('image-classification', 'coffee');
    await expectLater(
      lens.faces(pixels, 'image-classification'),
      throwsA(isA<SpecError>()),
    );
    await expectLater(
      lens.faces(pixels, 'nobody'),
      throwsA(isA<UnknownName>()),
    );
  });

  test('a dump has every stage, and the photo where it is wanted', () async {
    final (lens, vectors, pixels) = await opened('smile', 'portrait-exif6');
    final written = await dumped(
      lens,
      'smile',
      Request(pixels),
      DumpedPhoto('me.jpg', utf8.encode('jpeg')),
      keepPhoto: true,
    );
    final json = jsonDecode(utf8.decode(written['dump.json']!)) as Map;
    final stages = (json['stages'] as List).cast<Map<String, dynamic>>();
    expect(
      [for (final it in stages) (it['index'], it['face'], it['step'])],
      [for (final it in vectors.stages) (it.index, it.face, it.step)],
    );
    expect(written.containsKey('photo/me.jpg'), isTrue);
    for (final stage in stages) {
      for (final values in stage['values'] as List) {
        final path = (values as Map)['path'] as String;
        expect(written.containsKey(path), isTrue, reason: path);
      }
    }
  });
}

/// Numbers are as near as the golden case says: those below 1.5 are scores.
void expectNear(Object? made, Object? wanted, GoldenCase vectors) {
  switch (wanted) {
    case final Map<String, Object?> fields:
      for (final MapEntry(:key, :value) in fields.entries) {
        expectNear((made! as Map)[key], value, vectors);
      }
    case final List<Object?> items:
      final others = made! as List<Object?>;
      expect(others.length, items.length);
      for (final (i, item) in items.indexed) {
        expectNear(others[i], item, vectors);
      }
    case final num number:
      final most = number.abs() < 1.5 ? vectors.scores : vectors.pixels;
      expect(
        (made! as num).toDouble(),
        closeTo(number.toDouble(), most + 1e-6),
      );
    default:
      expect(made, wanted);
  }
}
