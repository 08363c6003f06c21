import '../errors.dart';
import '../geometry.dart';
import '../results.dart';
import '../windows.dart';

/// The model's labels, where the input lies in the photo, the photo's width and height, and
/// the window of it that is looked at, where there are several.
final class Scene {
  const Scene(this.labels, this.placement, this.size, [this.window]);

  final List<String> labels;
  final Placement placement;
  final Size size;
  final PhotoWindow? window;
}

/// An output by name; [SpecError] where the graph gave none.
TensorData outputOf(Tensors outputs, String name) {
  return outputs[name] ??
      (throw SpecError("the graph gave no '$name': convert it again"));
}
