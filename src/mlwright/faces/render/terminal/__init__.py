"""Records as tables and sentences for a terminal; `text.render` finds the one of a record."""
