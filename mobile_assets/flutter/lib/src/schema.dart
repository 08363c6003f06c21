// dart format off
// Made by `python -m edge_convert.dart_types`: change the Python records, not this file.

import 'errors.dart';
import 'fields.dart';

/// The version of the manifest that this package reads.
const schemaVersion = 3;

/// A step of a model's program: the kinds of value that it takes and gives, its numbers.
sealed class Step {
  const Step(this.step, {required this.takes, required this.gives});

  final String step;
  final String takes;
  final String gives;

  Map<String, Object?> toJson();
}

/// What a model is for.
sealed class Task {
  const Task(this.kind);

  final String kind;

  Map<String, Object?> toJson();
}

/// Reads a step; an unknown one is an error that names the place.
Step asStep(Object? json, String place) {
  final step = tagOf(json, place, 'step');
  return switch (step) {
    'decode-photo' => DecodePhoto.fromJson(json, place),
    'find-faces' => FindFaces.fromJson(json, place),
    'resize' => Resize.fromJson(json, place),
    'crop-square' => CropSquare.fromJson(json, place),
    'cut-windows' => CutWindows.fromJson(json, place),
    'write-tensor' => WriteTensor.fromJson(json, place),
    'mix-styles' => MixStyles.fromJson(json, place),
    'embed-style' => EmbedStyle.fromJson(json, place),
    'run' => Run.fromJson(json, place),
    'select-candidates' => SelectCandidates.fromJson(json, place),
    'weighted-nms' => WeightedNms.fromJson(json, place),
    'nms' => Nms.fromJson(json, place),
    'map-boxes' => MapBoxes.fromJson(json, place),
    'clip-boxes' => ClipBoxes.fromJson(json, place),
    'name-points' => NamePoints.fromJson(json, place),
    'label-boxes' => LabelBoxes.fromJson(json, place),
    'upsample-mask' => UpsampleMask.fromJson(json, place),
    'top-labels' => TopLabels.fromJson(json, place),
    'name-expressions' => NameExpressions.fromJson(json, place),
    'keep-present' => KeepPresent.fromJson(json, place),
    'map-points' => MapPoints.fromJson(json, place),
    'round-pixels' => RoundPixels.fromJson(json, place),
    'resize-picture' => ResizePicture.fromJson(json, place),
    'join-windows' => JoinWindows.fromJson(json, place),
    'read-vector' => ReadVector.fromJson(json, place),
    _ => throw BundleError("$place: unknown step '$step': update PocketLens"),
  };
}

/// Reads a task; an unknown one is an error that names the place.
Task asTask(Object? json, String place) {
  final kind = tagOf(json, place, 'kind');
  return switch (kind) {
    'portrait-segmentation' => PortraitSegmentation.fromJson(json, place),
    'face-detection' => FaceDetection.fromJson(json, place),
    'face-landmarks' => FaceLandmarks.fromJson(json, place),
    'face-expression' => FaceExpression.fromJson(json, place),
    'style-transfer' => StyleTransfer.fromJson(json, place),
    'style-transfer-any' => StyleTransferAny.fromJson(json, place),
    'style-prediction' => StylePrediction.fromJson(json, place),
    'super-resolution' => SuperResolution.fromJson(json, place),
    'image-classification' => ImageClassification.fromJson(json, place),
    'object-detection' => ObjectDetection.fromJson(json, place),
    _ => throw BundleError("$place: unknown kind '$kind': update PocketLens"),
  };
}

/// `mobile_assets/manifest.json`: all that the app and `edge_runtime` know.
final class Manifest {
  const Manifest({required this.models, this.schemaVersion = 3});

  factory Manifest.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['models', 'schema_version']);
    return Manifest(
      models: fields.need('models', listOf(ModelEntry.fromJson)),
      schemaVersion: fields.maybe('schema_version', asInt) ?? 3,
    );
  }

  final List<ModelEntry> models;
  final int schemaVersion;

  Map<String, Object?> toJson() => {
    'models': models,
    'schema_version': schemaVersion,
  };
}

/// A model in the manifest: its spec, how its import was proven, its files.
///
/// `labels_sha256` is that of the label file, where the spec names one.
final class ModelEntry {
  const ModelEntry({required this.spec, required this.imported, required this.files, this.accelerators = const [], this.labelsSha256 = ''});

  factory ModelEntry.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['spec', 'imported', 'files', 'accelerators', 'labels_sha256']);
    return ModelEntry(
      spec: fields.need('spec', ModelSpec.fromJson),
      imported: fields.need('imported', Parity.fromJson),
      files: fields.need('files', listOf(ModelFile.fromJson)),
      accelerators: fields.maybe('accelerators', listOf(Accelerator.fromJson)) ?? const [],
      labelsSha256: fields.maybe('labels_sha256', asString) ?? '',
    );
  }

  final ModelSpec spec;
  final Parity imported;
  final List<ModelFile> files;
  final List<Accelerator> accelerators;
  final String labelsSha256;

  Map<String, Object?> toJson() => {
    'spec': spec,
    'imported': imported,
    'files': files,
    'accelerators': accelerators,
    'labels_sha256': labelsSha256,
  };
}

/// One model. See the module's docstring for the convention that it keeps.
///
/// `task` says what it is for, `program` every step from a photo to the result.
/// `converter` makes the TFLite files: the better by `edge-convert compare`.
/// `keep_float` lists what stays float inside the int8 variants: kinds of operations
/// (`SOFTMAX`) or regular expressions that search the names of results.
final class ModelSpec {
  const ModelSpec({required this.id, required this.title, required this.version, required this.licence, required this.source, required this.weights, required this.image, required this.outputs, required this.task, required this.program, required this.gates, required this.tflite, required this.coreml, required this.ships, this.vectors = const [], this.labels = '', this.calibration, this.converter = 'litert-torch', this.keepFloat = const []});

  factory ModelSpec.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['id', 'title', 'version', 'licence', 'source', 'weights', 'image', 'outputs', 'task', 'program', 'gates', 'tflite', 'coreml', 'ships', 'vectors', 'labels', 'calibration', 'converter', 'keep_float']);
    return ModelSpec(
      id: fields.need('id', asString),
      title: fields.need('title', asString),
      version: fields.need('version', asString),
      licence: fields.need('licence', Licence.fromJson),
      source: fields.need('source', Source.fromJson),
      weights: fields.need('weights', Weights.fromJson),
      image: fields.need('image', ImageInput.fromJson),
      outputs: fields.need('outputs', listOf(Tensor.fromJson)),
      task: fields.need('task', asTask),
      program: fields.need('program', listOf(asStep)),
      gates: fields.need('gates', Gates.fromJson),
      tflite: fields.need('tflite', listOf(oneOf(const ['dynamic_wi8_afp32', 'fp16', 'fp32', 'mixed', 'static_wi8_ai8', 'w8', 'weight_only_wi8_afp32']))),
      coreml: fields.need('coreml', listOf(oneOf(const ['dynamic_wi8_afp32', 'fp16', 'fp32', 'mixed', 'static_wi8_ai8', 'w8', 'weight_only_wi8_afp32']))),
      ships: fields.need('ships', mapOf(oneOf(const ['dynamic_wi8_afp32', 'fp16', 'fp32', 'mixed', 'static_wi8_ai8', 'w8', 'weight_only_wi8_afp32']))),
      vectors: fields.maybe('vectors', listOf(Tensor.fromJson)) ?? const [],
      labels: fields.maybe('labels', asString) ?? '',
      calibration: fields.maybe('calibration', Calibration.fromJson),
      converter: fields.maybe('converter', oneOf(const ['litert-torch', 'onnx2tf'])) ?? 'litert-torch',
      keepFloat: fields.maybe('keep_float', listOf(asString)) ?? const [],
    );
  }

  final String id;
  final String title;
  final String version;
  final Licence licence;
  final Source source;
  final Weights weights;
  final ImageInput image;
  final List<Tensor> outputs;
  final Task task;
  final List<Step> program;
  final Gates gates;
  final List<String> tflite;
  final List<String> coreml;
  final Map<String, String> ships;
  final List<Tensor> vectors;
  final String labels;
  final Calibration? calibration;
  final String converter;
  final List<String> keepFloat;

  Map<String, Object?> toJson() => {
    'id': id,
    'title': title,
    'version': version,
    'licence': licence,
    'source': source,
    'weights': weights,
    'image': image,
    'outputs': outputs,
    'task': task,
    'program': program,
    'gates': gates,
    'tflite': tflite,
    'coreml': coreml,
    'ships': ships,
    'vectors': vectors,
    'labels': labels,
    'calibration': calibration,
    'converter': converter,
    'keep_float': keepFloat,
  };
}

