/// Reading JSON strictly: what is missing, unknown or of another type is an error that names
/// the place, such as `manifest.models[3].spec.program[1].fit`.
library;

import 'errors.dart';

/// Makes a value of JSON that stands at a place, or raises [BundleError].
typedef Reader<T> = T Function(Object? json, String place);

/// An object of which every field is known.
final class Fields {
  Fields(Object? json, this.place, List<String> known)
    : _values = asObject(json, place) {
    for (final name in _values.keys) {
      if (!known.contains(name)) {
        throw BundleError("$place: unknown field '$name': update PocketLens");
      }
    }
  }

  final String place;
  final Map<String, Object?> _values;

  /// A field that has to be there.
  T need<T>(String name, Reader<T> read) {
    if (!_values.containsKey(name)) {
      throw BundleError("$place has no '$name': build the bundle again");
    }
    return read(_values[name], '$place.$name');
  }

  /// A field that may be absent or null.
  T? maybe<T>(String name, Reader<T> read) {
    final value = _values[name];
    return value == null ? null : read(value, '$place.$name');
  }
}

/// What an object says under [tag], by which one of a family is known.
String tagOf(Object? json, String place, String tag) {
  return asString(asObject(json, place)[tag], '$place.$tag');
}

Map<String, Object?> asObject(Object? json, String place) {
  return json is Map<String, Object?> ? json : _wrong(place, 'an object');
}

String asString(Object? json, String place) {
  return json is String ? json : _wrong(place, 'a string');
}

int asInt(Object? json, String place) {
  return json is int ? json : _wrong(place, 'a whole number');
}

double asDouble(Object? json, String place) {
  return json is num ? json.toDouble() : _wrong(place, 'a number');
}

bool asBool(Object? json, String place) {
  return json is bool ? json : _wrong(place, 'true or false');
}

/// One of the values that this package knows.
Reader<T> oneOf<T>(List<T> known) => (json, place) {
  for (final value in known) {
    if (value == json) return value;
  }
  throw BundleError(
    "$place: '$json' is none of ${known.join(', ')}: update PocketLens",
  );
};

Reader<List<T>> listOf<T>(Reader<T> read) => (json, place) {
  final items = json is List<Object?> ? json : _wrong(place, 'a list');
  return [
    for (final (index, item) in items.indexed) read(item, '$place[$index]'),
  ];
};

Reader<(T, T)> pairOf<T>(Reader<T> read) => (json, place) {
  final items = listOf(read)(json, place);
  return items.length == 2 ? (items[0], items[1]) : _wrong(place, 'a pair');
};

Reader<Map<String, T>> mapOf<T>(Reader<T> read) => (json, place) {
  return {
    for (final MapEntry(:key, :value) in asObject(json, place).entries)
      key: read(value, '$place.$key'),
  };
};

Never _wrong(String place, String wanted) {
  throw BundleError('$place is not $wanted: build the bundle again');
}
