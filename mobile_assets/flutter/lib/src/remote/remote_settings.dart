/// How a server is asked: deadlines, repetitions, patience.
library;

import 'dart:io' show SecurityContext;

import 'clock.dart';
import 'transport.dart';

/// [seconds]: the deadline of a question where it has none of its own.  [attempts]: how often it
/// is sent at most, with waits drawn from 0 to [backoff] seconds, doubled each time (full
/// jitter).
///
/// After [breakerFailures] failures in a row nothing is sent for [breakerSeconds]; then one
/// question is let through to see.  [hedgeAfter] seconds without an answer, the question is sent
/// once more beside the first; null for never.  [modelsSeconds]: how long a list of models counts
/// as fresh.  [trusted] has the certificates to trust instead of the device's, such as those of
/// an authority of your own; they are always verified.  [transport] sends the questions, by
/// `dart:io` where it is null.
final class RemoteSettings {
  const RemoteSettings({
    this.seconds = 30,
    this.attempts = 3,
    this.backoff = 0.1,
    this.breakerFailures = 5,
    this.breakerSeconds = 5,
    this.hedgeAfter,
    this.modelsSeconds = 60,
    this.maxAnswerBytes = 256 * 1024 * 1024,
    this.trusted,
    this.transport,
    this.clock,
  });

  final double seconds;
  final int attempts;
  final double backoff;
  final int breakerFailures;
  final double breakerSeconds;
  final double? hedgeAfter;
  final double modelsSeconds;
  final int maxAnswerBytes;
  final SecurityContext? trusted;
  final Transport? transport;
  final Clock? clock;
}
