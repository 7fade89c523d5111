"""The server of the tests: there while they run, and gone afterwards."""

from __future__ import annotations


def test_the_server_has_postgis_and_is_on_loopback_only(postgis):
    [(version,)] = postgis.rows("SELECT postgis_lib_version()")
    assert int(version.split(".")[0]) >= 3
    [(listens, sockets)] = postgis.rows(
        "SELECT current_setting('listen_addresses'), current_setting('unix_socket_directories')"
    )
    assert (listens, sockets) == ("127.0.0.1", "")


def test_what_the_server_was_asked_is_known(postgis):
    with postgis.asked() as statements:
        postgis.rows("SELECT 6 * 7")
    assert "SELECT 6 * 7" in statements