/// Three licences, because they are three questions. SPDX ids where one exists.
final class Licence {
  const Licence({required this.code, required this.weights, required this.data});

  factory Licence.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['code', 'weights', 'data']);
    return Licence(
      code: fields.need('code', asString),
      weights: fields.need('weights', asString),
      data: fields.need('data', asString),
    );
  }

  final String code;
  final String weights;
  final String data;

  Map<String, Object?> toJson() => {
    'code': code,
    'weights': weights,
    'data': data,
  };
}

/// Where the weights come from: a package of a public index at its exact version.
final class Source {
  const Source({required this.index, required this.package, required this.version, required this.files, this.paper = '', this.note = ''});

  factory Source.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['index', 'package', 'version', 'files', 'paper', 'note']);
    return Source(
      index: fields.need('index', oneOf(const ['npm', 'pypi'])),
      package: fields.need('package', asString),
      version: fields.need('version', asString),
      files: fields.need('files', listOf(SourceFile.fromJson)),
      paper: fields.maybe('paper', asString) ?? '',
      note: fields.maybe('note', asString) ?? '',
    );
  }

  final String index;
  final String package;
  final String version;
  final List<SourceFile> files;
  final String paper;
  final String note;

  Map<String, Object?> toJson() => {
    'index': index,
    'package': package,
    'version': version,
    'files': files,
    'paper': paper,
    'note': note,
  };
}

/// A file inside the package that ships the weights.
final class SourceFile {
  const SourceFile({required this.path, required this.sha256});

  factory SourceFile.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['path', 'sha256']);
    return SourceFile(
      path: fields.need('path', asString),
      sha256: fields.need('sha256', asString),
    );
  }

  final String path;
  final String sha256;

  Map<String, Object?> toJson() => {
    'path': path,
    'sha256': sha256,
  };
}

/// The imported tensors, `convert/weights/<id>.safetensors`.  Those not
/// `committed` are made on the spot from the installed package.
final class Weights {
  const Weights({required this.sha256, this.committed = true});

  factory Weights.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['sha256', 'committed']);
    return Weights(
      sha256: fields.need('sha256', asString),
      committed: fields.maybe('committed', asBool) ?? true,
    );
  }

  final String sha256;
  final bool committed;

  Map<String, Object?> toJson() => {
    'sha256': sha256,
    'committed': committed,
  };
}

/// The picture that goes in: RGB, 0..255, float32, shape [1, height, width, 3].
///
/// `sizes_hw` lists every (height, width) that a file is built for, the default first.
final class ImageInput {
  const ImageInput({required this.name, required this.sizesHw});

  factory ImageInput.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['name', 'sizes_hw']);
    return ImageInput(
      name: fields.need('name', asString),
      sizesHw: fields.need('sizes_hw', listOf(pairOf(asInt))),
    );
  }

  final String name;
  final List<(int, int)> sizesHw;

  Map<String, Object?> toJson() => {
    'name': name,
    'sizes_hw': sizesHw,
  };
}

/// A float32 tensor at the border of the graph.
///
/// `shape` is at the default input size.  `image` marks one that is NHWC with the
/// height and width of the picture: it grows with the input size, and a framework
/// that thinks in NCHW has to turn it.  `span` is the width of its range, by which
/// differences are divided before a gate looks at them.  `where` names the output with
/// the scores of the candidates in dimension 1: only of those that score at least 0.1 do
/// the numbers mean anything, and only those are compared.
final class Tensor {
  const Tensor({required this.name, required this.shape, required this.meaning, required this.unit, this.span = 1.0, this.image = false, this.where = ''});

  factory Tensor.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['name', 'shape', 'meaning', 'unit', 'span', 'image', 'where']);
    return Tensor(
      name: fields.need('name', asString),
      shape: fields.need('shape', listOf(asInt)),
      meaning: fields.need('meaning', asString),
      unit: fields.need('unit', asString),
      span: fields.maybe('span', asDouble) ?? 1.0,
      image: fields.maybe('image', asBool) ?? false,
      where: fields.maybe('where', asString) ?? '',
    );
  }

  final String name;
  final List<int> shape;
  final String meaning;
  final String unit;
  final double span;
  final bool image;
  final String where;

  Map<String, Object?> toJson() => {
    'name': name,
    'shape': shape,
    'meaning': meaning,
    'unit': unit,
    'span': span,
    'image': image,
    'where': where,
  };
}

/// Probability of a person at each pixel; who needs a yes or no takes a person to be
/// there from `threshold` on.
final class PortraitSegmentation extends Task {
  const PortraitSegmentation({this.threshold = 0.5}) : super('portrait-segmentation');

  factory PortraitSegmentation.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['kind', 'threshold']);
    return PortraitSegmentation(
      threshold: fields.maybe('threshold', asDouble) ?? 0.5,
    );
  }

  final double threshold;

  @override
  Map<String, Object?> toJson() => {
    'kind': 'portrait-segmentation',
    'threshold': threshold,
  };
}

/// Faces with a box, points and a score.
final class FaceDetection extends Task {
  const FaceDetection() : super('face-detection');

  factory FaceDetection.fromJson(Object? json, String place) {
    Fields(json, place, const ['kind']);
    return const FaceDetection();
  }

  @override
  Map<String, Object?> toJson() => {
    'kind': 'face-detection',
  };
}

/// Points on each face that another model finds.
final class FaceLandmarks extends Task {
  const FaceLandmarks() : super('face-landmarks');

  factory FaceLandmarks.fromJson(Object? json, String place) {
    Fields(json, place, const ['kind']);
    return const FaceLandmarks();
  }

  @override
  Map<String, Object?> toJson() => {
    'kind': 'face-landmarks',
  };
}

/// Probability of a smile and of each expression of each face that another model finds.
final class FaceExpression extends Task {
  const FaceExpression() : super('face-expression');

  factory FaceExpression.fromJson(Object? json, String place) {
    Fields(json, place, const ['kind']);
    return const FaceExpression();
  }

  @override
  Map<String, Object?> toJson() => {
    'kind': 'face-expression',
  };
}

/// The photo painted in a mix of learnt styles.
final class StyleTransfer extends Task {
  const StyleTransfer() : super('style-transfer');

  factory StyleTransfer.fromJson(Object? json, String place) {
    Fields(json, place, const ['kind']);
    return const StyleTransfer();
  }

  @override
  Map<String, Object?> toJson() => {
    'kind': 'style-transfer',
  };
}

