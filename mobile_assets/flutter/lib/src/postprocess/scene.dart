import '../errors.dart';
import '../geometry.dart';
import '../results.dart';

/// The model's labels, where the input lies in the photo, and the photo's width and height.
final class Scene {
  const Scene(this.labels, this.placement, this.size);

  final List<String> labels;
  final Placement placement;
  final Size size;
}

/// An output by name; [SpecError] where the graph gave none.
TensorData outputOf(Tensors outputs, String name) {
  return outputs[name] ??
      (throw SpecError("the graph gave no '$name': convert it again"));
}
