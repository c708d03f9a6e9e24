"""Laws of the readers of public data sets: a contract over the catalog, and what is published of each."""

import gzip
import re
from collections import Counter
from pathlib import Path

import pytest

from clinsynth.data import DATASETS, data_root
from clinsynth.data.aci_bench import AciBench, laid_out
from clinsynth.data.mts_dialog import MtsDialog
from clinsynth.data.mtsamples import note_type, specialty
from clinsynth.errors import InputError, MissingError
from clinsynth.records import Example, Note

NOTE_TYPES = {"discharge_summary", "history_and_physical", "progress_note", "consultation", "emergency_note", ""} | {
    *("clinic_letter", "operative_note", "radiology_report"),
}
SLOW = {"evidence-inference"}


def needs(name: str) -> None:
    missing = [file for file in DATASETS.kind(name).files if not (data_root() / file).is_file()]
    if missing:
        pytest.skip(f"needs {missing[0]} below $CLINSYNTH_DATA")


@pytest.mark.parametrize("name", sorted(DATASETS))
def test_a_missing_data_set_is_one_line_on_how_to_get_it(name: str, tmp_path: Path) -> None:
    """The line names what is missing, where it was looked for and where it comes from."""
    reader = DATASETS.build(name, root=tmp_path)
    for split in reader.splits:
        with pytest.raises(MissingError) as caught:
            list(reader.read(split))
        message = str(caught.value)
        assert reader.title in message
        assert reader.home in message
        assert str(tmp_path / reader.files[0].partition("/")[0]) in message
        assert "\n" not in message


@pytest.mark.parametrize("name", sorted(DATASETS))
def test_an_unknown_split_is_answered_with_the_known_ones(name: str, tmp_path: Path) -> None:
    """A wrong split is said to be wrong before any file is looked for."""
    reader = DATASETS.build(name, root=tmp_path)
    with pytest.raises(InputError, match=re.escape(f'{name} has no split "nowhere"')):
        list(reader.read("nowhere"))


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(DATASETS) - SLOW))
def test_every_record_is_whole(name: str) -> None:
    """Ids are unique over all splits, texts are not empty, and mentions lie inside the text."""
    needs(name)
    reader = DATASETS.build(name)
    seen: set[str] = set()
    for split in reader.splits:
        for item in reader.read(split):
            assert item.id not in seen
            assert item.text.strip()
            seen.add(item.id)
            sides = (item.head, item.tail) if isinstance(item, Example) else ()
            assert all(span.end <= len(item.text) for side in sides if side for span in side.mentions)


def test_evidence_inference_is_streamed_in_the_order_of_its_file() -> None:
    """The first article is there without the last having been read."""
    needs("evidence-inference")
    first = next(iter(DATASETS.build("evidence-inference").read("train")))
    assert isinstance(first, Note)
    assert first.note_type == "Article"
    assert first.text.startswith("TITLE:")


def test_mtsamples_notes_have_our_names_and_clean_lines() -> None:
    """Each text is one note, of a known type, with no comma left that was a line's end."""
    needs("mtsamples")
    notes = [note for note in DATASETS.build("mtsamples").read("all") if isinstance(note, Note)]
    assert len(notes) == 2357
    assert len({note.text for note in notes}) == 2355  # two differ from another in their blanks alone
    assert {note.note_type for note in notes} == NOTE_TYPES
    assert not [note.id for note in notes if re.search(r" ,|,  |:,", note.text)]
    assert sum(note.text.count("\n") > 2 for note in notes) > 0.95 * len(notes)


@pytest.mark.parametrize(
    ("listed", "title", "expected"),
    [
        (["Surgery", "Cardiovascular / Pulmonary"], "Bronchoscopy", "Pulmonology"),
        (["Cardiovascular / Pulmonary"], "Cardiopulmonary Resuscitation", "Cardiology"),
        (["General Medicine", "Consult - History and Phy."], "Consult", "General Medicine"),
        (["Emergency Room Reports"], "ER Report", "Emergency Medicine"),
        (["General Medicine", "Nephrology"], "Renal failure", "Nephrology"),
    ],
)
def test_the_specialty_is_the_most_specific_that_is_listed(listed: list[str], title: str, expected: str) -> None:
    """Kinds of document, which MTSamples lists as specialties, name it only where nothing else does."""
    assert specialty(listed, title) == expected