/// The photo painted in a style that is a vector, which another model makes of any
/// picture.
final class StyleTransferAny extends Task {
  const StyleTransferAny() : super('style-transfer-any');

  factory StyleTransferAny.fromJson(Object? json, String place) {
    Fields(json, place, const ['kind']);
    return const StyleTransferAny();
  }

  @override
  Map<String, Object?> toJson() => {
    'kind': 'style-transfer-any',
  };
}

/// A picture to the style vector that a `style-transfer-any` model takes.
final class StylePrediction extends Task {
  const StylePrediction() : super('style-prediction');

  factory StylePrediction.fromJson(Object? json, String place) {
    Fields(json, place, const ['kind']);
    return const StylePrediction();
  }

  @override
  Map<String, Object?> toJson() => {
    'kind': 'style-prediction',
  };
}

/// The photo several times as high and as wide, with detail that was learnt.
final class SuperResolution extends Task {
  const SuperResolution() : super('super-resolution');

  factory SuperResolution.fromJson(Object? json, String place) {
    Fields(json, place, const ['kind']);
    return const SuperResolution();
  }

  @override
  Map<String, Object?> toJson() => {
    'kind': 'super-resolution',
  };
}

/// The best labels of a photo.
final class ImageClassification extends Task {
  const ImageClassification() : super('image-classification');

  factory ImageClassification.fromJson(Object? json, String place) {
    Fields(json, place, const ['kind']);
    return const ImageClassification();
  }

  @override
  Map<String, Object?> toJson() => {
    'kind': 'image-classification',
  };
}

/// Objects with a box, a label and a score.
final class ObjectDetection extends Task {
  const ObjectDetection() : super('object-detection');

  factory ObjectDetection.fromJson(Object? json, String place) {
    Fields(json, place, const ['kind']);
    return const ObjectDetection();
  }

  @override
  Map<String, Object?> toJson() => {
    'kind': 'object-detection',
  };
}

/// Bytes of a picture file to the photo as a person sees it: RGB, 8 bits, upright.
///
/// `orientation`: the EXIF tag 0x0112 is carried out on the stored pixels: 2 mirrors left
/// and right, 3 turns by 180 degrees, 4 mirrors top and bottom, 5 swaps x and y, 6 turns 90
/// degrees clockwise, 7 swaps x and y and turns by 180 degrees, 8 turns 90 degrees
/// anticlockwise; 1, no tag or any other value changes nothing.
///
/// `colour`: an ICC profile is turned into sRGB (perceptual intent); without one, and for
/// one that cannot be read, the values are taken as sRGB.  Grey is repeated in all three
/// channels, palettes and CMYK become RGB, of 16 bits the upper 8 stay.
///
/// `alpha`: transparency is dropped, not blended; of an animation the first frame counts.
final class DecodePhoto extends Step {
  const DecodePhoto({this.orientation = 'exif', this.colour = 'srgb', this.alpha = 'dropped'}) : super('decode-photo', takes: 'bytes', gives: 'photo');

  factory DecodePhoto.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['step', 'orientation', 'colour', 'alpha']);
    return DecodePhoto(
      orientation: fields.maybe('orientation', oneOf(const ['exif'])) ?? 'exif',
      colour: fields.maybe('colour', oneOf(const ['srgb'])) ?? 'srgb',
      alpha: fields.maybe('alpha', oneOf(const ['dropped'])) ?? 'dropped',
    );
  }

  final String orientation;
  final String colour;
  final String alpha;

  @override
  Map<String, Object?> toJson() => {
    'step': 'decode-photo',
    'orientation': orientation,
    'colour': colour,
    'alpha': alpha,
  };
}

/// Run the program of another model on the photo and go on once for each face of it.
///
/// `model`: the id of that model.  The steps that follow run for one face after the
/// other, in its order; what they give is added to that face.
final class FindFaces extends Step {
  const FindFaces({required this.model}) : super('find-faces', takes: 'photo', gives: 'face');

  factory FindFaces.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['step', 'model']);
    return FindFaces(
      model: fields.need('model', asString),
    );
  }

  final String model;

  @override
  Map<String, Object?> toJson() => {
    'step': 'find-faces',
    'model': model,
  };
}

/// Bring the photo, W x H, to the size of the input, w x h: uint8 pixels [h, w, 3].
///
/// **Rectangles** (x, y, width, height).  `centred(F, S)`, the largest rectangle of the
/// proportions S in the middle of F: `scale = min(Fw / Sw, Fh / Sh)`; each side
/// is `min(F, max(1, floor(S * scale + 0.5)))`, each corner `(F - side) // 2`.
///
/// * `fit: stretch`: the source is the whole photo, the target the whole input.
/// * `fit: letterbox`: the source is the whole photo, the target `centred((w, h),
///   (W, H))`; the rest of the input is `pad` (0..255) in every channel.
/// * `fit: crop`: the source is `centred((W, H), (w, h))`, the target the whole input.
///
/// **Halving.**  `n` times, the smallest number from 0 up for which a side of the source
/// `// 2**n` is below `halve_from` times that of the target, the source is halved by
/// means of 2 x 2 pixels: `(a + b + c + d + 2) >> 2` in each channel.  An odd row or column
/// at the bottom or right is left out first.
///
/// **Bilinear** (`kernel: bilinear`), from `have` to `want` pixels along each axis:
/// output `i` lies at `at = float32((i + 0.5) * (1 / (want / have)) - 0.5)`; `low =
/// floor(at)`; `part = at - low`; the neighbours `low` and `low + 1`, each brought into
/// `0..have - 1`, weigh `rint((1 - part) * 2048)` and `rint(part * 2048)`.  Along x:
/// `row = (left * weight + right * weight) >> 4`.  Then along y, `((upper_row * weight >>
/// 16) + (lower_row * weight >> 16) + 2) >> 2`.
///
/// **Placement**, which takes a point (u, v) of the input, 0..1, to a pixel of the photo.
/// With the source's corner (sx, sy) and its sides (`(side >> n) << n`), the target's
/// corner (tx, ty) and its sides: `kx = source_width / target_width`, `ky` likewise;
/// `x = u * w * kx + sx - tx * kx`, `y = v * h * ky + sy - ty * ky`.
final class Resize extends Step {
  const Resize({required this.fit, this.halveFrom = 4, this.kernel = 'bilinear', this.pad = 0}) : super('resize', takes: 'photo', gives: 'pixels');

  factory Resize.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['step', 'fit', 'halve_from', 'kernel', 'pad']);
    return Resize(
      fit: fields.need('fit', oneOf(const ['crop', 'letterbox', 'stretch'])),
      halveFrom: fields.maybe('halve_from', asInt) ?? 4,
      kernel: fields.maybe('kernel', oneOf(const ['bilinear'])) ?? 'bilinear',
      pad: fields.maybe('pad', asInt) ?? 0,
    );
  }

  final String fit;
  final int halveFrom;
  final String kernel;
  final int pad;

  @override
  Map<String, Object?> toJson() => {
    'step': 'resize',
    'fit': fit,
    'halve_from': halveFrom,
    'kernel': kernel,
    'pad': pad,
  };
}

