/// The tasks of PocketLens on a bundle, step by step as Python does them; pure Dart.
library;

export 'src/bundle.dart' show Bundle, Fetcher, VerifiedFile, readManifest;
export 'src/canary.dart' show Canary, Choice, Demotion, Store, Trial;
export 'src/dump.dart' show DumpedPhoto, dumped;
export 'src/errors.dart';
export 'src/folder.dart';
export 'src/frames.dart';
export 'src/golden.dart' show Decoder, GoldenVectors;
export 'src/interpreter.dart' show Accelerator, Session;
export 'src/pipeline.dart' show Choose, Lens, Request, Stage;
export 'src/remote.dart';
export 'src/results.dart';
export 'src/schema.dart' show Manifest, ModelEntry, ModelFile, ModelSpec;
export 'src/wire.dart';
