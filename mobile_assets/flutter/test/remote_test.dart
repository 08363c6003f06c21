// What is sent to a server, and that nothing is where nothing may be.
import 'dart:async';
import 'dart:convert';
import 'dart:io' show SecurityContext;
import 'dart:typed_data';

import 'package:flutter_test/flutter_test.dart';
import 'package:pocketlens/flutter.dart';
import 'package:pocketlens/pocketlens.dart';
import 'package:pocketlens/src/remote/jpeg.dart';

import 'bundle_test.dart' show files;
import 'scripted.dart';

Pixels grey(int width, int height) => Pixels(
  width,
  height,
  Uint8List(3 * width * height)..fillRange(0, 3 * width * height, 128),
);

final photo = Opened(grey(32, 24));

/// A server that says the same again and again, and what it was asked.
final class Said {
  Said(this.reply);

  final FutureOr<Reply> Function() reply;
  final asked = <ServerRequest>[];

  /// Which of them were over before they were answered.
  final cut = <ServerRequest>[];

  Future<Reply> send(ServerRequest request, Future<void> over) async {
    asked.add(request);
    var isAnswered = false;
    unawaited(
      over.then((_) {
        if (!isAnswered) cut.add(request);
      }),
    );
    final said = await reply();
    isAnswered = true;
    return said;
  }

  RemoteLens lens({
    String key = '',
    Encode? encode,
    int attempts = 1,
    double? hedgeAfter,
  }) => RemoteLens(
    'http://127.0.0.1:9',
    key: key,
    encode: encode ?? (_) async => (Uint8List(1000), 'image/png'),
    settings: RemoteSettings(
      transport: send,
      attempts: attempts,
      backoff: 0,
      hedgeAfter: hedgeAfter,
    ),
  );
}

const _busy =
    '{"code": "overloaded", "detail": "too much to do", "retryable": true}';

Reply answered() => replyOf((cases['replies'] as Case)['faces'] as Case);

