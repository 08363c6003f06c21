/// Running graphs by LiteRT.
library;

export 'src/litert.dart';
