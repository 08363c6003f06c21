/// Which accelerator a model runs on: the fastest of those that are right on this device.
///
/// Each accelerator runs the model's golden inputs twice.  It is demoted, with a reason, for
/// zeros, numbers that are none, a first or second run outside the tolerances of the golden
/// vectors, an exception, a run longer than the deadline, being slower than the first one
/// offered (the CPU), or for having taken the app down with it.  The choice is kept for a file,
/// a device and a driver; the last good one survives whatever happens to the golden vectors.
library;

import 'dart:async';
import 'dart:convert';
import 'dart:typed_data';

import 'bundle.dart';
import 'errors.dart';
import 'fields.dart';
import 'golden.dart';
import 'interpreter.dart';
import 'results.dart';
import 'schema.dart';

/// Why an accelerator is not used.
enum Demotion {
  zeros,
  notANumber,
  wrongFirstRun,
  wrongSecondRun,
  exception,
  hang,
  slowerThanCpu,
  crash,
}

/// How an accelerator did: [demotion] is null where it was right; [ms] is the second run.
final class Trial {
  const Trial(this.accelerator, {this.ms, this.demotion, this.detail = ''});

  final String accelerator;
  final double? ms;
  final Demotion? demotion;
  final String detail;
}

/// The accelerator that was chosen, and how all of them did; [fromStore] says that an earlier
/// start of the app had tried them.
final class Choice {
  const Choice(this.accelerator, this.trials, {this.fromStore = false});

  final String accelerator;
  final List<Trial> trials;
  final bool fromStore;
}

/// Text by key that survives the app: a file, or the preferences of the platform.
abstract interface class Store {
  Future<String?> read(String key);

  Future<void> write(String key, String text);
}

/// Inputs of a graph, the outputs that Python gave, and how far others may be from them.
final class Exam {
  const Exam(this.inputs, this.outputs);

  final Tensors inputs;
  final List<(Values, List<num>)> outputs;
}

/// Chooses an accelerator for each model.
final class Canary {
  const Canary({
    required this.offered,
    required this.store,
    required this.device,
    required this.golden,
    this.deadline = const Duration(seconds: 20),
  });

  /// The CPU, which always works, is the first.
  final List<Accelerator> offered;
  final Store store;

  /// The device and its system's version.
  final String device;
  final GoldenVectors golden;

  /// For opening a model and for each run.
  final Duration deadline;

  /// As `Lens` asks it.
  Future<Accelerator> call(ModelSpec spec, VerifiedFile file) async {
    final choice = await choose(spec, file);
    return offered.firstWhere(
      (it) => it.name == choice.accelerator,
      orElse: () => offered.first,
    );
  }

  /// The choice for a file: the stored one, or that of trying all.
  ///
  /// Raises [BackendError], with every reason, where none is right.
  Future<Choice> choose(ModelSpec spec, VerifiedFile file) async {
    final key = keyOf(file.file.sha256);
    final stored = await _stored(key);
    if (stored != null) return stored;
    final Exam exam;
    try {
      exam = await examOf(golden, spec, file.file);
    } on PocketLensError {
      // Without golden vectors nothing can be proven: what was last proven here stays.
      return await _stored(_lastKey(spec.id)) ?? Choice(offered.first.name, []);
    }
    final trials = await _tryAll(key, file, exam);
    final best = fastest(trials);
    if (best == null) throw _none(spec, trials);
    final choice = Choice(best, trials);
    final text = jsonEncode(_written(choice));
    await store.write(key, text);
    await store.write(_lastKey(spec.id), text);
    return choice;
  }

  /// What a choice is kept under: another file, device or driver has to prove itself again.
  String keyOf(String sha256) {
    final drivers = [for (final it in offered) '${it.name} ${it.driver}'];
    return 'canary|$sha256|$device|${drivers.join('|')}';
  }

  String _lastKey(String model) => 'canary-last|$model|$device';

  Future<Choice?> _stored(String key) async {
    final text = await store.read(key);
    final choice = text == null ? null : _read(text);
    final known = offered.any((it) => it.name == choice?.accelerator);
    return known ? choice : null;
  }

  Future<List<Trial>> _tryAll(String key, VerifiedFile file, Exam exam) async {
    final trials = <Trial>[];
    for (final accelerator in offered) {
      // A driver that takes the app down leaves this behind, and is not tried again.
      final mark = '$key|trying ${accelerator.name}';
      if (await store.read(mark) == 'now') {
        trials.add(Trial(accelerator.name, demotion: Demotion.crash));
        continue;
      }
      await store.write(mark, 'now');
      trials.add(await _try(accelerator, file, exam));
      await store.write(mark, 'done');
    }
    return compared(trials);
  }

  Future<Trial> _try(
    Accelerator accelerator,
    VerifiedFile file,
    Exam exam,
  ) async {
    Session? session;
    try {
      session = await accelerator.open(file.bytes).timeout(deadline);
      return await _twice(accelerator.name, session, exam);
    } on TimeoutException {
      return Trial(
        accelerator.name,
        demotion: Demotion.hang,
        detail: 'longer than ${deadline.inMilliseconds} ms',
      );
    } catch (error) {
      // Whatever a delegate throws, another one can still run the model.
      return Trial(
        accelerator.name,
        demotion: Demotion.exception,
        detail: '$error'.split('\n').first,
      );
    } finally {
      unawaited(session?.close());
    }
  }