void main() {
  TestWidgetsFlutterBinding.ensureInitialized();

  test('a switch takes the three apart', () async {
    final outcome = await Said(answered).lens().faces(photo);
    final told = switch (outcome) {
      Ok(:final value) => '${value.faces.length}',
      Degraded(:final why) => why,
      Unavailable(:final why) => why,
    };
    expect(told, '1');
    final outage = mapped<int, int>(
      const Unavailable('away', 2, 'unreachable'),
      (value) => value + 1,
    );
    expect(outage, isA<Unavailable>());
    final less = degraded(degraded(outcome, 'one'), 'two');
    expect(
      less,
      isA<Degraded<Faces>>().having((it) => it.why, 'why', 'one; two'),
    );
  });

  test('device-only sends nothing', () async {
    final server = Said(() => fail('something was sent'));
    Future<Accelerator> none(ModelSpec spec, VerifiedFile file) async =>
        throw const BackendError('no accelerator is right');
    final router = LensRouter(
      Lens(await Bundle.open(files), none),
      remote: server.lens(key: 'secret'),
      policy: Policy.deviceOnly,
    );
    final outcomes = <Outcome<Object>>[
      await router.segment(photo),
      await router.background(photo),
      await router.faces(photo),
      await router.landmarks(photo),
      await router.smile(photo),
      await router.classify(photo),
      await router.detect(photo),
      await router.style(photo),
      await router.styleLike(photo, photo),
      await router.depth(photo),
      await router.instances(photo),
      await router.semanticSegmentation(photo),
      await router.cut(photo, ['cat']),
    ];
    expect(outcomes, everyElement(isA<Unavailable>()));
    final larger = await router.superResolution(photo, const Wish(), {
      'scale': 2,
    });
    expect(larger, isA<Degraded<Picture>>());
    expect(server.asked, isEmpty);
  });

  test('what is sent', () async {
    var replies = 0;
    final server = Said(() {
      replies += 1;
      return replies == 1 ? Reply(502, '', Uint8List(0)) : answered();
    });
    final lens = server.lens(key: 'secret', attempts: 2);
    final outcome = await lens.faces(photo, const How(seconds: 5));
    expect(outcome, isA<Ok<Faces>>());
    final [first, second] = server.asked;
    expect((first.method, first.path), ('POST', '/v1/faces'));
    expect(first.headers['Authorization'], 'Bearer secret');
    expect(first.headers['Content-Type'], 'image/png');
    final left = int.parse(first.headers['X-Deadline-Ms']!);
    expect(left, inInclusiveRange(3000, 5000));
    final key = first.headers['Idempotency-Key'];
    expect(key, hasLength(32));
    expect(second.headers['Idempotency-Key'], key);
  });

  test('a deadline is kept by whoever does not answer', () async {
    final server = Said(() => Completer<Reply>().future);
    final outcome = await server.lens().faces(photo, const How(seconds: 0.05));
    final late = isA<Unavailable>().having((it) => it.code, 'code', 'deadline');
    expect(outcome, late);
    expect(server.cut, server.asked);
  });

  test('a slow question is sent once more, and the loser is cut', () async {
    late final Said server;
    server = Said(() {
      if (server.asked.length == 1) return Completer<Reply>().future;
      return answered();
    });
    final outcome = await server.lens(hedgeAfter: 0.05).faces(photo);
    expect(
      outcome,
      isA<Ok<Faces>>().having((it) => it.provenance.attempts, 'attempts', 1),
    );
    final [first, second] = server.asked;
    final key = first.headers['Idempotency-Key'];
    expect(second.headers['Idempotency-Key'], key);
    int left(ServerRequest one) => int.parse(one.headers['X-Deadline-Ms']!);
    expect(left(second), lessThanOrEqualTo(left(first) - 50));
    expect(server.cut, [first]);
  });

  test('a quick answer is asked for once', () async {
    final server = Said(answered);
    final lens = server.lens(hedgeAfter: 0.05);
    expect(await lens.faces(photo), isA<Ok<Faces>>());
    expect(await lens.faces(photo, const How(hedgeAfter: 5)), isA<Ok<Faces>>());
    await Future<void>.delayed(const Duration(milliseconds: 100));
    expect(server.asked, hasLength(2));
    expect(server.cut, isEmpty);
  });

  test('who is patient for ever sends nothing twice', () async {
    final server = Said(() async {
      await Future<void>.delayed(const Duration(milliseconds: 50));
      return answered();
    });
    final lens = server.lens(hedgeAfter: 0.01);
    const patient = How(hedgeAfter: double.infinity);
    expect(await lens.faces(photo, patient), isA<Ok<Faces>>());
    expect(server.asked, hasLength(1));
  });

  test('a router keeps how patient a question is', () {
    const how = How(hedgeAfter: 2, key: 'k');
    final copied = how.copy(seconds: 1, fullSize: true);
    expect((copied.hedgeAfter, copied.seconds, copied.key), (2, 1, 'k'));
  });

  test('what waits to be sent again is ended by closing', () async {
    final server = Said(() => Reply(503, '60', bytesOf(_busy)));
    final lens = server.lens(attempts: 2);
    final outcome = lens.faces(photo, const How(seconds: 600));
    await Future<void>.delayed(Duration.zero);
    lens.close();
    expect(await outcome, isA<Unavailable>());
    expect(await lens.faces(photo), isA<Unavailable>());
    expect(server.asked.length, lessThan(2));
    await expectLater(lens.models(), throwsA(isA<Refusal>()));
  });

  test('certificates of an authority of your own are taken', () {
    final trusted = SecurityContext();
    final settings = RemoteSettings(trusted: trusted);
    expect(settings.trusted, same(trusted));
    RemoteLens(
      'https://vision.example',
      encode: encodePng,
      settings: settings,
    ).close();
  });

  test('analyses that are named, and what may be kept', () async {
    final server = Said(() => Reply(422, '', bytesOf(_busy)));
    await server.lens().analyze(photo, analyses: ['a', 'b'], keep: false);
    final path = server.asked.single.path;
    expect(path, '/v1/analyze?analyses=a%2Cb&keep=false&masks=rle');
  });

  test('a person before a colour is composed of all pixels', () async {
    // A mask of 4 x 2 pixels, of which the left ones are nobody's.
    final rows = rowsOf('answers').where((row) => row['task'] == 'segment');
    final body = rows.first['body'] as Case;
    final server = Said(() => replyOf({'status': 200, 'body': body}));
    final rgb = grey(4, 2);
    final outcome = await server.lens().background(
      Opened(rgb),
      const BehindColour('#102030'),
    );
    final Ok(:value) = outcome as Ok<Rgba>;
    expect((value.width, value.height), (4, 2));
    expect(value.data.take(4), [16, 32, 48, 255]);
    expect(server.asked.single.path, startsWith('/v1/segment?'));
    final alone = await server.lens().background(Opened(rgb));
    expect((alone as Ok<Rgba>).value.data[3], 0);
  });

  test('what a server makes is as transparent as the photo', () async {
    RemoteLens saying(String task) {
      final row = rowsOf('answers').firstWhere((row) => row['task'] == task);
      return Said(() => replyOf({'status': 200, 'body': row['body']})).lens();
    }

    final alpha = Uint8List(8)..[0] = 100;
    final photo = Opened(Pixels(4, 2, grey(4, 2).data, alpha));
    final painted = await saying('style').style(photo) as Ok<Picture>;
    expect(painted.value.pixels.alpha, alpha);
    final enlarging = saying('super-resolution').superResolution(photo);
    final large = await enlarging as Ok<Picture>;
    expect(large.value.pixels.alpha, alpha);
    final cut = await saying('cut').cut(photo, ['cat']) as Ok<CutOut>;
    expect([
      for (var i = 3; i < 32; i += 4) cut.value.data[i],
    ], everyElement(0));
    final solid = await saying('cut').cut(Opened(grey(4, 2)), ['cat']);
    expect((solid as Ok<CutOut>).value.data[15], 255);
  });

  test('a mistake of the app says nothing of the server', () async {
    final server = Said(() => throw StateError('a mistake'));
    final lens = server.lens();
    for (var i = 0; i < 7; i += 1) {
      await expectLater(lens.faces(photo), throwsStateError);
    }
    expect(server.asked, hasLength(7));
  });

  test('a photo is sent no larger than the model can use', () async {
    final sizes = <(int, int)>[];
    Future<(Uint8List, String)> encode(Pixels pixels) async {
      sizes.add((pixels.width, pixels.height));
      return (Uint8List(1000), 'image/png');
    }

    final lens = Said(answered).lens(encode: encode);
    final large = Opened(grey(2000, 1500), Uint8List(50000));
    await lens.faces(large);
    await lens.faces(large, const How(fullSize: true));
    await lens.depth(photo);
    expect(sizes, [(640, 480), (2000, 1500), (32, 24)]);
    final small = Opened(grey(32, 24), Uint8List(50000));
    final outcome = await lens.faces(small);
    expect(
      outcome,
      isA<Ok<Faces>>().having(
        (it) => (it.provenance.bytesSent, it.provenance.bytesSaved),
        'bytes',
        (1000, 49000),
      ),
    );
  });

  for (final orientation in [1, 3, 6]) {
    test('a JPEG of orientation $orientation keeps that alone', () async {
      final path = 'golden/photos/decode/exif$orientation.jpg';
      final jpeg = (await files(path))!;
      final secret = utf8.encode('Exif 48.137 N, 11.575 E');
      final marked = Uint8List.fromList([
        ...jpeg.take(2),
        ...[0xff, 0xfe, 0, secret.length + 2, ...secret],
        ...jpeg.skip(2),
      ]);
      final sent = withoutMetadata(marked);
      expect(jpegOrientation(sent), orientation);
      expect(latin1.decode(sent), isNot(contains('48.137')));
      final before = await decodePhoto(jpeg);
      final after = await decodePhoto(sent);
      expect(after.data, before.data);
    });
  }

  test('the engine makes a PNG of the same pixels', () async {
    final data = Uint8List.fromList([1, 2, 3, 250, 128, 0]);
    final rgb = Pixels(2, 1, data, Uint8List.fromList([0, 99]));
    final (content, mediaType) = await encodePng(rgb);
    expect(mediaType, 'image/png');
    final sent = await decodePhoto(content);
    expect(sent.data, data);
    expect(sent.alpha, isNull);
  });
}
