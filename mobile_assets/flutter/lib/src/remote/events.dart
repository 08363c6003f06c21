/// Server-sent events (the HTML standard, section 9.2).
library;

import 'dart:convert';

/// What is called so, and its text.
typedef ServerEvent = (String kind, String data);

final _blank = RegExp(r'\r?\n\r?\n');
final _line = RegExp(r'\r?\n');

/// The events that are whole in a text, and what is left of it: the beginning of the next.
(List<ServerEvent>, String) eventsOf(String text) {
  final blocks = text.split(_blank);
  final rest = blocks.removeLast();
  final events = blocks.map(_event).where((event) => event.$2.isNotEmpty);
  return (events.toList(), rest);
}

ServerEvent _event(String block) {
  final lines = block.split(_line);
  List<String> field(String name) => [
    for (final line in lines)
      if (line.startsWith('$name:'))
        line.substring(name.length + 1).replaceFirst(RegExp('^ '), ''),
  ];
  final kinds = field('event');
  return (kinds.isEmpty ? 'message' : kinds.last, field('data').join('\n'));
}

/// Events out of bytes as they come, in pieces that may end anywhere.
final class EventReader implements Sink<String> {
  EventReader(this.heard) {
    _bytes = const Utf8Decoder(
      allowMalformed: true,
    ).startChunkedConversion(this);
  }

  final void Function(List<ServerEvent> events) heard;
  late final ByteConversionSink _bytes;
  var _rest = '';

  /// The next bytes.
  void take(List<int> chunk) => _bytes.add(chunk);

  /// The next letters.
  @override
  void add(String data) {
    final (events, rest) = eventsOf(_rest + data);
    _rest = rest;
    if (events.isNotEmpty) heard(events);
  }

  @override
  void close() {}
}
