"""What the company declared, and its customers: by file, or from its own database."""