/// Take a square around the face, perhaps turned: uint8 pixels [h, w, 3].
///
/// **Placement.**  The centre (cx, cy) is that of the face's box; `side` is `scale` times
/// the longer side of the box.  `level` names two points of the face: `angle =
/// atan2(y1 - y0, x1 - x0)` of the line from the first to the second; without it, 0.  With
/// `a = side * cos(angle)`, `d = side * sin(angle)`: a point (u, v) of the input is the
/// pixel `x = a * u - d * v + x0`, `y = d * u + a * v + y0`, where
/// `x0 = cx - (a - d) / 2` and `y0 = cy - (d + a) / 2`.
///
/// **Part.**  Only the upright part of the photo that is read matters: its left is `trunc(x0 +
/// min(a, 0) + min(-d, 0) - 2)`, its right `trunc(x0 + max(a, 0) + max(-d, 0) + 2)`, both
/// brought into `0..W - 1`, and both columns belong to it; top and bottom likewise from
/// `y0, d, a`.
///
/// **Halving** (`halve_from`).  `shrinks = min(hypot(a / w, d / w), hypot(d / h, a / h))`.
/// With n = 0 at first: while `shrinks >= halve_from * 2**n` and both sides of the part are
/// above 1, the part is halved as in `resize` and n grows by 1.
///
/// **Bilinear** (`kernel: bilinear`).  With `s = 0.5**n`, output pixel (i, j), column and
/// row, is read at `px = i * A + (j * B + C)` with `A = a / w * s`, `B = -d / h * s`,
/// `C = (x0 - left + (a / w - d / h) / 2) * s - 0.5`, and at `py`, for which `A = d / w *
/// s`, `B = a / h * s`, `C = (y0 - top + (d / w + a / h) / 2) * s - 0.5`.  With `low =
/// floor(p)` and `part = p - low`, first along x, then along y: `value = first + part *
/// (second - first)`; `rint` of the last.  Neighbours outside the part are its nearest pixel
/// (`outside: edge`).
///
/// **Rounding.**  `f` rounds to float32.  A, B and C are computed in float64, then rounded:
/// `start = f(f(j * B) + C)`, `p = f(i * A + start)`, `part = f(p - low)`, `value =
/// f(first + part * f(second - first))`; the sums with `i * A` and `part * ...` are
/// rounded once, as by a fused multiply-add.  A processor without one is off by one grey level
/// here and there.
final class CropSquare extends Step {
  const CropSquare({required this.scale, this.level, this.halveFrom = 4, this.kernel = 'bilinear', this.outside = 'edge'}) : super('crop-square', takes: 'face', gives: 'pixels');

  factory CropSquare.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['step', 'scale', 'level', 'halve_from', 'kernel', 'outside']);
    return CropSquare(
      scale: fields.need('scale', asDouble),
      level: fields.maybe('level', pairOf(asString)),
      halveFrom: fields.maybe('halve_from', asInt) ?? 4,
      kernel: fields.maybe('kernel', oneOf(const ['bilinear'])) ?? 'bilinear',
      outside: fields.maybe('outside', oneOf(const ['edge'])) ?? 'edge',
    );
  }

  final double scale;
  final (String, String)? level;
  final int halveFrom;
  final String kernel;
  final String outside;

  @override
  Map<String, Object?> toJson() => {
    'step': 'crop-square',
    'scale': scale,
    'level': switch (level) { null => null, (final a, final b) => [a, b] },
    'halve_from': halveFrom,
    'kernel': kernel,
    'outside': outside,
  };
}

/// Go on once for each window of the photo, row by row: uint8 pixels [h, w, 3], as they are.
///
/// **Windows** along an axis, from `have` pixels of the photo and `want` of the input: one
/// that starts at 0, where `have <= want`; what lies beyond the photo's end repeats its last
/// pixel.  Else `n = ceil((have - 2 * margin) / (want - 2 * margin))` of them; window i
/// starts at `i * (have - want) // (n - 1)`.
///
/// **Kept** of window i is what lies from `(start_before + want + start) // 2` (of the
/// first: 0) up to that of the next window (of the last: `have`): near its end a window
/// does not see all that the photo has, so two neighbours meet at least `margin` pixels
/// from it.
///
/// Golden vectors and dumps are of the first window.  The placement is its rectangle.
final class CutWindows extends Step {
  const CutWindows({required this.margin}) : super('cut-windows', takes: 'photo', gives: 'pixels');

  factory CutWindows.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['step', 'margin']);
    return CutWindows(
      margin: fields.need('margin', asInt),
    );
  }

  final int margin;

  @override
  Map<String, Object?> toJson() => {
    'step': 'cut-windows',
    'margin': margin,
  };
}

/// Widen the pixels into the graph's input tensor `input`.
///
/// `layout` and `channels` say the order, `dtype` the type; `values: "0..255"` says
/// that each number is the pixel's own, neither scaled nor shifted: normalisation is in the
/// graph.
/// Core ML files take the pixels as an image, which is the same.
final class WriteTensor extends Step {
  const WriteTensor({this.input = 'image', this.layout = 'NHWC', this.channels = 'RGB', this.values = '0..255', this.dtype = 'float32'}) : super('write-tensor', takes: 'pixels', gives: 'tensors');

  factory WriteTensor.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['step', 'input', 'layout', 'channels', 'values', 'dtype']);
    return WriteTensor(
      input: fields.maybe('input', asString) ?? 'image',
      layout: fields.maybe('layout', oneOf(const ['NHWC'])) ?? 'NHWC',
      channels: fields.maybe('channels', oneOf(const ['RGB'])) ?? 'RGB',
      values: fields.maybe('values', oneOf(const ['0..255'])) ?? '0..255',
      dtype: fields.maybe('dtype', oneOf(const ['float32'])) ?? 'float32',
    );
  }

  final String input;
  final String layout;
  final String channels;
  final String values;
  final String dtype;

  @override
  Map<String, Object?> toJson() => {
    'step': 'write-tensor',
    'input': input,
    'layout': layout,
    'channels': channels,
    'values': values,
    'dtype': dtype,
  };
}

/// Write the parts of the learnt styles into the input `input`, float32 [1, styles].
///
/// Each of the `styles` has a part from 0 up; together they are 1 (each is divided by their
/// sum).  A single style n is 1 at index n.
final class MixStyles extends Step {
  const MixStyles({required this.input, required this.styles}) : super('mix-styles', takes: 'tensors', gives: 'tensors');

  factory MixStyles.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['step', 'input', 'styles']);
    return MixStyles(
      input: fields.need('input', asString),
      styles: fields.need('styles', asInt),
    );
  }

  final String input;
  final int styles;

  @override
  Map<String, Object?> toJson() => {
    'step': 'mix-styles',
    'input': input,
    'styles': styles,
  };
}

/// Run the program of `model` on the picture that gives the style; its vector goes
/// into the input `input` as it is.
final class EmbedStyle extends Step {
  const EmbedStyle({required this.input, required this.model}) : super('embed-style', takes: 'tensors', gives: 'tensors');

  factory EmbedStyle.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['step', 'input', 'model']);
    return EmbedStyle(
      input: fields.need('input', asString),
      model: fields.need('model', asString),
    );
  }

  final String input;
  final String model;

  @override
  Map<String, Object?> toJson() => {
    'step': 'embed-style',
    'input': input,
    'model': model,
  };
}

/// Run the graph: tensors by name go in, the `outputs` of the spec come out, float32.
///
/// In a TFLite file the names are those of the signature `serving_default`.
final class Run extends Step {
  const Run() : super('run', takes: 'tensors', gives: 'outputs');

  factory Run.fromJson(Object? json, String place) {
    Fields(json, place, const ['step']);
    return const Run();
  }

  @override
  Map<String, Object?> toJson() => {
    'step': 'run',
  };
}

