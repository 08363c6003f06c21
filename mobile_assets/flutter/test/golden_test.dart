// Every step of every model and every frame, against what Python gave.
import 'dart:typed_data';

import 'package:flutter_test/flutter_test.dart';
import 'package:pocketlens/flutter.dart';
import 'package:pocketlens/pocketlens.dart';
import 'package:pocketlens/src/golden.dart';
import 'package:pocketlens/src/postprocess/scene.dart';
import 'package:pocketlens/src/program.dart';
import 'package:pocketlens/src/schema.dart';
import 'package:pocketlens/src/stylise.dart';
import 'package:pocketlens/src/tracing.dart';

import 'bundle_test.dart' show files;

const models = [
  'face-detection-full',
  'face-detection-short',
  'face-landmarks',
  'image-classification',
  'object-detection',
  'portrait-segmentation',
  'portrait-segmentation-landscape',
  'smile',
  'style-transfer',
  'style-transfer-any',
  'style-transfer-any-predict',
  'super-resolution-compact',
];

void main() {
  TestWidgetsFlutterBinding.ensureInitialized();
  final golden = GoldenVectors(files, decodePhoto);

  test('frames of a camera give the bytes that Python gives', () async {
    for (final frame in (await golden.basics()).frames) {
      final planes = [
        for (final path in frame.planes) await golden.bytes(path),
      ];
      final rgb = upright(rgbOf(frame, planes), frame.rotation, frame.mirror);
      final made = arraysOf(rgb)['values']!;
      final off = await golden.difference(frame.rgb, made);
      expect(
        passes(off, frame.rgb.given),
        isTrue,
        reason: '${frame.name} $off',
      );
    }
  });

  test('photos are decoded as in Python', () async {
    for (final photo in (await golden.basics()).photos) {
      final made = arraysOf(await golden.photo(photo.photo))['values']!;
      final off = await golden.difference(photo.rgb, made);
      expect(
        passes(off, photo.rgb.given),
        isTrue,
        reason: '${photo.photo} $off',
      );
    }
  });

  for (final model in models) {
    test('$model: each step gives what Python gives', () async {
      final bundle = await Bundle.open(files);
      final spec = bundle.entry(model).spec;
      final labels = await bundle.labels(spec);
      for (final vectors in (await golden.of(model)).cases) {
        await Replay(golden, spec, labels, vectors).check();
      }
    });
  }
}

Pixels rgbOf(GoldenFrame frame, List<Uint8List> planes) {
  final GoldenFrame(:width, :height, :rowStrides, :pixelStrides) = frame;
  FramePlane plane(int i) =>
      FramePlane(planes[i], rowStrides[i], pixelStrides[i]);
  return switch (frame.layout) {
    'bgra8888' => bgraToRgb(planes[0], width, height, rowStrides[0]),
    'i420' => yuvToRgb(YuvFrame.i420(planes[0], width, height), span(frame)),
    'nv21' => yuvToRgb(YuvFrame.nv21(planes[0], width, height), span(frame)),
    _ => yuvToRgb(
      YuvFrame(width, height, plane(0), plane(1), plane(2)),
      span(frame),
    ),
  };
}

Span span(GoldenFrame frame) => Span.values.byName(frame.span);

/// One case: each step is fed what the golden stage before it gave, and compared.
///
/// The graph is not run: nothing here has LiteRT.  Outputs come from the golden vectors.
final class Replay {
  Replay(this.golden, this.spec, this.labels, this.vectors);

  final GoldenVectors golden;
  final ModelSpec spec;
  final List<String> labels;
  final GoldenCase vectors;

  Future<void> check() async {
    final photo = await exactPhoto();
    final faces = await facesOf();
    for (final (number, face) in faces) {
      final view = viewOf(photo, face, await vectorsOf());
      Object? value = photo;
      for (final stage in vectors.stages) {
        if (stage.index < 1 || stage.face != number) continue;
        // Of a large output only some numbers are kept: what reads it cannot be fed.
        final fed = value != null;
        if (fed) value = await made(stage, value, view);
        if (fed && value != null) await compare(stage, value);
        value = await whole(stage, value);
      }
    }
  }

