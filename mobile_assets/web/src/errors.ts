/**
 * Every error that the runtime raises on purpose.
 *
 *     PocketLensError
 *     ├── PhotoError             the bytes are not a photo that can be used
 *     │   ├── PhotoUnreadable    not a picture that this browser decodes, empty, cut short
 *     │   └── PhotoTooLarge      over the byte or pixel limit
 *     ├── BundleError            the models on the server
 *     │   ├── BundleNotFound     no manifest where one was looked for
 *     │   ├── BundleTampered     a file is missing or its hash differs
 *     │   └── SchemaTooNew       the manifest is of a later PocketLens
 *     ├── UnknownName            a model, size or style that does not exist
 *     ├── SpecError              a program that contradicts itself
 *     └── BackendError           what runs the graphs failed, or gives wrong numbers
 *
 * The message is one line and says what to do next. `name` is the class's, also after a
 * build has shortened the names in the code.
 */
export class PocketLensError extends Error {
  override name = "PocketLensError";
}

/** A photo cannot be used. */
export class PhotoError extends PocketLensError {
  override name = "PhotoError";
}

/** The bytes are not a picture, or not all of one. */
export class PhotoUnreadable extends PhotoError {
  override name = "PhotoUnreadable";
}

/** The picture is over the byte or pixel limit. */
export class PhotoTooLarge extends PhotoError {
  override name = "PhotoTooLarge";
}

/** The models on the server cannot be used. */
export class BundleError extends PocketLensError {
  override name = "BundleError";
}

/** No manifest where one was looked for. */
export class BundleNotFound extends BundleError {
  override name = "BundleNotFound";
}

/** A file of the bundle is missing or is not the one that the manifest names. */
export class BundleTampered extends BundleError {
  override name = "BundleTampered";
}

/** The manifest was written by a later PocketLens. */
export class SchemaTooNew extends BundleError {
  override name = "SchemaTooNew";
}

/** A name that does not exist; the message lists those that do. */
export class UnknownName extends PocketLensError {
  override name = "UnknownName";

  constructor(kind: string, wrong: string, known: Iterable<string>) {
    const names = [...known].sort().join(", ") || "none";
    super(`unknown ${kind} '${wrong}'; known: ${names}`);
  }
}

/** A program or manifest contradicts itself; the message names the place. */
export class SpecError extends PocketLensError {
  override name = "SpecError";
}

/** What runs the graphs failed, or gives wrong numbers. */
export class BackendError extends PocketLensError {
  override name = "BackendError";
}
