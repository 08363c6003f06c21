/// The models of the app: the manifest, and files that are the ones it names.
library;

import 'dart:convert';
import 'dart:typed_data';

import 'errors.dart';
import 'fields.dart';
import 'hashes.dart';
import 'program.dart';
import 'schema.dart';

/// The bytes of a file of the bundle by its path, or null where there is none.
typedef Fetcher = Future<Uint8List?> Function(String path);

/// A model's file with its bytes, which are those that the manifest names.
final class VerifiedFile {
  const VerifiedFile(this.file, this.bytes);

  final ModelFile file;
  final Uint8List bytes;
}

/// A manifest, labels and models.
final class Bundle {
  const Bundle(this.manifest, this.fetcher);

  final Manifest manifest;
  final Fetcher fetcher;

  /// Raises [BundleNotFound], [SchemaTooNew], or [BundleError] for a manifest that does not
  /// say what it should.
  static Future<Bundle> open(Fetcher fetcher) async {
    final bytes = await fetcher('manifest.json');
    if (bytes == null) {
      throw const BundleNotFound(
        'there is no manifest.json: add the bundle to the assets of the app',
      );
    }
    return Bundle(readManifest(bytes), fetcher);
  }

  /// The model of that id; [UnknownName] lists those there are.
  ModelEntry entry(String id) {
    for (final entry in manifest.models) {
      if (entry.spec.id == id) return entry;
    }
    throw UnknownName('model', id, [
      for (final m in manifest.models) m.spec.id,
    ]);
  }

  /// The TFLite file that ships, for an input of that height and width (the default one).
  Future<VerifiedFile> file(ModelEntry entry, [(int, int)? sizeHw]) async {
    final ships = entry.spec.ships['tflite'];
    final wanted = sizeHw ?? entry.spec.image.sizesHw.first;
    final built = [
      for (final file in entry.files)
        if (file.format == 'tflite' && file.variant == ships) file,
    ];
    for (final file in built) {
      if (file.sizeHw == wanted)
        return VerifiedFile(file, await _verified(file));
    }
    throw UnknownName('size of ${entry.spec.id}', '$wanted', [
      for (final file in built) '${file.sizeHw}',
    ]);
  }

  /// The class names in the order of the last output, as many as it has classes; none where
  /// the model has none.
  Future<List<String>> labels(ModelSpec spec) async {
    if (spec.labels.isEmpty) return const [];
    final path = 'labels/${spec.labels}';
    final bytes = await _bytes(path);
    final lines = const LineSplitter().convert(_text(bytes, path));
    final classes = spec.outputs.last.shape.last;
    if (lines.length != classes) {
      throw BundleTampered(
        '$path has ${lines.length} labels, ${spec.id} $classes classes: '
        'restore that file',
      );
    }
    if (sha256(bytes) != entry(spec.id).labelsSha256) {
      throw BundleTampered(
        '$path is not the file that the manifest names (SHA-256 differs): '
        'restore it',
      );
    }
    return lines;
  }

  Future<Uint8List> _verified(ModelFile file) async {
    final bytes = await _bytes(file.path);
    if (bytes.length != file.bytes || sha256(bytes) != file.sha256) {
      throw BundleTampered(
        '${file.path} is not the file that the manifest names (SHA-256 '
        'differs): restore it',
      );
    }
    return bytes;
  }

  Future<Uint8List> _bytes(String path) async {
    return await fetcher(path) ??
        (throw BundleTampered('$path is missing: restore that file'));
  }
}

/// The manifest in those bytes; what does not fit is named by its place.
Manifest readManifest(Uint8List bytes) {
  final json = readJson(bytes, 'manifest.json');
  final version = asInt(
    asObject(json, 'manifest')['schema_version'],
    'manifest.schema_version',
  );
  if (version > schemaVersion) {
    throw SchemaTooNew(
      'manifest.json has schema $version, this PocketLens reads '
      '$schemaVersion: update PocketLens',
    );
  }
  if (version < schemaVersion) {
    throw BundleError(
      'manifest.json has schema $version, this PocketLens reads '
      '$schemaVersion: build the bundle again',
    );
  }
  final manifest = Manifest.fromJson(json, 'manifest');
  for (final entry in manifest.models) {
    checkProgram(entry.spec);
  }
  return manifest;
}

/// The JSON of a file; [BundleTampered] where it is none.
Object? readJson(Uint8List bytes, String path) {
  try {
    return jsonDecode(_text(bytes, path));
  } on FormatException {
    throw BundleTampered('$path is damaged: restore that file');
  }
}

String _text(Uint8List bytes, String path) {
  try {
    return utf8.decode(bytes);
  } on FormatException {
    throw BundleTampered('$path is damaged: restore that file');
  }
}
