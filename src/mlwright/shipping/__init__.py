"""What leaves the project folder: pack and deploy; the service, places to put it, exports and signatures."""
