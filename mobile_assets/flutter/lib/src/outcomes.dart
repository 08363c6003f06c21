/// What comes of a question that may be answered here, elsewhere, or not at all.
///
///     switch (await router.faces(photo)) {
///       case Ok(:final value, :final provenance): ...
///       case Degraded(:final value, :final why): ...
///       case Unavailable(:final why, :final retryAfter): ...
///     }
///
/// An outage is never an empty list: no faces is an [Ok], an [Unavailable] has no value, and a
/// switch that leaves one of the three out does not compile.
library;

/// Where a value comes from.
///
/// [sha256]: of the model's file, empty where it is not known.  [ms]: milliseconds by stage;
/// of a server's answer `server.*` are its own and `round_trip` is all of it.  [bytesSent]: the
/// upload; [bytesSaved]: what the photo as given has more than that.
final class OutcomeProvenance {
  const OutcomeProvenance({
    required this.where,
    required this.model,
    required this.sha256,
    required this.variant,
    required this.accelerator,
    this.ms = const {},
    this.bytesSent = 0,
    this.bytesSaved = 0,
    this.attempts = 1,
  });

  final Side where;
  final String model;
  final String sha256;
  final String variant;
  final String accelerator;
  final Map<String, double> ms;
  final int bytesSent;
  final int bytesSaved;
  final int attempts;
}

/// Who answers.
enum Side { device, server }

/// One of [Ok], [Degraded] and [Unavailable].
sealed class Outcome<T> {
  const Outcome();
}

/// What was asked for.
final class Ok<T> extends Outcome<T> {
  const Ok(this.value, this.provenance);

  final T value;
  final OutcomeProvenance provenance;
}

/// Less than what was asked for; [why] says in what.
final class Degraded<T> extends Outcome<T> {
  const Degraded(this.value, this.provenance, this.why);

  final T value;
  final OutcomeProvenance provenance;
  final String why;
}

/// No answer: [why] is one line; [retryAfter] seconds from now it may be asked again, null where
/// asking again will not help.
///
/// [code] is the server's (`weights-missing`, `invalid-parameter`, ...) or one of
/// `unreachable`, `deadline`, `circuit-open`, `not-an-answer`, `wrong-file`, `held`,
/// `not-offered`, `not-asked`, `device-failed`.
final class Unavailable extends Outcome<Never> {
  const Unavailable(this.why, this.retryAfter, this.code);

  final String why;
  final double? retryAfter;
  final String code;
}

/// The outcome with another value made of its own, where it has one.
Outcome<R> mapped<T, R>(Outcome<T> outcome, R Function(T value) change) =>
    switch (outcome) {
      Ok(:final value, :final provenance) => Ok(change(value), provenance),
      Degraded(:final value, :final provenance, :final why) => Degraded(
        change(value),
        provenance,
        why,
      ),
      final Unavailable none => none,
    };

/// The outcome with [why] it is less than what was asked for.
Outcome<T> degraded<T>(Outcome<T> outcome, String why) => switch (outcome) {
  Ok(:final value, :final provenance) => Degraded(value, provenance, why),
  Degraded(:final value, :final provenance, why: final first) => Degraded(
    value,
    provenance,
    '$first; $why',
  ),
  final Unavailable none => none,
};
