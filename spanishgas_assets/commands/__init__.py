"""The commands of ``spanishgas``, one module each.

A module has NAME, HELP, ``add_arguments(parser)`` and ``execute(options, settings, console)``.
Heavy imports happen inside ``execute``, so that ``--help`` answers at once.
"""
