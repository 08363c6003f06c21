/// A photo's people before another background.
library;

import 'filters/behind.dart';
import 'filters/matting.dart';
import 'results.dart';
import 'transparency.dart';

/// Those of the [mask] before something else, hair and all.  What is transparent in the photo
/// stays so before nothing and before a blur; anything else is seen there.  Raises
/// `UnknownName` for a word that is none.
Rgba composed(Pixels photo, Mask mask, Behind behind) {
  final rgb = shown(photo);
  return before(rgb, refined(rgb, mask), behind);
}
