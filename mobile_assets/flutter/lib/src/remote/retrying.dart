/// When a question is repeated: how long to wait before, and whether there is budget.
library;

import 'dart:math' as math;

import 'clock.dart';

const _most = 10.0;
const _share = 0.2;

/// Repetitions are a fifth of the questions at most, so that a server in trouble does not get
/// three times the load; ten may be saved up.
final class RetryBudget {
  var _tokens = _most;

  /// A question was asked.
  void earn() => _tokens = math.min(_most, _tokens + _share);

  /// Whether one may be repeated; it is counted.
  bool take() {
    if (_tokens < 1) return false;
    _tokens -= 1;
    return true;
  }
}

/// Which addresses asked to be left alone, and until when (`Retry-After`).
final class Holds {
  Holds(this.clock);

  final Clock clock;
  final _until = <String, double>{};

  /// Ask nothing of the address for so long.
  void hold(String path, double seconds) =>
      _until[path] = clock.now() + seconds;

  /// Seconds until it may be asked again; 0 for now.
  double rest(String path) =>
      math.max(0.0, (_until[path] ?? 0.0) - clock.now());
}

/// Seconds before the next attempt: anything from 0 to [backoff] doubled with each ([draw] says
/// what, 0..1), after what the server asked for.
double jittered(double backoff, int attempt, double? retryAfter, double draw) =>
    (retryAfter ?? 0.0) + draw * backoff * math.pow(2, attempt - 1);
