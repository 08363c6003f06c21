from __future__ import annotations

from pathlib import Path

import pytest

from edge_runtime.batch import check_target, expand, is_folder, same_file, targets
from edge_runtime.errors import PocketLensError, UnknownName


@pytest.fixture
def album(tmp_path: Path) -> Path:
    folder = tmp_path / "album"
    (folder / "inner.jpg").mkdir(parents=True)
    (folder / "empty").mkdir()
    for name in ("b.png", "a.JPG", "notes.md", "c.webp", ".hidden"):
        (folder / name).touch()
    return folder


def test_a_folder_stands_for_its_pictures(album: Path) -> None:
    single, missing = Path("x.txt"), Path("missing")
    names = [path.name for path in expand([single, album, missing, album / "empty"])]
    assert names == ["x.txt", "a.JPG", "b.png", "c.webp", "missing", "empty"]


def test_no_photo_of_a_folder_is_passed_over_in_silence(album: Path) -> None:
    """An iPhone's are not read here, which opening them says."""
    for name in ("IMG_1.HEIC", "d.jfif", "._d.jfif"):
        (album / name).touch()
    names = [path.name for path in expand([album])]
    assert names == ["IMG_1.HEIC", "a.JPG", "b.png", "c.webp", "d.jfif"]


@pytest.mark.parametrize(
    ("out", "photos", "folder"),
    [
        ("o.png", ["a.jpg"], False),
        ("o.gif", ["a.jpg"], False),
        ("o", ["a.jpg"], True),
        ("album", ["a.jpg"], True),
        ("o.png", ["a.jpg", "b.jpg"], False),
        ("run.2", ["a.jpg", "b.jpg"], True),
        ("o.png", ["album"], False),
        ("run.2", ["album"], True),
    ],
)
def test_when_out_is_a_folder(album: Path, out: str, photos: list[str], folder: bool) -> None:
    given = [album.parent / name for name in photos]
    assert is_folder(album.parent / out, given) is folder


@pytest.mark.parametrize(
    ("photos", "suffix", "names"),
    [
        (["a.jpg", "b.PNG", "c.webp"], None, ["a.jpg", "b.PNG", "c.webp"]),
        (["a.gif", "b", "c.tiff"], None, ["a.png", "b.png", "c.png"]),
        (["a.jpg", "b.png"], ".png", ["a.png", "b.png"]),
        (["a.jpg", "a.png", "b.jpg"], ".png", ["a.jpg.png", "a.png", "b.png"]),
        (["x/a.jpg", "y/a.jpg"], None, ["a.jpg", "2-a.jpg"]),
        (
            ["x/a.jpg", "y/a.jpg", "2-a.jpg", "z/a.jpg"],
            ".jpg",
            ["a.jpg", "2-a.jpg", "2-2-a.jpg", "3-a.jpg"],
        ),
    ],
)
def test_names_are_kept_and_never_meet(
    photos: list[str], suffix: str | None, names: list[str]
) -> None:
    chosen = targets([Path(photo) for photo in photos], Path("out"), suffix)
    assert len(set(chosen)) == len(photos)
    assert [path.name for path in chosen] == names


def test_a_photo_is_not_replaced_by_its_picture(album: Path) -> None:
    photo = album / "b.png"
    check_target(photo, album / "new.png", transparent=False)
    with pytest.raises(PocketLensError, match="is the photo itself"):
        check_target(photo, album / "empty" / ".." / "b.png", transparent=False)


def test_what_cannot_be_written_is_refused_before_the_work() -> None:
    with pytest.raises(UnknownName, match=r"known: \.jpeg, \.jpg, \.png, \.webp"):
        check_target(Path("a"), Path("o.gif"), transparent=False)
    with pytest.raises(PocketLensError, match="JPEG cannot be transparent"):
        check_target(Path("a"), Path("o.jpg"), transparent=True)


def test_a_name_that_cannot_be_is_said_by_whoever_opens_it(album: Path) -> None:
    long = album / ("a" * 300 + ".png")
    assert expand([long]) == [long]
    assert not is_folder(long, [long])
    check_target(long, long, transparent=False)
    assert not same_file(long, album)
    assert same_file(album, album.parent / "album")
