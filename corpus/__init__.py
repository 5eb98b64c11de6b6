"""Files become documents, documents become passages; the shipped material lies here too."""
