"""Damages every input of the platform at random, with a seed, and sees what is said of it.

Whatever a file, a setting, an argument or a state file holds, the platform reads it, sets rows
aside or refuses it in a sentence: never a traceback, a hang, a lost row or a gigabyte. Run it with
``make fuzz``; the last line is one JSON object. Each kind of input is a module with ``cases``.
"""
