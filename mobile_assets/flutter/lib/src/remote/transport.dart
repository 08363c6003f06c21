/// HTTP by `dart:io`: no cookies, no redirects, and an end to what may come.
library;

import 'dart:async';
import 'dart:io';
import 'dart:typed_data';

import '../errors.dart';

/// Nothing that is an HTTP answer came; the message is one line.
final class TransportError implements Exception {
  const TransportError(this.message);

  final String message;

  @override
  String toString() => message;
}

/// Begins to listen to an attempt: what it gives is told of the bytes of a good answer as they
/// come.
typedef Listen = void Function(List<int> chunk) Function();

/// What is sent: the path from the server's root, a body, headers; [listen] where the answer is
/// wanted while it comes.
final class ServerRequest {
  const ServerRequest(
    this.method,
    this.path,
    this.headers, [
    this.body,
    this.listen,
  ]);

  final String method;
  final String path;
  final Map<String, String> headers;
  final Uint8List? body;
  final Listen? listen;

  /// The same with other headers.
  ServerRequest withHeaders(Map<String, String> headers) =>
      ServerRequest(method, path, headers, body, listen);
}

/// An HTTP answer, whole.
final class Reply {
  const Reply(this.status, this.retryAfter, this.body);

  final int status;

  /// The header `Retry-After`, empty where there is none.
  final String retryAfter;
  final Uint8List body;
}

/// Sends a request, and gives it up once [over] has come; raises [TransportError].
typedef Transport =
    Future<Reply> Function(ServerRequest request, Future<void> over);

/// Where a server is.
final class Address {
  Address._(this.root, {required this.isPrivate});

  /// Raises [RemoteError] where [url] is not one of a server.
  factory Address(String url) {
    final parts = Uri.tryParse(url);
    if (parts == null ||
        !const ['http', 'https'].contains(parts.scheme) ||
        parts.host.isEmpty) {
      throw RemoteError(
        "'$url' is no server: give one such as https://host:8000",
      );
    }
    final path = parts.path.replaceFirst(RegExp(r'/+$'), '');
    return Address._(
      '${parts.origin}$path',
      isPrivate: parts.scheme == 'https' || _isLoopback(parts.host),
    );
  }

  final String root;

  /// Whether nobody else can read what is sent.
  final bool isPrivate;
}

bool _isLoopback(String host) =>
    host == 'localhost' ||
    host == '::1' ||
    RegExp(r'^127(\.\d{1,3}){3}$').hasMatch(host);

/// The [Transport] of a device; certificates are always verified, those of [client] are its
/// context's.  Once [client] is closed nothing can be sent.
Transport connecting(String root, int maxBytes, [HttpClient? client]) {
  final connections = client ?? HttpClient();
  return (request, over) async {
    HttpClientRequest? begun;
    var isOver = false;
    unawaited(
      over.then((_) {
        isOver = true;
        begun?.abort();
      }),
    );
    try {
      begun = await connections.openUrl(
        request.method,
        Uri.parse(root + request.path),
      );
      if (isOver) begun.abort(); // it took all the time to connect
      final response = await _sent(begun, request);
      final listen = response.statusCode == 200 ? request.listen : null;
      final body = await _whole(response, over, maxBytes, listen?.call());
      final after = response.headers.value(HttpHeaders.retryAfterHeader) ?? '';
      return Reply(response.statusCode, after, body);
    } on IOException catch (error) {
      throw TransportError('$error'.split('\n').first);
    }
  };
}

Future<HttpClientResponse> _sent(
  HttpClientRequest begun,
  ServerRequest request,
) {
  begun.followRedirects = false;
  request.headers.forEach(begun.headers.set);
  final body = request.body;
  if (body != null) {
    begun.contentLength = body.length;
    begun.add(body);
  }
  return begun.close();
}

/// The body; a connection whose body is not read to its end is closed.
Future<Uint8List> _whole(
  Stream<List<int>> response,
  Future<void> over,
  int maxBytes,
  void Function(List<int> chunk)? heard,
) async {
  final content = BytesBuilder(copy: false);
  final chunks = StreamIterator(response);
  var isOver = false;
  unawaited(
    over.then((_) {
      isOver = true;
      chunks.cancel().ignore();
    }),
  );
  while (await chunks.moveNext()) {
    content.add(chunks.current);
    if (content.length > maxBytes) {
      await chunks.cancel();
      throw TransportError('the answer has more than $maxBytes bytes');
    }
    heard?.call(chunks.current);
  }
  if (isOver) throw const TransportError('the answer was given up');
  return content.takeBytes();
}
