/// One question to a server: sent, repeated where that is safe, ended at its deadline.
///
/// Every question here is safe to repeat: it is answered from the photo alone and changes
/// nothing, and all its attempts carry one `Idempotency-Key`.  What is repeated is what never
/// reached the server or broke on the way, and what the server calls `retryable`.
library;

import 'dart:async';
import 'dart:math' as math;

import 'breaker.dart';
import 'clock.dart';
import 'refusals.dart';
import 'remote_settings.dart';
import 'retrying.dart';
import 'transport.dart';

// A question that had less time than this says nothing of the server where it gets no answer.
const _fairSeconds = 0.25;
const _isShut = Refusal('the client was closed', 'unreachable', null);

/// What came, how many attempts it took, and the milliseconds of the last one.
final class Answered<T> {
  const Answered(this.answer, this.attempts, this.ms);

  final T answer;
  final int attempts;
  final double ms;
}

/// A request and how its answer is read: [read] raises [Refusal] for one that is none.  [ends]:
/// its deadline, a moment of the clock.  [hedgeAfter]: seconds, null for never.
final class Question<T> {
  const Question(
    this.request,
    this.read, {
    required this.ends,
    required this.hedgeAfter,
  });

  final ServerRequest request;
  final FutureOr<T> Function(Reply reply) read;
  final double ends;
  final double? hedgeAfter;
}

/// Asks one server.
final class Caller {
  Caller(this.transport, this.settings, this.clock)
    : _breaker = Breaker(
        settings.breakerFailures,
        settings.breakerSeconds,
        clock,
      ),
      _holds = Holds(clock);

  final Transport transport;
  final RemoteSettings settings;
  final Clock clock;
  final Breaker _breaker;
  final Holds _holds;
  final _budget = RetryBudget();
  final _ends = <void Function()>{};
  var _closed = false;

  /// Gives up what is asked, and asks nothing more.
  void close() {
    _closed = true;
    for (final end in [..._ends]) {
      end();
    }
  }

  /// The answer, by the deadline; raises [Refusal] where there is none.
  Future<Answered<T>> ask<T>(Question<T> question) async {
    _budget.earn();
    for (var attempt = 1; ; attempt += 1) {
      try {
        final answered = await _attempt(question);
        return Answered(answered.answer, attempt, answered.ms);
      } on Refusal catch (refusal) {
        final wait = _wait(question, refusal, attempt);
        if (wait == null) rethrow;
        await _rest(wait);
      }
    }
  }

  /// So many seconds, or until it is closed.
  Future<void> _rest(double seconds) {
    final rested = Completer<void>();
    void end() {
      if (!rested.isCompleted) rested.complete();
    }

    _ends.add(end);
    unawaited(clock.sleep(seconds).then((_) => end()));
    return rested.future.whenComplete(() => _ends.remove(end));
  }

  Future<Answered<T>> _attempt<T>(Question<T> question) async {
    if (_closed) throw _isShut;
    final place = question.request.path.split('?').first;
    final held = _holds.rest(place);
    if (held > 0) {
      throw Refusal('the server asked to be left alone', 'held', held);
    }
    final shut = _breaker.rest();
    if (shut > 0) {
      throw Refusal(
        'the server has failed again and again',
        'circuit-open',
        shut,
      );
    }
    final fair = _left(question) >= _fairSeconds;
    bool? alive;
    try {
      final answered = await _race(question);
      alive = true;
      return answered;
    } on Refusal catch (refusal) {
      alive = refusal.alive;
      final after = refusal.retryAfter ?? 0.0;
      if (refusal.retryable && after > 0) _holds.hold(place, after);
      rethrow;
    } finally {
      _breaker.note(alive: alive == true || fair ? alive : null);
    }
  }

  /// The request, and where it is hedged a second one beside it: the first answer counts, and a
  /// refusal where nothing else is on its way.  Whatever is still asked then is given up.
  Future<Answered<T>> _race<T>(Question<T> question) {
    final ended = Completer<Answered<T>>();
    final over = Completer<void>();
    var waiting = 0;

    void answer(Answered<T> answered) {
      if (!ended.isCompleted) ended.complete(answered);
    }

    void fail(Object error, StackTrace trace) {
      waiting -= 1;
      if (ended.isCompleted || (error is Refusal && waiting > 0)) return;
      ended.completeError(error, trace);
    }

    void send() {
      waiting += 1;
      unawaited(_sent(question, over.future).then(answer, onError: fail));
    }

    void tooLate() {
      const why = Refusal('no answer by the deadline', 'deadline', 0);
      if (!ended.isCompleted) ended.completeError(why);
    }

    void shut() {
      if (!ended.isCompleted) ended.completeError(_isShut);
    }

    _ends.add(shut);
    final left = _left(question);
    final hedge = question.hedgeAfter;
    final timers = [
      clock.after(left, tooLate),
      if (hedge != null && hedge < left)
        clock.after(hedge, () {
          if (_budget.take()) send();
        }),
    ];
    send();
    return ended.future.whenComplete(() {
      for (final cancel in timers) {
        cancel();
      }
      _ends.remove(shut);
      over.complete();
    });
  }

  Future<Answered<T>> _sent<T>(Question<T> question, Future<void> over) async {
    final started = clock.now();
    final request = question.request;
    final left = math.max(1, (1000 * _left(question)).truncate());
    final headers = {...request.headers, 'X-Deadline-Ms': '$left'};
    final Reply reply;
    try {
      reply = await transport(request.withHeaders(headers), over);
    } on TransportError catch (error) {
      final why = 'the server cannot be reached (${error.message})';
      throw Refusal(why, 'unreachable', 0);
    }
    if (reply.status != 200) throw refusalOf(reply);
    final answer = await question.read(reply);
    return Answered(answer, 1, 1000 * (clock.now() - started));
  }

  /// Seconds before it is sent again; null where it is not.
  double? _wait(Question<Object?> question, Refusal refusal, int attempt) {
    if (!refusal.retryable || attempt >= settings.attempts) return null;
    final wait = jittered(
      settings.backoff,
      attempt,
      refusal.retryAfter,
      clock.random(),
    );
    if (wait >= _left(question) || !_budget.take()) return null;
    return wait;
  }

  double _left(Question<Object?> question) => question.ends - clock.now();
}
