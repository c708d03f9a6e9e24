"""Eponyms: what makes a name the name of a thing is the word behind it ("Parkinson disease", "Foley catheter")."""

THING = (
    r"(?:['\u2019]?s)?[ \t-](?:disease|Disease|syndrome|Syndrome|palsy|Palsy|"
    "catheter|tube|sign|Sign|test|Test|score|Score|scale|Scale|"
    "criteria|reflex|triad|law|fracture|procedure|maneuver|classification|"
    "clamp|retractor|forceps|drain|needle|stain|position|"
    "esophagus|thyroiditis|lymphoma|sarcoma|tumor|contracture|ganglion|bodies|"
    "index|equation|graft|prosthesis|incision|elevator)"
)
