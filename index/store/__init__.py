"""A library's folder: segments and the state that names them, whose files are ours, and how it follows what it was made of."""
