// The table of cases that Python, TypeScript and Dart are all held to, and what plays them.
import 'dart:convert';
import 'dart:io';
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
  var time = 1000.0;

  @override
  double now() => time;

  @override
  Future<void> sleep(double seconds) async {
    waits.add(seconds);
    time += seconds;
  }

  @override
  double random() => draw;
}

/// Replies of the table by their names, in this order.
final class Scripted {
  Scripted(Iterable<String> names) : _left = [...names];

  final List<String> _left;
  final deadlines = <int>[];

  Future<Reply> send(ServerRequest request, double seconds) async {
    deadlines.add(int.parse(request.headers['X-Deadline-Ms']!));
    final record = (cases['replies'] as Case)[_left.removeAt(0)] as Case;
    if (record['fails'] case final String why) throw TransportError(why);
    return replyOf(record);
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
