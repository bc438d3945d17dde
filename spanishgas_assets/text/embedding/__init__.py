"""Texts as vectors: the sentence encoder whose weights a package ships."""
