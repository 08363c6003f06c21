// What becomes of a photo's transparency, to the bytes of Python.
import 'dart:typed_data';

import 'package:flutter_test/flutter_test.dart';
import 'package:pocketlens/src/filters/behind.dart';
import 'package:pocketlens/src/filters/planes.dart';
import 'package:pocketlens/src/heavy_results.dart';
import 'package:pocketlens/src/portrait.dart';
import 'package:pocketlens/src/results.dart';
import 'package:pocketlens/src/stylise.dart';
import 'package:pocketlens/src/transparency.dart';
import 'package:pocketlens/src/wire.dart';

import 'tables.dart';

/// The photo of a row, as opaque as it says.
Pixels faded(Table row) {
  final (width, height) = sizeOf(row['size']);
  final alpha = bytesOf(row['alpha'] as String);
  return Pixels(width, height, photo(width, height).data, alpha);
}

/// Grey that is opaque on the left alone; what nobody sees is [below].
Pixels half(int width, int height, int below) {
  final made = Pixels(
    width,
    height,
    Uint8List(3 * width * height)..fillRange(0, 3 * width * height, 90),
    Uint8List(width * height),
  );
  for (var i = 0; i < width * height; i += 1) {
    final isSeen = i % width < width ~/ 2;
    made.alpha![i] = isSeen ? 255 : 0;
    if (!isSeen) made.data.fillRange(3 * i, 3 * i + 3, below);
  }
  return made;
}

/// Somebody who fills the upper half.
Mask above(int width, int height) {
  final probability = Float32List(width * height);
  probability.fillRange(0, width * (height ~/ 2), 1);
  return Mask(width, height, probability);
}

void main() {
  test('an alpha, and what is seen by it, are those of Python', () {
    for (final row in rowsOf('transparency')) {
      final own = faded(row);
      final alpha = own.alpha!;
      expect(shown(own).data, bytesOf(row['shown'] as String));
      expect(shown(own).alpha, alpha);
      expect(onWhite(own).data, bytesOf(row['on_white'] as String));
      expect(onWhite(own).alpha, isNull);
      final (width, height) = sizeOf(row['large']);
      final large = withAlpha(photo(width, height), own);
      expect(large.data, photo(width, height).data);
      expect(large.alpha, bytesOf(row['pixels'] as String));
    }
  });

  test('a cut-out is as opaque as both are', () {
    final row = rowsOf('transparency').first;
    final own = faded(row);
    final count = own.width * own.height;
    final rgba = Uint8List(4 * count);
    for (var i = 0; i < count; i += 1) {
      rgba.setRange(4 * i, 4 * i + 3, own.data, 3 * i);
      rgba[4 * i + 3] = own.data[3 * i];
    }
    CutOut cut(int channels, Uint8List data) => CutOut(
      channels: channels,
      data: data,
      mask: Bits(own.width, own.height, Uint8List(count)),
      found: const ['cat'],
      method: 'instance-segmentation',
    );
    final made = thinned(cut(4, rgba), own);
    expect(made.found, ['cat']);
    expect([
      for (var i = 3; i < made.data.length; i += 4) made.data[i],
    ], bytesOf(row['thinned'] as String));
    final solid = thinned(cut(3, own.data), own);
    expect(solid.data, bytesOf(row['on_white'] as String));
    final same = cut(4, rgba);
    expect(thinned(same, photo(own.width, own.height)), same);
  });

  test('without an alpha everything is as it was', () {
    final own = photo(4, 3);
    final share = Plane(4, 3, 1, 0.5);
    expect(shown(own), own);
    expect(onWhite(own), own);
    expect(withAlpha(photo(8, 6), own).alpha, isNull);
    expect(seen(share, own), share);
    expect(resultRecord(Picture(own)), {'channels': 'RGB'});
  });

  test('a painting is as transparent as its photo', () {
    final own = faded(rowsOf('transparency').first);
    final painting = Picture(photo(own.width, own.height));
    for (final finish in const [
      Finish(),
      Finish(strength: 0.5),
      Finish(keepColours: true),
    ]) {
      final made = finished(own, painting, finish);
      expect(made.pixels.alpha, own.alpha);
      expect(resultRecord(made), {'channels': 'RGBA'});
    }
  });

  test('a background is seen through a photo, a blur is not', () {
    final own = half(24, 24, 200);
    final mask = above(24, 24);
    final green = composed(own, mask, const BehindColour('#00ff00')).data;
    final blur = composed(own, mask, const BehindBlur()).data;
    final alone = composed(own, mask, const BehindNothing()).data;
    final before = BehindPicture(half(24, 24, 0));
    final picture = composed(own, mask, before).data;
    for (var i = 0; i < 24 * 24; i += 1) {
      final isSeen = own.alpha![i] == 255;
      expect(blur[4 * i + 3], own.alpha![i]);
      expect((green[4 * i + 3], picture[4 * i + 3]), (255, 255));
      if (isSeen) continue;
      expect(green.sublist(4 * i, 4 * i + 3), [0, 255, 0]);
      expect(picture.sublist(4 * i, 4 * i + 3), [255, 255, 255]);
      expect(alone[4 * i + 3], 0);
    }
    expect((alone[3], alone[4 * 24 * 23 + 3]), (255, 0));
    expect(green.take(3), [90, 90, 90]);
  });

  test('what nobody sees plays no part', () {
    final mask = above(24, 24);
    for (final behind in const <Behind>[
      BehindNothing(),
      BehindBlur(),
      BehindColour('#102030'),
    ]) {
      final one = composed(half(24, 24, 0), mask, behind);
      final other = composed(half(24, 24, 200), mask, behind);
      expect(one.data, other.data);
    }
  });
}