  Future<Trial> _twice(String name, Session session, Exam exam) async {
    final first = await session.run(exam.inputs).timeout(deadline);
    final wrongFirst = fault(first, exam, Demotion.wrongFirstRun);
    if (wrongFirst != null) return Trial(name, demotion: wrongFirst);
    final watch = Stopwatch()..start();
    final second = await session.run(exam.inputs).timeout(deadline);
    final ms = watch.elapsedMicroseconds / 1000;
    final wrongSecond = fault(second, exam, Demotion.wrongSecondRun);
    return Trial(name, ms: ms, demotion: wrongSecond);
  }
}

BackendError _none(ModelSpec spec, List<Trial> trials) {
  final reasons = [
    for (final it in trials)
      '${it.accelerator}: ${it.demotion?.name} ${it.detail}'.trim(),
  ];
  return BackendError(
    'no accelerator of this device runs ${spec.id} rightly '
    '(${reasons.join('; ')}): ask the server',
  );
}

/// What is wrong with the outputs of a run; null where nothing is.
Demotion? fault(Tensors outputs, Exam exam, Demotion wrong) {
  for (final (values, kept) in exam.outputs) {
    final made = outputs[values.name]?.data;
    if (made == null) return wrong;
    if (made.any((value) => !value.isFinite)) return Demotion.notANumber;
    final blank = made.every((value) => value == 0);
    if (blank && kept.any((value) => value != 0)) return Demotion.zeros;
    final off = differenceOf(kept, made, values.stride);
    if (!passes(off, values.given)) return wrong;
  }
  return null;
}

/// The trials, those that are right but slower than the first one demoted.
List<Trial> compared(List<Trial> trials) {
  final cpu = trials.first;
  return [
    for (final trial in trials)
      if (trial.demotion == null && cpu.demotion == null && trial.ms! > cpu.ms!)
        Trial(trial.accelerator, ms: trial.ms, demotion: Demotion.slowerThanCpu)
      else
        trial,
  ];
}

/// The fastest accelerator that was not demoted; null where there is none.
String? fastest(List<Trial> trials) {
  Trial? best;
  for (final trial in trials) {
    if (trial.demotion != null) continue;
    if (best == null || trial.ms! < best.ms!) best = trial;
  }
  return best?.accelerator;
}

/// The exam that the golden vectors of a model make; raises [BundleError] where they are those
/// of another file.
Future<Exam> examOf(
  GoldenVectors golden,
  ModelSpec spec,
  ModelFile file,
) async {
  final cases = (await golden.of(spec.id)).cases;
  final own = cases.where((it) => it.sha256 == file.sha256);
  if (own.isEmpty) {
    throw BundleError(
      "the golden vectors of ${spec.id} are of another file: make them with "
      "'edge-convert golden ${spec.id}'",
    );
  }
  final stages = own.first.stages;
  final run = stages.indexWhere((stage) => stage.step == 'run');
  if (run < 0) throw BundleError('${spec.id}: golden vectors without a run');
  final before = stages.take(run).where((it) => it.face == stages[run].face);
  return Exam(await _inputs(golden, spec, before.toList()), [
    for (final values in stages[run].values)
      if (await golden.load(values) case final List<num> kept) (values, kept),
  ]);
}

/// Steps that give what is written into the input.
const _pixels = {'resize', 'crop-square', 'cut-windows'};

/// What went into the graph: the pixels, widened, and the vectors beside them.
Future<Tensors> _inputs(
  GoldenVectors golden,
  ModelSpec spec,
  List<GoldenStage> before,
) async {
  final pixels = before.where((it) => _pixels.contains(it.step));
  if (pixels.isEmpty) {
    throw BundleError('${spec.id}: golden vectors without pixels');
  }
  final widened = await golden.load(pixels.last.values.single);
  return {
    for (final values in before.last.values)
      values.name: _tensor(values, await golden.load(values) ?? widened),
  };
}

TensorData _tensor(Values values, List<num>? numbers) {
  return TensorData(
    values.shape,
    Float32List.fromList([for (final it in numbers ?? <num>[]) it.toDouble()]),
  );
}

Map<String, Object?> _written(Choice choice) => {
  'accelerator': choice.accelerator,
  'trials': [
    for (final trial in choice.trials)
      {
        'accelerator': trial.accelerator,
        'ms': trial.ms,
        'demotion': trial.demotion?.name,
        'detail': trial.detail,
      },
  ],
};

/// A stored choice; null where the text is damaged or of another version.
Choice? _read(String text) {
  try {
    final fields = Fields(jsonDecode(text), 'choice', const [
      'accelerator',
      'trials',
    ]);
    return Choice(
      fields.need('accelerator', asString),
      fields.need('trials', listOf(_trial)),
      fromStore: true,
    );
  } on FormatException {
    return null;
  } on BundleError {
    return null;
  }
}

Trial _trial(Object? json, String place) {
  final fields = Fields(json, place, const [
    'accelerator',
    'ms',
    'demotion',
    'detail',
  ]);
  final names = [for (final it in Demotion.values) it.name];
  final demotion = fields.maybe('demotion', oneOf(names));
  return Trial(
    fields.need('accelerator', asString),
    ms: fields.maybe('ms', asDouble),
    demotion: demotion == null ? null : Demotion.values.byName(demotion),
    detail: fields.maybe('detail', asString) ?? '',
  );
}
