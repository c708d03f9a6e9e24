"""What drugs of several classes are used for alike: a patient takes one of them, or what is given together."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from clinsynth.ontology.concepts import Concept

THROMBOLYSIS = "thrombolysis"
# Classes that stand for each other, by use; what belongs to none of these goes by its class alone.
_CLASSES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "bacterial infection": (
            "aminoglycoside antibiotic",
            "antileprotic agent",
            "antituberculosis agent",
            "broad-spectrum beta-lactam antibiotic",
            "cephalosporin antibiotic",
            "fluoroquinolone antibiotic",
            "glycopeptide antibiotic",
            "hydrazide antituberculosis agent",
            "intestinal macrolide antibiotic",
            "intestinal rifamycin antibiotic",
            "lincosamide antibiotic",
            "lipopeptide antibiotic",
            "macrolide antibiotic",
            "nitroimidazole antibiotic",
            "oral glycopeptide antibiotic",
            "oxazolidinone antibiotic",
            "penicillin antibiotic",
            "pyrazine antituberculosis agent",
            "rifamycin antibiotic",
            "sulfonamide antibiotic",
            "tetracycline antibiotic",
            "urinary antiseptic",
        ),
        "viral infection": ("antiretroviral", "antiviral", "hepatitis B antiviral"),
        "fungal infection": (
            "allylamine antifungal",
            "antimetabolite antifungal",
            "azole antifungal",
            "echinocandin",
            "oral topical antifungal",
            "polyene antifungal",
            "topical antifungal",
            "vaginal antifungal",
        ),
        "parasites": ("8-aminoquinoline", "anthelmintic", "antimalarial", "antiprotozoal", "topical antiparasitic"),
        "cancer": (
            "BCL-2 inhibitor",
            "BRAF inhibitor",
            "BTK inhibitor",
            "CD38 antibody",
            "CDK4/6 inhibitor",
            "CTLA-4 antibody",
            "EGFR antibody",
            "FLT3 inhibitor",
            "HER2 antibody",
            "HER2 dimerization inhibitor",
            "MEK inhibitor",
            "PARP inhibitor",
            "VEGF inhibitor",
            "alkylating agent",
            "anthracycline",
            "antibody-drug conjugate",
            "antimetabolite",
            "antineoplastic",
            "hedgehog pathway inhibitor",
            "immune checkpoint inhibitor",
            "immunomodulatory imide drug",
            "platinum agent",
            "proteasome inhibitor",
            "taxane",
            "topoisomerase inhibitor",
            "tyrosine kinase inhibitor",
            "vinca alkaloid",
        ),
        "hormones of breast cancer": (
            "aromatase inhibitor",
            "selective estrogen receptor degrader",
            "selective estrogen receptor modulator",
        ),
        "hormones of prostate and womb": ("GnRH agonist", "GnRH antagonist"),
        "biologics": (
            "B-lymphocyte stimulator inhibitor",
            "JAK inhibitor",
            "TNF inhibitor",
            "anti-CD20 antibody",
            "biologic for type 2 inflammation",
            "complement inhibitor",
            "costimulation blocker",
            "immunomodulator",
            "integrin antagonist",
            "interleukin inhibitor",
            "phosphodiesterase-4 inhibitor",
            "sphingosine-1-phosphate modulator",
        ),
        "mealtime insulin": ("rapid-acting insulin", "short-acting insulin"),
        "basal insulin": ("intermediate-acting insulin", "long-acting insulin"),
        "incretin": ("DPP-4 inhibitor", "GLP-1 receptor agonist"),
        "renin and angiotensin": (
            "ACE inhibitor",
            "angiotensin receptor blocker",
            "angiotensin receptor-neprilysin inhibitor",
        ),
        "calcium channel": ("dihydropyridine calcium channel blocker", "nondihydropyridine calcium channel blocker"),
        "anticoagulation": (
            "direct thrombin inhibitor",
            "factor Xa inhibitor",
            "low molecular weight heparin",
            "parenteral anticoagulant",
            "vitamin K antagonist",
        ),
        "rhythm": ("antiarrhythmic",),
        "depression": (
            "atypical antidepressant",
            "selective serotonin reuptake inhibitor",
            "serotonin-norepinephrine reuptake inhibitor",
            "tricyclic antidepressant",
        ),
        "psychosis": ("atypical antipsychotic", "typical antipsychotic"),
        "sleep and sedation": ("barbiturate", "benzodiazepine", "melatonin agonist", "sedative-hypnotic"),
        "attention": ("selective norepinephrine reuptake inhibitor", "stimulant"),
        "wakefulness": ("wakefulness-promoting agent",),
        "weight": ("GLP-1 receptor agonist", "appetite suppressant"),
        "inflammatory pain": ("COX-2 inhibitor", "nonsteroidal anti-inflammatory drug"),
        "opioids": ("opioid analgesic", "opioid antagonist", "opioid partial agonist"),
        "gastric acid": ("H2 receptor antagonist", "proton pump inhibitor"),
        "bone": (
            "RANK ligand inhibitor",
            "bisphosphonate",
            "calcitonin preparation",
            "peptide hormone analog",
            "sclerostin inhibitor",
            "selective estrogen receptor modulator",
        ),
        "maintenance inhaler": (
            "inhaled corticosteroid",
            "inhaled corticosteroid and long-acting beta agonist",
            "long-acting anticholinergic and long-acting beta agonist",
        ),
        "anticholinergic inhaler": (
            "long-acting anticholinergic",
            "long-acting anticholinergic and long-acting beta agonist",
            "short-acting anticholinergic",
        ),
        "urate": ("uricase", "uricosuric agent", "xanthine oxidase inhibitor"),
        "bladder": ("antimuscarinic", "beta-3 agonist"),
        "sex hormones": (
            "combined oral contraceptive",
            "estrogen",
            "progestin",
        ),
        "nausea": (
            "5-HT3 receptor antagonist",
            "NK1 receptor antagonist",
            "antiemetic",
            "cannabinoid antiemetic",
            "phenothiazine antiemetic",
            "prokinetic agent",
        ),
        "constipation": (
            "bulk-forming laxative",
            "intestinal secretagogue",
            "osmotic laxative",
            "peripheral opioid antagonist",
            "stimulant laxative",
            "stool softener",
        ),
        "potassium": ("potassium binder",),
        "immunosuppression": ("calcineurin inhibitor", "immunosuppressant", "mTOR inhibitor"),
        "smoking": ("nicotine replacement", "nicotinic partial agonist"),
        "skin": ("topical calcineurin inhibitor", "topical corticosteroid"),
        "acne": ("topical acne agent", "topical retinoid"),
        "intravenous fluid": ("hypotonic intravenous fluid", "intravenous fluid", "plasma volume expander"),
        THROMBOLYSIS: ("thrombolytic",),
    }
)


def uses_of(classes: Iterable[Concept]) -> frozenset[str]:
    """Give what a drug of these classes is used for, the ids of the classes among it."""
    listed = tuple(classes)
    names = {each.name for each in listed}
    return frozenset(each.id for each in listed).union(
        use for use, members in _CLASSES.items() if not names.isdisjoint(members)
    )


def classes_named() -> frozenset[str]:
    """Give the names of the classes that have a use."""
    return frozenset(name for members in _CLASSES.values() for name in members)