/// Keep the candidates that score at least `threshold`, the best first.
///
/// `scores` is [1, N], or [1, N, C] where each class of each anchor is a candidate of its
/// own; `boxes` is [1, N, 4]: x0, y0, x1, y1; `points`, where there are any, [1, N, P, 2].
/// Of equal scores the one that is earlier in the tensor comes first.  Only the first
/// `most` go on (0: all).  The threshold is compared as float32.
final class SelectCandidates extends Step {
  const SelectCandidates({required this.boxes, required this.scores, required this.threshold, this.points = '', this.most = 0}) : super('select-candidates', takes: 'outputs', gives: 'candidates');

  factory SelectCandidates.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['step', 'boxes', 'scores', 'threshold', 'points', 'most']);
    return SelectCandidates(
      boxes: fields.need('boxes', asString),
      scores: fields.need('scores', asString),
      threshold: fields.need('threshold', asDouble),
      points: fields.maybe('points', asString) ?? '',
      most: fields.maybe('most', asInt) ?? 0,
    );
  }

  final String boxes;
  final String scores;
  final double threshold;
  final String points;
  final int most;

  @override
  Map<String, Object?> toJson() => {
    'step': 'select-candidates',
    'boxes': boxes,
    'scores': scores,
    'threshold': threshold,
    'points': points,
    'most': most,
  };
}

/// Melt candidates that overlap into one (BlazeFace, arXiv 1907.05047, section 3.4).
///
/// The best candidate that is left and all others left whose intersection over union with it
/// is above `iou_threshold` become one: its score is that of the best, each coordinate of
/// its box and points the mean, weighted by score and summed in the order of the scores.
/// Then the best of the rest, until none is left.
final class WeightedNms extends Step {
  const WeightedNms({required this.iouThreshold}) : super('weighted-nms', takes: 'candidates', gives: 'candidates');

  factory WeightedNms.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['step', 'iou_threshold']);
    return WeightedNms(
      iouThreshold: fields.need('iou_threshold', asDouble),
    );
  }

  final double iouThreshold;

  @override
  Map<String, Object?> toJson() => {
    'step': 'weighted-nms',
    'iou_threshold': iouThreshold,
  };
}

/// Drop each candidate that overlaps a better one of its class that is kept.
///
/// Overlapping is an intersection over union above `iou_threshold` (0 where both boxes are
/// empty).  Of what is kept, all classes together, the first `most` stay, the best first.
final class Nms extends Step {
  const Nms({required this.iouThreshold, required this.most}) : super('nms', takes: 'candidates', gives: 'candidates');

  factory Nms.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['step', 'iou_threshold', 'most']);
    return Nms(
      iouThreshold: fields.need('iou_threshold', asDouble),
      most: fields.need('most', asInt),
    );
  }

  final double iouThreshold;
  final int most;

  @override
  Map<String, Object?> toJson() => {
    'step': 'nms',
    'iou_threshold': iouThreshold,
    'most': most,
  };
}

/// Take the corners and points of each candidate to pixels of the photo by the placement.
///
/// The input of a whole photo is upright, so a corner stays the corner it was.
final class MapBoxes extends Step {
  const MapBoxes() : super('map-boxes', takes: 'candidates', gives: 'candidates');

  factory MapBoxes.fromJson(Object? json, String place) {
    Fields(json, place, const ['step']);
    return const MapBoxes();
  }

  @override
  Map<String, Object?> toJson() => {
    'step': 'map-boxes',
  };
}

/// End each box at the photo's border: x in 0..W, y in 0..H.
final class ClipBoxes extends Step {
  const ClipBoxes() : super('clip-boxes', takes: 'candidates', gives: 'candidates');

  factory ClipBoxes.fromJson(Object? json, String place) {
    Fields(json, place, const ['step']);
    return const ClipBoxes();
  }

  @override
  Map<String, Object?> toJson() => {
    'step': 'clip-boxes',
  };
}

/// Each candidate is a face: box, score, its points by the names `points`, in order.
final class NamePoints extends Step {
  const NamePoints({required this.points}) : super('name-points', takes: 'candidates', gives: 'faces');

  factory NamePoints.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['step', 'points']);
    return NamePoints(
      points: fields.need('points', listOf(asString)),
    );
  }

  final List<String> points;

  @override
  Map<String, Object?> toJson() => {
    'step': 'name-points',
    'points': points,
  };
}

/// Each candidate is an object: box, score, the label of its class (a line of the file of
/// labels, the first line being class 0).
final class LabelBoxes extends Step {
  const LabelBoxes() : super('label-boxes', takes: 'candidates', gives: 'objects');

  factory LabelBoxes.fromJson(Object? json, String place) {
    Fields(json, place, const ['step']);
    return const LabelBoxes();
  }

  @override
  Map<String, Object?> toJson() => {
    'step': 'label-boxes',
  };
}

/// Spread the plane `output`, [1, h, w, 1], over the photo: float32 [H, W].
///
/// **Part.**  The photo's corners (0, 0) and (W, H), taken to (u, v) by the inverse of the
/// placement, times (w, h), `rint`: left, top, right, bottom of the part of the plane that
/// lies over the photo (right at least left + 1, bottom at least top + 1).  Where it reaches
/// outside the plane, as after `fit: crop`, the plane's edge is repeated.
///
/// **Bilinear** (`kernel: bilinear`), from `have` to `want`: output `i` lies at
/// `at = (i + 0.5) * (have / want) - 0.5`; `low = floor(at)`, `part = float32(at - low)`,
/// neighbours as in `resize`; along x, then along y, `first * (1 - part) + second * part`
/// in float32.
final class UpsampleMask extends Step {
  const UpsampleMask({required this.output, this.kernel = 'bilinear'}) : super('upsample-mask', takes: 'outputs', gives: 'mask');

  factory UpsampleMask.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['step', 'output', 'kernel']);
    return UpsampleMask(
      output: fields.need('output', asString),
      kernel: fields.maybe('kernel', oneOf(const ['bilinear'])) ?? 'bilinear',
    );
  }

  final String output;
  final String kernel;

  @override
  Map<String, Object?> toJson() => {
    'step': 'upsample-mask',
    'output': output,
    'kernel': kernel,
  };
}

/// The `most` best of the probabilities `output`, [1, C], with their labels, the best
/// first; of equals the one with the lower index.
final class TopLabels extends Step {
  const TopLabels({required this.output, required this.most}) : super('top-labels', takes: 'outputs', gives: 'labels');

  factory TopLabels.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['step', 'output', 'most']);
    return TopLabels(
      output: fields.need('output', asString),
      most: fields.need('most', asInt),
    );
  }

  final String output;
  final int most;

  @override
  Map<String, Object?> toJson() => {
    'step': 'top-labels',
    'output': output,
    'most': most,
  };
}

/// The probabilities `output`, [1, C], by label; that of the label `smile` is the
/// face's smile.
final class NameExpressions extends Step {
  const NameExpressions({required this.output, required this.smile}) : super('name-expressions', takes: 'outputs', gives: 'expressions');

  factory NameExpressions.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['step', 'output', 'smile']);
    return NameExpressions(
      output: fields.need('output', asString),
      smile: fields.need('smile', asString),
    );
  }

  final String output;
  final String smile;

  @override
  Map<String, Object?> toJson() => {
    'step': 'name-expressions',
    'output': output,
    'smile': smile,
  };
}

/// Leave this face out of the result where `output`, [1, 1], is below `threshold`
/// (compared as float32).
final class KeepPresent extends Step {
  const KeepPresent({required this.output, required this.threshold}) : super('keep-present', takes: 'outputs', gives: 'outputs');

  factory KeepPresent.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['step', 'output', 'threshold']);
    return KeepPresent(
      output: fields.need('output', asString),
      threshold: fields.need('threshold', asDouble),
    );
  }

  final String output;
  final double threshold;

  @override
  Map<String, Object?> toJson() => {
    'step': 'keep-present',
    'output': output,
    'threshold': threshold,
  };
}

