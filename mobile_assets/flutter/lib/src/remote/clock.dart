/// Time and chance, in one place so that tests can hold them still.
library;

import 'dart:async';
import 'dart:math' as math;

/// Seconds since any moment, which never go back; waiting; chance.
abstract interface class Clock {
  double now();

  Future<void> sleep(double seconds);

  /// Does something in so many seconds; what it gives keeps that from happening.
  void Function() after(double seconds, void Function() then);

  /// From 0 up to 1.
  double random();
}

/// The device's own.
final class SystemClock implements Clock {
  final _watch = Stopwatch()..start();
  final _chance = math.Random();

  @override
  double now() => _watch.elapsedMicroseconds / 1e6;

  @override
  Future<void> sleep(double seconds) => Future<void>.delayed(duration(seconds));

  @override
  void Function() after(double seconds, void Function() then) =>
      Timer(duration(seconds), then).cancel;

  @override
  double random() => _chance.nextDouble();
}

/// Seconds as a duration, from 0 up.
Duration duration(double seconds) =>
    Duration(microseconds: math.max(0, (seconds * 1e6).ceil()));
