"""The example histories of the docs: they are drawn again to the same bytes, and are marked as drawn."""

from docs import example_histories as examples


def test_the_example_histories_are_drawn_again_to_the_same_bytes():
    files = examples.write_files()
    assert sorted(files) == sorted(path.name for path in examples.FOLDER.iterdir())
    for name, content in files.items():
        assert content.startswith("# simulated: not a patient\n")
        assert (examples.FOLDER / name).read_bytes() == content.encode()
