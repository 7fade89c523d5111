"""Gathers DeepState's daily files of 2024, where they are at hand, into one control layer."""

from __future__ import annotations

from pathlib import Path

from osgeo import gdal, ogr, osr

__all__ = ["FACTION", "HOME", "gather"]

FACTION = "Russia"
HOME = "Ukraine"
_WGS84 = 4326


def gather(folder: Path, path: Path) -> bool:
    """Write the layer `control` with one row a day; False where the files are not there."""
    files = sorted(folder.glob("deepstatemap_data_*.geojson"))
    if not files:
        return False
    gdal.UseExceptions()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(_WGS84)
    crs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    target = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    layer = target.CreateLayer("control", crs, ogr.wkbMultiPolygon)
    layer.CreateField(ogr.FieldDefn("faction", ogr.OFTString))
    layer.CreateField(ogr.FieldDefn("date", ogr.OFTDate))
    layer.StartTransaction()
    for file in files:
        source = ogr.Open(str(file))
        for feature in source.GetLayer(0):
            row = ogr.Feature(layer.GetLayerDefn())
            row.SetField("faction", FACTION)
            day = file.stem.rsplit("_", 1)[1]
            row.SetField("date", f"{day[:4]}/{day[4:6]}/{day[6:]}")
            row.SetGeometry(feature.GetGeometryRef())
            layer.CreateFeature(row)
    layer.CommitTransaction()
    return True
