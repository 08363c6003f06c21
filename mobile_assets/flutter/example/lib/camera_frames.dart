import 'package:camera/camera.dart' as camera;
import 'package:pocketlens/pocketlens.dart';

/// A frame of the package camera as the upright photo that the models see.
///
/// [rotation] is how far the sensor is turned against the screen, clockwise; a front camera
/// shows a mirror image, so [mirror] is set where results are drawn over its preview.
Pixels photoOf(camera.CameraImage image, int rotation, {bool mirror = false}) {
  final rgb = switch (image.format.group) {
    camera.ImageFormatGroup.bgra8888 => bgraToRgb(
      image.planes[0].bytes,
      image.width,
      image.height,
      image.planes[0].bytesPerRow,
    ),
    camera.ImageFormatGroup.nv21 => yuvToRgb(
      YuvFrame.nv21(image.planes[0].bytes, image.width, image.height),
    ),
    camera.ImageFormatGroup.yuv420 => yuvToRgb(_frame(image)),
    final other => throw PhotoUnreadable(
      'frames of ${other.name} cannot be read: ask the camera for yuv420, nv21 '
      'or bgra8888',
    ),
  };
  return upright(rgb, rotation, mirror);
}

YuvFrame _frame(camera.CameraImage image) {
  final [y, u, v] = [
    for (final plane in image.planes)
      FramePlane(plane.bytes, plane.bytesPerRow, plane.bytesPerPixel ?? 1),
  ];
  return YuvFrame(image.width, image.height, y, u, v);
}
