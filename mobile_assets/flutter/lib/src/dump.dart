/// What a run did, for `edge-run doctor`: `dump.json` and one `.bin` file an array, raw
/// little-endian numbers in row-major order.
///
/// The records of `dump.json` are those of the golden vectors: a case with its stages, and
/// which file ran on what.
library;

import 'dart:convert';
import 'dart:typed_data';

import 'hashes.dart';
import 'pipeline.dart';
import 'schema.dart';
import 'tracing.dart';
import 'wire.dart';

const dumpVersion = 1;

/// The photo whose run is written down: its file's name and bytes.
final class DumpedPhoto {
  const DumpedPhoto(this.name, this.bytes);

  final String name;
  final Uint8List bytes;
}

/// Runs a model on a photo and says what every step gave: files by their names, for the app to
/// write into a folder; with [keepPhoto] the photo itself is among them.
Future<Map<String, Uint8List>> dumped(
  Lens lens,
  String model,
  Request request,
  DumpedPhoto photo, {
  String device = '',
  bool keepPhoto = false,
}) async {
  final prediction = await lens.predict(model, request);
  final predictor = await lens.predictor(model, request.sizeHw);
  final (high, wide) = predictor.file.sizeHw;
  final files = <String, Uint8List>{};
  final stages = [
    await for (final stage in lens.trace(model, request))
      stageRecord(stage, files),
  ];
  final record = {
    'dump_version': dumpVersion,
    ...provenanceRecord(prediction.from),
    'runtime': 'flutter',
    'device': device,
    'photo': photo.name,
    'photo_sha256': sha256(photo.bytes),
    'size_hw': [high, wide],
    'stages': stages,
    'result': resultRecord(prediction.value),
    'ms': {
      'preprocess': prediction.ms.preprocess,
      'run': prediction.ms.run,
      'postprocess': prediction.ms.postprocess,
    },
  };
  final json = const JsonEncoder.withIndent(' ').convert(record);
  return {
    'dump.json': utf8.encode('$json\n'),
    ...files,
    if (keepPhoto) 'photo/${photo.name}': photo.bytes,
  };
}

/// One stage; its arrays are put into [files].
GoldenStage stageRecord(Stage stage, Map<String, Uint8List> files) {
  final Stage(:index, :step, :face) = stage;
  final start = face == null ? '$index' : '$index-face$face';
  return GoldenStage(
    index: index,
    step: step.step,
    face: face,
    values: [
      for (final MapEntry(key: name, value: numbers) in arraysOf(
        stage.value,
      ).entries)
        _values(name, '$start-$name.bin', numbers, files),
    ],
  );
}

Values _values(
  String name,
  String path,
  Numbers numbers,
  Map<String, Uint8List> files,
) {
  final bytes = Uint8List.fromList(numbers.bytes);
  files[path] = bytes;
  return Values(
    name: name,
    dtype: numbers.dtype,
    shape: numbers.shape,
    sha256: sha256(bytes),
    path: path,
  );
}
