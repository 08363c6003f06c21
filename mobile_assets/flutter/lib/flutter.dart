/// What needs the engine of Flutter: photos and assets.
library;

export 'src/photos.dart';
