"""Records to text, HTML and pictures."""
