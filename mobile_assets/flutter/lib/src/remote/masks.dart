/// Masks in an answer.
library;

import 'dart:typed_data';

import '../geometry.dart';
import '../heavy_results.dart';
import 'answer_record.dart';
import 'enlarging.dart';
import 'reading.dart';
import 'refusals.dart';

/// An answer to be read, and the width and height of the photo that it is about.
final class Reading {
  const Reading(this.answer, this.photo);

  final AnswerRecord answer;
  final Size photo;

  /// Pixels of the photo for one of the server's, across and down.
  (double, double) get scale =>
      (photo.$1 / answer.size.$1, photo.$2 / answer.size.$2);
}

/// A mask of its run lengths: COCO's, column by column, zeros first; raises [Refusal].
Bits unpacked(Json json) {
  final (height, width) = need(json, 'size', pair);
  final counts = need(json, 'counts', list(whole));
  final total = counts.fold(0, (sum, count) => sum + count);
  final wrong = width < 1 || height < 1 || counts.any((count) => count < 0);
  if (wrong || total != width * height) {
    throw notAnAnswer("a mask's run lengths do not fill it");
  }
  final data = Uint8List(width * height);
  var at = 0;
  for (final (i, count) in counts.indexed) {
    for (final end = at + count; at < end; at += 1) {
      if (i.isOdd) data[(at % height) * width + at ~/ height] = 1;
    }
  }
  return Bits(width, height, data);
}

/// The field `mask`, at the size that the server worked at.
Bits servedMask(Reading reading, Json json) {
  final mask = unpacked(need(json, 'mask', record));
  if ((mask.width, mask.height) != reading.answer.size) {
    throw notAnAnswer("a mask is not of the photo's size");
  }
  return mask;
}

/// The field `mask`, at the size of the photo.
Bits maskOf(Reading reading, Json json) {
  final mask = servedMask(reading, json);
  final (width, height) = reading.photo;
  final soft = enlarged(mask.data, reading.answer.size, reading.photo);
  final data = Uint8List.fromList([
    for (final value in soft) value >= 0.5 ? 1 : 0,
  ]);
  return Bits(width, height, data);
}
