/// What the host does around a style network: read a mix, blend, keep the photo's colours.
library;

import 'dart:typed_data';

import 'cielab.dart';
import 'errors.dart';
import 'results.dart';
import 'rounding.dart';
import 'transparency.dart';

/// What becomes of a painting: [strength] 0..1 of it, with the photo's own colours if
/// [keepColours].
final class Finish {
  const Finish({this.strength = 1, this.keepColours = false});

  final double strength;
  final bool keepColours;
}

/// With the photo's colours, and as much of the style, as was asked for, and as transparent as
/// the photo; both pictures have the same size.
Picture finished(Pixels photo, Picture painting, Finish finish) {
  final painted = finish.keepColours
      ? lightened(photo, painting.pixels)
      : painting.pixels;
  final made = finish.strength < 1
      ? _blended(photo, painted, finish.strength)
      : painted;
  return Picture(withAlpha(made, photo));
}

/// In float32, the product of the photo not rounded before the sum.
Pixels _blended(Pixels photo, Pixels painted, double strength) {
  final rest = fround(1 - strength);
  final share = fround(strength);
  final made = Uint8List(photo.data.length);
  for (var i = 0; i < made.length; i += 1) {
    final part = fround(painted.data[i] * share);
    made[i] = clamp(rint(fround(photo.data[i] * rest + part)), 0, 255);
  }
  return Pixels(photo.width, photo.height, made);
}

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
