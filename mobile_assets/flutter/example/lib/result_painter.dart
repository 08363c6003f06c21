import 'dart:async';
import 'dart:typed_data';
import 'dart:ui' as ui;

import 'package:flutter/material.dart';
import 'package:pocketlens/pocketlens.dart';

/// Pixels as an image of the engine, which wants colours multiplied by how opaque they are.
Future<ui.Image> imageOf(Pixels pixels) {
  final rgba = Uint8List(4 * pixels.width * pixels.height);
  for (var from = 0, to = 0; to < rgba.length; from += 3, to += 4) {
    final alpha = pixels.alpha?[from ~/ 3] ?? 255;
    for (var c = 0; c < 3; c += 1) {
      rgba[to + c] = pixels.data[from + c] * alpha ~/ 255;
    }
    rgba[to + 3] = alpha;
  }
  final made = Completer<ui.Image>();
  ui.decodeImageFromPixels(
    rgba,
    pixels.width,
    pixels.height,
    ui.PixelFormat.rgba8888,
    made.complete,
  );
  return made.future;
}

/// The photo with what a model saw in it.
class ResultPainter extends CustomPainter {
  const ResultPainter(this.photo, this.result);

  final ui.Image photo;
  final Result? result;

  @override
  void paint(Canvas canvas, Size size) {
    final wide = photo.width.toDouble();
    final scale = (size.width / wide).clamp(0.0, size.height / photo.height);
    canvas.scale(scale);
    canvas.drawImage(photo, Offset.zero, Paint());
    final pen = Paint()
      ..color = Colors.amber
      ..style = PaintingStyle.stroke
      ..strokeWidth = 3 / scale;
    switch (result) {
      case Faces(:final faces):
        for (final face in faces) {
          _face(canvas, face, pen);
        }
      case Objects(:final objects):
        for (final thing in objects) {
          canvas.drawRect(_rect(thing.boxXyxy), pen);
          final (x, y, _, _) = thing.boxXyxy;
          _text(canvas, '${thing.label} ${_percent(thing.score)}', x, y, scale);
        }
      case Labels(:final labels):
        for (final (row, it) in labels.indexed) {
          final line = '${it.label} ${_percent(it.score)}';
          _text(canvas, line, 8 / scale, (8 + 20 * row) / scale, scale);
        }
      case final Mask mask:
        _mask(canvas, mask);
      case Picture() || StyleVector() || null:
        break;
    }
  }

  void _face(Canvas canvas, Face face, Paint pen) {
    canvas.drawRect(_rect(face.boxXyxy), pen);
    for (final (x, y) in face.points.values) {
      canvas.drawCircle(Offset(x, y), pen.strokeWidth, pen);
    }
    if (face.smile case final double smile) {
      final (x, y, _, _) = face.boxXyxy;
      _text(canvas, 'smile ${_percent(smile)}', x, y, 3 / pen.strokeWidth);
    }
  }

  /// Everything but the person is darkened, in squares of 4 pixels.
  void _mask(Canvas canvas, Mask mask) {
    for (var y = 0; y < mask.height; y += 4) {
      for (var x = 0; x < mask.width; x += 4) {
        final person = mask.probability[y * mask.width + x];
        final shade = Paint()
          ..color = Colors.black.withValues(alpha: 0.8 * (1 - person));
        canvas.drawRect(Rect.fromLTWH(x + 0.0, y + 0.0, 4, 4), shade);
      }
    }
  }

  Rect _rect(Box box) => Rect.fromLTRB(box.$1, box.$2, box.$3, box.$4);

  String _percent(double share) => '${(100 * share).round()} %';

  void _text(Canvas canvas, String text, double x, double y, double scale) {
    final style = TextStyle(color: Colors.amber, fontSize: 16 / scale);
    TextPainter(
        text: TextSpan(text: text, style: style),
        textDirection: TextDirection.ltr,
      )
      ..layout()
      ..paint(canvas, Offset(x, y));
  }

  @override
  bool shouldRepaint(ResultPainter old) =>
      old.photo != photo || old.result != result;
}
