/// Photo in, result out: every task as Python does it.
library;

import 'dart:typed_data';

import 'bundle.dart';
import 'errors.dart';
import 'interpreter.dart';
import 'predictor.dart';
import 'program.dart';
import 'results.dart';
import 'schema.dart';
import 'stylise.dart';
import 'transparency.dart';
import 'windows.dart';

/// The model that makes a photo larger.
const compactModel = 'super-resolution-compact';

/// What a model is asked: the photo, the input's height and width (its default) and, for
/// those that paint, the [mix] of learnt styles or the picture that gives the [style], and
/// what becomes of the painting.
final class Request {
  const Request(
    this.photo, {
    this.sizeHw,
    this.mix = '0',
    this.style,
    this.finish = const Finish(),
  });

  final Pixels photo;
  final (int, int)? sizeHw;
  final String mix;
  final Pixels? style;
  final Finish finish;
}

/// What the step at [index] of the program gave, for the [face] of that number.
final class Stage {
  const Stage(this.index, this.step, this.face, this.value);

  final int index;
  final Step step;
  final int? face;
  final Object? value;
}

/// Says which accelerator a model runs on; the canary is one such.
typedef Choose =
    Future<Accelerator> Function(ModelSpec spec, VerifiedFile file);

/// The tasks of the app on the models of a bundle.
///
/// Models are loaded when they are first needed and kept.  Each task raises only
/// [PocketLensError]; one call at a time.
final class Lens {
  Lens(this.bundle, this.choose);

  final Bundle bundle;
  final Choose choose;
  final _loaded = <(String, (int, int)?), Predictor>{};

  /// The model of that id, loaded once for each size.
  Future<Predictor> predictor(String id, [(int, int)? sizeHw]) async {
    final known = _loaded[(id, sizeHw)];
    if (known != null) return known;
    final entry = bundle.entry(id);
    final file = await bundle.file(entry, sizeHw);
    final accelerator = await choose(entry.spec, file);
    return _loaded[(id, sizeHw)] = Predictor(
      spec: entry.spec,
      file: file.file,
      labels: await bundle.labels(entry.spec),
      session: await accelerator.open(file.bytes),
      accelerator: accelerator.name,
    );
  }

  /// The probability of a person at every pixel.
  Future<Prediction<Mask>> segment(
    Pixels photo, [
    String model = 'portrait-segmentation',
  ]) => _typed(model, Request(photo));

  /// The faces with their boxes and six points.
  Future<Prediction<Faces>> faces(
    Pixels photo, [
    String model = 'face-detection-short',
  ]) => _typed(model, Request(photo));

  /// The faces with 468 points each; what turns out to be none is left out.
  Future<Prediction<Faces>> landmarks(
    Pixels photo, [
    String model = 'face-landmarks',
  ]) => _typed(model, Request(photo));

  /// The faces with the probability of a smile and of each expression.
  Future<Prediction<Faces>> smile(Pixels photo, [String model = 'smile']) =>
      _typed(model, Request(photo));

  /// The photo painted in a mix of learnt styles.
  Future<Prediction<Picture>> style(
    Pixels photo, [
    String mix = '0',
    String model = 'style-transfer',
    Finish finish = const Finish(),
  ]) => _typed(model, Request(photo, mix: mix, finish: finish));

  /// The photo painted in the style of another picture.
  Future<Prediction<Picture>> styleLike(
    Pixels photo,
    Pixels picture, [
    String model = 'style-transfer-any',
    Finish finish = const Finish(),
  ]) => _typed(model, Request(photo, style: picture, finish: finish));

  /// The photo four times as high and as wide, with detail.
  Future<Prediction<Picture>> superResolution(
    Pixels photo, [
    String model = compactModel,
  ]) => _typed(model, Request(photo));

  /// What the photo shows: the best labels.
  Future<Prediction<Labels>> classify(
    Pixels photo, [
    String model = 'image-classification',
  ]) => _typed(model, Request(photo));

  /// The objects with their boxes.
  Future<Prediction<Objects>> detect(
    Pixels photo, [
    String model = 'object-detection',
  ]) => _typed(model, Request(photo));

