/// One model, ready: the steps of its program before, at and after the run, each timed.
library;

import 'interpreter.dart';
import 'program.dart';
import 'results.dart';
import 'schema.dart';
import 'windows.dart';

/// What a program gave and how long its parts took.
final class Seen {
  const Seen(this.value, this.ms);

  /// What the last step gave; null where a step found that there is nothing.
  final Object? value;
  final Timings ms;
}

/// A model of a bundle with its memory taken.
final class Predictor {
  Predictor({
    required this.spec,
    required this.file,
    required this.labels,
    required this.session,
    required this.accelerator,
  });

  final ModelSpec spec;
  final ModelFile file;
  final List<String> labels;
  final Session session;
  final String accelerator;

  Provenance get provenance => Provenance(
    model: spec.id,
    version: spec.version,
    variant: file.variant,
    sha256: file.sha256,
    accelerator: accelerator,
  );

  /// The first step of a kind, or null.
  T? step<T extends Step>() => spec.program.whereType<T>().firstOrNull;

  /// What [execute] needs for the model's program.
  View view(
    Pixels rgb, {
    Face? face,
    PhotoWindow? window,
    Tensors vectors = const {},
  }) => View(
    rgb: rgb,
    size: (file.sizeHw.$2, file.sizeHw.$1),
    run: session.run,
    labels: labels,
    face: face,
    window: window,
    vectors: vectors,
  );

  /// Runs the program on a photo, or one face or window of it.
  Future<Seen> predict(View view) async {
    final watch = Stopwatch()..start();
    var ms = const Timings();
    var ran = false;
    Object? value;
    await for (final (step, given) in execute(spec.program, view)) {
      value = given;
      final spent = watch.elapsedMicroseconds / 1000;
      ms += switch (step) {
        Run() => Timings(run: spent),
        _ when ran => Timings(postprocess: spent),
        _ => Timings(preprocess: spent),
      };
      ran = ran || step is Run;
      watch.reset();
    }
    return Seen(value, ms);
  }
}
