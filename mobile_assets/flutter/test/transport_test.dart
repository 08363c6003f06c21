// HTTP by dart:io; without the binding of Flutter's tests, which answers every request itself.
import 'dart:async';
import 'dart:convert';
import 'dart:io';
import 'dart:typed_data';

import 'package:flutter_test/flutter_test.dart';
import 'package:pocketlens/pocketlens.dart';
import 'package:pocketlens/src/remote/transport.dart';

import 'scripted.dart';

/// A server on this machine that does [answer]; closed after the test.
Future<Transport> serving(
  Future<void> Function(HttpRequest request) answer,
) async {
  final server = await HttpServer.bind(InternetAddress.loopbackIPv4, 0);
  addTearDown(() => server.close(force: true));
  server.listen((request) async {
    request.response.done.ignore();
    try {
      await answer(request);
    } on Exception {
      // whoever asked is gone, which is what is tested
    }
  });
  return connecting('http://127.0.0.1:${server.port}', 1000);
}

const question = ServerRequest('GET', '/v1/models', {'X-Deadline-Ms': '7'});

/// Of a request that nobody gives up.
Future<void> get never => Completer<void>().future;

Future<void> get soon =>
    Future<void>.delayed(const Duration(milliseconds: 200));

/// A port whose connections are read and never answered; it is told when one is asked on, and
/// when one is closed by whoever asked.
Future<int> silent(void Function() asked, void Function() closed) async {
  final server = await ServerSocket.bind(InternetAddress.loopbackIPv4, 0);
  addTearDown(server.close);
  server.listen((socket) async {
    try {
      await for (final _ in socket) {
        asked();
      }
    } on SocketException {
      // a reset is an end too
    }
    socket.destroy();
    closed();
  });
  return server.port;
}

void main() {
  test('what is sent arrives, and what is answered', () async {
    final send = await serving((request) async {
      final body = await utf8.decodeStream(request);
      request.response
        ..statusCode = 429
        ..headers.set('Retry-After', '7')
        ..write('${request.method} ${request.uri} $body');
      await request.response.close();
    });
    final request = ServerRequest('POST', '/v1/faces?a=b', {
      'Content-Type': 'image/png',
    }, bytesOf('photo'));
    final reply = await send(request, never);
    expect((reply.status, reply.retryAfter), (429, '7'));
    expect(utf8.decode(reply.body), 'POST /v1/faces?a=b photo');
  });

  test('a connection that drips is given up', () async {
    final send = await serving((request) async {
      request.response
        ..bufferOutput = false
        ..contentLength = 500;
      for (var i = 0; i < 500; i += 1) {
        request.response.add([120]);
        await Future<void>.delayed(const Duration(milliseconds: 20));
      }
    });
    await expectLater(send(question, soon), throwsA(isA<TransportError>()));
  });

  test('a server that hangs is given up', () async {
    final send = await serving(
      (request) => Future<void>.delayed(const Duration(seconds: 5)),
    );
    await expectLater(send(question, soon), throwsA(isA<TransportError>()));
  });

  test('what is given up has its connection closed', () async {
    final asked = Completer<void>();
    final closed = Completer<void>();
    final port = await silent(() {
      if (!asked.isCompleted) asked.complete();
    }, closed.complete);
    final over = Completer<void>();
    final reply = connecting('http://127.0.0.1:$port', 1000)(
      question,
      over.future,
    );
    await asked.future;
    over.complete();
    await expectLater(reply, throwsA(isA<TransportError>()));
    await closed.future;
  });

  test('an answer is heard as it comes, and only a good one', () async {
    var status = 200;
    final isHeard = Completer<void>();
    final send = await serving((request) async {
      request.response
        ..bufferOutput = false
        ..statusCode = status
        ..write('first');
      await request.response.flush();
      if (status == 200) await isHeard.future; // the rest waits for it
      request.response.write(' last');
      await request.response.close();
    });
    final heard = BytesBuilder();
    void Function(List<int>) listen() => (chunk) {
      heard.add(chunk);
      if (!isHeard.isCompleted) isHeard.complete();
    };
    final request = ServerRequest('GET', '/', const {}, null, listen);
    final reply = await send(request, never);
    expect(utf8.decode(heard.takeBytes()), 'first last');
    expect(utf8.decode(reply.body), 'first last');
    status = 503;
    expect((await send(request, never)).status, 503);
    expect(heard.isEmpty, isTrue);
  });

  test('a client that is closed ends what it asks', () async {
    final asked = Completer<void>();
    final closed = Completer<void>();
    final port = await silent(() {
      if (!asked.isCompleted) asked.complete();
    }, closed.complete);
    final lens = RemoteLens(
      'http://127.0.0.1:$port',
      encode: (_) async => (Uint8List(9), 'image/png'),
    );
    final photo = Opened(Pixels(2, 1, Uint8List(6)));
    final outcome = lens.faces(photo);
    await asked.future;
    lens.close();
    final shut = isA<Unavailable>().having(
      (it) => it.why,
      'why',
      contains('closed'),
    );
    expect(await outcome, shut);
    await closed.future;
    expect(await lens.smile(photo), shut);
    lens.close();
  });

  test('what is over before it begins is given up', () async {
    final send = await serving((request) => request.response.close());
    final over = Future<void>.value();
    await expectLater(send(question, over), throwsA(isA<TransportError>()));
  });

  test('what is over after its answer changes nothing', () async {
    var asked = 0;
    final send = await serving((request) async {
      asked += 1;
      await request.response.close();
    });
    final over = Completer<void>();
    expect((await send(question, over.future)).status, 200);
    over.complete();
    expect((await send(question, never)).status, 200);
    expect(asked, 2);
  });

  test('an answer has an end', () async {
    final send = await serving((request) async {
      request.response.write('x' * 5000);
      await request.response.close();
    });
    await expectLater(send(question, never), throwsA(isA<TransportError>()));
  });

  test('nobody listens', () async {
    final server = await ServerSocket.bind(InternetAddress.loopbackIPv4, 0);
    final port = server.port;
    await server.close();
    final send = connecting('http://127.0.0.1:$port', 1000);
    await expectLater(send(question, never), throwsA(isA<TransportError>()));
  });
}
