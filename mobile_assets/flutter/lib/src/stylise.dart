/// What the host does around a style network: read a mix.
library;

import 'dart:typed_data';

import 'errors.dart';
import 'results.dart';
import 'rounding.dart';

/// Weights [1, count] that sum to 1, of `7` or a mix such as `3:0.5,12:0.5`.
///
/// Raises [UnknownName] for a style that does not exist, [SpecError] for weights that are not
/// numbers, are negative or sum to nothing.
TensorData parseStyle(String text, int count) {
  final weights = Float32List(count);
  for (final part in text.split(',')) {
    final [name, ...rest] = part.split(':');
    weights[_index(name.trim(), count)] += _weight(rest.join(':').trim(), part);
  }
  var total = 0.0;
  for (final weight in weights) {
    total = fround(total + weight);
  }
  if (!(total > 0)) {
    throw SpecError("the styles of '$text' weigh nothing: give one a weight");
  }
  for (var i = 0; i < count; i += 1) {
    weights[i] = weights[i] / total;
  }
  return TensorData([1, count], weights);
}

int _index(String name, int count) {
  final index = int.tryParse(name);
  if (index == null || '$index' != name || index < 0 || index >= count) {
    throw UnknownName('style', name, ['0 to ${count - 1}']);
  }
  return index;
}

double _weight(String text, String part) {
  final weight = text.isEmpty ? 1.0 : double.tryParse(text) ?? double.nan;
  if (!(weight >= 0 && weight < double.infinity)) {
    throw SpecError("'$part': the weight of a style is a number from 0 up");
  }
  return weight;
}
