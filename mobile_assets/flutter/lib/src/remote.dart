/// What does not fit on a phone, from the companion server: an interface until the server has
/// its API.
library;

import 'dart:typed_data';

import 'results.dart';

/// A server that runs a model on a photo.
///
/// An app asks it for heavy models, and for a light one that no accelerator of the device runs
/// rightly.  It raises a `PocketLensError` where the server cannot be reached or refuses.
abstract interface class Remote {
  /// The ids of the models that the server offers now.
  Future<List<String>> models();

  /// The result of a model for the bytes of a picture file.
  Future<Prediction<Result>> predict(String model, Uint8List photo);
}
