import 'dart:async';
import 'dart:typed_data';

import 'package:flutter_test/flutter_test.dart';
import 'package:pocketlens/flutter.dart';
import 'package:pocketlens/pocketlens.dart';
import 'package:pocketlens/src/canary.dart';

import 'bundle_test.dart' show files;

/// How an accelerator fails, or [none].
enum Fault { none, zeros, nan, first, second, throws, openThrows, hang }

/// Gives the golden outputs after a while, or fails.
final class Faulty implements Accelerator {
  Faulty(this.name, this.golden, {this.ms = 1, this.fault = Fault.none});

  @override
  final String name;
  final GoldenVectors golden;
  final int ms;
  final Fault fault;
  var opened = 0;

  @override
  String get driver => 'driver 1';

  @override
  Future<Session> open(Uint8List model) async {
    opened += 1;
    if (fault == Fault.openThrows) throw StateError('no such device');
    final run = (await golden.of(
      'smile',
    )).cases.first.stages.firstWhere((stage) => stage.step == 'run');
    final values = run.values.single;
    final kept = (await golden.load(values))!;
    final right = Float32List.fromList([for (final it in kept) it.toDouble()]);
    return FaultySession(this, values.name, TensorData(values.shape, right));
  }
}

final class FaultySession implements Session {
  FaultySession(this.of, this.output, this.right);

  final Faulty of;
  final String output;
  final TensorData right;
  var runs = 0;

  @override
  Future<Tensors> run(Tensors inputs) async {
    runs += 1;
    await Future<void>.delayed(Duration(milliseconds: of.ms));
    if (of.fault == Fault.throws) throw StateError('out of memory');
    if (of.fault == Fault.hang) await Completer<void>().future;
    final wrong =
        (of.fault == Fault.first && runs == 1) ||
        (of.fault == Fault.second && runs == 2);
    final data = switch (of.fault) {
      Fault.zeros => Float32List(right.data.length),
      Fault.nan => Float32List.fromList([double.nan, ...right.data.skip(1)]),
      _ => Float32List.fromList([
        for (final it in right.data) wrong ? it + 0.5 : it,
      ]),
    };
    return {output: TensorData(right.shape, data)};
  }

  @override
  Future<void> close() async {}
}

final class MemoryStore implements Store {
  final texts = <String, String>{};

  @override
  Future<String?> read(String key) async => texts[key];

  @override
  Future<void> write(String key, String text) async => texts[key] = text;
}

void main() {
  TestWidgetsFlutterBinding.ensureInitialized();
  final golden = GoldenVectors(files, decodePhoto);
  late MemoryStore store;
  setUp(() => store = MemoryStore());

  Future<Choice> choose(List<Accelerator> offered, {Fetcher? vectors}) async {
    final bundle = await Bundle.open(files);
    final entry = bundle.entry('smile');
    final canary = Canary(
      offered: offered,
      store: store,
      device: 'phone, system 1',
      golden: GoldenVectors(vectors ?? files, decodePhoto),
      deadline: const Duration(milliseconds: 300),
    );
    return canary.choose(entry.spec, await bundle.file(entry));
  }

  Faulty cpu() => Faulty('cpu', golden, ms: 40);

  test('the fastest that is right is kept', () async {
    final choice = await choose([cpu(), Faulty('gpu', golden)]);
    expect(choice.accelerator, 'gpu');
    expect(choice.trials.last.demotion, isNull);
  });

  for (final (fault, demotion) in [
    (Fault.zeros, Demotion.zeros),
    (Fault.nan, Demotion.notANumber),
    (Fault.first, Demotion.wrongFirstRun),
    (Fault.second, Demotion.wrongSecondRun),
    (Fault.throws, Demotion.exception),
    (Fault.openThrows, Demotion.exception),
    (Fault.hang, Demotion.hang),
  ]) {
    test('${fault.name} demotes as ${demotion.name}', () async {
      final gpu = Faulty('gpu', golden, fault: fault);
      final choice = await choose([cpu(), gpu]);
      expect(choice.accelerator, 'cpu');
      expect(choice.trials.last.demotion, demotion);
    });
  }

  test('slower than the CPU demotes', () async {
    final choice = await choose([
      Faulty('cpu', golden),
      Faulty('gpu', golden, ms: 60),
    ]);
    expect(choice.accelerator, 'cpu');
    expect(choice.trials.last.demotion, Demotion.slowerThanCpu);
  });

  test('none that is right is an error with every reason', () async {
    await expectLater(
      choose([
        Faulty('cpu', golden, fault: Fault.zeros),
        Faulty('gpu', golden, fault: Fault.throws),
      ]),
      throwsA(
        isA<BackendError>().having(
          (it) => it.message,
          'message',
          allOf(contains('cpu: zeros'), contains('gpu: exception')),
        ),
      ),
    );
    expect(store.texts.keys.where((it) => it.startsWith('canary-last')), []);
  });

  test('a choice is kept for the next start', () async {
    await choose([cpu(), Faulty('gpu', golden)]);
    final gpu = Faulty('gpu', golden);
    final choice = await choose([cpu(), gpu]);
    expect(choice.fromStore, isTrue);
    expect(choice.accelerator, 'gpu');
    expect(gpu.opened, 0);
  });

  test('what took the app down is not tried again', () async {
    await choose([cpu(), Faulty('gpu', golden)]);
    final mark = store.texts.keys.firstWhere((it) => it.endsWith('trying gpu'));
    final chosen = mark.substring(0, mark.indexOf('|trying'));
    store.texts[mark] = 'now';
    store.texts.remove(chosen);
    final choice = await choose([cpu(), Faulty('gpu', golden)]);
    expect(choice.accelerator, 'cpu');
    expect(choice.trials.last.demotion, Demotion.crash);
  });

  test('the last good choice survives missing golden vectors', () async {
    await choose([cpu(), Faulty('gpu', golden)]);
    store.texts.removeWhere((key, _) => key.startsWith('canary|'));
    final choice = await choose([
      cpu(),
      Faulty('gpu', golden),
    ], vectors: (_) async => null);
    expect(choice.accelerator, 'gpu');
  });

  test('each file is examined at its size', () async {
    final bundle = await Bundle.open(files);
    final entry = bundle.entry('style-transfer');
    for (final size in entry.spec.image.sizesHw) {
      final verified = await bundle.file(entry, size);
      final exam = await examOf(golden, entry.spec, verified.file);
      final (high, wide) = size;
      expect(exam.inputs['image']!.shape, [1, high, wide, 3]);
      expect(exam.inputs['image']!.data.length, 3 * high * wide);
      expect(exam.outputs.single.$1.shape, [1, high, wide, 3]);
    }
  });

  test('a stored choice that is damaged is made again', () async {
    await choose([cpu(), Faulty('gpu', golden)]);
    store.texts.updateAll((key, text) => text == 'done' ? text : '{"accel');
    final choice = await choose([cpu(), Faulty('gpu', golden)]);
    expect(choice.fromStore, isFalse);
    expect(choice.accelerator, 'gpu');
  });
}
