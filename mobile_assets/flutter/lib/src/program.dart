/// A model's program, executed: the steps of the contract in their order.
library;

import 'dart:typed_data';

import 'errors.dart';
import 'geometry.dart';
import 'postprocess/candidates.dart';
import 'postprocess/classification.dart';
import 'postprocess/detection.dart';
import 'postprocess/enlarged.dart';
import 'postprocess/expression.dart';
import 'postprocess/faces.dart';
import 'postprocess/landmarks.dart';
import 'postprocess/scene.dart';
import 'postprocess/segmentation.dart';
import 'postprocess/style.dart';
import 'preprocess.dart';
import 'results.dart';
import 'schema.dart';
import 'windows.dart';

/// What the last step of a program gives, by the kind of task.
const _results = {
  'portrait-segmentation': 'mask',
  'face-detection': 'faces',
  'face-landmarks': 'landmarks',
  'face-expression': 'expressions',
  'style-transfer': 'picture',
  'style-transfer-any': 'picture',
  'style-prediction': 'vector',
  'super-resolution': 'picture',
  'image-classification': 'labels',
  'object-detection': 'objects',
};

/// A photo, or one [face] or [window] of it, on its way through a program.
///
/// [size] is that of the input; [run] runs the graph; [vectors] are the inputs beside the
/// picture.  [placement] is known once the photo is resized, cropped or cut.
final class View {
  View({
    required this.rgb,
    required this.size,
    required this.run,
    this.labels = const [],
    this.face,
    this.window,
    this.vectors = const {},
  });

  final Pixels rgb;
  final Size size;
  final Future<Tensors> Function(Tensors inputs) run;
  final List<String> labels;
  final Face? face;
  final Tensors vectors;
  PhotoWindow? window;
  Placement? placement;
}

/// Runs a program on a view: each step with what it gives.
///
/// The first two steps are not among them: photos are decoded, and faces found, once for all
/// models.  A step may give null, where there is nothing; it is the last one then.
Stream<(Step, Object?)> execute(List<Step> program, View view) async* {
  Object? value = view.rgb;
  for (final step in program) {
    if (!_beforeRun(step)) continue;
    value = await prepare(step, value, view);
    yield (step, value);
  }
  final placement = view.placement;
  if (placement == null) {
    throw const SpecError(
      'the program neither resizes, crops nor cuts the photo: add one step',
    );
  }
  final size = (view.rgb.width, view.rgb.height);
  final scene = Scene(view.labels, placement, size, view.window);
  for (final stage in stages(program, value! as Tensors, scene)) {
    yield stage;
  }
}

/// Each step after `run` with what it gives; the last one may give null.
Iterable<(Step, Object?)> stages(
  List<Step> program,
  Tensors outputs,
  Scene scene,
) sync* {
  Object? value = outputs;
  for (final step in program) {
    if (!_afterRun(step)) continue;
    value = read(step, value, scene);
    yield (step, value);
    if (value == null) return;
  }
}

bool _beforeRun(Step step) => switch (step) {
  Resize() || CropSquare() || CutWindows() || WriteTensor() => true,
  MixStyles() || EmbedStyle() || Run() => true,
  _ => false,
};

bool _afterRun(Step step) => switch (step) {
  DecodePhoto() || FindFaces() => false,
  _ => !_beforeRun(step),
};

/// Executes one step up to `run`, on what the step before it gave.
Future<Object?> prepare(Step step, Object? value, View view) async {
  return switch (step) {
    final Resize resize => _resize(resize, value! as Pixels, view),
    final CropSquare crop => _cropSquare(crop, value! as Pixels, view),
    final CutWindows step => _cutWindows(step, value! as Pixels, view),
    final WriteTensor write => _writeTensor(write, value! as Pixels),
    MixStyles(:final input) => _writeVector(input, value! as Tensors, view),
    EmbedStyle(:final input) => _writeVector(input, value! as Tensors, view),
    Run() => await view.run(value! as Tensors),
    _ => throw SpecError("'${step.step}' does not belong before the run"),
  };
}

