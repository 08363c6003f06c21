from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from edge_calibration.datasets import DATA
from edge_calibration.photos.photo_set import check_labels, open_photos
from edge_calibration.photos.truth import SmileTruth
from edge_runtime.errors import DatasetError, UnknownName


def fill(folder: Path, count: int, broken: int = 0) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(count):
        Image.new("RGB", (9, 9), (index, 0, 0)).save(folder / f"{index:02}.png")
    for index in range(broken):
        (folder / f"broken{index}.jpg").write_bytes(b"\xff\xd8 no photo")
    return folder


def test_a_committed_set_comes_with_tags_and_smiles() -> None:
    photos = open_photos("samples")
    by_name = {item.name: item for item in photos.items}
    assert "animal" in by_name["chelsea"].tags
    assert by_name["astronaut"].truth == SmileTruth(smiling=True)
    assert by_name["chelsea"].truth is None
    assert photos.skipped == ()


def test_a_committed_set_may_be_named_by_its_folder() -> None:
    assert open_photos(DATA / "samples") == open_photos("samples")


def test_portraits_of_the_evaluation_set_smile_and_do_not() -> None:
    truths = [item.truth for item in open_photos("evaluation", ["portrait"]).items]
    assert sum(truth == SmileTruth(smiling=True) for truth in truths) >= 4
    assert sum(truth == SmileTruth(smiling=False) for truth in truths) >= 8


def test_a_group_has_no_smile_of_its_own() -> None:
    assert all(item.truth is None for item in open_photos("evaluation", ["group"]).items)


def test_a_folder_is_read_in_order(tmp_path: Path) -> None:
    photos = open_photos(fill(tmp_path, 3))
    assert [item.name for item in photos.items] == ["00", "01", "02"]
    assert photos.name == str(tmp_path)


def test_class_folders_are_found_by_themselves(tmp_path: Path) -> None:
    fill(tmp_path / "dog", 2)
    fill(tmp_path / "cat", 1)
    items = open_photos(tmp_path).items
    assert [item.truth.label for item in items] == ["cat", "dog", "dog"]


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_a_table_is_read_by_its_suffix(kind: str, tmp_path: Path) -> None:
    fill(tmp_path, 1)
    table = tmp_path / f"truth.{kind}"
    table.write_text(
        "image,label\n00.png,cat"
        if kind == "csv"
        else '{"images":[{"id":1,"file_name":"00.png"}],"annotations":[],"categories":[]}'
    )
    assert len(open_photos(str(table)).items) == 1


def test_unreadable_photos_are_skipped_and_listed(tmp_path: Path) -> None:
    photos = open_photos(fill(tmp_path, 9, broken=1))
    assert len(photos.items) == 9
    assert len(photos.skipped) == 1
    assert "broken0.jpg" in photos.skipped[0]


def test_a_photo_of_the_table_that_is_not_there_is_skipped(tmp_path: Path) -> None:
    fill(tmp_path, 10)
    rows = "".join(f"{index:02}.png,cat\n" for index in range(11))
    (tmp_path / "t.csv").write_text("image,label\n" + rows)
    photos = open_photos(tmp_path / "t.csv")
    assert len(photos.items) == 10
    assert "there is no file" in photos.skipped[0]


def test_more_than_a_tenth_unreadable_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"2 of 10 photos of .* cannot be read \(.*broken0"):
        open_photos(fill(tmp_path, 8, broken=2))


def test_an_empty_set_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="there is no photo in"):
        open_photos(tmp_path)


def test_a_place_that_does_not_exist_lists_our_sets() -> None:
    with pytest.raises(UnknownName, match="'sample' .did you mean 'samples'"):
        open_photos("sample")


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("")
    with pytest.raises(DatasetError, match="name a folder, a COCO JSON or a CSV"):
        open_photos(tmp_path / "a.txt")


def test_a_users_photos_have_no_tags(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="whose photos have none: 'smile'"):
        open_photos(fill(tmp_path, 1), ["smile"])


def test_tags_that_no_photo_has_together_are_an_error() -> None:
    with pytest.raises(DatasetError, match="ask for fewer"):
        open_photos("samples", ["animal", "smile"])


def test_the_hash_changes_with_a_photo_a_name_or_a_label(tmp_path: Path) -> None:
    folder = fill(tmp_path / "set", 2)
    table = folder / "t.csv"
    seen = set()
    for change in ("nothing", "label", "name", "photo"):
        label = "dog" if change != "nothing" else "cat"
        first = "00.png" if change in {"nothing", "label"} else "x.png"
        if change == "name":
            (folder / "00.png").rename(folder / "x.png")
        if change == "photo":
            Image.new("RGB", (9, 9), "blue").save(folder / "x.png")
        table.write_text(f"image,label\n{first},{label}\n01.png,cat\n")
        seen.add(open_photos(table).sha256)
    assert len(seen) == 4


def test_labels_that_a_model_does_not_know_are_named_with_the_nearest(tmp_path: Path) -> None:
    for name in ("tabby cat", "dogg", "xyz", "yet another"):
        fill(tmp_path / name, 1)
    known = ["tabby", "dog", "person"]
    with pytest.raises(DatasetError, match=r"4 labels .*'dogg', did you mean 'dog'\?.*'xyz'"):
        check_labels(open_photos(tmp_path), known)
    check_labels(open_photos(tmp_path), ["tabby cat", "dogg", "xyz", "yet another", "more"])
