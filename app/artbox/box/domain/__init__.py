"""What the box knows and decides: keys, consent, pseudonyms, records. No framework, no file."""
