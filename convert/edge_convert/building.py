"""One model from its weights to verified files in a bundle."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from edge_calibration.datasets import DATA
from edge_calibration.recipes import read_recipe, recipe_path
from edge_convert import reference
from edge_convert.bundle import ASSETS, add_entry, label_files
from edge_convert.comparisons import why_made_by
from edge_convert.placing import put, workshop
from edge_convert.ranges import read_ranges
from edge_convert.recipe import FORMATS, Build, builds, mixed_builds, path_of, shipped
from edge_convert.verify import cases, promised, verify
from edge_convert.weights import load_network
from edge_runtime.errors import SpecError
from edge_runtime.hashes import content_bytes, content_sha256
from edge_runtime.spec import ModelEntry, ModelFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import nn

    from edge_calibration.recipes import Recipe
    from edge_convert.light_model import LightModel
    from edge_convert.ranges import Ranges
    from edge_convert.verify import Case
    from edge_runtime.spec import Converter, Parity, SizeHW

RANGES = DATA / "ranges"
LARGEST_BUNDLED = 20_000_000  # bytes of a file that is kept in the repository


@dataclass(frozen=True, kw_only=True)
class Options:
    """What to build and where: ``out`` is ``mobile_assets``, or a bundle of everything.

    Where ``recipe`` names a file, what it makes is all that is built.
    """

    out: Path = ASSETS
    formats: tuple[str, ...] = FORMATS
    variants: tuple[str, ...] = ()
    via: Converter | None = None
    recipe: Path | None = None

    @property
    def for_the_app(self) -> bool:
        """Whether only what ships is built, and large files are left out."""
        return self.out.resolve() == ASSETS

    def builds(self, model: LightModel) -> tuple[Build, ...]:
        """The files to be made of a model."""
        if self.recipe is not None:
            if self.for_the_app:
                raise SpecError(f"{model.spec.id}: build what a recipe makes with --out DIR")
            return mixed_builds(model.spec)
        chosen = builds(model.spec, self.formats, self.variants)
        if not self.for_the_app:
            return chosen
        ships = shipped(model.spec, self.formats)
        if self.variants and not set(ships) & set(chosen):
            named = ", ".join(self.variants)
            raise SpecError(f"{model.spec.id} does not ship {named}: build it with --out DIR")
        return tuple(build for build in ships if build in chosen)


class Maker:
    """Makes the files of one model; what several of them need is made once.

    ``place`` is a temporary folder of the caller's, ``recipe`` the file that says what the
    variant ``mixed`` is (the one in the repository, where none is named).
    """

    def __init__(
        self,
        model: LightModel,
        place: Path,
        via: Converter | None = None,
        recipe: Path | None = None,
    ) -> None:
        self._recipe_path = recipe or recipe_path(model.spec.id)
        self.spec = model.spec
        self._model = model
        self.place = place
        self.via: Converter = via or model.spec.converter
        self._cases: dict[SizeHW, tuple[Case, ...]] = {}

    @cached_property
    def network(self) -> nn.Module:
        """The PyTorch module with its weights."""
        return load_network(self._model)

    @cached_property
    def recipe(self) -> Recipe:
        """What the variant ``mixed`` is."""
        return read_recipe(self._recipe_path, self.spec.id, self.spec.version)

    def make(self, build: Build) -> Path:
        """Write one file, not verified, into the temporary folder."""
        out = self.place / Path(path_of(self.spec, build)).name
        if not out.exists():
            _MAKERS[build.format](self, build, out)
        return out

    def verified(self, build: Build, made: Path) -> Parity:
        """Hold a file against the PyTorch module; ``VerificationError`` where it differs."""
        if build.size_hw not in self._cases:
            self._cases[build.size_hw] = cases(self.network, self._model, build.size_hw)
        spec = promised(self.spec, self.recipe) if build.variant == "mixed" else self.spec
        return verify(made, build, spec, self._cases[build.size_hw])

    def float_tflite(self, size_hw: SizeHW) -> bytes:
        """The float32 TFLite file from which every variant is made."""
        from edge_convert import litert, onnx2tf

        path = self.place / f"float-{size_hw[0]}x{size_hw[1]}.tflite"
        if not path.exists():
            exporter = litert.export if self.via == litert.NAME else onnx2tf.export
            exporter(self.network, self.spec, size_hw, path)
        return path.read_bytes()

    def converter(self, build: Build) -> str:
        """Who made a file: the converter's name and version."""
        packages = {"coreml": "coremltools", "onnx": "torch", "coreai": "coreai-torch"}
        package = packages.get(build.format, self.via)
        return f"{package} {version(package)}"

    def _tflite(self, build: Build, out: Path) -> None:
        from edge_convert.quantize import mixed, quantised
        from edge_convert.tflite_metadata import with_metadata

        file, ranges = self.float_tflite(build.size_hw), self._ranges(build)
        if build.variant == "mixed":
            made = mixed(file, self.spec, self.recipe, ranges)
        else:
            made = quantised(file, self.spec, build.variant, ranges)
        labels = label_files(self.spec)
        out.write_bytes(with_metadata(made, self.spec, build.size_hw, labels))

    def _ranges(self, build: Build) -> Ranges | None:
        """The activation ranges, where they may be needed."""
        if build.variant not in {"static_wi8_ai8", "mixed"}:
            return None
        return read_ranges(ranges_path(self.spec.id), self.spec.id, self.via)

    def _coreml(self, build: Build, out: Path) -> None:
        from edge_convert import coreml

        coreml.export(self.network, self.spec, build.variant, build.size_hw, out)

    def _onnx(self, build: Build, out: Path) -> None:
        from edge_convert import onnx_export

        onnx_export.export(self.network, self.spec, build.size_hw, out)

    def _coreai(self, build: Build, out: Path) -> None:
        from edge_convert import coreai

        coreai.export(self.network, self.spec, build.size_hw, out)


