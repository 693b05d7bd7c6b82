"""Both axes of the segmentation, fitted with KMeans."""