  /// What the next step is fed: null where too little of it is kept.
  Future<Object?> whole(GoldenStage stage, Object? value) async {
    final pixels = ['resize', 'crop-square', 'cut-windows', 'round-pixels'];
    final path = stage.values.first.path;
    if (pixels.contains(stage.step) && path.isNotEmpty) {
      return golden.photo(path);
    }
    return stage.values.any((it) => it.stride > 1) ? null : value;
  }

  /// What the step makes; a run gives what it gave in Python.
  Future<Object?> made(GoldenStage stage, Object? value, View view) async {
    final step = spec.program[stage.index];
    if (step is Run) return outputs(stage);
    if (stage.index < spec.program.indexWhere((it) => it is Run)) {
      return prepare(step, value, view);
    }
    final size = (view.rgb.width, view.rgb.height);
    final scene = Scene(labels, view.placement!, size, view.window);
    return read(step, value, scene);
  }

  Future<void> compare(GoldenStage stage, Object? value) async {
    final arrays = arraysOf(value);
    for (final values in stage.values) {
      final reason = '${spec.id} ${vectors.name} ${stage.step} ${values.name}';
      final numbers = arrays[values.name];
      expect(numbers, isNotNull, reason: reason);
      final off = await golden.difference(values, numbers!);
      expect(passes(off, values.given), isTrue, reason: '$reason $off');
    }
  }

  /// The photo as Python decoded it, so that another decoder is not what is compared.
  Future<Pixels> exactPhoto() async {
    final values = vectors.stages.first.values.single;
    return golden.photo(values.path);
  }

  /// The numbers and faces that the program goes on with; one without a face elsewhere.
  Future<List<(int?, Face?)>> facesOf() async {
    final found = vectors.stages.where((it) => it.step == 'find-faces');
    if (found.isEmpty) return [(null, null)];
    final [boxes, points, scores] = [
      for (final values in found.single.values) (await golden.load(values))!,
    ];
    final step = spec.program[1] as FindFaces;
    final detector = (await Bundle.open(files)).entry(step.model).spec;
    final names = detector.program.whereType<NamePoints>().single.points;
    double at(List<num> list, int i) => list[i].toDouble();
    return [
      for (var i = 0; i < scores.length; i += 1)
        (
          i,
          Face(
            boxXyxy: (
              at(boxes, 4 * i),
              at(boxes, 4 * i + 1),
              at(boxes, 4 * i + 2),
              at(boxes, 4 * i + 3),
            ),
            score: at(scores, i),
            points: {
              for (final (j, name) in names.indexed)
                name: (
                  at(points, 2 * (names.length * i + j)),
                  at(points, 2 * (names.length * i + j) + 1),
                ),
            },
          ),
        ),
    ];
  }

  View viewOf(Pixels photo, Face? face, Tensors vectors) => View(
    rgb: photo,
    size: (this.vectors.sizeHw.$2, this.vectors.sizeHw.$1),
    run: (_) => throw StateError('the graph is not run here'),
    labels: labels,
    face: face,
    vectors: vectors,
  );

  /// The inputs beside the picture; a style that was embedded is the golden one.
  Future<Tensors> vectorsOf() async {
    final made = <String, TensorData>{
      for (final it in spec.program.whereType<MixStyles>())
        it.input: parseStyle(vectors.mix, it.styles),
    };
    for (final stage in vectors.stages) {
      if (stage.step != 'embed-style') continue;
      final step = spec.program[stage.index] as EmbedStyle;
      final values = stage.values.firstWhere((it) => it.name == step.input);
      final kept = (await golden.load(values))!;
      made[step.input] = TensorData(values.shape, spread(kept, values));
    }
    return made;
  }

  /// The outputs that are kept; of large ones only some numbers are.
  Future<Tensors> outputs(GoldenStage stage) async => {
    for (final values in stage.values)
      values.name: TensorData(
        values.shape,
        spread((await golden.load(values))!, values),
      ),
  };
}

Float32List spread(List<num> kept, Values values) {
  final count = values.shape.fold(1, (product, side) => product * side);
  final made = Float32List(count);
  for (final (i, value) in kept.indexed) {
    made[i * values.stride] = value.toDouble();
  }
  return made;
}