_MAKERS: dict[str, Callable[[Maker, Build, Path], None]] = {
    "tflite": Maker._tflite,  # noqa: SLF001  the table is of this module
    "coreml": Maker._coreml,  # noqa: SLF001
    "onnx": Maker._onnx,  # noqa: SLF001
    "coreai": Maker._coreai,  # noqa: SLF001
}


def ranges_path(model_id: str) -> Path:
    """Where the activation ranges of a model lie."""
    return RANGES / f"{model_id}.json"


def build_model(
    model: LightModel, options: Options, report: Callable[[str], None] = lambda _: None
) -> ModelEntry:
    """Build, verify and place the files of one model, then put it into the manifest.

    Nothing is placed before everything has passed.  ``report`` is told each step.
    """
    folder = options.out / "models" / model.spec.id
    with workshop(folder) as place:
        maker = Maker(model, place, options.via, options.recipe)
        report("checking the import")
        imported = reference.check(model.spec, maker.network)
        files = [_file(maker, build, options, report) for build in options.builds(model)]
        for file in files:
            if file.bundled:
                put(place / Path(file.path).name, options.out / file.path)
    entry = ModelEntry(spec=model.spec, imported=imported, files=tuple(files))
    add_entry(options.out, entry, options.formats)
    return entry


def _file(
    maker: Maker, build: Build, options: Options, report: Callable[[str], None]
) -> ModelFile:
    what = f"{build.format} {build.variant} {build.size_hw[1]}x{build.size_hw[0]}"
    report(f"building {what}")
    made = maker.make(build)
    report(f"verifying {what}")
    parity, note = _judged(maker, build, made)
    size = content_bytes(made)
    return ModelFile(
        format=build.format,
        variant=build.variant,
        size_hw=build.size_hw,
        path=path_of(maker.spec, build),
        bytes=size,
        sha256=content_sha256(made),
        converter=maker.converter(build),
        bundled=not options.for_the_app or size <= LARGEST_BUNDLED,
        parity=parity,
        note=note,
    )


def _judged(maker: Maker, build: Build, made: Path) -> tuple[Parity | None, str]:
    """What running the file showed, and what there is to say of it."""
    parity = maker.verified(build, made)
    if build.format == "tflite":
        return parity, why_made_by(maker.spec, maker.via)
    if build.format != "coreml":
        return parity, ""
    from edge_convert.mlpackage import NOTE, check_package

    check_package(made, build, maker.spec)
    return None, (
        f"{NOTE}; run there operation by operation it differs from the {parity.against}"
        f" by {parity.max_abs:.1e} (mean {parity.mean_abs:.1e})"
    )
