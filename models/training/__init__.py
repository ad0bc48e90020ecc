"""Building the bundled model: base weights, vocabulary, data, training and export.

Needs the ``training`` extra; nothing here is imported when posts are read.
"""
