"""`python -m clinsynth`."""

from clinsynth.cli import main

main()
