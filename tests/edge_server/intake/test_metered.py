from __future__ import annotations

import pytest

from edge_server.intake.metered import MeteredBytes, TooManyReads


def test_it_reads_like_a_file_until_it_has_read_too_often() -> None:
    file = MeteredBytes(b"abcdef", 4)
    assert (file.read(2), file.read(), file.seek(1), file.read(1)) == (b"ab", b"cdef", 1, b"b")
    assert file.read(None) == b"cdef"
    with pytest.raises(TooManyReads):
        file.read(1)
