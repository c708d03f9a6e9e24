"""Scores as tables of a page."""

from pathlib import Path
from typing import Any

from results_page import write_tables

SCORE: dict[str, Any] = {
    "name": "bits a character", "value": 1.1, "low": 1.0, "high": 1.2, "n": 20, "data": "aci-bench",
    "baseline": {"name": "5-gram", "value": 1.8, "low": 1.7, "high": 1.9},
}  # fmt: skip


def test_tables_stand_between_the_marks(tmp_path: Path) -> None:
    """What stands around the marks is kept, what stood between them goes, and twice is as good as once."""
    page = tmp_path / "README.md"
    page.write_text("before\n<!-- results:begin -->\nold\n<!-- results:end -->\nafter\n")
    for _ in range(2):
        write_tables(page, [SCORE], {"longest run": "median 8"})
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "old" not in text
    assert text.count("| bits a character | 1.100 [1.000, 1.200] | 20 | 5-gram: 1.800 [1.700, 1.900] |") == 1
    assert text.count("longest run: median 8") == 1


def test_a_page_without_marks_is_left_alone(tmp_path: Path) -> None:
    """Nothing is written into a page that has no place for it, and no page is made."""
    (tmp_path / "README.md").write_text("mine\n")
    write_tables(tmp_path / "README.md", [SCORE], {})
    write_tables(tmp_path / "none.md", [SCORE], {})
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine\n"]
