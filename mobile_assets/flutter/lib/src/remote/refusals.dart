/// Answers that are none: problem details, other statuses, and what cannot be read.
library;

import 'dart:convert';
import 'dart:math' as math;
import 'dart:typed_data';

import '../outcomes.dart';
import 'transport.dart';

const _longestWait = 3600.0;
const _gateway = [502, 503, 504]; // of a proxy, which knows no problem details
const _neverRepeated = ['deadline', 'circuit-open'];

/// Why there is no answer.
///
/// [retryAfter]: seconds after which it may be asked again, null where that does not help.
/// [alive]: whether a server that works said so.
final class Refusal implements Exception {
  const Refusal(this.why, this.code, this.retryAfter, {this.alive = false});

  final String why;
  final String code;
  final double? retryAfter;
  final bool alive;

  /// Whether the same question may be sent again.
  bool get retryable => retryAfter != null && !_neverRepeated.contains(code);

  /// The refusal as an outcome.
  Unavailable unavailable() => Unavailable(why, retryAfter, code);

  @override
  String toString() => why;
}

/// An answer that is none: it may be asked for again at once.
Refusal notAnAnswer(String what) =>
    Refusal("the server's answer cannot be used: $what", 'not-an-answer', 0);

/// The refusal that an answer with a status other than 200 is.
Refusal refusalOf(Reply reply) {
  final status = reply.status;
  final after = secondsOf(reply.retryAfter);
  final problem = _problemOf(reply.body);
  if (problem == null) {
    final retryable = _gateway.contains(status) || status == 429;
    final why = 'the server answered with status $status';
    return Refusal(why, 'not-an-answer', retryable ? after : null);
  }
  final (code, detail, retryable) = problem;
  final alive = status < 500 || status == 503 || code == 'deadline-exceeded';
  return Refusal(detail, code, retryable ? after : null, alive: alive);
}

/// Code, detail and retryable of RFC 9457's problem details.
(String, String, bool)? _problemOf(Uint8List body) {
  final Object? json;
  try {
    json = jsonDecode(utf8.decode(body));
  } on FormatException {
    return null;
  }
  if (json is! Map<String, Object?>) return null;
  final retryable = json.containsKey('retryable') ? json['retryable'] : false;
  return switch ((json['code'], json['detail'], retryable)) {
    (final String code, final String detail, final bool again) => (
      code,
      detail,
      again,
    ),
    _ => null,
  };
}

/// Seconds; 0 for none.  A date is not read: no server of ours sends one.
double secondsOf(String retryAfter) => RegExp(r'^[0-9]+$').hasMatch(retryAfter)
    ? math.min(double.parse(retryAfter), _longestWait)
    : 0.0;
