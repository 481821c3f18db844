"""What leaves the project folder: pack and serve."""
