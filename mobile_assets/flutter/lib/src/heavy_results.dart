/// What only a server's models give; frame and units are those of `results.dart`.
library;

import 'dart:typed_data';

import 'results.dart';

/// True and false at every pixel, one byte each (1 and 0), row by row.
final class Bits {
  const Bits(this.width, this.height, this.data);

  final int width;
  final int height;
  final Uint8List data;
}

/// How far every pixel is, in metres, row by row.
final class Depth {
  const Depth(this.width, this.height, this.metres, this.maxDepth);

  final int width;
  final int height;
  final Float32List metres;
  final double maxDepth;
}

/// An object: its class, score 0..1, box and pixels.
final class Instance {
  const Instance(this.label, this.score, this.boxXyxy, this.mask);

  final String label;
  final double score;
  final Box boxXyxy;
  final Bits mask;
}

/// The objects of a photo, the best score first.
final class Instances {
  const Instances(this.instances);

  final List<Instance> instances;
}

/// The class of every pixel, an index into [labels] and [palette] (RGB), row by row.
final class ClassMap {
  const ClassMap({
    required this.width,
    required this.height,
    required this.classes,
    required this.labels,
    required this.palette,
  });

  final int width;
  final int height;
  final Uint8List classes;
  final List<String> labels;
  final List<(int, int, int)> palette;
}

/// What was cut out, by which method, and the names that were found: [data] has [channels]
/// bytes a pixel, 3 for RGB, 4 for RGBA.
final class CutOut {
  const CutOut({
    required this.channels,
    required this.data,
    required this.mask,
    required this.found,
    required this.method,
  });

  final int channels;
  final Uint8List data;
  final Bits mask;
  final List<String> found;
  final String method;
}
