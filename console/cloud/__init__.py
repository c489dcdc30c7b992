"""Session, reader and writer: raw JSON in, model out."""
