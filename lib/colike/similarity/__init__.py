"""Co-likes and Jaccard of items."""
