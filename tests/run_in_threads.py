"""Runs each algorithm several times in Qt's worker threads, as the toolbox does; run by a test.

A crash must not end the tests themselves, so this is a program of its own.
Arguments: the folder of the plugin, the control layer.
"""

import os
import sys
import time

sys.path.insert(0, sys.argv[1])

from qgis.core import (
    QgsApplication,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingFeedback,
)

PATIENCE_S = 60
application = QgsApplication([], True)
application.initQgis()
sys.path.append(f"{QgsApplication.pkgDataPath()}/python/plugins")

from processing.core.Processing import Processing

import enclave_watch

Processing.initialize()
plugin = enclave_watch.classFactory(None)
plugin.initProcessing()
parameters = {
    "CONTROL": sys.argv[2],
    "FACTION_FIELD": "faction",
    "DATE_FIELD": "date",
    "OUTPUT": "TEMPORARY_OUTPUT",
}


def run(name):
    algorithm = QgsApplication.processingRegistry().createAlgorithmById(name)
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    task = QgsProcessingAlgRunnerTask(algorithm, parameters, context, feedback)
    finished = []
    task.executed.connect(lambda ok, results: finished.append((ok, results)))
    QgsApplication.taskManager().addTask(task)
    end = time.monotonic() + PATIENCE_S
    while not finished and time.monotonic() < end:
        application.processEvents()
        time.sleep(0.01)
    ok, results = finished[0]
    print(name, ok, results["COUNT"], flush=True)


for _ in range(2):
    run("enclavewatch:enclaveareas")
    run("enclavewatch:bordercontact")
print("done", flush=True)
# QGIS's own clean-up at the end is not what is looked at
os._exit(0)
