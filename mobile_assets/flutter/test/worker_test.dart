import 'dart:typed_data';

import 'package:flutter_test/flutter_test.dart';
import 'package:pocketlens/pocketlens.dart';
import 'package:pocketlens/src/worker.dart';

/// Doubles each number; fails for a negative one.
final class Doubling implements BlockingSession {
  @override
  Tensors run(Tensors inputs) => inputs.map((name, tensor) {
    if (tensor.data.any((it) => it < 0)) throw StateError('negative\nmore');
    final data = Float32List.fromList([for (final it in tensor.data) 2 * it]);
    return MapEntry(name, TensorData(tensor.shape, data));
  });

  @override
  void close() {}
}

Tensors one(double value) => {
  'x': TensorData(const [1], Float32List.fromList([value])),
};

void main() {
  test('runs of another isolate come back in their order', () async {
    final session = await WorkerSession.start(Doubling.new);
    final made = await Future.wait([
      for (var i = 0; i < 5; i += 1) session.run(one(i.toDouble())),
    ]);
    expect([for (final it in made) it['x']!.data[0]], [0, 2, 4, 6, 8]);
    await session.close();
  });

  test('a run that fails says so in one line; the next one works', () async {
    final session = await WorkerSession.start(Doubling.new);
    await expectLater(
      session.run(one(-1)),
      throwsA(
        isA<BackendError>().having(
          (it) => it.message,
          'message',
          allOf(contains('negative'), isNot(contains('\n'))),
        ),
      ),
    );
    expect((await session.run(one(3)))['x']!.data[0], 6);
    await session.close();
  });

  test('a model that cannot be opened is an error', () async {
    await expectLater(
      WorkerSession.start(() => throw StateError('no model')),
      throwsA(isA<BackendError>()),
    );
  });
}
