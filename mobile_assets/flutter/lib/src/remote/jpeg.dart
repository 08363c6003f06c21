/// A JPEG without place, time, camera, thumbnail and comments: the same pixels.
library;

import 'dart:typed_data';

// The kinds of segment that change what the pixels mean: JFIF, ICC profile, Adobe's colours.
const _keptApplication = [0xe0, 0xe2, 0xee];
const _exifMarker = 0xe1;
const _scan = 0xda;
const _comment = 0xfe;
const _exif = [0x45, 0x78, 0x69, 0x66, 0, 0];
const _orientation = 0x0112;

bool isJpeg(Uint8List bytes) =>
    bytes.length > 2 && bytes[0] == 0xff && bytes[1] == 0xd8;

/// The EXIF orientation stays, because it says which way is up.
Uint8List withoutMetadata(Uint8List jpeg) {
  final kept = BytesBuilder()..add(Uint8List.sublistView(jpeg, 0, 2));
  final turned = jpegOrientation(jpeg);
  if (turned > 1 && turned <= 8) kept.add(_oriented(turned));
  var end = 2;
  for (final (kind, start, next) in _segments(jpeg)) {
    end = next;
    final application = kind >= 0xe0 && kind <= 0xef;
    if (kind == _comment) continue;
    if (application && !_keptApplication.contains(kind)) continue;
    kept.add(Uint8List.sublistView(jpeg, start, next));
  }
  kept.add(Uint8List.sublistView(jpeg, end));
  return kept.takeBytes();
}

/// The EXIF tag 0x0112, 1..8; 1 where there is none.
int jpegOrientation(Uint8List jpeg) {
  for (final (kind, start, end) in _segments(jpeg)) {
    if (kind != _exifMarker || end - start < 10 + 8) continue;
    final body = Uint8List.sublistView(jpeg, start + 4, end);
    final isExif = [for (var i = 0; i < 6; i += 1) body[i] == _exif[i]];
    if (!isExif.contains(false)) {
      return _tiffOrientation(Uint8List.sublistView(body, 6));
    }
  }
  return 1;
}

/// Kind, start and end of every whole segment before the first scan.
Iterable<(int, int, int)> _segments(Uint8List jpeg) sync* {
  var at = 2;
  while (at + 4 <= jpeg.length && jpeg[at] == 0xff && jpeg[at + 1] != _scan) {
    if (jpeg[at + 1] == 0xff) {
      at += 1; // a fill byte
      continue;
    }
    final end = at + 2 + ((jpeg[at + 2] << 8) | jpeg[at + 3]);
    if (end > jpeg.length) return;
    yield (jpeg[at + 1], at, end);
    at = end;
  }
}

/// The orientation in a TIFF header and its first directory; 1 where it is not there.
int _tiffOrientation(Uint8List bytes) {
  final view = ByteData.sublistView(bytes);
  final order = bytes[0] == 0x49 ? Endian.little : Endian.big;
  final directory = view.getUint32(4, order);
  if (directory + 2 > bytes.length) return 1;
  final entries = view.getUint16(directory, order);
  for (var i = 0; i < entries; i += 1) {
    final at = directory + 2 + 12 * i;
    if (at + 12 > bytes.length) return 1;
    if (view.getUint16(at, order) == _orientation) {
      return view.getUint16(at + 8, order);
    }
  }
  return 1;
}

/// An EXIF segment with nothing but the orientation.
List<int> _oriented(int orientation) {
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1];
  final exif = [..._exif, ...tiff, 0, orientation, 0, 0, 0, 0, 0, 0];
  return [0xff, 0xe1, 0, exif.length + 2, ...exif];
}
