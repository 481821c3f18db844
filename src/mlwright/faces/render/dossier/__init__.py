"""A draft of the technical documentation that Annex IV of the EU AI Act asks for."""
