/// Numbers at every pixel, resized and blurred: what masks, lights and backgrounds are made of.
library;

import 'dart:math' as math;
import 'dart:typed_data';

import '../rounding.dart';

/// float32 [height, width, channels].
final class Plane {
  Plane(this.width, this.height, [this.channels = 1, double value = 0])
    : data = Float32List(width * height * channels) {
    if (value != 0) data.fillRange(0, data.length, value);
  }

  Plane.of(this.width, this.height, this.channels, this.data);

  /// Bytes [height, width, channels] as numbers, each multiplied by [scale].
  factory Plane.ofBytes(
    int width,
    int height,
    Uint8List bytes,
    int channels, [
    double scale = 1,
  ]) {
    final made = Plane(width, height, channels);
    for (var i = 0; i < bytes.length; i += 1) {
      made.data[i] = bytes[i] * scale;
    }
    return made;
  }

  final int width;
  final int height;
  final int channels;
  final Float32List data;

  /// The same plane with other numbers.
  Plane map(double Function(double value) act) {
    final made = Plane(width, height, channels);
    for (var i = 0; i < data.length; i += 1) {
      made.data[i] = act(data[i]);
    }
    return made;
  }
}

/// How a pixel of another size is made: of the means of areas, or of neighbours.
enum Way { area, linear, cubic }

/// How a plane goes on beyond its edge; `mirror` leaves the edge pixel out.
enum Edge { mirror, reflect }

/// Which pixels each output is made of, and by how much.
final class _Taps {
  _Taps(int want) : first = Int32List(want), weights = [];

  final Int32List first;
  final List<List<double>> weights;
}

/// The plane in another size; beyond its edge the edge is repeated.
Plane resized(Plane from, int width, int height, Way way) {
  if (from.width == width && from.height == height) return from;
  final wide = _along(from, _taps(from.width, width, way), across: true);
  return _along(wide, _taps(from.height, height, way), across: false);
}

/// Blurred by a Gaussian; [reach] is how many sigmas away still count.  The plane is mirrored
/// at its edges.
Plane gaussian(Plane from, double sigma, [int reach = 4]) {
  final radius = ((sigma * reach * 2 + 1).round() | 1) >> 1;
  final weights = [
    for (var i = -radius; i <= radius; i += 1)
      math.exp(-0.5 * (i / sigma) * (i / sigma)),
  ];
  final total = weights.reduce((sum, weight) => sum + weight);
  final kernel = [for (final weight in weights) weight / total];
  final wide = _spread(from, kernel, across: true);
  return _spread(wide, kernel, across: false);
}

/// The mean of the [side] by [side] pixels around each.
Plane boxed(Plane from, int side, [Edge edge = Edge.mirror]) {
  final wide = _means(from, side, edge, across: true);
  return _means(wide, side, edge, across: false);
}

_Taps _taps(int have, int want, Way way) {
  final scale = have / want;
  if (way == Way.area && scale > 1) return _areaTaps(have, want, scale);
  final taps = _Taps(want);
  for (var i = 0; i < want; i += 1) {
    final at = (i + 0.5) * scale - 0.5;
    final low = at.floor();
    taps.first[i] = way == Way.cubic ? low - 1 : low;
    taps.weights.add(
      way == Way.cubic ? _cubic(at - low) : [1 - at + low, at - low],
    );
  }
  return taps;
}

_Taps _areaTaps(int have, int want, double scale) {
  final taps = _Taps(want);
  for (var i = 0; i < want; i += 1) {
    final start = i * scale;
    final end = math.min(have.toDouble(), (i + 1) * scale);
    final first = taps.first[i] = start.floor();
    taps.weights.add([
      for (var at = first; at < end; at += 1)
        (math.min(end, at + 1.0) - math.max(start, at.toDouble())) /
            (end - start),
    ]);
  }
  return taps;
}

/// Keys' cubic with a = -0.75, as OpenCV has it.
List<double> _cubic(double part) {
  const a = -0.75;
  double far(double x) => ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  double near(double x) => ((a + 2) * x - (a + 3)) * x * x + 1;
  return [far(part + 1), near(part), near(1 - part), far(2 - part)];
}

/// Each row (or column) made of the taps.
Plane _along(Plane from, _Taps taps, {required bool across}) {
  final channels = from.channels;
  final count = taps.first.length;
  final made = across
      ? Plane(count, from.height, channels)
      : Plane(from.width, count, channels);
  final step = across ? channels : from.width * channels;
  final last = (across ? from.width : from.height) - 1;
  var to = 0;
  for (var y = 0; y < made.height; y += 1) {
    for (var x = 0; x < made.width; x += 1) {
      final at = across ? x : y;
      final base = across ? y * from.width * channels : x * channels;
      final factors = taps.weights[at];
      for (var channel = 0; channel < channels; channel += 1, to += 1) {
        var sum = 0.0;
        for (var k = 0; k < factors.length; k += 1) {
          final near = clamp(taps.first[at] + k, 0, last);
          sum += factors[k] * from.data[base + near * step + channel];
        }
        made.data[to] = sum;
      }
    }
  }
  return made;
}

Plane _spread(Plane from, List<double> kernel, {required bool across}) {
  final count = across ? from.width : from.height;
  final index = _index(count, kernel.length >> 1, Edge.mirror);
  return _filtered(from, across, (line, made) {
    for (var i = 0; i < count; i += 1) {
      var sum = 0.0;
      for (var k = 0; k < kernel.length; k += 1) {
        sum += kernel[k] * line[index[i + k]];
      }
      made[i] = sum;
    }
  });
}

Plane _means(Plane from, int side, Edge edge, {required bool across}) {
  final count = across ? from.width : from.height;
  final index = _index(count, side >> 1, edge);
  return _filtered(from, across, (line, made) {
    var sum = 0.0;
    for (var k = 0; k < side; k += 1) {
      sum += line[index[k]];
    }
    for (var i = 0; i < count; i += 1) {
      made[i] = sum / side;
      if (i + side < index.length) {
        sum += line[index[i + side]] - line[index[i]];
      }
    }
  });
}

/// Where the places from -[radius] to [count] + [radius] - 1 are found.
Int32List _index(int count, int radius, Edge edge) => Int32List.fromList([
  for (var at = -radius; at < count + radius; at += 1)
    _mirrored(at, count, edge),
]);

int _mirrored(int at, int count, Edge edge) {
  if (count == 1) return 0;
  final period = edge == Edge.mirror ? 2 * count - 2 : 2 * count;
  final place = at % period; // never negative in Dart
  if (place < count) return place;
  return edge == Edge.mirror ? period - place : period - 1 - place;
}

/// Each row (or column) of each channel by itself.
Plane _filtered(
  Plane from,
  bool across,
  void Function(Float64List line, Float64List made) act,
) {
  final Plane(:width, :height, :channels) = from;
  final made = Plane(width, height, channels);
  final count = across ? width : height;
  final lines = across ? height : width;
  final step = across ? channels : width * channels;
  final jump = across ? width * channels : channels;
  final line = Float64List(count);
  final done = Float64List(count);
  for (var number = 0; number < lines; number += 1) {
    for (var channel = 0; channel < channels; channel += 1) {
      final base = number * jump + channel;
      for (var i = 0; i < count; i += 1) {
        line[i] = from.data[base + i * step];
      }
      act(line, done);
      for (var i = 0; i < count; i += 1) {
        made.data[base + i * step] = done[i];
      }
    }
  }
  return made;
}
