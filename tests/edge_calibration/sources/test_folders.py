from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from edge_calibration.photos.truth import ClassTruth
from edge_calibration.sources.folders import class_folders, read_class_folders, read_folder

Photo = Callable[..., Path]


def test_a_folder_gives_its_photos_in_order(photo: Photo, tmp_path: Path) -> None:
    for name in ("b.png", "a.JPG", "notes.txt.png", ".hidden.png"):
        photo(name)
    (tmp_path / "notes.txt").write_text("no photo")
    assert [item.name for item in read_folder(tmp_path).items] == ["a", "b", "notes.txt"]


def test_two_photos_that_differ_in_the_suffix_keep_it(photo: Photo, tmp_path: Path) -> None:
    photo("a.png")
    photo("a.jpg")
    photo("b.jpg")
    assert [item.name for item in read_folder(tmp_path).items] == ["a.jpg", "a.png", "b"]


def test_a_class_folder_names_its_photos_class(photo: Photo, tmp_path: Path) -> None:
    photo("tench/1.png")
    photo("cat/1.png")
    (tmp_path / "empty").mkdir()
    assert [at.name for at in class_folders(tmp_path)] == ["cat", "tench"]
    items = read_class_folders(tmp_path).items
    assert [(item.name, item.truth) for item in items] == [
        ("cat/1", ClassTruth(label="cat")),
        ("tench/1", ClassTruth(label="tench")),
    ]


def test_synsets_are_read_as_words(photo: Photo, tmp_path: Path) -> None:
    photo("val/n01440764/1.png")
    photo("val/n99999999/1.png")
    table = tmp_path / "LOC_synset_mapping.txt"
    table.write_text("n01440764 tench, Tinca tinca\nn01443537 goldfish\n")
    listing = read_class_folders(tmp_path / "val")
    assert [item.truth.label for item in listing.items] == ["tench, Tinca tinca", "n99999999"]
    assert listing.tables == (table,)
