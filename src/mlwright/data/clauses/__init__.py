"""What one column of later data is held to, learned from that column.

``names`` lists the levels and says whether new ones are to be expected; ``limits`` says how far numbers may go;
``shapes`` finds the pattern that texts keep; ``chance`` says how many rows that break what was never broken are
explained by chance; ``clause`` puts it all into a `Clause`.
"""
