"""The class of every pixel of a street scene: road, car, person, sky ..."""

from __future__ import annotations

from edge_runtime.results import ClassMap
from edge_runtime.spec import Licence
from edge_server.heavy_model import Checkpoint, HeavyModel, HeavySpec, Released
from edge_server.models.semantic_segmentation import OUTPUTS, Params, load, to_tensors

# The classes of Cityscapes in the order in which they are trained, with their colours.
PALETTE = {
    "road": (128, 64, 128),
    "sidewalk": (244, 35, 232),
    "building": (70, 70, 70),
    "wall": (102, 102, 156),
    "fence": (190, 153, 153),
    "pole": (153, 153, 153),
    "traffic light": (250, 170, 30),
    "traffic sign": (220, 220, 0),
    "vegetation": (107, 142, 35),
    "terrain": (152, 251, 152),
    "sky": (70, 130, 180),
    "person": (220, 20, 60),
    "rider": (255, 0, 0),
    "car": (0, 0, 142),
    "truck": (0, 0, 70),
    "bus": (0, 60, 100),
    "train": (0, 80, 100),
    "motorcycle": (0, 0, 230),
    "bicycle": (119, 11, 32),
}

MODELS = (
    HeavyModel(
        spec=HeavySpec(
            id="street-segmentation",
            task="semantic-segmentation",
            title="The class of every pixel of a street: road, cars, people, sky",
            version="1",
            paper="Howard et al., Searching for MobileNetV3, 2019",
            checkpoints=(
                Checkpoint(
                    name="fastseg-large-f128",
                    licence=Licence(
                        code="MIT",
                        weights="MIT (published with fastseg 0.1)",
                        data="Cityscapes, fine annotations: its terms allow no commercial use "
                        "of the data; the author publishes the weights under MIT",
                    ),
                    origin=Released(
                        url="https://github.com/ekzhang/fastseg/releases/download/"
                        "v0.1-weights/mobilev3large-lraspp-f128-9cbabfde.pt",
                        sha256="9cbabfde",
                    ),
                    labels=tuple(PALETTE),
                ),
            ),
            outputs=OUTPUTS,
        ),
        params=Params,
        result=ClassMap,
        load=lambda weights, device: load(weights, device, PALETTE),
        to_tensors=to_tensors,
    ),
)
