/// LiteRT by the package flutter_litert: the only file that knows it.
library;

import 'dart:io' show Platform;
import 'dart:typed_data';

import 'package:flutter_litert/native.dart' as litert;

import 'errors.dart';
import 'interpreter.dart';
import 'results.dart';
import 'worker.dart';

const _signature = 'serving_default';

/// What graphs of LiteRT run on; [cpu] is its default, XNNPACK.
enum LiteRtKind { cpu, gpu, coreMl }

/// The accelerators that this platform has, the CPU first: what a canary is offered.
List<LiteRt> liteRtAccelerators({int threads = 2}) => [
  LiteRt(LiteRtKind.cpu, threads: threads),
  if (Platform.isAndroid || Platform.isIOS)
    LiteRt(LiteRtKind.gpu, threads: threads),
  if (Platform.isIOS) LiteRt(LiteRtKind.coreMl, threads: threads),
];

/// LiteRT on one accelerator; each graph runs in an isolate of its own.
final class LiteRt implements Accelerator {
  const LiteRt(this.kind, {this.threads = 2});

  final LiteRtKind kind;
  final int threads;

  @override
  String get name => kind.name;

  @override
  String get driver => 'LiteRT ${litert.Interpreter.version} x$threads';

  @override
  Future<Session> open(Uint8List model) {
    return WorkerSession.start(_opener(model, kind, threads));
  }
}

/// A function that holds nothing but what may be sent to an isolate.
Opener _opener(Uint8List model, LiteRtKind kind, int threads) {
  return () => _LiteRtSession.open(model, kind, threads);
}

final class _LiteRtSession implements BlockingSession {
  const _LiteRtSession(this._interpreter, this._runner, this._delegate);

  factory _LiteRtSession.open(Uint8List model, LiteRtKind kind, int threads) {
    final options = litert.InterpreterOptions()..threads = threads;
    final delegate = _delegateOf(kind);
    if (delegate != null) options.addDelegate(delegate);
    final interpreter = litert.Interpreter.fromBuffer(model, options: options);
    options.delete();
    // The package goes on without a delegate that fails, which would be taken for it.
    if (delegate != null && !interpreter.hasActiveDelegate) {
      interpreter.close();
      throw BackendError('${kind.name} does not take this model');
    }
    final runner = interpreter.getSignatureRunner(_signature)
      ..allocateTensors();
    return _LiteRtSession(interpreter, runner, delegate);
  }

  final litert.Interpreter _interpreter;
  final litert.SignatureRunner _runner;
  final litert.Delegate? _delegate;

  @override
  Tensors run(Tensors inputs) {
    for (final MapEntry(key: name, value: tensor) in inputs.entries) {
      final bytes = Uint8List.sublistView(tensor.data);
      _runner.getInputTensor(name).data = bytes;
    }
    _runner.invoke();
    return {
      for (final name in _runner.outputNames)
        name: _copied(_runner.getOutputTensor(name)),
    };
  }

  @override
  void close() {
    _runner.close();
    _interpreter.close();
    _delegate?.delete();
  }
}

/// A copy, because the runtime writes over its own at every run.
TensorData _copied(litert.Tensor tensor) {
  final floats = Uint8List.fromList(tensor.data).buffer.asFloat32List();
  return TensorData(tensor.shape, floats);
}

litert.Delegate? _delegateOf(LiteRtKind kind) => switch (kind) {
  LiteRtKind.cpu => null,
  LiteRtKind.gpu when Platform.isIOS => litert.GpuDelegate(),
  LiteRtKind.gpu => litert.GpuDelegateV2(),
  LiteRtKind.coreMl => litert.CoreMlDelegate(),
};