@pytest.mark.parametrize(
    ("listed", "title", "text", "expected"),
    [
        (["Surgery", "Discharge Summary"], "Hernia Repair", "", ""),
        (["Surgery", "Discharge Summary"], "Hernia Repair", "PREOPERATIVE DIAGNOSIS:\nHernia.", "operative_note"),
        (["Urology"], "Stent", "TITLE OF OPERATION:\nStent.", "operative_note"),
        (["Radiology", "Cardiovascular / Pulmonary"], "Chest CT", "FINDINGS:\nNone.", "radiology_report"),
        (["Neurology"], "MRI Brain", "TECHNIQUE:\nMRI.\n\nIMPRESSION:\nNormal.", "radiology_report"),
        (["Letters", "Urology"], "Consult Letter", "Dear Colleague:\nThank you.", "clinic_letter"),
        (["Autopsy"], "Autopsy", "FINDINGS:\nNone.\n\nIMPRESSION:\nNone.", ""),
        (["General Medicine"], "Gen Med Progress Note", "", "progress_note"),
        (["Cardiovascular / Pulmonary"], "Angina", "REASON FOR CONSULTATION:\nPain.", "consultation"),
        (["General Medicine"], "Cough", "SUBJECTIVE:\nCough.\n\nPLAN:\nRest.", "progress_note"),
        (["Office Notes"], "Cough", "Cough.", "progress_note"),
        (["Sleep Medicine"], "Polysomnography", "IMPRESSION:\nApnea.", ""),
    ],
)
def test_the_note_type_comes_from_title_headings_and_listing(
    listed: list[str], title: str, text: str, expected: str
) -> None:
    """Letters, images and operations are told by the listing; else the title decides, the headings, the listing."""
    assert note_type(listed, title, text) == expected


@pytest.mark.parametrize(
    ("split", "expected"),
    [
        ("train", {"none": 23771, "effect": 1687, "mechanism": 1319, "advise": 826, "int": 188}),
        ("test", {"none": 4737, "effect": 360, "mechanism": 302, "advise": 221, "int": 96}),
    ],
)
def test_ddi_has_the_published_numbers_of_pairs(split: str, expected: dict[str, int]) -> None:
    """The splits are the official ones of the extraction task."""
    needs("ddi")
    assert Counter(item.label for item in DATASETS.build("ddi").read(split) if isinstance(item, Example)) == expected


def test_a_drug_named_in_pieces_has_a_mention_for_each() -> None:
    """Inclusive, discontinuous offsets become half-open spans that cover the words."""
    needs("ddi")
    pairs = (item for item in DATASETS.build("ddi").read("train") if isinstance(item, Example))
    pieces = {
        tuple(item.text[span.start : span.end] for span in item.head.mentions)
        for item in pairs
        if item.head and item.head.id == "DDI-DrugBank.d325.s6.e1"
    }
    assert pieces in (set(), {("alpha-", "adrenergic blocking agents")})


def test_pubmedqa_keeps_the_official_test_questions_apart() -> None:
    """Half of the thousand is the test split, and none of it is in the other half."""
    needs("pubmedqa")
    train, test = (list(DATASETS.build("pubmedqa").read(split)) for split in ("train", "test"))
    assert len(train) == len(test) == 500
    assert not {item.id for item in train} & {item.id for item in test}


def test_each_note_comes_with_the_conversation_it_was_written_from() -> None:
    """Conversations are beside the notes, not in them."""
    needs("aci-bench")
    needs("mts-dialog")
    for reader in (AciBench(), MtsDialog()):
        note, conversation = next(reader.conversations("train"))
        assert note == next(reader.read("train"))
        assert "doctor" in conversation.casefold()
        assert conversation not in note.text


def test_headings_of_aci_bench_are_laid_out_as_ours() -> None:
    """A heading gets its colon and its text the line below; a word in capitals is no heading."""
    text = "CC\n\nPain.\n\nHIV negative.\n\nASSESSMENT AND PLAN:\nRest.\n\n\nMRI\nnormal."
    assert laid_out(text) == "CC:\nPain.\n\nHIV negative.\n\nASSESSMENT AND PLAN:\nRest.\n\nMRI:\nnormal."


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no gzip at all", "cannot be unpacked"),
        (gzip.compress(b"note_id,text\n" * 9999)[:40], "cannot be unpacked"),
        (gzip.compress(b"note_id,text\n1,2\n"), 'has no column "medical_specialty"'),
        (gzip.compress(b"note_id,medical_specialty,sample_name,transcription\n1,2,3,\xff\n"), "is not UTF-8"),
    ],
    ids=["not packed", "cut off", "other columns", "other coding"],
)
def test_a_damaged_file_is_one_line(content: bytes, message: str, tmp_path: Path) -> None:
    """Whatever is wrong with a packed file, the line names the file and says so."""
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mtsamples.csv.gz").write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        list(DATASETS.build("mtsamples", root=tmp_path).read("all"))
    assert "mtsamples.csv.gz" in str(caught.value)
