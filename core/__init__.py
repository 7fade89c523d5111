"""The engine of Enclave Watch: shapely, pyproj and numpy, nothing of QGIS or Qt."""
