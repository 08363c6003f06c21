// The table of cases that Python, TypeScript and Dart are all held to, and what plays them.
import 'dart:async';
import 'dart:convert';
import 'dart:io';
import 'dart:math' as math;
import 'dart:typed_data';

import 'package:pocketlens/src/remote/clock.dart';
import 'package:pocketlens/src/remote/transport.dart';

typedef Case = Map<String, dynamic>;

final Case cases =
    jsonDecode(File('../golden/outcomes.json').readAsStringSync()) as Case;

List<Case> rowsOf(String section) => (cases[section] as List).cast<Case>();

List<int> intsOf(Object? list) => (list! as List).cast<int>();

(int, int) sizeOf(Object? pair) {
  final [width, height] = intsOf(pair);
  return (width, height);
}

Uint8List bytesOf(String text) => Uint8List.fromList(utf8.encode(text));

Reply replyOf(Case record) => Reply(
  record['status'] as int,
  record['retry_after'] as String? ?? '',
  bytesOf(record['text'] as String? ?? jsonEncode(record['body'])),
);

/// Time that only moves when it is told to.
final class HeldClock implements Clock {
  HeldClock([this.draw = 0]);

  final double draw;
  final waits = <double>[];
  final _timers = <(double, void Function())>[];
  var _running = false;
  var time = 1000.0;

  /// How many timers nobody has cancelled, that were not done.
  int get left => _timers.length;

  @override
  double now() => time;

  @override
  Future<void> sleep(double seconds) async {
    waits.add(seconds);
    time += seconds;
  }

  @override
  void Function() after(double seconds, void Function() then) {
    final timer = (time + math.max(0, seconds), then);
    _timers.add(timer);
    return () => _timers.remove(timer);
  }

  @override
  double random() => draw;

  /// Goes on from timer to timer until none is left; what follows from one has happened before
  /// the next.
  Future<void> run() async {
    if (_running) return;
    _running = true;
    for (;;) {
      await Future<void>.delayed(Duration.zero);
      if (_timers.isEmpty) break;
      final next = _timers.reduce(
        (one, other) => other.$1 < one.$1 ? other : one,
      );
      _timers.remove(next);
      time = math.max(time, next.$1);
      next.$2();
    }
    _running = false;
  }
}

/// What a server says in a case, and what it was sent.
final class Scripted {
  Scripted(this.row, this.clock);

  final Case row;
  final HeldClock clock;
  final deadlines = <int>[];
  final keys = <String>{};
  var cut = 0;

  Future<Reply> send(ServerRequest request, Future<void> over) async {
    final index = deadlines.length;
    deadlines.add(int.parse(request.headers['X-Deadline-Ms']!));
    final key = request.headers['Idempotency-Key'];
    if (key != null) keys.add(key);
    final takes = row['takes'] as List?;
    final seconds = takes == null ? 0 : takes[index] as num?;
    if (seconds != 0) await _passing(seconds?.toDouble(), over);
    final name = (row['replies'] as List).cast<String>()[index];
    final record = (cases['replies'] as Case)[name] as Case;
    if (record['fails'] case final String why) throw TransportError(why);
    return replyOf(record);
  }

  /// So many seconds, or (null) for ever; [TransportError] where it is cut before.
  Future<void> _passing(double? seconds, Future<void> over) {
    unawaited(clock.run());
    final passed = Completer<void>();
    final cancel = seconds == null
        ? null
        : clock.after(seconds, passed.complete);
    unawaited(
      over.then((_) {
        if (passed.isCompleted) return;
        cancel?.call();
        cut += 1;
        passed.completeError(const TransportError('it was cut'));
      }),
    );
    return passed.future;
  }
}

/// Whether a value is the expected one, numbers to a ten-thousandth.
bool near(Object? found, Object? expected) => switch ((found, expected)) {
  (final num one, final num other) => (one - other).abs() < 1e-4,
  (final List<Object?> one, final List<Object?> other) =>
    one.length == other.length &&
        one.indexed.every((it) => near(it.$2, other[it.$1])),
  (final Map<String, Object?> one, final Map<String, Object?> other) =>
    one.length == other.length &&
        other.keys.every((name) => near(one[name], other[name])),
  _ => found == expected,
};
