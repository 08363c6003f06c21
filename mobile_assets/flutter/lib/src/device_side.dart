/// The device's half of a router: a lens that is asked one question after the other, and what
/// it says.
library;

import 'errors.dart';
import 'outcomes.dart';
import 'pipeline.dart';
import 'remote/clock.dart';
import 'results.dart';

/// A value and where it comes from.
typedef Worked<T> = (T, OutcomeProvenance);

/// What a lens is asked to do; [name] is what its times are kept under.
final class DeviceTask<T> {
  const DeviceTask(this.name, this.work);

  final String name;
  final Future<Worked<T>> Function(Lens lens) work;
}

// How much of the last times counts, and what is expected before there was one, in seconds.
const _share = 0.3;
const _first = 0.5;

/// Asks a lens.
final class DeviceSide {
  DeviceSide(this.lens);

  final Lens lens;
  final _seconds = <String, double>{};
  Future<void> _last = Future.value();

  /// Seconds that a task takes, by its last times.
  double expected(String name) => _seconds[name] ?? _first;

  /// Begin; the future raises [PhotoError] for a photo that is none.
  Future<Outcome<T>> start<T>(DeviceTask<T> task) {
    final done = _last.then((_) => _done(task));
    _last = done.then<void>((_) {}, onError: (Object _) {});
    return done;
  }

  /// What the lens says within so many seconds; one that takes longer is left to end.
  Future<Outcome<T>> ask<T>(DeviceTask<T> task, double seconds) =>
      start(task).timeout(
        duration(seconds),
        onTimeout: () => const Unavailable(
          'the device was not done by the deadline',
          0,
          'deadline',
        ),
      );

  Future<Outcome<T>> _done<T>(DeviceTask<T> task) async {
    try {
      final (value, provenance) = await task.work(lens);
      final spent =
          provenance.ms.values.fold(0.0, (sum, ms) => sum + ms) / 1000;
      final before = _seconds[task.name] ?? spent;
      _seconds[task.name] = (1 - _share) * before + _share * spent;
      return Ok(value, provenance);
    } on PhotoError {
      rethrow;
    } on PocketLensError catch (error) {
      return Unavailable(error.message, null, 'device-failed');
    }
  }
}

/// Where a prediction of a lens comes from.
OutcomeProvenance deviceProvenance(Prediction<Result> made) =>
    OutcomeProvenance(
      where: Side.device,
      model: made.from.model,
      sha256: made.from.sha256,
      variant: made.from.variant,
      accelerator: made.from.accelerator,
      ms: {
        'preprocess': made.ms.preprocess,
        'run': made.ms.run,
        'postprocess': made.ms.postprocess,
      },
    );