/// Take the points `output`, [1, N, 3], to the photo: float32 [N, 3].
///
/// x and y by the placement; z times the side of the square, so that it is in pixels as
/// well.
final class MapPoints extends Step {
  const MapPoints({required this.output}) : super('map-points', takes: 'outputs', gives: 'landmarks');

  factory MapPoints.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['step', 'output']);
    return MapPoints(
      output: fields.need('output', asString),
    );
  }

  final String output;

  @override
  Map<String, Object?> toJson() => {
    'step': 'map-points',
    'output': output,
  };
}

/// The picture `output`, [1, h, w, 3], to uint8: brought into 0..255, then `rint`.
final class RoundPixels extends Step {
  const RoundPixels({required this.output}) : super('round-pixels', takes: 'outputs', gives: 'painted');

  factory RoundPixels.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['step', 'output']);
    return RoundPixels(
      output: fields.need('output', asString),
    );
  }

  final String output;

  @override
  Map<String, Object?> toJson() => {
    'step': 'round-pixels',
    'output': output,
  };
}

/// Bring the painted pixels to the size of the photo: uint8 [H, W, 3].
///
/// **Bicubic** (`kernel: bicubic`), from `have` to `want`: output `i` lies at
/// `at = float32((i + 0.5) * (1 / (want / have)) - 0.5)`; `low = floor(at)`, `t = at -
/// low`; the four neighbours `low - 1 .. low + 2`, each brought into `0..have - 1`, weigh,
/// with A = -0.75:
///
/// * `((A * (t + 1) - 5 * A) * (t + 1) + 8 * A) * (t + 1) - 4 * A`,
/// * `((A + 2) * t - (A + 3)) * t * t + 1`,
/// * the same with `1 - t` for `t`,
/// * what is left to 1.
///
/// Along x, then along y, all in float32; `rint`, brought into 0..255.
final class ResizePicture extends Step {
  const ResizePicture({this.kernel = 'bicubic'}) : super('resize-picture', takes: 'painted', gives: 'picture');

  factory ResizePicture.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['step', 'kernel']);
    return ResizePicture(
      kernel: fields.maybe('kernel', oneOf(const ['bicubic'])) ?? 'bicubic',
    );
  }

  final String kernel;

  @override
  Map<String, Object?> toJson() => {
    'step': 'resize-picture',
    'kernel': kernel,
  };
}

/// Put what is kept of each window into its place in a picture of `scale` times the
/// photo's size: uint8 [scale * H, scale * W, 3].
///
/// The numbers of `output`, [1, scale * h, scale * w, 3], are brought into 0..255, then
/// `rint`.  What is kept, and where it lies, is that of `cut-windows` times `scale`.
final class JoinWindows extends Step {
  const JoinWindows({required this.output, required this.scale}) : super('join-windows', takes: 'outputs', gives: 'picture');

  factory JoinWindows.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['step', 'output', 'scale']);
    return JoinWindows(
      output: fields.need('output', asString),
      scale: fields.need('scale', asInt),
    );
  }

  final String output;
  final int scale;

  @override
  Map<String, Object?> toJson() => {
    'step': 'join-windows',
    'output': output,
    'scale': scale,
  };
}

/// The tensor `output` as it is.
final class ReadVector extends Step {
  const ReadVector({required this.output}) : super('read-vector', takes: 'outputs', gives: 'vector');

  factory ReadVector.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['step', 'output']);
    return ReadVector(
      output: fields.need('output', asString),
    );
  }

  final String output;

  @override
  Map<String, Object?> toJson() => {
    'step': 'read-vector',
    'output': output,
  };
}

/// `imported`: the torch module against the source's own runtime.  `variants`:
/// an exported file against the torch module; every variant that is built has one.
/// `accuracy`: what a file that ships may lose in the task's own metrics against the
/// torch module, on photos that nobody calibrated with.
final class Gates {
  const Gates({required this.imported, required this.variants, this.accuracy = const []});

  factory Gates.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['imported', 'variants', 'accuracy']);
    return Gates(
      imported: fields.need('imported', Gate.fromJson),
      variants: fields.need('variants', mapOf(Gate.fromJson)),
      accuracy: fields.maybe('accuracy', listOf(Limit.fromJson)) ?? const [],
    );
  }

  final Gate imported;
  final Map<String, Gate> variants;
  final List<Limit> accuracy;

  Map<String, Object?> toJson() => {
    'imported': imported,
    'variants': variants,
    'accuracy': accuracy,
  };
}

/// The largest difference that passes, each divided by the tensor's span.
final class Gate {
  const Gate({required this.maxAbs, required this.meanAbs});

  factory Gate.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['max_abs', 'mean_abs']);
    return Gate(
      maxAbs: fields.need('max_abs', asDouble),
      meanAbs: fields.need('mean_abs', asDouble),
    );
  }

  final double maxAbs;
  final double meanAbs;

  Map<String, Object?> toJson() => {
    'max_abs': maxAbs,
    'mean_abs': meanAbs,
  };
}

/// The `least` or the `most` that a metric of the task may be, as a mean over photos.
///
/// The metrics are those of `edge_calibration.metrics`.
final class Limit {
  const Limit({required this.metric, this.least, this.most});

  factory Limit.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['metric', 'least', 'most']);
    return Limit(
      metric: fields.need('metric', asString),
      least: fields.maybe('least', asDouble),
      most: fields.maybe('most', asDouble),
    );
  }

  final String metric;
  final double? least;
  final double? most;

  Map<String, Object?> toJson() => {
    'metric': metric,
    'least': least,
    'most': most,
  };
}

/// Which photos static quantisation sees: a set under `calibration/data` and how many.
final class Calibration {
  const Calibration({required this.dataset, required this.count});

  factory Calibration.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['dataset', 'count']);
    return Calibration(
      dataset: fields.need('dataset', asString),
      count: fields.need('count', asInt),
    );
  }

  final String dataset;
  final int count;

  Map<String, Object?> toJson() => {
    'dataset': dataset,
    'count': count,
  };
}

/// What a comparison of two implementations on `photos` photos showed.
///
/// `max_abs` and `mean_abs` are the worst of the outputs, divided by their span.
final class Parity {
  const Parity({required this.against, required this.photos, required this.maxAbs, required this.meanAbs});

  factory Parity.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['against', 'photos', 'max_abs', 'mean_abs']);
    return Parity(
      against: fields.need('against', asString),
      photos: fields.need('photos', asInt),
      maxAbs: fields.need('max_abs', asDouble),
      meanAbs: fields.need('mean_abs', asDouble),
    );
  }

  final String against;
  final int photos;
  final double maxAbs;
  final double meanAbs;

  Map<String, Object?> toJson() => {
    'against': against,
    'photos': photos,
    'max_abs': maxAbs,
    'mean_abs': meanAbs,
  };
}

/// One file (or `.mlpackage` folder) that was built from a model.
///
/// `sha256` of a folder is that of its sorted `<sha256>  <relative path>` lines.
/// `bundled` is false where the file is over the size that is kept in the repository:
/// build it with `edge-convert`.  `parity` is absent where the file could not be
/// executed on the machine that built it, and `note` then says so.  `measured` is what
/// an evaluation of exactly this file found.
final class ModelFile {
  const ModelFile({required this.format, required this.variant, required this.sizeHw, required this.path, required this.bytes, required this.sha256, required this.converter, this.bundled = true, this.parity, this.measured, this.note = ''});

