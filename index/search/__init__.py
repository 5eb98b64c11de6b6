"""What is searched in a segment: words by BM25 and vectors by inner product, as arrays that can lie on a disk."""
