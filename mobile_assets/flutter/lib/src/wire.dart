/// Results as the JSON of the contract: apps and tests rely on these names.
library;

import 'results.dart';

typedef Json = Map<String, Object?>;

/// What stands under `result`: coordinates to a thousandth, probabilities to a millionth.
Json resultRecord(Result value) => switch (value) {
  Faces(:final faces) => {
    'faces': [for (final face in faces) _face(face)],
  },
  Labels(:final labels) => {
    'labels': [
      for (final it in labels) {'label': it.label, 'score': _share(it.score)},
    ],
  },
  Objects(:final objects) => {
    'objects': [
      for (final it in objects)
        {'label': it.label, 'score': _share(it.score), 'box': _box(it.boxXyxy)},
    ],
  },
  Mask(:final probability) => {'person': _share(_mean(probability))},
  Picture(:final pixels) => {'channels': pixels.alpha == null ? 'RGB' : 'RGBA'},
  StyleVector(:final values) => {'values': values.data},
};

/// Which file ran, and on what.
Json provenanceRecord(Provenance it) => {
  'model': it.model,
  'version': it.version,
  'variant': it.variant,
  'sha256': it.sha256,
  'accelerator': it.accelerator,
};

Json _face(Face face) {
  final Face(:landmarks, :smile, :expressions) = face;
  return {
    'box': _box(face.boxXyxy),
    'score': _share(face.score),
    'points': {
      for (final MapEntry(:key, value: (x, y)) in face.points.entries)
        key: [_pixels(x), _pixels(y)],
    },
    if (landmarks != null)
      'landmarks': [
        for (var i = 0; i < landmarks.length; i += 3)
          [for (final at in landmarks.sublist(i, i + 3)) _pixels(at)],
      ],
    if (smile != null) 'smile': _share(smile),
    if (expressions != null)
      'expressions': {
        for (final MapEntry(:key, :value) in expressions.entries)
          key: _share(value),
      },
  };
}

List<double> _box(Box box) {
  final (x0, y0, x1, y1) = box;
  return [_pixels(x0), _pixels(y0), _pixels(x1), _pixels(y1)];
}

double _mean(List<double> values) {
  var sum = 0.0;
  for (final value in values) {
    sum += value;
  }
  return values.isEmpty ? 0.0 : sum / values.length;
}

double _pixels(double value) => (value * 1e3).roundToDouble() / 1e3;

double _share(double value) => (value * 1e6).roundToDouble() / 1e6;