  factory ModelFile.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['format', 'variant', 'size_hw', 'path', 'bytes', 'sha256', 'converter', 'bundled', 'parity', 'measured', 'note']);
    return ModelFile(
      format: fields.need('format', oneOf(const ['coreai', 'coreml', 'onnx', 'tflite'])),
      variant: fields.need('variant', oneOf(const ['dynamic_wi8_afp32', 'fp16', 'fp32', 'mixed', 'static_wi8_ai8', 'w8', 'weight_only_wi8_afp32'])),
      sizeHw: fields.need('size_hw', pairOf(asInt)),
      path: fields.need('path', asString),
      bytes: fields.need('bytes', asInt),
      sha256: fields.need('sha256', asString),
      converter: fields.need('converter', asString),
      bundled: fields.maybe('bundled', asBool) ?? true,
      parity: fields.maybe('parity', Parity.fromJson),
      measured: fields.maybe('measured', Measured.fromJson),
      note: fields.maybe('note', asString) ?? '',
    );
  }

  final String format;
  final String variant;
  final (int, int) sizeHw;
  final String path;
  final int bytes;
  final String sha256;
  final String converter;
  final bool bundled;
  final Parity? parity;
  final Measured? measured;
  final String note;

  Map<String, Object?> toJson() => {
    'format': format,
    'variant': variant,
    'size_hw': [sizeHw.$1, sizeHw.$2],
    'path': path,
    'bytes': bytes,
    'sha256': sha256,
    'converter': converter,
    'bundled': bundled,
    'parity': parity,
    'measured': measured,
    'note': note,
  };
}

/// An evaluation of one file on the photo set `data`, which nobody calibrated with.
///
/// `verdict` is the worst of the metrics'; `note` says why a file ships without a PASS.
/// `latency` is absent for Core ML, which no machine here runs.
final class Measured {
  const Measured({required this.data, required this.against, required this.verdict, required this.accuracy, this.latency, this.note = ''});

  factory Measured.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['data', 'against', 'verdict', 'accuracy', 'latency', 'note']);
    return Measured(
      data: fields.need('data', asString),
      against: fields.need('against', asString),
      verdict: fields.need('verdict', oneOf(const ['FAIL', 'INCONCLUSIVE', 'PASS'])),
      accuracy: fields.need('accuracy', listOf(Accuracy.fromJson)),
      latency: fields.maybe('latency', Latency.fromJson),
      note: fields.maybe('note', asString) ?? '',
    );
  }

  final String data;
  final String against;
  final String verdict;
  final List<Accuracy> accuracy;
  final Latency? latency;
  final String note;

  Map<String, Object?> toJson() => {
    'data': data,
    'against': against,
    'verdict': verdict,
    'accuracy': accuracy,
    'latency': latency,
    'note': note,
  };
}

/// A metric of the task, the file against the PyTorch module: its mean over the photos,
/// and `low` and `high`, each of which holds with a confidence of 95 %.
///
/// `verdict` is against the limit of the spec (`gates.accuracy`), where it has one.
final class Accuracy {
  const Accuracy({required this.metric, required this.title, required this.unit, required this.mean, required this.low, required this.high, required this.photos, this.verdict});

  factory Accuracy.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['metric', 'title', 'unit', 'mean', 'low', 'high', 'photos', 'verdict']);
    return Accuracy(
      metric: fields.need('metric', asString),
      title: fields.need('title', asString),
      unit: fields.need('unit', asString),
      mean: fields.need('mean', asDouble),
      low: fields.need('low', asDouble),
      high: fields.need('high', asDouble),
      photos: fields.need('photos', asInt),
      verdict: fields.maybe('verdict', oneOf(const ['FAIL', 'INCONCLUSIVE', 'PASS'])),
    );
  }

  final String metric;
  final String title;
  final String unit;
  final double mean;
  final double low;
  final double high;
  final int photos;
  final String? verdict;

  Map<String, Object?> toJson() => {
    'metric': metric,
    'title': title,
    'unit': unit,
    'mean': mean,
    'low': low,
    'high': high,
    'photos': photos,
    'verdict': verdict,
  };
}

/// One run without what comes before and after it, the median, on `threads` threads.
///
/// `over_fp32`: over the time of the float32 file, measured in turns with it; it says
/// more than the milliseconds, which are those of the machine.
final class Latency {
  const Latency({required this.milliseconds, required this.overFp32, required this.threads, required this.machine});

  factory Latency.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['milliseconds', 'over_fp32', 'threads', 'machine']);
    return Latency(
      milliseconds: fields.need('milliseconds', asDouble),
      overFp32: fields.need('over_fp32', asDouble),
      threads: fields.need('threads', asInt),
      machine: fields.need('machine', asString),
    );
  }

  final double milliseconds;
  final double overFp32;
  final int threads;
  final String machine;

  Map<String, Object?> toJson() => {
    'milliseconds': milliseconds,
    'over_fp32': overFp32,
    'threads': threads,
    'machine': machine,
  };
}

/// What a model should run on first, on a platform, and why.
///
/// For Core ML the names are those of its compute units.  An app keeps it where it turns
/// out to be correct there, and faster than the CPU.
final class Accelerator {
  const Accelerator({required this.platform, required this.format, required this.accelerator, required this.reason});

  factory Accelerator.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['platform', 'format', 'accelerator', 'reason']);
    return Accelerator(
      platform: fields.need('platform', oneOf(const ['android', 'ios'])),
      format: fields.need('format', oneOf(const ['coreai', 'coreml', 'onnx', 'tflite'])),
      accelerator: fields.need('accelerator', oneOf(const ['all', 'cpu', 'cpu-and-neural-engine', 'gpu'])),
      reason: fields.need('reason', asString),
    );
  }

  final String platform;
  final String format;
  final String accelerator;
  final String reason;

  Map<String, Object?> toJson() => {
    'platform': platform,
    'format': format,
    'accelerator': accelerator,
    'reason': reason,
  };
}

/// The golden vectors of a model's variant that ships: at least one case of each file.
final class Golden {
  const Golden({required this.model, required this.version, required this.variant, required this.cases, this.goldenVersion = 2});

  factory Golden.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['model', 'version', 'variant', 'cases', 'golden_version']);
    return Golden(
      model: fields.need('model', asString),
      version: fields.need('version', asString),
      variant: fields.need('variant', asString),
      cases: fields.need('cases', listOf(GoldenCase.fromJson)),
      goldenVersion: fields.maybe('golden_version', asInt) ?? 2,
    );
  }

  final String model;
  final String version;
  final String variant;
  final List<GoldenCase> cases;
  final int goldenVersion;

  Map<String, Object?> toJson() => {
    'model': model,
    'version': version,
    'variant': variant,
    'cases': cases,
    'golden_version': goldenVersion,
  };
}

/// A photo and all that is made of it by the file of that hash, whose size it has.
///
/// `mix` or `style_photo` is the style where one is painted.  `result` is the JSON of the
/// result, in which the numbers may be off by `pixels` (coordinates) and `scores`.
final class GoldenCase {
  const GoldenCase({required this.name, required this.sha256, required this.photo, required this.sizeHw, required this.stages, required this.result, required this.pixels, required this.scores, this.mix = '', this.stylePhoto = ''});

