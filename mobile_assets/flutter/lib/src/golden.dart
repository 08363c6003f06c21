/// Golden vectors: what every step gives for a few photos in Python, so that this runtime can
/// be held against it one step by step.
library;

import 'dart:typed_data';

import 'bundle.dart';
import 'errors.dart';
import 'fields.dart';
import 'hashes.dart';
import 'results.dart';
import 'schema.dart';
import 'tracing.dart';

/// The version of golden vectors that this package reads.
const goldenVersion = 2;

/// Bytes of a picture file to an upright sRGB photo.
typedef Decoder = Future<Pixels> Function(Uint8List bytes);

/// The largest and the mean difference of two arrays; infinite where their shapes differ.
typedef Difference = ({double maxAbs, double meanAbs});

/// The golden vectors of a bundle; raises [BundleError] where there are none, [BundleTampered]
/// where a file of them is missing.
final class GoldenVectors {
  const GoldenVectors(this.fetcher, this.decode);

  final Fetcher fetcher;
  final Decoder decode;

  /// Those of a model.
  Future<Golden> of(String model) async {
    return Golden.fromJson(await _json('$model/golden.json'), 'golden');
  }

  /// Frames, and photos that are decoded.
  Future<GoldenBasics> basics() async {
    return GoldenBasics.fromJson(await _json('basics.json'), 'basics');
  }

  /// A file below `golden/`.
  Future<Uint8List> bytes(String path) async {
    return await fetcher('golden/$path') ??
        (throw BundleTampered('golden/$path is missing: restore that file'));
  }

  /// A photo below `golden/`.
  Future<Pixels> photo(String path) async => decode(await bytes(path));

  /// The numbers that are kept, every [Values.stride]-th of them; null for a hash alone.
  Future<List<num>?> load(Values values) async {
    final count = values.shape.fold(1, (product, side) => product * side);
    if (values.numbers.length == count) return values.numbers;
    if (values.path.isEmpty) return null;
    final raw = await bytes(values.path);
    if (values.path.endsWith('.png')) return (await decode(raw)).data;
    return _numbers(raw, values);
  }

  /// How far an array is from the golden one; where only a hash is kept, not at all or
  /// infinitely.
  Future<Difference> difference(Values values, Numbers made) async {
    if ('${made.shape}' != '${values.shape}') return _infinite;
    final kept = await load(values);
    if (kept != null) return differenceOf(kept, made.flat, values.stride);
    return sha256(made.bytes) == values.sha256 ? _none : _infinite;
  }

  Future<Object?> _json(String path) async {
    final json = readJson(await bytes(path), 'golden/$path');
    final version = asObject(json, path)['golden_version'];
    if (version is int && version > goldenVersion) {
      throw SchemaTooNew(
        'golden/$path has version $version: update PocketLens',
      );
    }
    return json;
  }
}

const _none = (maxAbs: 0.0, meanAbs: 0.0);
const _infinite = (maxAbs: double.infinity, meanAbs: double.infinity);

List<num> _numbers(Uint8List raw, Values values) {
  final aligned = Uint8List.fromList(raw).buffer; // a view has to start at 0
  return switch (values.dtype) {
    'uint8' => aligned.asUint8List(),
    'int32' => aligned.asInt32List(),
    'float32' => aligned.asFloat32List(),
    _ => aligned.asFloat64List(),
  };
}

/// How far the every [stride]-th of the numbers [made] are from those that were [kept]; a NaN
/// is infinitely far.
Difference differenceOf(List<num> kept, List<num> made, [int stride = 1]) {
  if (kept.length != (made.length + stride - 1) ~/ stride) return _infinite;
  var largest = 0.0;
  var sum = 0.0;
  for (var i = 0; i < kept.length; i += 1) {
    final off = (made[i * stride] - kept[i]).abs().toDouble();
    if (off.isNaN) return _infinite;
    if (off > largest) largest = off;
    sum += off;
  }
  return (maxAbs: largest, meanAbs: kept.isEmpty ? 0.0 : sum / kept.length);
}

/// Whether a difference passes.
bool passes(Difference off, Tolerance tolerance) {
  return off.maxAbs <= tolerance.maxAbs && off.meanAbs <= tolerance.meanAbs;
}
