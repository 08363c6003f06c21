/// The tasks of PocketLens on a bundle, step by step as Python does them; pure Dart.
library;

export 'src/bundle.dart' show Bundle, Fetcher, VerifiedFile, readManifest;
export 'src/canary.dart' show Canary, Choice, Demotion, Store, Trial;
export 'src/dump.dart' show DumpedPhoto, dumped;
export 'src/errors.dart';
export 'src/filters/behind.dart'
    show
        Behind,
        BehindBlur,
        BehindColour,
        BehindNothing,
        BehindPicture,
        BehindWords;
export 'src/filters/filter.dart' show Filter;
export 'src/filters/library.dart' show FilterLibrary;
export 'src/filters/needs.dart' show Needs;
export 'src/filters/planes.dart' show Plane;
export 'src/filters/recipe.dart' show Recipe;
export 'src/filters/scene.dart' show FilterScene;
export 'src/folder.dart';
export 'src/frames.dart';
export 'src/golden.dart' show Decoder, GoldenVectors;
export 'src/interpreter.dart' show Accelerator, Session;
export 'src/pipeline.dart' show Choose, Lens, Request, Stage;
export 'src/heavy_results.dart';
export 'src/outcomes.dart';
export 'src/remote/analyze.dart' show Analysed, Heard;
export 'src/remote/asking.dart' show ServerTask, TaskFields, Tasks;
export 'src/remote/capabilities.dart' show Capabilities, ServerModel;
export 'src/remote/clock.dart' show Clock;
export 'src/remote/refusals.dart' show Refusal;
export 'src/remote/remote_lens.dart' show How, RemoteLens;
export 'src/remote/remote_settings.dart';
export 'src/remote/transport.dart'
    show Listen, Reply, ServerRequest, Transport, TransportError;
export 'src/remote/uploads.dart' show Encode, Opened, Upload;
export 'src/results.dart';
export 'src/router.dart' show LensRouter, Wish;
export 'src/routing.dart' show Policy;
export 'src/schema.dart' show Manifest, ModelEntry, ModelFile, ModelSpec;
export 'src/stylise.dart' show Finish, finished;
export 'src/wire.dart';
