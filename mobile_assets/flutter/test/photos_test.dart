// What is no photo is refused by one error.
import 'dart:convert';
import 'dart:typed_data';

import 'package:flutter_test/flutter_test.dart';
import 'package:pocketlens/flutter.dart';
import 'package:pocketlens/pocketlens.dart';

import 'bundle_test.dart' show files;

void main() {
  TestWidgetsFlutterBinding.ensureInitialized();

  test('a photo is decoded', () async {
    final photo = await decodePhoto((await files('golden/photos/card.png'))!);
    expect((photo.width, photo.height), (24, 16));
    expect(photo.alpha, isNull);
  });

  test('alpha is kept beside the colours', () async {
    final bytes = (await files('golden/photos/decode/alpha.png'))!;
    final photo = await decodePhoto(bytes);
    expect(photo.alpha, hasLength(24 * 16));
    expect((photo.alpha!.first, photo.alpha!.last), (8, 247));
  });

  for (final (what, bytes) in [
    ('an empty file', Uint8List(0)),
    ('a text', utf8.encode('no picture at all')),
    ('the start of a PNG alone', Uint8List.fromList([137, 80, 78, 71, 13, 10])),
    ('the start of a JPEG alone', Uint8List.fromList([255, 216, 255, 224])),
  ]) {
    test('$what is refused', () async {
      await expectLater(
        decodePhoto(bytes),
        throwsA(
          isA<PhotoUnreadable>().having(
            (it) => it.message.split('\n').length,
            'lines',
            1,
          ),
        ),
      );
    });
  }

  test('a model is refused as a photo', () async {
    final bundle = await Bundle.open(files);
    final file = await bundle.file(bundle.entry('smile'));
    await expectLater(decodePhoto(file.bytes), throwsA(isA<PhotoUnreadable>()));
  });
}
