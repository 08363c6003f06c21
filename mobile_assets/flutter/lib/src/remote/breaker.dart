/// What keeps a client from asking a server that is down, again and again.
library;

import 'dart:math' as math;

import 'clock.dart';

const _longest = 60.0;

/// Opens after some failures in a row; after a while lets one question through.
///
/// Its answer closes the breaker, its failure doubles the wait, to a minute at most.
final class Breaker {
  Breaker(this.most, this.first, this.clock) : _wait = first;

  final int most;
  final double first;
  final Clock clock;
  double _wait;
  var _failures = 0;
  var _opensAt = 0.0;
  var _trying = false;

  /// 0 where a question may be sent now, which has to be followed by [note]; else the seconds
  /// to wait.
  double rest() {
    if (_failures < most) return 0;
    final left = _opensAt - clock.now();
    if (left > 0) return left;
    if (_trying) return _wait;
    _trying = true;
    return 0;
  }

  /// What came of a question: the server lives, or not; null says neither.
  void note({required bool? alive}) {
    final tried = _trying;
    _trying = false;
    if (alive == true) {
      _failures = 0;
      _wait = first;
    } else if (tried) {
      _wait = math.min(2 * _wait, _longest);
      _opensAt = clock.now() + _wait;
    } else if (alive == false) {
      _failures += 1;
      _opensAt = clock.now() + _wait;
    }
  }
}