  factory GoldenCase.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['name', 'sha256', 'photo', 'size_hw', 'stages', 'result', 'pixels', 'scores', 'mix', 'style_photo']);
    return GoldenCase(
      name: fields.need('name', asString),
      sha256: fields.need('sha256', asString),
      photo: fields.need('photo', asString),
      sizeHw: fields.need('size_hw', pairOf(asInt)),
      stages: fields.need('stages', listOf(GoldenStage.fromJson)),
      result: fields.need('result', asObject),
      pixels: fields.need('pixels', asDouble),
      scores: fields.need('scores', asDouble),
      mix: fields.maybe('mix', asString) ?? '',
      stylePhoto: fields.maybe('style_photo', asString) ?? '',
    );
  }

  final String name;
  final String sha256;
  final String photo;
  final (int, int) sizeHw;
  final List<GoldenStage> stages;
  final Map<String, Object?> result;
  final double pixels;
  final double scores;
  final String mix;
  final String stylePhoto;

  Map<String, Object?> toJson() => {
    'name': name,
    'sha256': sha256,
    'photo': photo,
    'size_hw': [sizeHw.$1, sizeHw.$2],
    'stages': stages,
    'result': result,
    'pixels': pixels,
    'scores': scores,
    'mix': mix,
    'style_photo': stylePhoto,
  };
}

/// What `program[index]`, a `step` of that kind, gave for the face of that number.
final class GoldenStage {
  const GoldenStage({required this.index, required this.step, required this.values, this.face});

  factory GoldenStage.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['index', 'step', 'values', 'face']);
    return GoldenStage(
      index: fields.need('index', asInt),
      step: fields.need('step', asString),
      values: fields.need('values', listOf(Values.fromJson)),
      face: fields.maybe('face', asInt),
    );
  }

  final int index;
  final String step;
  final List<Values> values;
  final int? face;

  Map<String, Object?> toJson() => {
    'index': index,
    'step': step,
    'values': values,
    'face': face,
  };
}

/// One array: its numbers here, in the file `path` (below `golden/`), or neither.
final class Values {
  const Values({required this.name, required this.dtype, required this.shape, required this.sha256, this.numbers = const [], this.path = '', this.stride = 1, this.given = const Tolerance(maxAbs: 0, meanAbs: 0), this.fromPhoto, this.noise = const []});

  factory Values.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['name', 'dtype', 'shape', 'sha256', 'numbers', 'path', 'stride', 'given', 'from_photo', 'noise']);
    return Values(
      name: fields.need('name', asString),
      dtype: fields.need('dtype', oneOf(const ['float32', 'float64', 'int32', 'uint8'])),
      shape: fields.need('shape', listOf(asInt)),
      sha256: fields.need('sha256', asString),
      numbers: fields.maybe('numbers', listOf(asDouble)) ?? const [],
      path: fields.maybe('path', asString) ?? '',
      stride: fields.maybe('stride', asInt) ?? 1,
      given: fields.maybe('given', Tolerance.fromJson) ?? const Tolerance(maxAbs: 0, meanAbs: 0),
      fromPhoto: fields.maybe('from_photo', Tolerance.fromJson),
      noise: fields.maybe('noise', listOf(Noise.fromJson)) ?? const [],
    );
  }

  final String name;
  final String dtype;
  final List<int> shape;
  final String sha256;
  final List<double> numbers;
  final String path;
  final int stride;
  final Tolerance given;
  final Tolerance? fromPhoto;
  final List<Noise> noise;

  Map<String, Object?> toJson() => {
    'name': name,
    'dtype': dtype,
    'shape': shape,
    'sha256': sha256,
    'numbers': numbers,
    'path': path,
    'stride': stride,
    'given': given,
    'from_photo': fromPhoto,
    'noise': noise,
  };
}

/// The largest and the mean difference that pass, in the unit of the numbers.
final class Tolerance {
  const Tolerance({required this.maxAbs, required this.meanAbs});

  factory Tolerance.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['max_abs', 'mean_abs']);
    return Tolerance(
      maxAbs: fields.need('max_abs', asDouble),
      meanAbs: fields.need('mean_abs', asDouble),
    );
  }

  final double maxAbs;
  final double meanAbs;

  Map<String, Object?> toJson() => {
    'max_abs': maxAbs,
    'mean_abs': meanAbs,
  };
}

/// What a tolerance was derived from: the differences that some harmless change made.
final class Noise {
  const Noise({required this.source, required this.maxAbs, required this.meanAbs});

  factory Noise.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['source', 'max_abs', 'mean_abs']);
    return Noise(
      source: fields.need('source', asString),
      maxAbs: fields.need('max_abs', asDouble),
      meanAbs: fields.need('mean_abs', asDouble),
    );
  }

  final String source;
  final double maxAbs;
  final double meanAbs;

  Map<String, Object?> toJson() => {
    'source': source,
    'max_abs': maxAbs,
    'mean_abs': meanAbs,
  };
}

/// What no model is needed for: frames, and photos that are decoded.
final class GoldenBasics {
  const GoldenBasics({required this.frames, required this.photos, this.goldenVersion = 2});

  factory GoldenBasics.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['frames', 'photos', 'golden_version']);
    return GoldenBasics(
      frames: fields.need('frames', listOf(GoldenFrame.fromJson)),
      photos: fields.need('photos', listOf(GoldenPhoto.fromJson)),
      goldenVersion: fields.maybe('golden_version', asInt) ?? 2,
    );
  }

  final List<GoldenFrame> frames;
  final List<GoldenPhoto> photos;
  final int goldenVersion;

  Map<String, Object?> toJson() => {
    'frames': frames,
    'photos': photos,
    'golden_version': goldenVersion,
  };
}

/// A camera's frame and its picture: `planes` are those of `layout`, in its order.
final class GoldenFrame {
  const GoldenFrame({required this.name, required this.layout, required this.width, required this.height, required this.planes, required this.rowStrides, required this.pixelStrides, required this.span, required this.rotation, required this.mirror, required this.rgb});

  factory GoldenFrame.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['name', 'layout', 'width', 'height', 'planes', 'row_strides', 'pixel_strides', 'span', 'rotation', 'mirror', 'rgb']);
    return GoldenFrame(
      name: fields.need('name', asString),
      layout: fields.need('layout', oneOf(const ['bgra8888', 'i420', 'nv21', 'yuv_420_888'])),
      width: fields.need('width', asInt),
      height: fields.need('height', asInt),
      planes: fields.need('planes', listOf(asString)),
      rowStrides: fields.need('row_strides', listOf(asInt)),
      pixelStrides: fields.need('pixel_strides', listOf(asInt)),
      span: fields.need('span', oneOf(const ['full', 'limited'])),
      rotation: fields.need('rotation', oneOf(const [0, 90, 180, 270])),
      mirror: fields.need('mirror', asBool),
      rgb: fields.need('rgb', Values.fromJson),
    );
  }

  final String name;
  final String layout;
  final int width;
  final int height;
  final List<String> planes;
  final List<int> rowStrides;
  final List<int> pixelStrides;
  final String span;
  final int rotation;
  final bool mirror;
  final Values rgb;

  Map<String, Object?> toJson() => {
    'name': name,
    'layout': layout,
    'width': width,
    'height': height,
    'planes': planes,
    'row_strides': rowStrides,
    'pixel_strides': pixelStrides,
    'span': span,
    'rotation': rotation,
    'mirror': mirror,
    'rgb': rgb,
  };
}

/// A picture file and its pixels.
final class GoldenPhoto {
  const GoldenPhoto({required this.photo, required this.rgb});

  factory GoldenPhoto.fromJson(Object? json, String place) {
    final fields = Fields(json, place, const ['photo', 'rgb']);
    return GoldenPhoto(
      photo: fields.need('photo', asString),
      rgb: fields.need('rgb', Values.fromJson),
    );
  }

  final String photo;
  final Values rgb;

  Map<String, Object?> toJson() => {
    'photo': photo,
    'rgb': rgb,
  };
}
