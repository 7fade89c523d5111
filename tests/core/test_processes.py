"""Workers in processes of their own: the same results, also where one of them is killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from enclave_watch.core import crews, interpreter, processes
from enclave_watch.core.crews import ExecutorCrew, Workers, open_crew
from enclave_watch.core.errors import Cancelled, RequirementError, WorkerError
from enclave_watch.core.feedback import Feedback
from enclave_watch.core.processes import ProcessCrew
from enclave_watch.tests.core.helpers.build import Log
from enclave_watch.tests.core.helpers.sharing import (
    MOVING_FRONT,
    a_series,
    analysed,
    assert_same,
    geometries_kept,
    parcels_of,
)

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def series():
    return a_series(MOVING_FRONT)


@pytest.fixture
def crew():
    found = ProcessCrew(2, Feedback())
    yield found
    found.close()


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_processes_find_what_one_finds(series, alone, crew):
    found = analysed(series, crew)
    assert_same(found, alone)
    assert geometries_kept(found) == geometries_kept(alone)


def test_a_number_of_workers_is_so_many_processes_which_end_with_the_run(
    monkeypatch, series, alone
):
    seen = []

    class Watched(ProcessCrew):
        def check(self):
            seen[:] = {*seen, *self.pids}

    monkeypatch.setattr(processes, "ProcessCrew", Watched)
    log = Log()
    assert_same(analysed(series, Workers(2), log), alone)
    assert "Worker processes: 2." in log.infos
    assert len(seen) == 2
    assert not any(map(is_running, seen))


def test_nothing_is_lost_with_a_process_that_is_killed(monkeypatch, series, alone, crew):
    monkeypatch.setattr("enclave_watch.core.sharing.parcel_sizes", parcels_of(4))
    killed = []

    def kill_one():
        while not killed:
            if len(crew.pids) == 2:
                os.kill(crew.pids[0], signal.SIGKILL)
                killed.append(True)
            time.sleep(0.001)

    killer = threading.Thread(target=kill_one)
    killer.start()
    found = analysed(series, crew)
    killer.join()
    assert_same(found, alone)


def test_processes_that_die_again_and_again_end_the_run(monkeypatch, series, crew):
    def ask(self, *_):
        os.kill(self.pid, signal.SIGKILL)
        return self._read()

    monkeypatch.setattr(processes._Worker, "ask", ask)
    with pytest.raises(WorkerError, match=r"failed 4 times .* a worker process has ended"):
        analysed(series, crew)


def test_cancelling_ends_the_processes_at_once(monkeypatch, series):
    pids = []

    class Busy(ProcessCrew):
        def check(self):
            pids[:] = self.pids

    monkeypatch.setattr(processes, "ProcessCrew", Busy)
    # they answer nothing, as one that works for long
    monkeypatch.setattr(processes._Worker, "ask", lambda self, *_: self._read())

    class Impatient(Feedback):
        def is_cancelled(self):
            return len(pids) == 2

    with pytest.raises(Cancelled):
        analysed(series, Workers(2), Impatient())
    assert not any(map(is_running, pids))


def test_a_process_that_starts_while_the_run_ends_is_ended_too(monkeypatch):
    is_starting, is_closed = threading.Event(), threading.Event()
    started, asked = [], []

    class Slow(processes._Worker):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            started.append(self.pid)
            is_starting.set()
            assert is_closed.wait(20)

        def ask(self, *_):
            asked.append(self.pid)
            return b""

    crew = ProcessCrew(2, Feedback())
    monkeypatch.setattr(processes, "_Worker", Slow)
    # those that there are are busy, so one more has to be started
    for _ in range(2):
        crew._idle.get()
    crew._idle.put(None)
    future = crew.submit(b"", b"")
    assert is_starting.wait(20)
    crew.close()
    is_closed.set()
    assert isinstance(future.exception(20), WorkerError)
    assert asked == []
    assert not any(map(is_running, started))


def test_as_many_as_there_are_processors_start_side_by_side(monkeypatch):
    monkeypatch.setattr(processes, "processor_count", lambda: 2)
    crew = ProcessCrew(3, Feedback())
    try:
        assert len(crew.pids) == 2
        assert all(map(is_running, crew.pids))
    finally:
        crew.close()
    assert not any(map(is_running, crew.pids))


def test_a_python_without_the_engine_leaves_no_process_behind(monkeypatch):
    started = []

    class Lacking(processes._Worker):
        def __init__(self, interpreter):
            super().__init__(interpreter)
            started.append(self.pid)

        def greet(self):
            raise RequirementError("lacks shapely")

    monkeypatch.setattr(processes, "_Worker", Lacking)
    with pytest.raises(WorkerError, match="lacks shapely"):
        ProcessCrew(2, Feedback())
    assert len(started) > 1
    assert not any(map(is_running, started))


def test_a_process_ends_when_the_run_is_gone():
    worker = processes._Worker(Path(sys.executable))
    try:
        worker._process.stdin.close()
        assert worker._process.wait(20) == 0
    finally:
        worker.end()


def test_processes_of_the_standard_library_do_as_well(series, alone):
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, context) as executor:
        assert_same(analysed(series, ExecutorCrew(executor, 2)), alone)


def test_where_no_python_is_found_threads_take_their_place(monkeypatch, series, alone, tmp_path):
    # a program that is not a Python, as QGIS itself is not
    program = tmp_path / "qgis"
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o700)
    monkeypatch.setattr(processes, "interpreters", lambda: [program])
    log = Log()
    crew = open_crew(Workers(2), log)
    try:
        assert isinstance(crew, ExecutorCrew)
        assert crew.size == 2
        assert_same(analysed(series, crew), alone)
    finally:
        crew.close()
    (warning,) = log.warnings
    assert str(program) in warning
    assert "Threads of this program take their place" in warning


def test_a_program_that_never_answers_is_not_waited_for(monkeypatch, tmp_path):
    program = tmp_path / "qgis"
    program.write_text("#!/bin/sh\nexec sleep 600\n")
    program.chmod(0o700)
    monkeypatch.setattr(processes, "interpreters", lambda: [program])
    monkeypatch.setattr(processes, "_PATIENCE_S", 0.5)
    with pytest.raises(WorkerError, match="No Python was found"):
        ProcessCrew(1, Feedback())


def test_a_python_without_the_packages_is_passed_over(monkeypatch, tmp_path):
    bare = tmp_path / "bare"
    bare.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
    bare.chmod(0o700)
    monkeypatch.setattr(processes, "interpreters", lambda: [bare])
    own = processes.package_folders()[:1]
    monkeypatch.setattr(processes, "package_folders", lambda: own)
    with pytest.raises(WorkerError, match=r"bare: Enclave Watch needs Python packages"):
        ProcessCrew(1, Feedback())


def test_qgis_is_not_taken_for_a_python(monkeypatch, tmp_path):
    for name in ("qgis-bin.exe", "QGIS", "python3"):
        (tmp_path / name).touch()
    monkeypatch.setattr(sys, "executable", str(tmp_path / "qgis-bin.exe"))
    monkeypatch.setattr(sys, "_base_executable", str(tmp_path / "QGIS"), raising=False)
    for home in ("prefix", "exec_prefix", "base_prefix"):
        monkeypatch.setattr(sys, home, str(tmp_path))
    assert interpreter.interpreters() == [tmp_path / "python3"]


def test_packages_are_looked_for_in_the_order_of_this_python(monkeypatch):
    older, newer = sys.path[-1], sys.path[0]
    places = {"numpy": older, "shapely": newer, "pyproj": older}
    monkeypatch.setattr(interpreter, "_folder_of", places.get)
    assert interpreter.package_folders()[1:] == list(dict.fromkeys([newer, older]))


# stands for a machine without QGIS: there is no finding these
WITHOUT_QGIS = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"qgis", "PyQt5", "PyQt6", "sip", "osgeo", "processing"}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Refuse())
sys.path[:0] = sys.argv[1].split(sys.argv[2])
try:
    import qgis
except ModuleNotFoundError:
    pass
else:
    raise SystemExit("the refusal does not work")
import enclave_watch
from enclave_watch.core.workerprocess import main
main(sys.argv[3])
"""


