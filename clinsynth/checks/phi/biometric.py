"""What shows the body itself: biometric identifiers, photographs of the face."""

from presidio_analyzer import Pattern  # noqa: TID253 - imported by the engine only

from clinsynth.checks.phi.recognizer import ClinicalRecognizer, labelled


class BiometricRecognizer(ClinicalRecognizer):
    """Finds identifiers of finger, voice, face and eye prints behind their label."""

    ENTITY = "BIOMETRIC_ID"
    PATTERNS = (
        labelled(
            "biometric",
            r"(?:finger|voice|palm|face)[ \t]?print|(?:retinal?|iris|facial|face)"
            r"[ \t](?:scan|template|recognition)|biometric",
        ),
    )


class PhotographRecognizer(ClinicalRecognizer):
    """Finds names of image files, and mentions of a photograph of the face."""

    ENTITY = "PHOTOGRAPH"
    PATTERNS = (
        Pattern("image file", r"(?<![\w.-])[\w-]{1,64}\.(?:jpe?g|png|tiff?|bmp|heic|gif)\b", 0.7),
        Pattern("full-face photograph", r"\b(?:full[- ]face|facial|face)[ \t](?:photographs?|photos?|image)\b", 0.5),
    )
