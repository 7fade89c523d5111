"""Workers on other machines: those of a dask.distributed cluster."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .crews import Crew, ExecutorCrew
from .errors import Cancelled, RequirementError, WorkerError
from .i18n import tr
from .requirements import missing_for_cluster

if TYPE_CHECKING:
    from .feedback import Feedback

__all__ = ["ClusterCrew"]

# in seconds: to reach the scheduler, or to reach it again; and to be without any worker
_REACH_S = 10.0
_NO_WORKER_S = 30.0
_LOOK_EVERY_S = 3.0
_PATIENCE_S = 0.1
# dask itself does a task again so often where a worker ended under it
_RETRIES = 3


class ClusterCrew(Crew):
    """The workers of a cluster, by the address of its scheduler.

    Parameters
    ----------
    address : such as `tcp://192.168.1.5:8786`, or `tls://..` where dask is configured for it
    count : so many threads of the cluster's workers at most; 0 for all

    Raises
    ------
    RequirementError
        When dask.distributed is not installed.
    WorkerError
        When no scheduler answers, or it has no workers.
    """

    def __init__(self, address: str, count: int, feedback: Feedback) -> None:
        missing = missing_for_cluster()
        if missing is not None:
            raise RequirementError(missing)
        self._address = address
        self._feedback = feedback
        self._client = _connected(address, feedback)
        try:
            found = self._awaited_workers()
            feedback.info(
                tr("Cluster {}: workers: {}, threads: {}.").format(
                    address, len(found), sum(found.values())
                )
            )
            self.size = min(count, sum(found.values())) if count else sum(found.values())
            executor = self._client.get_executor(pure=False, retries=_RETRIES)
            self._tasks = ExecutorCrew(executor, self.size)
        except BaseException:
            self.close()
            raise
        self._seen_at = self._looked_at = time.monotonic()

    def submit(self, surroundings: bytes, dates: bytes) -> Future[bytes]:
        """Hand a parcel to the scheduler, once it can be reached."""
        while self._client.status != "running":
            self._feedback.check()
            self.check()
            time.sleep(_PATIENCE_S)
        import dask

        # a parcel is a large argument, and that is as it should be
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 GiB"}):
            return self._tasks.submit(surroundings, dates)

    def check(self) -> None:
        """Raise `WorkerError` when the scheduler, or its last worker, is gone for good."""
        now = time.monotonic()
        if self._client.status != "running":
            # it tries to come back for as long as it was given to come at first
            if self._client.status == "closed" or now - self._looked_at > 2 * _REACH_S:
                raise WorkerError(
                    tr(
                        "The connection to the scheduler at {} was lost, and does not come back. "
                        "See whether it still runs and the network is up, then start the run "
                        "again; or leave SCHEDULER empty to work on this machine."
                    ).format(self._address)
                )
            return
        if now - self._looked_at < _LOOK_EVERY_S:
            return
        self._looked_at = now
        # where it does not answer, the connection is about to be lost, which is seen above
        if self._workers() != {}:
            self._seen_at = now
        elif now - self._seen_at > _NO_WORKER_S:
            raise WorkerError(_no_worker(self._address))

    def close(self) -> None:
        """Take back what was not done, and leave the cluster as it was."""
        if hasattr(self, "_tasks"):
            self._tasks.close()
        _close(self._client)

    def _awaited_workers(self) -> dict[str, int]:
        until = time.monotonic() + _NO_WORKER_S
        found = self._workers()
        if not found:
            self._feedback.info(
                tr("The scheduler at {} has no worker yet: waiting {:.0f} s for one.").format(
                    self._address, _NO_WORKER_S
                )
            )
        while not found:
            self._feedback.check()
            if time.monotonic() > until:
                raise WorkerError(_no_worker(self._address))
            time.sleep(_PATIENCE_S)
            found = self._workers()
        return found

    def _workers(self) -> dict[str, int] | None:
        """Return the threads of each worker; None where the scheduler does not say."""
        try:
            return dict(self._client.sync(self._client.scheduler.ncores, callback_timeout=_REACH_S))
        except Exception:  # noqa: BLE001 - whatever it was, the state of the connection tells
            return None


def _connected(address: str, feedback: Feedback) -> Any:
    """Return a client of dask.distributed; the wait for it can be cancelled."""
    from distributed import Client, Security

    if address.startswith("tls:") and not _has_certificates(Security()):
        raise WorkerError(
            tr(
                "The scheduler at {} is spoken to under TLS, and dask has no certificates for it: "
                "give them in its configuration (distributed.comm.tls), as docs/scale.md tells."
            ).format(address)
        )
    with _Background() as background:
        # to be the default client would take over all else that uses dask in this program
        future = background.submit(Client, address, timeout=_REACH_S, set_as_default=False)
        try:
            while not wait([future], _PATIENCE_S).done:
                feedback.check()
            return future.result()
        except Cancelled:
            future.add_done_callback(_close_result)
            raise
        except (OSError, ValueError, TypeError, ImportError) as error:
            raise WorkerError(
                tr(
                    "No scheduler of dask.distributed answers at {} ({}). Start one, or give the "
                    "address that it tells when it starts, such as tcp://192.168.1.5:8786; or "
                    "leave SCHEDULER empty to work on this machine."
                ).format(address, error)
            ) from error


def _has_certificates(security: Any) -> bool:
    return security.get_connection_args("client").get("ssl_context") is not None


class _Background(ThreadPoolExecutor):
    """One thread, which is not waited for."""

    def __init__(self) -> None:
        super().__init__(1)

    def __exit__(self, *_error: object) -> None:
        self.shutdown(wait=False)


def _close_result(future: Future[Any]) -> None:
    if future.exception() is None:
        _close(future.result())


def _close(client: Any) -> None:
    # a cluster that is gone is closed already
    with suppress(Exception):
        client.close(timeout=1.0)


def _no_worker(address: str) -> str:
    return tr(
        "The scheduler at {} has no worker. Start some (dask worker {}), each with shapely, "
        "pyproj, numpy and the folder of enclave_watch in PYTHONPATH; or leave SCHEDULER empty to "
        "work on this machine."
    ).format(address, address)
