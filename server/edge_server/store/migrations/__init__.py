"""The steps by which a database comes to be as the tables are; each knows the one before."""
