"""One thread for linear algebra, so that sums are added in one order: same input, same bytes."""

from functools import cache

from threadpoolctl import LibController, ThreadpoolController


def use_one_thread() -> None:
    """Make BLAS and OpenMP use one thread in this process, and leave it so.

    To set it and set it back, as `threadpool_limits` does, would let one dbt thread give BLAS its
    threads back in the middle of another one's sums: the setting of BLAS is the process'. That of
    OpenMP is the calling thread's, so call this wherever a fit begins. It takes microseconds;
    `threadpool_limits` looks up the libraries each time, which takes milliseconds.
    """
    for library in _libraries():
        library.set_num_threads(1)


def use_one_blas_thread() -> None:
    """Do the same for BLAS alone, for fits that import nothing of scikit-learn."""
    for library in ThreadpoolController().select(user_api="blas").lib_controllers:
        library.set_num_threads(1)


@cache
def _libraries() -> list[LibController]:
    """Return the libraries that have threads; those that a fit uses are loaded by now."""
    # Loads OpenMP, which a later import of scikit-learn would be too late for.
    from sklearn.cluster import KMeans  # noqa: F401

    return list(ThreadpoolController().lib_controllers)
