from concurrent.futures import ThreadPoolExecutor

from sklearn.cluster import KMeans  # noqa: F401  (loads OpenMP)
from threadpoolctl import threadpool_info, threadpool_limits

from customer_segments.parallel import use_one_thread


def threads() -> set[int]:
    return {library["num_threads"] for library in threadpool_info()}


def one_threads() -> set[int]:
    use_one_thread()
    return threads()


def test_one_thread_is_used_from_now_on_in_whatever_thread_asks() -> None:
    with threadpool_limits(limits=4):
        assert threads() == {4}
        assert one_threads() == {1}
        with ThreadPoolExecutor(1) as other:
            assert other.submit(one_threads).result() == {1}