def test_a_worker_needs_no_qgis(monkeypatch, series, alone, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(WITHOUT_QGIS)
    folders = os.pathsep.join(interpreter.package_folders())
    without = tmp_path / "python-without-qgis"
    without.write_text(
        f'#!/bin/sh\nexec "{sys.executable}" "{script}" "{folders}" "{os.pathsep}" "$3"\n'
    )
    without.chmod(0o700)
    monkeypatch.setattr(processes, "interpreters", lambda: [without])
    crew = ProcessCrew(1, Feedback())
    try:
        assert_same(analysed(series, crew), alone)
    finally:
        crew.close()


def test_this_program_may_use_at_least_one_processor():
    assert crews.processor_count() >= 1


def test_bytes_from_another_machine_run_no_code(tmp_path):
    """A pickle that would make a file, read as an answer."""
    script = """
import os, pickle, sys
from enclave_watch.core.errors import WorkerError
from enclave_watch.core.sealing import from_bytes

class Evil:
    def __reduce__(self):
        return os.mkdir, (sys.argv[1],)

for data in (pickle.dumps(Evil()), pickle.dumps(([], pickle.dumps(Evil())))):
    try:
        from_bytes(data)
    except WorkerError as error:
        print(error)
"""
    made = tmp_path / "made"
    done = subprocess.run(
        [sys.executable, "-c", script, str(made)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=ROOT / "build" / "plugins",
    )
    assert done.stdout.count("cannot be read: mkdir") == 2
    assert not made.exists()
