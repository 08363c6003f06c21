import 'dart:convert';
import 'dart:io';
import 'dart:typed_data';

import 'package:flutter_test/flutter_test.dart';
import 'package:pocketlens/pocketlens.dart';

final mobileAssets = Directory.current.parent.path;
final files = folderFetcher(mobileAssets);

void main() {
  test('the manifest of the repository is read, and its labels', () async {
    final bundle = await Bundle.open(files);
    expect(bundle.manifest.models, isNotEmpty);
    for (final entry in bundle.manifest.models) {
      final labels = await bundle.labels(entry.spec);
      expect(labels.isEmpty, entry.spec.labels.isEmpty);
    }
  });

  test('files are those that the manifest names', () async {
    final bundle = await Bundle.open(files);
    final entry = bundle.entry('face-detection-short');
    final file = await bundle.file(entry);
    expect(file.bytes.length, file.file.bytes);
  });

  test('what does not fit is named by its place', () {
    expectBroken(
      (json) => model(json)['colour'] = 'red',
      "unknown field 'colour'",
    );
    expectBroken(
      (json) => model(json).remove('id'),
      "models[0].spec has no 'id'",
    );
    expectBroken(
      (json) => step(json)['step'] = 'paint',
      "unknown step 'paint'",
    );
    expectBroken((json) => step(json)['colour'] = 'p3', "'p3' is none of srgb");
    expectBroken((json) => step(json)['alpha'] = 4, 'alpha');
    expectBroken(
      (json) => (model(json)['program'] as List).removeAt(1),
      'takes',
    );
  });

  test('a schema from the future and one from the past are errors', () {
    expect(
      () => changed((it) => it['schema_version'] = 99),
      throwsA(isA<SchemaTooNew>()),
    );
    expect(
      () => changed((it) => it['schema_version'] = 1),
      throwsA(isA<BundleError>()),
    );
    expect(
      () => changed((it) => it.remove('schema_version')),
      throwsA(isA<BundleError>()),
    );
  });

  test('a changed byte, a missing file, labels too few', () async {
    final bundle = await Bundle.open(files);
    final entry = bundle.entry('image-classification');
    Future<void> fails(Fetcher fetcher, Future<Object> Function(Bundle) use) {
      final broken = Bundle(bundle.manifest, fetcher);
      return expectLater(use(broken), throwsA(isA<BundleTampered>()));
    }

    await fails((_) async => null, (it) => it.file(entry));
    await fails((path) async {
      final bytes = Uint8List.fromList((await files(path))!);
      bytes[bytes.length ~/ 2] ^= 1;
      return bytes;
    }, (it) => it.file(entry));
    await fails(
      (_) async => utf8.encode('one\ntwo\n'),
      (it) => it.labels(entry.spec),
    );
    await fails((path) async {
      final bytes = Uint8List.fromList((await files(path))!);
      bytes[0] ^= 1;
      return bytes;
    }, (it) => it.labels(entry.spec));
    await fails(
      (_) async => Uint8List.fromList([0xff]),
      (it) => it.labels(entry.spec),
    );
  });

  test('no manifest, and one that is no JSON', () async {
    await expectLater(
      Bundle.open((_) async => null),
      throwsA(isA<BundleNotFound>()),
    );
    await expectLater(
      Bundle.open((_) async => utf8.encode('{')),
      throwsA(isA<BundleError>()),
    );
  });
}

Map<String, dynamic> model(Map<String, dynamic> manifest) {
  final entry = (manifest['models'] as List).first as Map<String, dynamic>;
  return entry['spec'] as Map<String, dynamic>;
}

Map<String, dynamic> step(Map<String, dynamic> manifest) {
  return (model(manifest)['program'] as List).first as Map<String, dynamic>;
}

Manifest changed(void Function(Map<String, dynamic> manifest) change) {
  final text = File('$mobileAssets/manifest.json').readAsStringSync();
  final json = jsonDecode(text) as Map<String, dynamic>;
  change(json);
  return readManifest(utf8.encode(jsonEncode(json)));
}

void expectBroken(void Function(Map<String, dynamic>) change, String part) {
  expect(
    () => changed(change),
    throwsA(
      isA<PocketLensError>().having(
        (it) => it.message,
        'message',
        contains(part),
      ),
    ),
    reason: part,
  );
}
