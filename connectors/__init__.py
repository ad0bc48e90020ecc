"""One platform a file; modules with a leading underscore are what several of them share."""
