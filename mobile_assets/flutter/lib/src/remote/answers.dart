/// The server's JSON to values, in the photo's pixels; each function raises [Refusal].
///
/// The photo that was sent may have been smaller: coordinates are scaled, masks and pictures
/// enlarged to the size of the photo that was asked about.
library;

import 'dart:convert';
import 'dart:typed_data';

import '../errors.dart';
import '../heavy_results.dart';
import '../png.dart';
import '../results.dart';
import '../rounding.dart';
import 'enlarging.dart';
import 'masks.dart';
import 'reading.dart';
import 'refusals.dart';
import 'uploads.dart';

/// The picture, of the size that the server worked at or a multiple of it.
Samples _picture(Reading reading) {
  final picture = reading.answer.picture;
  if (picture == null) throw notAnAnswer('it has no picture');
  try {
    return decodeSamples(base64.decode(picture));
  } on FormatException {
    throw notAnAnswer('its picture is damaged');
  } on PhotoError {
    throw notAnAnswer('its picture is damaged');
  }
}

Box _box(Reading reading, Json json) {
  final (across, down) = reading.scale;
  final at = need(json, 'box', numbers(4));
  return (at[0] * across, at[1] * down, at[2] * across, at[3] * down);
}

/// A person's probability at every pixel.
Mask readMask(Reading reading) {
  final grey = _picture(reading);
  if (grey.channels != 1 || grey.depth != 8) {
    throw notAnAnswer('its mask is not 8 bits of grey');
  }
  final (width, height) = reading.photo;
  final soft = enlarged(grey.data, (grey.width, grey.height), reading.photo);
  for (var i = 0; i < soft.length; i += 1) {
    soft[i] = soft[i] / 255;
  }
  return Mask(width, height, soft);
}

/// Faces, with whatever the task found in them.
Faces readFaces(Reading reading) {
  Face face(Object? json, String place) => _face(reading, record(json, place));
  return Faces(need(reading.answer.result, 'faces', list(face)));
}

Face _face(Reading reading, Json json) {
  final (across, down) = reading.scale;
  final points = need(json, 'points', mapOf(numbers(2)));
  final mesh = maybe(json, 'landmarks', list(numbers(3)));
  return Face(
    boxXyxy: _box(reading, json),
    score: need(json, 'score', number),
    points: {
      for (final MapEntry(:key, value: [x, y]) in points.entries)
        key: (x * across, y * down),
    },
    landmarks: mesh == null ? null : _mesh(mesh, across, down),
    smile: maybe(json, 'smile', number),
    expressions: maybe(json, 'expressions', mapOf(number)),
  );
}

/// Depth is in the scale of x.
Float32List _mesh(List<List<double>> mesh, double across, double down) =>
    Float32List.fromList([
      for (final [x, y, z] in mesh) ...[x * across, y * down, z * across],
    ]);

/// The best labels.
Labels readLabels(Reading reading) {
  Label label(Object? json, String place) {
    final one = record(json, place);
    return Label(need(one, 'label', text), need(one, 'score', number));
  }

  return Labels(need(reading.answer.result, 'labels', list(label)));
}

/// Objects and their boxes.
Objects readObjects(Reading reading) {
  DetectedObject object(Object? json, String place) {
    final one = record(json, place);
    return DetectedObject(
      need(one, 'label', text),
      need(one, 'score', number),
      _box(reading, one),
    );
  }

  return Objects(need(reading.answer.result, 'objects', list(object)));
}

/// A picture at the size that the server made it in.
Picture readPicture(Reading reading) {
  final made = _picture(reading);
  if (made.channels != 3 || made.depth != 8) {
    throw notAnAnswer('its picture is not RGB');
  }
  final data = Uint8List.fromList(made.data);
  return Picture(Pixels(made.width, made.height, data));
}

/// A picture at the size of the photo.
Picture readPainted(Reading reading) =>
    Picture(resized(readPicture(reading).pixels, reading.photo));

/// Metres, of a picture with millimetres in 16 bits.
Depth readDepth(Reading reading) {
  final grey = _picture(reading);
  if (grey.channels != 1 || grey.depth != 16) {
    throw notAnAnswer('its depth is not 16 bits of grey');
  }
  final (width, height) = reading.photo;
  final metres = enlarged(grey.data, (grey.width, grey.height), reading.photo);
  for (var i = 0; i < metres.length; i += 1) {
    metres[i] = metres[i] / 1000;
  }
  final most = need(reading.answer.result, 'max_depth', number);
  return Depth(width, height, metres, most);
}

/// Objects and their pixels.
Instances readInstances(Reading reading) {
  Instance instance(Object? json, String place) {
    final one = record(json, place);
    return Instance(
      need(one, 'label', text),
      need(one, 'score', number),
      _box(reading, one),
      maskOf(reading, one),
    );
  }

  return Instances(need(reading.answer.result, 'instances', list(instance)));
}

/// The class of every pixel, of a mask for each class.
ClassMap readClasses(Reading reading) {
  final (wide, high) = reading.answer.size;
  final classes = Uint8List(wide * high);
  final filled = Uint8List(wide * high);
  final found = need(reading.answer.result, 'classes', list(record));
  for (final (index, one) in found.indexed) {
    if (one['mask'] == null) continue; // no pixel is of it
    final mask = servedMask(reading, one).data;
    for (var i = 0; i < mask.length; i += 1) {
      if (mask[i] == 0) continue;
      classes[i] = index;
      filled[i] = 1;
    }
  }
  if (filled.contains(0) || found.length > 256) {
    throw notAnAnswer('some pixels are of no class');
  }
  final (width, height) = reading.photo;
  return ClassMap(
    width: width,
    height: height,
    classes: nearest(classes, reading.answer.size, reading.photo),
    labels: [for (final one in found) need(one, 'label', text)],
    palette: [for (final one in found) need(one, 'colour', _colour)],
  );
}

(int, int, int) _colour(Object? json, String place) {
  final [red, green, blue] = numbers(3)(json, place);
  return (red.round(), green.round(), blue.round());
}

/// What was cut out.
CutOut readCut(Reading reading) {
  final made = _picture(reading);
  if (made.channels < 3 || made.depth != 8) {
    throw notAnAnswer('its picture is neither RGB nor RGBA');
  }
  final size = (made.width, made.height);
  final large = enlarged(made.data, size, reading.photo, made.channels);
  final result = reading.answer.result;
  return CutOut(
    channels: made.channels,
    data: Uint8List.fromList([for (final value in large) rint(value)]),
    mask: maskOf(reading, result),
    found: need(result, 'found', list(text)),
    method: need(result, 'method', text),
  );
}
