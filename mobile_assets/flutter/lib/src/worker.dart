/// A graph in an isolate of its own, so that a run never holds up the screen.
///
/// The isolate opens the model, owns it and closes it; only numbers cross its border.
library;

import 'dart:async';
import 'dart:isolate';

import 'errors.dart';
import 'interpreter.dart';
import 'results.dart';

/// A graph as a runtime offers it: it blocks while it runs.
abstract interface class BlockingSession {
  Tensors run(Tensors inputs);

  void close();
}

/// Opens a graph; it is called inside the isolate, so it may only hold what can be sent there.
typedef Opener = BlockingSession Function();

/// Runs of a graph in another isolate, one after the other.
final class WorkerSession implements Session {
  WorkerSession._(this._replies) {
    _replies.listen(_take);
  }

  final ReceivePort _replies;
  final _ready = Completer<SendPort>();
  final _waiting = <int, Completer<Tensors>>{};
  var _next = 0;

  /// Raises [BackendError] where the graph cannot be opened.
  static Future<WorkerSession> start(Opener open) async {
    final replies = ReceivePort();
    await Isolate.spawn(
      _serve,
      (replies.sendPort, open),
      onExit: replies.sendPort, // sends null
      debugName: 'pocketlens',
    );
    final session = WorkerSession._(replies);
    await session._ready.future;
    return session;
  }

  @override
  Future<Tensors> run(Tensors inputs) async {
    final port = await _ready.future;
    final answer = Completer<Tensors>();
    _waiting[_next] = answer;
    port.send((_next, inputs));
    _next += 1;
    return answer.future;
  }

  @override
  Future<void> close() async {
    // The isolate closes its graph and ends; one that hangs does so once its run returns,
    // which cannot be interrupted.
    (await _ready.future).send(null);
    _fail('the session was closed');
    _replies.close();
  }

  void _take(Object? message) {
    switch (message) {
      case final SendPort port:
        _ready.complete(port);
      case (final int id, final Tensors outputs):
        _waiting.remove(id)?.complete(outputs);
      case (final int id, final String error):
        _waiting.remove(id)?.completeError(BackendError(error));
      case final String error:
        _ready.completeError(BackendError(error));
      default:
        _fail('the runtime ended unexpectedly: open the model again');
        _replies.close();
    }
  }

  void _fail(String reason) {
    if (!_ready.isCompleted) _ready.completeError(BackendError(reason));
    for (final answer in _waiting.values) {
      answer.completeError(BackendError(reason));
    }
    _waiting.clear();
  }
}

void _serve((SendPort, Opener) start) {
  final (replies, open) = start;
  final BlockingSession session;
  try {
    session = open();
  } catch (error) {
    replies.send('the model cannot be opened: ${_line(error)}');
    return;
  }
  final requests = ReceivePort();
  replies.send(requests.sendPort);
  requests.listen((message) {
    if (message case (final int id, final Tensors inputs)) {
      replies.send((id, _answer(session, inputs)));
    } else {
      requests.close();
      session.close();
    }
  });
}

/// The outputs, or what went wrong as a text: errors of a runtime cannot always be sent.
Object _answer(BlockingSession session, Tensors inputs) {
  try {
    return session.run(inputs);
  } catch (error) {
    return 'the run failed: ${_line(error)}';
  }
}

String _line(Object error) => '$error'.split('\n').first;
