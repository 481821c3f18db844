"""What was asked and answered, and what came true: kept beside the service, never in its way."""
