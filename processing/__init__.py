"""What QGIS Processing sees of the plugin."""