/// Executes one step after `run`, on what the step before it gave.
Object? read(Step step, Object? value, Scene scene) => switch (step) {
  final SelectCandidates s => select(s, value! as Tensors),
  final WeightedNms s => melt(s, value! as Candidates),
  final Nms s => suppress(s, value! as Candidates),
  MapBoxes() => toPhoto(value! as Candidates, scene),
  ClipBoxes() => clip(value! as Candidates, scene),
  final NamePoints s => namePoints(s, value! as Candidates),
  LabelBoxes() => labelBoxes(value! as Candidates, scene),
  final UpsampleMask s => upsampleMask(s, value! as Tensors, scene),
  final TopLabels s => topLabels(s, value! as Tensors, scene),
  final NameExpressions s => nameExpressions(s, value! as Tensors, scene),
  final KeepPresent s => keepPresent(s, value! as Tensors),
  final MapPoints s => mapPoints(s, value! as Tensors, scene),
  final RoundPixels s => roundPixels(s, value! as Tensors),
  ResizePicture() => resizePicture(value! as Pixels, scene),
  final JoinWindows s => joinWindows(s, value! as Tensors, scene),
  final ReadVector s => readVector(s, value! as Tensors),
  DecodePhoto() || FindFaces() || Resize() || CropSquare() => _early(step),
  CutWindows() => _early(step),
  WriteTensor() || MixStyles() || EmbedStyle() || Run() => _early(step),
};

Never _early(Step step) {
  throw SpecError("'${step.step}' does not belong after the run");
}

Pixels _resize(Resize step, Pixels rgb, View view) {
  final (pixels, placement) = fitPixels(rgb, step, view.size);
  view.placement = placement;
  return pixels;
}

Pixels _cropSquare(CropSquare step, Pixels rgb, View view) {
  final face = view.face;
  if (face == null) {
    throw const SpecError('the program crops faces: give it one');
  }
  final placement = placementOf(face, step);
  view.placement = placement;
  return cropPixels(rgb, placement, view.size, step.halveFrom);
}

/// Of the view's window; the first one where it has none.
Pixels _cutWindows(CutWindows step, Pixels rgb, View view) {
  final (width, height) = view.size;
  final window = view.window ??= windowsOf(
    (rgb.width, rgb.height),
    view.size,
    step.margin,
  ).first;
  final x = window.columns.start.toDouble();
  final y = window.rows.start.toDouble();
  view.placement = Placement.region(x, y, x + width, y + height);
  return cutWindow(rgb, window, view.size);
}

Tensors _writeTensor(WriteTensor step, Pixels pixels) {
  final data = Float32List(pixels.data.length);
  for (var i = 0; i < data.length; i += 1) {
    data[i] = pixels.data[i].toDouble();
  }
  return {
    step.input: TensorData([1, pixels.height, pixels.width, 3], data),
  };
}

Tensors _writeVector(String input, Tensors tensors, View view) {
  final vector = view.vectors[input];
  if (vector == null) {
    throw SpecError("the graph takes the vector '$input': give it");
  }
  return {...tensors, input: vector};
}

/// Where the input of `crop-square` lies in the photo.
Placement placementOf(Face face, CropSquare crop) {
  final angle = switch (crop.level) {
    null => 0.0,
    (final from, final to) => slope(_point(face, from), _point(face, to)),
  };
  return squareAround(face.boxXyxy, crop.scale, angle);
}

Point _point(Face face, String name) {
  return face.points[name] ??
      (throw UnknownName('point of a face', name, face.points.keys));
}

/// A face with what a program that looks at faces gave for it.
Face withValue(Face face, List<Step> program, Object value) {
  return switch (program.last) {
    MapPoints() => face.withLandmarks(value as Float32List),
    NameExpressions(:final smile) => face.withExpressions(
      value as Map<String, double>,
      smile,
    ),
    final step => throw SpecError(
      '${step.gives} are nothing that a face has: end the program otherwise',
    ),
  };
}

/// Raises [SpecError], naming the place, for steps that do not follow from each other, or a
/// result of another kind than the task's.
void checkProgram(ModelSpec spec) {
  var now = 'bytes';
  for (final (index, step) in spec.program.indexed) {
    final place = "${spec.id}: program[$index] '${step.step}'";
    if (step.takes != now) {
      throw SpecError('$place takes ${step.takes}, not $now: put it elsewhere');
    }
    _checkNames(spec, step, place);
    now = step.gives;
  }
  final wanted = _results[spec.task.kind];
  if (now != wanted) {
    throw SpecError(
      '${spec.id}: its program gives $now, a ${spec.task.kind} model has to '
      'give $wanted: complete the steps',
    );
  }
}

/// The tensors that a step names are those of the model.
void _checkNames(ModelSpec spec, Step step, String place) {
  final inputs = [spec.image.name, for (final v in spec.vectors) v.name];
  final outputs = ['', for (final output in spec.outputs) output.name];
  final json = step.toJson();
  for (final (role, known) in [
    ('input', inputs),
    ('output', outputs),
    ('boxes', outputs),
    ('scores', outputs),
    ('points', outputs),
  ]) {
    final name = json[role];
    if (name is String && !known.contains(name)) {
      throw SpecError("$place names the tensor '$name': take one of $known");
    }
  }
}
