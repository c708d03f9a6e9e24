"""How the recognizer of names of people, places and organisations is made: its data and its weights."""
