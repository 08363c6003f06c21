/// What a server can do, as it said at `GET /v1/models`, and how long ago that was.
library;

import '../outcomes.dart';
import 'clock.dart';
import 'reading.dart';
import 'transport.dart';

// A model in any other state answers, at once or once it is loaded.
const _away = {
  'weights-missing': 'its weights are not on the server',
  'unhealthy': 'it has failed on the server',
};

/// A model of a server's list; [defaultOf] are the tasks that it answers where no model is
/// named, empty for all where a server does not say.
final class ServerModel {
  const ServerModel({
    required this.id,
    required this.tasks,
    required this.where,
    required this.variant,
    required this.sha256,
    required this.state,
    this.defaultOf = const [],
  });

  final String id;
  final List<String> tasks;
  final String where;
  final String variant;
  final String sha256;
  final String state;
  final List<String> defaultOf;
}

/// A server's models.
final class Capabilities {
  Capabilities(this.models, this._clock) : _learntAt = _clock.now();

  final List<ServerModel> models;
  final Clock _clock;
  final double _learntAt;

  /// Seconds since the server said so.
  double get age => _clock.now() - _learntAt;

  /// Why a task (`depth`, `super-resolution`) will not be answered.
  ///
  /// Null where it may be: of a task that no model lists, the server itself has to say.
  Unavailable? refusal(String address, [String model = '']) {
    final having = models.where((one) => one.tasks.contains(address)).toList();
    final usual = having
        .where((one) => one.defaultOf.contains(address))
        .toList();
    final able = switch (model) {
      '' => usual.isEmpty ? having : usual,
      _ => having.where((one) => one.id == model).toList(),
    };
    if (able.isEmpty || able.any((one) => !_away.containsKey(one.state))) {
      return null;
    }
    final first = able.first;
    return Unavailable('${first.id}: ${_away[first.state]}', null, first.state);
  }
}

/// The answer of `GET /v1/models`; raises `Refusal` where it is none.
List<ServerModel> readModels(Reply reply) =>
    need(record(parsed(reply.body), 'it'), 'models', list(_readModel));

ServerModel _readModel(Object? json, String place) {
  final one = record(json, place);
  return ServerModel(
    id: need(one, 'id', text),
    tasks: need(one, 'tasks', list(text)),
    where: need(one, 'where', text),
    variant: need(one, 'variant', text),
    sha256: need(one, 'sha256', text),
    state: need(one, 'state', text),
    defaultOf: maybe(one, 'default_of', list(text)) ?? const [],
  );
}
