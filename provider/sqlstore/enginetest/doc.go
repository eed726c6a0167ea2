// Package enginetest tests package sqlstore on real engines. It is a module of its own, so that
// the library needs no driver.
//
//	go test ./...
//
// SQLite is always tested. PostgreSQL and MariaDB are tested on the databases that these
// environment variables name, which must be empty or have tables of other prefixes only:
//
//	YUNFAN_TEST_POSTGRES   postgres://user:password@host/database
//	YUNFAN_TEST_MARIADB    user:password@tcp(host)/database; MySQL too
//
// Without them, the tests start private servers from the programs that are installed, such as
// those of Debian's packages postgresql and mariadb-server, on Unix sockets, and kill and stop
// those too. A test of a server that cannot be had is skipped, and says why.
package enginetest
