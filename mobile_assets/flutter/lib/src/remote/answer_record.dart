/// An answer as the server writes it, before its task's result is read.
library;

import '../geometry.dart';
import 'reading.dart';
import 'refusals.dart';
import 'transport.dart';

/// What [result] is depends on the task; [size]: width and height of the photo as the server
/// saw it; [picture]: the picture's file in base64.
final class AnswerRecord {
  const AnswerRecord({
    required this.model,
    required this.variant,
    required this.sha256,
    required this.device,
    required this.size,
    required this.result,
    required this.ms,
    required this.picture,
  });

  final String model;
  final String variant;
  final String sha256;
  final String device;
  final Size size;
  final Json result;
  final Map<String, double> ms;
  final String? picture;
}

/// The answer to a question about a task for which a photo of the size [sent] was sent.
///
/// [sha256Of] says which file has to answer, by the model's id; empty for any.  Raises [Refusal]
/// for an answer that is none, that is about another task or photo, or that was made with
/// another file.
AnswerRecord readAnswer(
  String task,
  Size sent,
  Reply reply,
  String Function(String model) sha256Of,
) {
  final json = record(parsed(reply.body), 'it');
  final picture = maybe(json, 'picture', record);
  final answer = AnswerRecord(
    model: need(json, 'model', text),
    variant: need(json, 'variant', text),
    sha256: need(json, 'sha256', text),
    device: need(json, 'device', text),
    size: need(need(json, 'image', record), 'size', pair),
    result: need(json, 'result', record),
    ms: need(json, 'ms', mapOf(number)),
    picture: picture == null ? null : need(picture, 'base64', text),
  );
  if (need(json, 'task', text) != task || answer.size != sent) {
    throw notAnAnswer('it is about another task or photo');
  }
  final wanted = sha256Of(answer.model);
  if (wanted.isNotEmpty && answer.sha256 != wanted) {
    throw _anotherFile(answer, wanted);
  }
  return answer;
}

Refusal _anotherFile(AnswerRecord answer, String wanted) {
  final used = answer.sha256.isEmpty ? 'unknown' : _short(answer.sha256);
  return Refusal(
    'the server used another file of ${answer.model} ($used) than was asked for '
        '(${_short(wanted)})',
    'wrong-file',
    null,
    alive: true,
  );
}

String _short(String hash) => hash.length > 12 ? hash.substring(0, 12) : hash;
