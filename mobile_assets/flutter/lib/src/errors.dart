/// Every error that this package raises on purpose.
///
///     PocketLensError
///     ├── PhotoError             the bytes are not a photo that can be used
///     │   ├── PhotoUnreadable    not a picture, empty, cut short; a frame without its bytes
///     │   └── PhotoTooLarge      over the byte or pixel limit
///     ├── BundleError            the models of the app
///     │   ├── BundleNotFound     no manifest where one was looked for
///     │   ├── BundleTampered     a file is missing or its hash differs
///     │   └── SchemaTooNew       the manifest is of a later PocketLens
///     ├── UnknownName            a model, size or style that does not exist
///     ├── SpecError              a program that contradicts itself
///     ├── BackendError           what runs the graphs failed, or gives wrong numbers
///     └── RemoteError            what cannot be asked of a server: its address, its key
///
/// The message is one line and says what to do next.
library;

/// The root: catch this to catch everything that is our doing.
sealed class PocketLensError implements Exception {
  const PocketLensError(this.message);

  final String message;

  @override
  String toString() => message;
}

/// A photo cannot be used.
class PhotoError extends PocketLensError {
  const PhotoError(super.message);
}

/// The bytes are not a picture, or not all of one.
final class PhotoUnreadable extends PhotoError {
  const PhotoUnreadable(super.message);
}

/// The picture is over the byte or pixel limit.
final class PhotoTooLarge extends PhotoError {
  const PhotoTooLarge(super.message);
}

/// The models of the app cannot be used.
class BundleError extends PocketLensError {
  const BundleError(super.message);
}

/// No manifest where one was looked for.
final class BundleNotFound extends BundleError {
  const BundleNotFound(super.message);
}

/// A file of the bundle is missing or is not the one that the manifest names.
final class BundleTampered extends BundleError {
  const BundleTampered(super.message);
}

/// The manifest was written by a later PocketLens.
final class SchemaTooNew extends BundleError {
  const SchemaTooNew(super.message);
}

/// A name that does not exist; the message lists those that do.
final class UnknownName extends PocketLensError {
  UnknownName(String kind, String name, Iterable<String> known)
    : super("unknown $kind '$name'; known: ${_listed(known)}");

  static String _listed(Iterable<String> known) {
    final names = [...known]..sort();
    return names.isEmpty ? 'none' : names.join(', ');
  }
}

/// A program or manifest contradicts itself; the message names the place.
final class SpecError extends PocketLensError {
  const SpecError(super.message);
}

/// What runs the graphs failed, or gives wrong numbers.
final class BackendError extends PocketLensError {
  const BackendError(super.message);
}

/// What cannot be asked of a server: its address is none, or its key could be read.
final class RemoteError extends PocketLensError {
  const RemoteError(super.message);
}
