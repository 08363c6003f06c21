/// Frames of a camera to the photo that the models see: whole numbers only, so that every
/// runtime makes the same bytes.
///
/// **Sampling.**  Pixel (x, y) has the luma `Y[y][x]` and the chroma `U[y >> 1][x >> 1]` and
/// `V[y >> 1][x >> 1]`: chroma is repeated, not interpolated.  Sample (column, row) of a
/// plane is byte `row * rowStride + column * pixelStride`.
library;

import 'dart:typed_data';

import 'errors.dart';
import 'results.dart';
import 'rounding.dart';

/// Samples in bytes: rows are [rowStride] apart, samples [pixelStride].
///
/// The last row may end with its last sample, as it does on Android.
final class FramePlane {
  const FramePlane(this.data, this.rowStride, [this.pixelStride = 1]);

  final Uint8List data;
  final int rowStride;
  final int pixelStride;

  /// Raises [PhotoUnreadable] where the bytes do not suffice.
  void check(int width, int height) {
    final needed = (height - 1) * rowStride + (width - 1) * pixelStride + 1;
    if (needed > data.length) {
      throw PhotoUnreadable(
        'a plane of the frame has ${data.length} bytes, $needed are needed for '
        '${width}x$height: give its own row and pixel strides',
      );
    }
  }
}

/// A frame in YUV 4:2:0: I420, NV12, NV21 or any YUV_420_888 of Android.
final class YuvFrame {
  const YuvFrame(this.width, this.height, this.y, this.u, this.v);

  /// A frame of three planes without gaps: all Y, then all U, then all V.
  factory YuvFrame.i420(Uint8List data, int width, int height) {
    final wide = (width + 1) >> 1;
    final luma = width * height;
    final chroma = wide * ((height + 1) >> 1);
    return YuvFrame(
      width,
      height,
      FramePlane(_from(data, 0), width),
      FramePlane(_from(data, luma), wide),
      FramePlane(_from(data, luma + chroma), wide),
    );
  }

  /// A frame of two planes without gaps: all Y, then V and U in turns.
  factory YuvFrame.nv21(Uint8List data, int width, int height) {
    final luma = width * height;
    final stride = 2 * ((width + 1) >> 1);
    return YuvFrame(
      width,
      height,
      FramePlane(_from(data, 0), width),
      FramePlane(_from(data, luma + 1), stride, 2),
      FramePlane(_from(data, luma), stride, 2),
    );
  }

  final int width;
  final int height;
  final FramePlane y;
  final FramePlane u;
  final FramePlane v;

  static Uint8List _from(Uint8List data, int start) {
    return Uint8List.sublistView(data, clamp(start, 0, data.length));
  }
}

/// The range of the numbers of a frame: [full] is 0..255, [limited] 16..235 and 16..240.
enum Span { full, limited }

/// RGB as the frame lies in memory (BT.601).
Pixels yuvToRgb(YuvFrame frame, [Span span = Span.full]) {
  frame.y.check(frame.width, frame.height);
  frame.u.check((frame.width + 1) >> 1, (frame.height + 1) >> 1);
  frame.v.check((frame.width + 1) >> 1, (frame.height + 1) >> 1);
  final made = Uint8List(3 * frame.width * frame.height);
  for (var y = 0; y < frame.height; y += 1) {
    switch (span) {
      case Span.full:
        _fullRow(frame, y, made);
      case Span.limited:
        _limitedRow(frame, y, made);
    }
  }
  return Pixels(frame.width, frame.height, made);
}

void _fullRow(YuvFrame frame, int row, Uint8List made) {
  var to = 3 * frame.width * row;
  for (var x = 0; x < frame.width; x += 1) {
    final y = _at(frame.y, x, row);
    final u = _at(frame.u, x >> 1, row >> 1) - 128;
    final v = _at(frame.v, x >> 1, row >> 1) - 128;
    made[to] = clamp((65536 * y + 91881 * v + 32768) >> 16, 0, 255);
    made[to + 1] = clamp(
      (65536 * y - 22553 * u - 46802 * v + 32768) >> 16,
      0,
      255,
    );
    made[to + 2] = clamp((65536 * y + 116130 * u + 32768) >> 16, 0, 255);
    to += 3;
  }
}

void _limitedRow(YuvFrame frame, int row, Uint8List made) {
  var to = 3 * frame.width * row;
  for (var x = 0; x < frame.width; x += 1) {
    final y = _at(frame.y, x, row) - 16;
    final u = _at(frame.u, x >> 1, row >> 1) - 128;
    final v = _at(frame.v, x >> 1, row >> 1) - 128;
    made[to] = clamp((76309 * y + 104597 * v + 32768) >> 16, 0, 255);
    made[to + 1] = clamp(
      (76309 * y - 25675 * u - 53279 * v + 32768) >> 16,
      0,
      255,
    );
    made[to + 2] = clamp((76309 * y + 132201 * u + 32768) >> 16, 0, 255);
    to += 3;
  }
}

int _at(FramePlane plane, int x, int y) {
  return plane.data[y * plane.rowStride + x * plane.pixelStride];
}

/// RGB of a frame of B, G, R, A bytes, as iOS gives them; alpha is dropped.
Pixels bgraToRgb(Uint8List data, int width, int height, int rowStride) {
  FramePlane(data, rowStride, 4).check(width, height);
  final made = Uint8List(3 * width * height);
  var to = 0;
  for (var y = 0; y < height; y += 1) {
    for (var x = 0; x < width; x += 1) {
      final at = y * rowStride + x * 4;
      made[to] = data[at + 2];
      made[to + 1] = data[at + 1];
      made[to + 2] = data[at];
      to += 3;
    }
  }
  return Pixels(width, height, made);
}

/// Turned clockwise by [rotation] degrees, then mirrored left and right.
Pixels upright(Pixels rgb, [int rotation = 0, bool mirror = false]) {
  final turned = rotation == 90 || rotation == 270;
  final width = turned ? rgb.height : rgb.width;
  final height = turned ? rgb.width : rgb.height;
  final made = Uint8List(rgb.data.length);
  var to = 0;
  for (var y = 0; y < height; y += 1) {
    for (var x = 0; x < width; x += 1) {
      final from = 3 * _source(rgb, mirror ? width - 1 - x : x, y, rotation);
      made[to] = rgb.data[from];
      made[to + 1] = rgb.data[from + 1];
      made[to + 2] = rgb.data[from + 2];
      to += 3;
    }
  }
  return Pixels(width, height, made);
}

/// The pixel of [rgb] that lies at (x, y) once it is turned.
int _source(Pixels rgb, int x, int y, int rotation) {
  return switch (rotation) {
    0 => y * rgb.width + x,
    90 => (rgb.height - 1 - x) * rgb.width + y,
    180 => (rgb.height - 1 - y) * rgb.width + rgb.width - 1 - x,
    270 => x * rgb.width + rgb.width - 1 - y,
    _ => throw PhotoUnreadable(
      'a frame is turned by 0, 90, 180 or 270 degrees, not by $rotation',
    ),
  };
}