  /// The result of any model.
  Future<Prediction<Result>> predict(String model, Request request) async {
    final predictor = await this.predictor(model, request.sizeHw);
    if (predictor.step<FindFaces>() case FindFaces(:final model)) {
      return _eachFace(predictor, model, request.photo);
    }
    if (predictor.step<CutWindows>() case final CutWindows step) {
      return _eachWindow(predictor, step.margin, request.photo);
    }
    final vectors = await _vectors(predictor, request);
    final view = predictor.view(request.photo, vectors: vectors);
    final made = await predictor.predict(view);
    final value = made.value! as Result;
    if (predictor.step<ResizePicture>() == null) {
      return Prediction(value, made.ms, predictor.provenance);
    }
    final watch = Stopwatch()..start();
    final done = finished(request.photo, value as Picture, request.finish);
    final spent = Timings(postprocess: watch.elapsedMicroseconds / 1000);
    return Prediction(done, made.ms + spent, predictor.provenance);
  }

  /// Runs a model's whole program: every step, and those after `find-faces` once a face; of
  /// the windows of `cut-windows` the first.
  Stream<Stage> trace(String model, Request request) async* {
    final predictor = await this.predictor(model, request.sizeHw);
    final program = predictor.spec.program;
    yield Stage(0, program[0], null, request.photo);
    if (predictor.step<FindFaces>() case final FindFaces step) {
      final found = await predict(step.model, Request(request.photo));
      yield Stage(1, step, null, found.value);
      for (final (number, face) in (found.value as Faces).faces.indexed) {
        final view = predictor.view(request.photo, face: face);
        await for (final (step, value) in execute(program, view)) {
          yield Stage(program.indexOf(step), step, number, value);
        }
      }
      return;
    }
    final vectors = await _vectors(predictor, request);
    final view = predictor.view(request.photo, vectors: vectors);
    await for (final (step, value) in execute(program, view)) {
      yield Stage(program.indexOf(step), step, null, value);
    }
  }

  /// Gives the memory of every model back.
  Future<void> close() async {
    for (final predictor in _loaded.values) {
      await predictor.session.close();
    }
    _loaded.clear();
  }

  Future<Prediction<T>> _typed<T extends Result>(
    String model,
    Request request,
  ) async {
    final made = await predict(model, request);
    final value = made.value;
    if (value is! T) {
      throw SpecError(
        "the model '$model' is for another task: name another one",
      );
    }
    return Prediction(value, made.ms, made.from);
  }

  /// Each face, with what the model sees in it; without those in which it sees none.
  Future<Prediction<Faces>> _eachFace(
    Predictor predictor,
    String detector,
    Pixels photo,
  ) async {
    final found = await predict(detector, Request(photo));
    final kept = <Face>[];
    var ms = found.ms;
    for (final face in (found.value as Faces).faces) {
      final seen = await predictor.predict(predictor.view(photo, face: face));
      ms += seen.ms;
      final value = seen.value;
      if (value == null) continue;
      kept.add(withValue(face, predictor.spec.program, value));
    }
    return Prediction(Faces(kept), ms, predictor.provenance);
  }

  /// The whole picture, window by window.
  Future<Prediction<Picture>> _eachWindow(
    Predictor predictor,
    int margin,
    Pixels photo,
  ) async {
    final scale = switch (predictor.step<JoinWindows>()) {
      JoinWindows(:final scale) => scale,
      null => throw SpecError('${predictor.spec.id} joins no windows'),
    };
    final (width, height) = (scale * photo.width, scale * photo.height);
    final whole = Pixels(width, height, Uint8List(3 * width * height));
    final (high, wide) = predictor.file.sizeHw;
    var ms = const Timings();
    final all = windowsOf((photo.width, photo.height), (wide, high), margin);
    for (final window in all) {
      final view = predictor.view(photo, window: window);
      final made = await predictor.predict(view);
      placeWindow(whole, window, (made.value! as Picture).pixels, scale);
      ms += made.ms;
    }
    final value = Picture(withAlpha(whole, photo));
    return Prediction(value, ms, predictor.provenance);
  }

  /// The inputs of a model beside the picture.
  Future<Tensors> _vectors(Predictor predictor, Request request) async {
    if (predictor.step<MixStyles>() case final MixStyles step) {
      return {step.input: parseStyle(request.mix, step.styles)};
    }
    if (predictor.step<EmbedStyle>() case final EmbedStyle step) {
      final picture = request.style ?? request.photo;
      final seen = await predict(step.model, Request(picture));
      return {step.input: (seen.value as StyleVector).values};
    }
    return const {};
  }
}
