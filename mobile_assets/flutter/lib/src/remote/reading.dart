/// JSON of a server, held against what it has to be; fields that nobody asks for are left
/// alone.  What does not fit is a [Refusal].
library;

import 'dart:convert';
import 'dart:typed_data';

import 'refusals.dart';

typedef Json = Map<String, Object?>;
typedef Read<T> = T Function(Object? json, String place);

Json record(Object? json, String place) =>
    json is Json ? json : _wrong(place, 'an object');

String text(Object? json, String place) =>
    json is String ? json : _wrong(place, 'a text');

double number(Object? json, String place) =>
    json is num ? json.toDouble() : _wrong(place, 'a number');

bool truth(Object? json, String place) =>
    json is bool ? json : _wrong(place, 'true or false');

int whole(Object? json, String place) =>
    json is int ? json : _wrong(place, 'a whole number');

Read<List<T>> list<T>(Read<T> read) => (json, place) {
  final items = json is List<Object?> ? json : _wrong(place, 'a list');
  return [
    for (final (index, item) in items.indexed) read(item, '$place[$index]'),
  ];
};

/// A list of so many numbers.
Read<List<double>> numbers(int count) => (json, place) {
  final read = list(number)(json, place);
  return read.length == count ? read : _wrong(place, '$count numbers');
};

/// Two whole numbers.
(int, int) pair(Object? json, String place) =>
    switch (list(whole)(json, place)) {
      [final first, final second] => (first, second),
      _ => _wrong(place, 'a pair'),
    };

Read<Map<String, T>> mapOf<T>(Read<T> read) => (json, place) {
  return {
    for (final MapEntry(:key, :value) in record(json, place).entries)
      key: read(value, '$place.$key'),
  };
};

/// A field that has to be there.
T need<T>(Json from, String name, Read<T> read) => read(from[name], name);

/// A field that may be absent or null.
T? maybe<T>(Json from, String name, Read<T> read) {
  final value = from[name];
  return value == null ? null : read(value, name);
}

/// The JSON in these bytes.
Object? parsed(Uint8List body) => _decoded(() => utf8.decode(body));

/// The JSON in this text.
Object? parsedText(String json) => _decoded(() => json);

Object? _decoded(String Function() json) {
  try {
    return jsonDecode(json());
  } on FormatException {
    throw notAnAnswer('it is not JSON');
  }
}

Never _wrong(String place, String wanted) {
  throw notAnAnswer('$place is not $wanted');
}
