/// What runs graphs, behind an interface: nothing else here knows a runtime.
library;

import 'dart:typed_data';

import 'results.dart';

/// A graph with its memory taken, ready to run; one call at a time.
abstract interface class Session {
  /// Outputs by name of inputs by name; raises `BackendError` where the runtime fails.
  Future<Tensors> run(Tensors inputs);

  /// Gives the memory back, also while a run hangs; no run may follow.
  Future<void> close();
}

/// Something that graphs run on: a CPU with its kernels, a GPU.
abstract interface class Accelerator {
  /// `cpu`, `gpu`: what a choice is stored under.
  String get name;

  /// Runtime, delegate and their versions: another one has to prove itself again.
  String get driver;

  /// The bytes of a model as a session; raises `BackendError` where it cannot run here.
  Future<Session> open(Uint8List model);
}
